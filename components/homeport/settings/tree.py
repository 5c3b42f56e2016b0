"""A stack file as a tree whose every value knows where it came from. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from homeport.problems import Location, Path
from homeport.settings.scalars import Ambiguous, Plain

#: Key of the map that stands for an encrypted value in a stack file.
SECURE: Final = "secure"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from.

    Attributes:
        layer: for people: "Pulumi.stage.yaml", "stacks/base.yaml: environments.prod", "default".
        location: its place in that file; None where it stands in no file.
        span: offsets of its text in that file, the second exclusive.
    """

    layer: str
    location: Location | None = None
    span: tuple[int, int] | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """As `homeport config` shows it: `Pulumi.stage.yaml:12`, `stacks/base.yaml:6 (all)`, `default`."""
        if self.location is None:
            return self.layer
        group = self.layer.removeprefix(self.location.file).removeprefix(": ")
        return f"{self.location.file}:{self.location.line}" + (f" ({group})" if group else "")


#: Of everything that no file says.
DEFAULT_ORIGIN: Final = Origin("default")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value.

    Attributes:
        value: as every reader takes it; the raw text where they disagree.
        raw: the text in the file, for a plain scalar; None for a quoted one.
        ambiguous: set where readers disagree.
        style: empty for plain, else the quote or block character.
    """

    value: Plain
    origin: Origin
    raw: str | None = None
    ambiguous: Ambiguous | None = None
    style: str = ""
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a map and what stands under it."""

    key_origin: Origin
    node: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """A map.

    Attributes:
        flow: written in braces.
        anchored: it has an anchor, or came by an alias: editing it would change other places.
        replaces: it took the place of something that is not a map, so nothing below it shines through in a merge.
    """

    entries: Mapping[str, Entry]
    origin: Origin
    flow: bool = False
    anchored: bool = False
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list."""

    items: tuple[Node, ...]
    origin: Origin
    flow: bool = False
    anchored: bool = False


Node = Scalar | MapNode | ListNode


def is_null(node: Node) -> bool:
    """Whether it removes an entry."""
    return isinstance(node, Scalar) and node.value is None


def is_secure(node: Node) -> bool:
    """Whether it is an encrypted value: `{secure: v1:...}`."""
    if not isinstance(node, MapNode) or set(node.entries) != {SECURE}:
        return False
    inner = node.entries[SECURE].node
    return isinstance(inner, Scalar) and isinstance(inner.value, str)


def plain(node: Node) -> Any:
    """The bare data."""
    match node:
        case Scalar():
            return node.value
        case MapNode():
            return {key: plain(entry.node) for key, entry in node.entries.items()}
        case ListNode():
            return [plain(item) for item in node.items]


def find(node: Node | None, path: Path) -> Node | None:
    """What stands at `path`, or None."""
    for part in path:
        match node:
            case MapNode() if isinstance(part, str) and part in node.entries:
                node = node.entries[part].node
            case ListNode() if isinstance(part, int) and 0 <= part < len(node.items):
                node = node.items[part]
            case _:
                return None
    return node


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, parents first."""
    yield path, node
    match node:
        case MapNode():
            for key, entry in node.entries.items():
                yield from walk(entry.node, (*path, key))
        case ListNode():
            for index, item in enumerate(node.items):
                yield from walk(item, (*path, index))
        case Scalar():
            pass


def key_origin(root: Node, path: Path) -> Origin | None:
    """Where the key of `path` stands: the item itself in a list, the root for the empty path."""
    if not path:
        return root.origin
    parent = find(root, path[:-1])
    last = path[-1]
    if isinstance(parent, MapNode) and isinstance(last, str) and last in parent.entries:
        return parent.entries[last].key_origin
    found = find(root, path)
    return found.origin if found is not None else None


def place(root: Node, path: Path) -> Location | None:
    """Where to point a reader for `path`: a single value itself, the key of a map or list, else the nearest above."""
    while True:
        node = find(root, path)
        if node is not None:
            origin = node.origin if isinstance(node, Scalar) else key_origin(root, path)
            if origin is not None and origin.location is not None:
                return origin.location
        if not path:
            return None
        path = path[:-1]


def in_layer(node: Node, layer: str) -> Node:
    """The same tree, said to come from `layer`."""
    origin = replace(node.origin, layer=layer)
    match node:
        case Scalar():
            return replace(node, origin=origin)
        case MapNode():
            entries = {
                key: Entry(replace(entry.key_origin, layer=layer), in_layer(entry.node, layer))
                for key, entry in node.entries.items()
            }
            return replace(node, entries=entries, origin=origin)
        case ListNode():
            return replace(node, items=tuple(in_layer(item, layer) for item in node.items), origin=origin)


def mapping(value: object) -> dict[str, Any] | None:
    """Bare data as a map, if it is one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def sequence(value: object) -> list[Any] | None:
    """Bare data as a list, if it is one."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def build(value: Any, origin: Origin) -> Node:
    """A tree of bare data that all comes from one place."""
    pairs, items = mapping(value), sequence(value)
    if pairs is not None:
        return MapNode({str(key): Entry(origin, build(item, origin)) for key, item in pairs.items()}, origin)
    if items is not None:
        return ListNode(tuple(build(item, origin) for item in items), origin)
    return Scalar(value if isinstance(value, bool | int | float | str) else None, origin)
