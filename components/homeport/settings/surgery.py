"""Changes one value in the text of a YAML file and leaves every other byte as it is. Pure.

The reader's offsets say where a value stands; only its own text, or the line of a new entry, is written. Whoever calls
compares what the new text says with what it should say: a layout that this does not know is then refused, not spoiled.
"""

from __future__ import annotations

import re
from typing import Any

from homeport.problems import Path
from homeport.settings import write
from homeport.settings.tree import Entry, ListNode, MapNode, Node, Origin, Scalar, find, mapping, sequence


class CannotEdit(Exception):  # noqa: N818 - the caller turns it into a problem
    """The text cannot be changed there without touching something else; it says why."""


def put(text: str, root: MapNode, path: Path, value: Any) -> str:
    """The text with `value` at `path`; missing maps above it are made.

    Raises:
        CannotEdit: an alias or anchor stands in the way, or something that is no map.
    """
    depth = len(path)
    while find(root, path[:depth]) is None:
        depth -= 1
    _refuse_anchors(root, path[:depth])
    if depth == len(path):
        return _replace(text, root, path, value)
    parent, part, rest = find(root, path[:depth]), path[depth], path[depth + 1 :]
    new = _nest(rest, value)
    if isinstance(parent, Scalar) and parent.value is None and isinstance(part, str) and depth:
        return _replace(text, root, path[:depth], {part: new})
    if isinstance(parent, MapNode) and isinstance(part, str):
        if not parent.entries:
            return _replace(text, root, path[:depth], {part: new}) if depth else f"{text}{part}: {write.flow(new)}\n"
        return _add_entry(text, parent, part, new)
    if isinstance(parent, ListNode) and part == len(parent.items):
        return _add_item(text, root, path[:depth], parent, new)
    kind = "list" if isinstance(parent, ListNode) else "map" if isinstance(parent, MapNode) else "single value"
    raise CannotEdit(f"a {kind} stands above it, which has no place for {part!r}")


def remove(text: str, root: MapNode, path: Path) -> str:
    """The text without the entry or item at `path`, which is there.

    Raises:
        CannotEdit: an alias or anchor stands in the way.
    """
    _refuse_anchors(root, path)
    parent = find(root, path[:-1])
    if isinstance(parent, MapNode):
        if len(parent.entries) == 1:
            return _replace(text, root, path[:-1], {})
        starts = [_start(entry.key_origin) for entry in parent.entries.values()]
        ends = [_entry_end(text, entry) for entry in parent.entries.values()]
        index = list(parent.entries).index(str(path[-1]))
    elif isinstance(parent, ListNode):
        if len(parent.items) == 1:
            return _replace(text, root, path[:-1], [])
        starts = [_item_start(text, item, flow=parent.flow) for item in parent.items]
        ends = [_end(text, item) for item in parent.items]
        index = int(path[-1])
    else:
        raise CannotEdit("nothing stands there")
    if parent.flow:
        if index == 0:
            return text[: starts[0]] + text[starts[1] :]
        return text[: ends[index - 1]] + text[ends[index] :]
    line = text.rfind("\n", 0, starts[index]) + 1
    if text[line : starts[index]].strip():
        # The first entry of a map that begins on the line of its list's dash.
        return text[: starts[index]] + text[starts[index + 1] :]
    return text[:line] + text[_line_end(text, ends[index], after=True) :]


def _nest(path: Path, value: Any) -> Any:
    for part in reversed(path):
        if isinstance(part, int):
            if part:
                raise CannotEdit(f"there is no list yet, so the first item is [0], not [{part}]")
            value = [value]
        else:
            value = {part: value}
    return value


def _refuse_anchors(root: MapNode, path: Path) -> None:
    for length in range(1, len(path) + 1):
        node = find(root, path[:length])
        if node is not None and node.anchored:
            raise CannotEdit("an anchor (&) or alias (*) stands there: the change would reach other places too")


def _replace(text: str, root: MapNode, path: Path, value: Any) -> str:
    node = find(root, path)
    if node is None:
        raise CannotEdit("nothing stands there")
    in_flow = any(_is_flow(find(root, path[:length])) for length in range(len(path)))
    start, end = _start(node.origin), _end(text, node)
    pairs = mapping(value)
    if isinstance(node, Scalar) and pairs is None and sequence(value) is None:
        new = write.scalar(value, node.style if node.style in {"'", '"'} else "")
        if end == start:
            start = end = _after_colon(text, root, path) if isinstance(path[-1], str) else start
            new = f" {new}"
        return text[:start] + new + text[end:]
    if pairs and path and isinstance(path[-1], str) and not in_flow and not _is_flow(node):
        return _below(text, root, path, node, pairs)
    return _one_line(text, root, path, node, write.flow(value), in_flow=in_flow)


