"""Values that the engine handed over, on the tree of the stack file that says where they stand.

On the way through Pulumi a bare value loses its type: `true` arrives as text, and `pulumi config set` writes it back in
quotes. So the type of a section that is a single value comes from the model, wherever the value comes from.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from homeport.problems import Problem
from homeport.settings.engine import EngineConfig, engine_text
from homeport.settings.project import NAMESPACE
from homeport.settings.scalars import Ambiguous, resolve
from homeport.settings.shapes import Choice, Either, Items, Leaf, Section, Shape, Table, sections, shape_at
from homeport.settings.stack_file import SECRETS
from homeport.settings.tree import Entry, MapNode, Node, Origin, Scalar, build, is_secure, walk

#: Where a value comes from that the engine has and the stack file has not.
ENGINE_ORIGIN = Origin("pulumi config")


def overlay(sections_: MapNode, engine: EngineConfig, *, keep: frozenset[str]) -> tuple[MapNode, list[Problem]]:
    """The sections that the engine handed over, with the places of the file where it says the same.

    Args:
        sections_: of the stack file.
        engine: its values count.
        keep: sections of the file that the engine knows under another name.
    """
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for key, text in engine.values.items():
        space, _, name = key.partition(":")
        if space != NAMESPACE or name == SECRETS:
            continue
        entry = sections_.entries.get(name)
        if entry is not None and (_same(entry.node, text) or _has_secret(entry.node)):
            entries[name] = entry
        elif key in engine.secret_keys:
            rule = f"is encrypted, and secrets stand under {NAMESPACE}:{SECRETS} alone"
            problems.append(Problem((key,), rule, f"move it to {NAMESPACE}:{SECRETS}.{name}"))
        else:
            origin = ENGINE_ORIGIN if entry is None else replace(ENGINE_ORIGIN, location=entry.key_origin.location)
            entries[name] = Entry(origin, Scalar(text, origin))
    for name, entry in sections_.entries.items():
        if name == SECRETS or name in keep or (isinstance(entry.node, Scalar) and entry.node.value is None):
            entries.setdefault(name, entry)
    return replace(sections_, entries=entries), problems


def typed(sections_: MapNode, shape: Shape) -> MapNode:
    """The sections with bare text turned into what the model takes there."""
    data = {name: entry.node.value for name, entry in sections_.entries.items() if isinstance(entry.node, Scalar)}
    entries = {
        name: replace(entry, node=_typed(entry.node, shape_at(shape, (name,), data)))
        for name, entry in sections_.entries.items()
    }
    return replace(sections_, entries=entries)


def decode(text: str, shape: Shape) -> Any:
    """Bare text as what a field takes: text stays text, everything else is parsed; what cannot be stays text."""
    if isinstance(shape, Leaf):
        if str in shape.kinds:
            return text
        value = resolve(text)
        return text if isinstance(value, Ambiguous) or value is None else value
    if _structured(shape) and text.lstrip()[:1] in {"{", "["}:
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return text


def _typed(node: Node, shape: Shape) -> Node:
    if not isinstance(node, Scalar) or node.raw is not None or not isinstance(node.value, str):
        return node
    value = decode(node.value, shape)
    if isinstance(value, dict | list):
        return build(value, node.origin)
    return node if value is node.value else replace(node, value=value, raw=node.value)


def _structured(shape: Shape) -> bool:
    return isinstance(shape, Section | Choice | Table | Items | Either) or bool(sections(shape))


def _same(node: Node, text: str) -> bool:
    own = engine_text(node)
    if own == text:
        return True
    if isinstance(node, Scalar):
        return False
    try:
        return _equal(json.loads(own), json.loads(text))
    except (ValueError, RecursionError):
        return False


def _equal(left: Any, right: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are one number, true is none."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        ours, theirs = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        return ours.keys() == theirs.keys() and all(_equal(ours[key], theirs[key]) for key in ours)
    if isinstance(left, list) and isinstance(right, list):
        items, others = cast("list[Any]", left), cast("list[Any]", right)
        return len(items) == len(others) and all(map(_equal, items, others))
    return bool(left == right)


def _has_secret(node: Node) -> bool:
    return any(is_secure(item) for _, item in walk(node))
