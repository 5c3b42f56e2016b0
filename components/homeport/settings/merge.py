"""Merges layers of settings: maps merge, everything else replaces, null removes. Pure.

Nothing is thrown away while layers come together: a null stays in the tree until `settle`, and a map that took the
place of a value remembers it. So it makes no difference in which order neighbouring layers are merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce

from homeport.problems import Path
from homeport.settings.tree import Entry, ListNode, MapNode, Node, Origin, Scalar, is_null, is_secure


def merge(base: Node, top: Node) -> Node:
    """`base` with what `top` says on top of it; each value keeps its origin."""
    if not isinstance(top, MapNode) or is_secure(top):
        return top
    if not isinstance(base, MapNode) or is_secure(base) or top.replaces:
        return replace(top, replaces=True)
    return _maps(base, top)


def _maps(base: MapNode, top: MapNode) -> MapNode:
    entries = dict(base.entries)
    for key, entry in top.entries.items():
        below = entries.get(key)
        entries[key] = entry if below is None else replace(entry, node=merge(below.node, entry.node))
    return replace(base, entries=entries, origin=top.origin, flow=top.flow)


def merge_all(layers: Iterable[MapNode]) -> MapNode:
    """The layers in order, later ones on top."""
    return reduce(_maps, layers, MapNode({}, Origin("default")))


def settle(
    node: Node, path: Path = (), *, keeps: Callable[[Path], bool] = lambda _: False
) -> tuple[Node, dict[Path, Origin]]:
    """The tree without its nulls, and where each removed entry was removed.

    A null in a list stays: it removes nothing.

    Args:
        node: the tree.
        path: to the node.
        keeps: whether a null at a path means something to whoever reads it, and stays.
    """
    removed: dict[Path, Origin] = {}
    match node:
        case MapNode():
            entries: dict[str, Entry] = {}
            for key, entry in node.entries.items():
                if is_null(entry.node) and not keeps((*path, key)):
                    removed[*path, key] = entry.key_origin
                    continue
                settled, below = settle(entry.node, (*path, key), keeps=keeps)
                entries[key] = replace(entry, node=settled)
                removed.update(below)
            return replace(node, entries=entries, replaces=False), removed
        case ListNode():
            items: list[Node] = []
            for index, item in enumerate(node.items):
                settled, below = settle(item, (*path, index), keeps=keeps)
                items.append(settled)
                removed.update(below)
            return replace(node, items=tuple(items)), removed
        case Scalar():
            return node, removed
