"""Reads one YAML file into a tree with places; whatever is wrong with it becomes problems, never an exception.

ruamel.yaml parses; its events are put together here rather than by its composer, so that depth and aliases are bounded
and nothing of the text is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from homeport.problems import Location, Path, Problem
from homeport.settings.names import looks_secret
from homeport.settings.scalars import Ambiguous, resolve
from homeport.settings.tree import Entry, ListNode, MapNode, Node, Origin, Scalar, walk

#: Deeper nesting than any settings have, and less than recursion bears.
MAX_DEPTH: Final = 60
#: Aliases can blow a short text up without end.
MAX_NODES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says.

    Attributes:
        file: as shown in places.
        root: None where there is nothing, or nothing that could be read.
        problems: what is wrong with it as YAML; paths from the top of the file. Ambiguous values are not among them
            (see `ambiguities`): a field may take one of them all the same.
    """

    file: str
    root: Node | None
    problems: tuple[Problem, ...] = ()


def read_bytes(content: bytes, *, file: str) -> Document:
    """Read a file's bytes, which must be UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Location(file, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        return Document(file, None, (Problem((), "is not UTF-8 text", "save the file as UTF-8", location=place),))
    return read_text(text, file=file)


# A plan runs a program up to three times, and each time it reads the same files; what is read never changes.
@lru_cache(maxsize=32)
def read_text(text: str, *, file: str) -> Document:
    """Read YAML text.

    Args:
        text: one document.
        file: its name as shown in places.
    """
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):  # pyright: ignore[reportUnknownVariableType]
            builder.take(event)
    except _Stop:
        return Document(file, None, tuple(builder.problems))
    except MarkedYAMLError as error:
        return Document(file, None, (*builder.problems, _syntax(file, error)))
    except ReaderError as error:
        return Document(file, None, (*builder.problems, _unprintable(file, text, error)))
    except Exception as error:  # noqa: BLE001 - a parser that fails on a bad text says that the text is bad
        problem = Problem((), f"cannot be read as YAML ({type(error).__name__})", "look for stray characters")
        return Document(file, None, (*builder.problems, problem.at(Location(file, 1, 1))))
    return Document(file, builder.root, tuple(builder.problems))


def ambiguities(root: Node) -> Iterator[tuple[Path, Problem]]:
    """The values about which YAML readers disagree, each with the quoted form to write."""
    for path, node in walk(root):
        if isinstance(node, Scalar) and node.ambiguous is not None:
            yield path, ambiguity(path, node, node.ambiguous)


def ambiguity(path: Path, node: Scalar, why: Ambiguous) -> Problem:
    """What to say about an ambiguous value."""
    if looks_secret(path):
        return Problem(path, f"is ambiguous: {why.reason}", "put it in quotes", location=node.origin.location)
    raw = node.raw or ""
    return Problem(path, f"is ambiguous: {why.reason}", _quote(raw, why), raw, location=node.origin.location)


def quoted(text: str) -> str:
    """Text in double quotes, as YAML and JSON both write it."""
    return json.dumps(text, ensure_ascii=False)


def _quote(raw: str, why: Ambiguous) -> str:
    fix = f"write {quoted(raw)}"
    return f"{fix}, or true or false" if "true or false" in why.reason else fix


def _syntax(file: str, error: MarkedYAMLError) -> Problem:
    told: Any = error
    what = " ".join(str(told.problem or told.context or "it cannot be parsed").split())
    mark: Any = told.problem_mark or told.context_mark
    place = Location(file, mark.line + 1, mark.column + 1) if mark is not None else Location(file, 1, 1)
    fix = ""
    if "'\\t'" in what or "tab" in what:
        fix = "indent with spaces, not tabs"
    elif "mapping values are not allowed" in what or "could not find expected ':'" in what:
        fix = "check the indentation and put texts that contain a colon in quotes"
    elif "undefined alias" in what:
        what, fix = "an alias (*) names an anchor (&) that does not stand before it", "define the anchor first"
    return Problem((), f"is not valid YAML: {what}", fix, location=place)


def _unprintable(file: str, text: str, error: ReaderError) -> Problem:
    told: Any = error
    index = int(told.position or 0)
    before = text[:index]
    place = Location(file, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)
    return Problem((), "contains a control character", "remove it, or write it as an escape in quotes", location=place)


class _Stop(Exception):  # noqa: N818 - control flow inside this module
    """Reading further makes no sense."""


@dataclass(slots=True)
class _Frame:
    """A collection that is still open."""

    origin: Origin
    flow: bool
    anchor: str | None
    is_map: bool
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    items: list[Node] = field(default_factory=list[Node])
    key: Scalar | None = None
    skip: bool = False
    size: int = 1

    @property
    def part(self) -> str | int | None:
        """The path part of what is being read inside."""
        if not self.is_map:
            return len(self.items)
        return _key_text(self.key) if self.key is not None else None


class _Builder:
    """Puts events together, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._documents = 0

    def take(self, event: Any) -> None:
        kind: object = event
        match kind:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._stop(self._origin(event), "a stack file is one YAML document; a second begins here", "")
            case AliasEvent():
                self._alias(event)
            case ScalarEvent():
                self._tag(event)
                self._add(self._scalar(event), event.anchor, 1)
            case MappingStartEvent() | SequenceStartEvent():
                self._tag(event)
                if len(self._stack) >= MAX_DEPTH:
                    self._stop(self._origin(event), f"is nested more than {MAX_DEPTH} levels deep", "flatten it")
                is_map = isinstance(kind, MappingStartEvent)
                self._stack.append(_Frame(self._origin(event), bool(event.flow_style), event.anchor, is_map))
            case MappingEndEvent() | SequenceEndEvent():
                self._close(event)
            case _:
                pass

    def _origin(self, event: Any) -> Origin:
        start, end = event.start_mark, event.end_mark
        return Origin(self.file, Location(self.file, start.line + 1, start.column + 1), (start.index, end.index))

    def _path(self) -> Path:
        return tuple(part for frame in self._stack if (part := frame.part) is not None)

    def _problem(self, origin: Origin, rule: str, fix: str, path: Path | None = None) -> None:
        self.problems.append(Problem(self._path() if path is None else path, rule, fix, location=origin.location))

    def _stop(self, origin: Origin, rule: str, fix: str) -> None:
        self._problem(origin, rule, fix)
        raise _Stop

    def _tag(self, event: Any) -> None:
        if event.tag is not None:
            fix = "remove the tag; put a value in quotes to make it text"
            self._problem(self._origin(event), "YAML tags (!...) are not read the same by all readers", fix)

    def _scalar(self, event: Any) -> Scalar:
        origin, anchored = self._origin(event), event.anchor is not None
        text = str(event.value)
        if any("\ud800" <= char <= "\udfff" for char in text):
            self._problem(origin, "contains half of a surrogate pair, which is no character", "write the character")
            text = ""
        if event.style:
            return Scalar(text, origin, style=str(event.style), anchored=anchored)
        value = resolve(text)
        if isinstance(value, Ambiguous):
            return Scalar(text, origin, raw=text, ambiguous=value, anchored=anchored)
        return Scalar(value, origin, raw=text, anchored=anchored)

    def _alias(self, event: Any) -> None:
        name, origin = event.anchor, self._origin(event)
        if any(frame.anchor == name for frame in self._stack) and name not in self._anchors:
            self._stop(origin, "the alias stands inside the value that it repeats", "write the value out")
        if name not in self._anchors:
            self._stop(origin, "the alias names an anchor that does not stand before it", "define the anchor first")
        node, size = self._anchors[name]
        self._add(replace(node, origin=origin, anchored=True), None, size)

    def _add(self, node: Node, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        frame.size += size
        if frame.size > MAX_NODES:
            self._stop(node.origin, "aliases make the file too large", "write the values out")
        if not frame.is_map:
            frame.items.append(node)
        elif frame.key is None:
            self._key(frame, node)
        else:
            if not frame.skip:
                frame.entries[_key_text(frame.key)] = Entry(frame.key.origin, node)
            frame.key, frame.skip = None, False

    def _key(self, frame: _Frame, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._problem(node.origin, "a key must be text, not a map or list", "write text")
            frame.key, frame.skip = Scalar("?", node.origin), True
            return
        path = (*self._path(), _key_text(node))
        frame.key = node
        if node.raw == "<<":
            fix = "write the entries out, or repeat a whole value with an alias"
            self._problem(node.origin, "merge keys (<<) are not read the same by all readers", fix, path)
            frame.skip = True
        elif node.ambiguous is not None:
            fix = f"write {quoted(node.raw or '')}"
            self._problem(node.origin, f"the key is ambiguous: {node.ambiguous.reason}", fix, path)
        elif not isinstance(node.value, str):
            kind = "null" if node.value is None else "true or false" if isinstance(node.value, bool) else "a number"
            fix = f"write {quoted(node.raw or '')}" if node.raw else "write the key"
            self._problem(node.origin, f"a key must be text; YAML readers take this one as {kind}", fix, path)
        if not frame.skip and _key_text(node) in frame.entries:
            first = frame.entries[_key_text(node)].key_origin.location
            self._problem(node.origin, f"the key stands twice, first at {first}", "remove one of them", path)
            frame.skip = True

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        start = frame.origin.span[0] if frame.origin.span else 0
        origin = replace(frame.origin, span=(start, event.end_mark.index))
        anchored = frame.anchor is not None
        node: Node
        if frame.is_map:
            node = MapNode(frame.entries, origin, flow=frame.flow, anchored=anchored)
        else:
            node = ListNode(tuple(frame.items), origin, flow=frame.flow, anchored=anchored)
        self._add(node, frame.anchor, frame.size)


def _key_text(key: Scalar) -> str:
    return key.raw if key.raw is not None else str(key.value)
