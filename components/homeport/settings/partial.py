"""Rules between fields, run on what is left of settings that are wrong somewhere.

A mistake in one place must not hide the others. What is broken is taken out, with as little around it as possible;
rules run on the rest, and a rule counts only where everything it is about stands in the files and nothing of it is
broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, TypeAdapter

from homeport.model import walk_checks
from homeport.problems import Path, Problem
from homeport.settings.shapes import Choice, Items, Section, Shape, Table, child, shape_at
from homeport.settings.structure import Broken, validate
from homeport.settings.tree import ListNode, MapNode, Node, Scalar, find, plain


@dataclass(frozen=True, slots=True)
class Partial:
    """Settings that are wrong somewhere.

    Attributes:
        tree: all of them.
        shape: what they should be.
        blamed: what is wrong: the values, keys and missing fields themselves.
    """

    tree: MapNode
    shape: Shape
    blamed: frozenset[Path]

    def problems(self, adapter: TypeAdapter[Any]) -> Iterator[Problem]:
        """What else is certainly wrong."""
        seen: set[tuple[Path, str]] = set()
        for problem in self._level(adapter, self.shape, ()):
            if self._certain(problem) and (problem.path, problem.rule) not in seen:
                seen.add((problem.path, problem.rule))
                yield problem

    def _certain(self, problem: Problem) -> bool:
        return all(
            find(self.tree, path) is not None and not any(_touch(path, blamed) for blamed in self.blamed)
            for path in (problem.path, *problem.related)
        )

    def _level(self, adapter: TypeAdapter[Any], shape: Shape, path: Path) -> Iterator[Problem]:
        """Rules of the section at `path` as far as it can be built, else those of what stands in it."""
        node = find(self.tree, path)
        if node is None:
            return
        out = {blamed[len(path) :] for blamed in self.blamed if blamed[: len(path)] == path}
        out = {item if find(node, item) is not None else item[:-1] for item in out}
        emptied: set[Path] = set()
        while () not in out:
            value, broken = validate(adapter, shape, _kept(node, out))
            if not broken:
                for problem in _run(value):
                    yield _translated(node, out, problem).below(path)
                break
            more = {_original(node, out, _to_prune(item)) for item in broken}
            more = {_existing(node, item) for item in more}
            if more <= out:
                return
            emptied |= {_original(node, out, item.path[:-1]) for item in broken if item.kind == "missing"}
            out |= more
        else:
            emptied = {()}
        for inside in sorted(emptied, key=str):
            yield from self._inside((*path, *inside), shape_at(shape, inside, plain(node)))

    def _inside(self, path: Path, shape: Shape) -> Iterator[Problem]:
        node = find(self.tree, path)
        chosen = shape.chosen(plain(node)) if isinstance(shape, Choice) and node is not None else shape
        if node is None or chosen is None:
            return
        for part in _parts(node):
            below = child(chosen, part, plain(node))
            match below:
                case Section():
                    yield from self._level(_adapter(below.model), below, (*path, part))
                case Choice():
                    member = below.chosen(plain(find(self.tree, (*path, part)) or node))
                    if member is not None:
                        yield from self._level(_adapter(member.model), member, (*path, part))
                case Table() | Items():
                    yield from self._inside((*path, part), below)
                case _:
                    pass


def _adapter(model: type[BaseModel]) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _run(value: object) -> Iterator[Problem]:
    # A rule may stumble over what was taken out; it says nothing then.
    with suppress(Exception):
        yield from walk_checks(value)


def _to_prune(item: Broken) -> Path:
    return item.path[:-1] if item.kind == "missing" or item.kind.startswith("union_tag") else item.path


def _existing(node: Node, path: Path) -> Path:
    while path and find(node, path) is None:
        path = path[:-1]
    return path


def _kept(node: Node, out: Iterable[Path], path: Path = ()) -> Any:
    """Bare data without what stands at the paths in `out`."""
    gone = out if isinstance(out, set | frozenset) else set(out)
    match node:
        case Scalar():
            return node.value
        case MapNode():
            return {
                key: _kept(entry.node, gone, (*path, key))
                for key, entry in node.entries.items()
                if (*path, key) not in gone
            }
        case ListNode():
            return [
                _kept(item, gone, (*path, index)) for index, item in enumerate(node.items) if (*path, index) not in gone
            ]


def _original(node: Node, out: set[Path], path: Path) -> Path:
    """A path in the kept data as a path in the whole: items that were taken out shift the others."""
    whole: Path = ()
    for part in path:
        if isinstance(part, int):
            parent = find(node, whole)
            count = len(parent.items) if isinstance(parent, ListNode) else 0
            kept = [index for index in range(count) if (*whole, index) not in out]
            whole = (*whole, kept[part] if part < len(kept) else part)
        else:
            whole = (*whole, part)
    return whole


def _translated(node: Node, out: set[Path], problem: Problem) -> Problem:
    related = tuple(_original(node, out, path) for path in problem.related)
    return replace(problem, path=_original(node, out, problem.path), related=related)


def _touch(left: Path, right: Path) -> bool:
    """Whether one is, or stands inside, the other."""
    shorter = min(len(left), len(right))
    return left[:shorter] == right[:shorter]


def _parts(node: Node) -> list[str | int]:
    match node:
        case MapNode():
            return list(node.entries)
        case ListNode():
            return list(range(len(node.items)))
        case Scalar():
            return []
