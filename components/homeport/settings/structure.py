"""Validates settings with pydantic and says what is wrong where, in terms of the file.

One mistake gives one problem: what only follows from another (a required field that a misspelt one stands for, the
other branches of a union, anything inside a value that could not be read) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from homeport.attribute_docs import described
from homeport.model import CHECK_ERROR_TYPE, DEFER_CHECKS
from homeport.problems import NO_VALUE, Path, Problem, dotted
from homeport.settings import sentences
from homeport.settings.names import looks_secret, nearest, secret_name
from homeport.settings.shapes import Choice, Either, Section, Shape, child, sections, shape_at, step
from homeport.settings.tree import MapNode, Node, Origin, Scalar, find, key_origin, place, plain


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that pydantic refuses.

    Attributes:
        path: to the value, or to the missing field.
        kind: pydantic's type of error, or `homeport_either` for a value that fits no branch of a union.
        is_key: the key itself is wrong.
    """

    path: Path
    kind: str
    shape: Shape
    parent: Shape
    context: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    message: str = field(default="", repr=False)
    is_key: bool = False


def validate(adapter: TypeAdapter[Any], shape: Shape, data: object) -> tuple[Any, tuple[Broken, ...]]:
    """The validated value and nothing, or None and everything that is refused.

    Rules between fields (`Model.check`) are not run.
    """
    try:
        return adapter.validate_python(data, context=dict(DEFER_CHECKS)), ()
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    broken = [_placed(item["loc"], cast("Mapping[str, Any]", item), shape, data) for item in errors]
    return None, tuple({(item.path, item.kind, item.is_key): item for item in broken}.values())


def _placed(loc: Sequence[str | int], error: Mapping[str, Any], root: Shape, data: object) -> Broken:
    """Turn pydantic's place, which names branches of unions too, into a path in the data."""
    path: list[str | int] = []
    shape, parent, here = root, root, data
    kind, is_key = str(error["type"]), False
    for part in loc:
        if isinstance(shape, Choice) and str(part) in shape.members:
            shape = shape.members[str(part)]
            continue
        if isinstance(shape, Either):
            kind = "homeport_either"
            break
        if part == "[key]":
            is_key = True
            continue
        parent, shape = shape, child(shape, part, here)
        here = step(here, part)
        path.append(part)
    if kind in {"union_tag_invalid", "union_tag_not_found"} and isinstance(shape, Choice):
        path.append(shape.tag)
    context = cast("Mapping[str, Any]", error.get("ctx", {}))
    return Broken(tuple(path), kind, shape, parent, context, str(error.get("msg", "")), is_key)


@dataclass(frozen=True, slots=True)
class Teller:
    """Turns what pydantic refuses into problems.

    Attributes:
        tree: the settings with their places.
        removed: where a null removed an entry.
        shape: of the whole.
        secret_command: the command that sets a secret of a given name.
    """

    tree: MapNode
    removed: Mapping[Path, Origin]
    shape: Shape
    secret_command: Callable[[str], str]

    def problems(self, broken: Iterable[Broken]) -> list[Problem]:
        """One problem per mistake."""
        broken = list(broken)
        meant = self._meant(broken)
        told: list[Problem] = []
        for item in broken:
            if item.kind == CHECK_ERROR_TYPE:
                found = cast("tuple[Problem, ...]", item.context.get("problems", ()))
                told.extend(self._at(problem.below(item.path)) for problem in found)
            elif item.kind == "missing":
                if item.path not in meant:
                    told.append(self._missing(item))
            elif item.kind == "extra_forbidden":
                told.append(self._unknown(item))
            else:
                told.append(self._value(item))
        return told

    def _meant(self, broken: Iterable[Broken]) -> set[Path]:
        """Missing fields for which another field stands, misspelt."""
        broken = list(broken)
        missing = [item.path for item in broken if item.kind == "missing"]
        meant: set[Path] = set()
        for item in broken:
            if item.kind == "extra_forbidden":
                names = [str(path[-1]) for path in missing if path[:-1] == item.path[:-1]]
                near = nearest(str(item.path[-1]), names)
                if near is not None:
                    meant.add((*item.path[:-1], near))
        return meant

    def _missing(self, item: Broken) -> Problem:
        name = str(item.path[-1])
        removed = self.removed.get(item.path)
        null_at = str(removed.location) if removed is not None and removed.location else None
        rule, fix = sentences.missing(name, _field(item.parent, name), item.shape, null_at)
        location = removed.location if removed is not None else place(self.tree, item.path[:-1])
        return Problem(item.path, rule, fix, location=location)

    def _unknown(self, item: Broken) -> Problem:
        name, section = str(item.path[-1]), item.path[:-1]
        node, origin = find(self.tree, item.path), key_origin(self.tree, item.path)
        parent = shape_at(self.shape, section, plain(self.tree))
        chosen = parent.chosen(self._data(section)) if isinstance(parent, Choice) else parent
        valid = list(chosen.fields) if isinstance(chosen, Section) else _all_fields(parent)
        given = cast("Mapping[str, object]", self._data(section) or {})
        value = _shown(node) if not looks_secret(item.path) else NO_VALUE
        absent = [field for field in valid if field not in given]
        if secret_name(name) and not nearest(name, absent, cutoff=0.8) and not isinstance(node, MapNode):
            rule = "looks like a secret, and secrets stand encrypted under homeport:secrets alone"
            fix = f"remove it, change the secret if it was committed, and run {self.secret_command(name)}"
            return Problem(item.path, rule, fix, location=origin.location if origin else None)
        elsewhere = None
        if isinstance(parent, Choice):
            others = [tag for tag, member in parent.members.items() if name in member.fields]
            if others:
                elsewhere = f"remove it, or write {parent.tag}: {' or '.join(others)}, which has it"
        rule, fix = sentences.unknown(name, dotted(section) if section else "", valid, given, elsewhere)
        return Problem(item.path, rule, fix, value, location=origin.location if origin else None)

    def _value(self, item: Broken) -> Problem:
        node = find(self.tree, item.path)
        raw = node.raw if isinstance(node, Scalar) else None
        value = node.value if isinstance(node, Scalar) else None
        hidden = looks_secret(item.path)
        name = str(item.path[-1]) if item.path else ""
        rule, fix = sentences.words(
            sentences.Found(
                item.kind,
                item.context,
                item.message,
                item.shape,
                _field(item.parent, name),
                raw,
                name if item.is_key else value,
                hidden,
            )
        )
        if item.kind.startswith("union_tag") and node is None:
            rule = f"{name} is required: {rule}"
        problem = Problem(item.path, rule, fix, NO_VALUE if hidden or item.is_key else _shown(node))
        if raw is not None and problem.value is not NO_VALUE and not isinstance(value, str):
            problem = replace(problem, written=raw)
        if item.is_key:
            origin = key_origin(self.tree, item.path)
            return problem.at(origin.location if origin else None)
        return self._at(problem)

    def _at(self, problem: Problem) -> Problem:
        return problem.at(place(self.tree, problem.path))

    def _data(self, path: Path) -> object:
        node = find(self.tree, path)
        return plain(node) if node is not None else None


def _shown(node: Node | None) -> object:
    """The value of a problem: as it stands in the file, single values only."""
    if not isinstance(node, Scalar) or "\n" in str(node.value):
        return NO_VALUE
    return node.value


def _field(parent: Shape, name: str) -> FieldInfo | None:
    found = (described(section.model, name) for section in sections(parent))
    return next((field for field in found if field is not None), None)


def _all_fields(shape: Shape) -> list[str]:
    return list(dict.fromkeys(name for section in sections(shape) for name in section.fields))