def _one_line(text: str, root: MapNode, path: Path, node: Node, new: str, *, in_flow: bool) -> str:
    """Put a value on the line of its key, where a value of several lines may have been."""
    start, end = _start(node.origin), _end(text, node)
    if in_flow or not path or isinstance(path[-1], int):
        return text[:start] + new + text[end:]
    colon = _after_colon(text, root, path)
    between = text[colon:start] if end > start else ""
    if "\n" not in between:
        return text[:colon] + (between or " ") + new + text[max(end, colon) :]
    comment = between.partition("\n")[0].strip()
    return text[:colon] + f" {new}" + (f"  {comment}" if comment else "") + text[end:]


def _below(text: str, root: MapNode, path: Path, node: Node, value: dict[str, Any]) -> str:
    """Put a map on the lines below its key."""
    entry = _entry(root, path)
    location = entry.key_origin.location
    step = _step(text)
    indent = (location.column - 1 if location else 0) + step
    lines = _newline(text) + _newline(text).join(write.block(value, indent, step))
    colon = _after_colon(text, root, path)
    start, end = _start(node.origin), _end(text, node)
    if end <= start:
        start = end = colon
    rest = text[end : _line_end(text, end)]
    first = text[colon:start].partition("\n")[0].strip() if "\n" in text[colon:start] else ""
    comment = first or rest.strip()
    tail = text[end:] if first else text[end + len(rest) :]
    return text[:colon] + (f"  {comment}" if comment else "") + lines + tail


def _add_entry(text: str, parent: MapNode, key: str, value: Any) -> str:
    last = list(parent.entries.values())[-1]
    end = _entry_end(text, last)
    if parent.flow:
        return _into_flow(text, end, f"{write.scalar(key)}: {write.flow(value)}")
    first = next(iter(parent.entries.values())).key_origin.location
    indent = first.column - 1 if first else 0
    lines = write.block({key: value}, indent, _step(text))
    return _insert_lines(text, end, lines)


def _add_item(text: str, root: MapNode, path: Path, parent: ListNode, value: Any) -> str:
    if not parent.items:
        return _replace(text, root, path, [value])
    end = _end(text, parent.items[-1])
    if parent.flow:
        return _into_flow(text, end, write.flow(value))
    location = parent.origin.location
    indent = location.column - 1 if location else 0
    return _insert_lines(text, end, [f"{' ' * indent}- {write.flow(value)}"])


def _into_flow(text: str, after: int, new: str) -> str:
    trailing = re.compile(r"\s*,").match(text, after)
    at, comma = (trailing.end(), "") if trailing else (after, ",")
    return f"{text[:at]}{comma} {new}{text[at:]}"


def _insert_lines(text: str, after: int, lines: list[str]) -> str:
    """New lines below the line in which `after` lies."""
    newline = _newline(text)
    at = _line_end(text, after, after=True)
    before = text[:at]
    if before and not before.endswith("\n"):
        before += newline
    return before + newline.join(lines) + newline + text[at:]


def _entry(root: MapNode, path: Path) -> Entry:
    parent = find(root, path[:-1])
    assert isinstance(parent, MapNode)  # noqa: S101 - the caller looked
    return parent.entries[str(path[-1])]


def _after_colon(text: str, root: MapNode, path: Path) -> int:
    entry = _entry(root, path)
    end = entry.key_origin.span[1] if entry.key_origin.span else 0
    colon = re.compile(r"\s*:").match(text, end)
    if colon is None:
        raise CannotEdit("the key is written in an unusual way")
    return colon.end()


def _start(origin: Origin) -> int:
    if origin.span is None:
        raise CannotEdit("it stands in no file")
    return origin.span[0]


def _item_start(text: str, item: Node, *, flow: bool) -> int:
    start = _start(item.origin)
    return start if flow else text.rfind("-", 0, start + 1)


def _entry_end(text: str, entry: Entry) -> int:
    end = _end(text, entry.node)
    colon = re.compile(r"\s*:").match(text, entry.key_origin.span[1] if entry.key_origin.span else 0)
    return max(end, colon.end()) if colon and _empty(entry.node) else end


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.origin.span is not None and node.origin.span[0] == node.origin.span[1]


def _end(text: str, node: Node) -> int:
    """The end of a value's own text: comments and blank lines after a block belong to what follows."""
    start, end = node.origin.span or (0, 0)
    match node:
        case MapNode(flow=False) if node.entries:
            return max(_entry_end(text, entry) for entry in node.entries.values())
        case ListNode(flow=False) if node.items:
            return max(start + 1, *(_end(text, item) for item in node.items))
        case Scalar(style="|" | ">"):
            return start + len(text[start:end].rstrip())
        case _:
            return end


def _is_flow(node: Node | None) -> bool:
    return isinstance(node, MapNode | ListNode) and node.flow


def _line_end(text: str, offset: int, *, after: bool = False) -> int:
    found = text.find("\n", offset)
    if found < 0:
        return len(text)
    if after:
        return found + 1
    return found - 1 if text[found - 1 : found] == "\r" else found


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _step(text: str) -> int:
    """How far the file indents."""
    match = re.search(r"^config:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*( +)\S", text, re.MULTILINE)
    return len(match[1]) if match else 2
