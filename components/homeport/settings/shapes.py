"""What a model accepts at a path, read from its annotations: for suggestions, typed input and places of errors.

Only what settings are made of is told apart; anything else is `Anything`, about which nothing is said.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from homeport.model import IntegerIsText, Tagged
from homeport.problems import Path


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value.

    Attributes:
        kinds: the Python types that it takes.
        values: all values, where it is a closed set.
        integer_is_text: takes an unquoted integer as text, see `homeport.model.TextFromInt`.
    """

    kinds: frozenset[type]
    values: tuple[Any, ...] = ()
    integer_is_text: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A map with fixed fields."""

    model: type[BaseModel]

    @property
    def fields(self) -> Mapping[str, FieldInfo]:
        """Name as written to field."""
        return {info.alias or name: info for name, info in self.model.model_fields.items()}

    def shape(self, name: str) -> Shape:
        """The shape of a field; `Anything` where there is no such field."""
        info = self.fields.get(name)
        return Anything() if info is None else shape_of_field(info)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sections, told apart by a field.

    Attributes:
        tag: the field.
        members: its value to the section.
        default: its value where it is not given; None where it must be.
    """

    tag: str
    members: Mapping[str, Section]
    default: str | None = None

    def chosen(self, data: object) -> Section | None:
        """The section that data chooses."""
        given = cast("Mapping[str, object]", data).get(self.tag, self.default) if isinstance(data, Mapping) else None
        return self.members.get(given) if isinstance(given, str) else None


@dataclass(frozen=True, slots=True)
class Table:
    """A map with free keys."""

    value: Any = field(repr=False)

    @property
    def shape(self) -> Shape:
        """Of every value."""
        return shape_of(self.value)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    item: Any = field(repr=False)

    @property
    def shape(self) -> Shape:
        """Of every item."""
        return shape_of(self.item)


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes, told apart by trying."""

    options: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """Nothing is known about it."""


Shape = Leaf | Section | Choice | Table | Items | Either | Anything

_SCALARS: Final = (str, bool, int, float)
_LISTS: Final = (list, tuple, set, frozenset)


def shape_of_field(info: FieldInfo) -> Shape:
    """The shape of a field of a model."""
    extra = [*info.metadata, info] if info.discriminator else list(info.metadata)
    return shape_of(info.annotation, extra)


def shape_of(annotation: Any, metadata: list[Any] | None = None) -> Shape:
    """The shape of a type.

    Args:
        annotation: the type; `X | None` has the shape of X.
        metadata: what `Annotated` adds to it.
    """
    meta = metadata or []
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return shape_of(inner, [*more, *meta])
    if origin in {Union, types.UnionType}:
        return _union(get_args(annotation), meta)
    if origin is Literal:
        values = get_args(annotation)
        return Leaf(_types(values), values)
    if isinstance(annotation, type) and origin is None:
        return _class(annotation, meta)
    return _collection(origin, get_args(annotation))


def _class(annotation: type, meta: list[Any]) -> Shape:
    if issubclass(annotation, BaseModel):
        return Section(annotation)
    if issubclass(annotation, Enum):
        values = tuple(member.value for member in annotation)
        return Leaf(_types(values), values)
    if annotation in _SCALARS:
        return Leaf(frozenset({annotation}), integer_is_text=any(isinstance(item, IntegerIsText) for item in meta))
    return _collection(annotation, ())


def _collection(origin: Any, args: tuple[Any, ...]) -> Shape:
    if not isinstance(origin, type):
        return Anything()
    if issubclass(origin, Mapping):
        return Table(args[1] if len(args) == 2 else Any)
    if origin in _LISTS or origin.__module__ == "collections.abc":
        return Items(args[0] if args else Any)
    return Anything()


def _union(args: tuple[Any, ...], meta: list[Any]) -> Shape:
    options = tuple(arg for arg in args if arg is not type(None))
    if len(options) == 1:
        return shape_of(options[0], meta)
    for item in meta:
        tag = item.field if isinstance(item, Tagged) else getattr(item, "discriminator", None)
        if isinstance(tag, str):
            return _choice(tag, options, default=item.default(options) if isinstance(item, Tagged) else None)
    shapes = tuple(shape_of(option) for option in options)
    if all(isinstance(shape, Leaf) for shape in shapes):
        leaves = cast("tuple[Leaf, ...]", shapes)
        closed = all(leaf.values for leaf in leaves)
        return Leaf(
            frozenset(kind for leaf in leaves for kind in leaf.kinds),
            tuple(value for leaf in leaves for value in leaf.values) if closed else (),
        )
    return Either(shapes)


def _types(values: tuple[object, ...]) -> frozenset[type]:
    return frozenset(type(value) for value in values)


def _choice(tag: str, options: tuple[Any, ...], *, default: str | None) -> Shape:
    members: dict[str, Section] = {}
    for option in options:
        shape = shape_of(option)
        if isinstance(shape, Choice):
            members.update(shape.members)
        elif isinstance(shape, Section) and isinstance(leaf := shape.shape(tag), Leaf):
            members.update({str(value): shape for value in leaf.values})
    return Choice(tag, members, default)


def child(shape: Shape, part: str | int, data: object = None) -> Shape:
    """The shape of what stands under `part`; `data` chooses the member of a choice."""
    match shape:
        case Section():
            return shape.shape(str(part))
        case Choice():
            section = shape.chosen(data)
            if section is not None:
                return section.shape(str(part))
            # Without a choice: what all members that have the field agree about.
            found = {
                repr(item): item
                for section in shape.members.values()
                if part in section.fields
                for item in [section.shape(str(part))]
            }
            return next(iter(found.values())) if len(found) == 1 else Anything()
        case Table() | Items():
            return shape.shape
        case Either():
            fits = Table | Section | Choice if isinstance(part, str) else Items
            found_options = [option for option in shape.options if isinstance(option, fits)]
            return child(found_options[0], part, data) if len(found_options) == 1 else Anything()
        case _:
            return Anything()


def shape_at(root: Shape, path: Path, data: object = None) -> Shape:
    """The shape at `path`; `data` is the settings as far as they are known."""
    shape, here = root, data
    for part in path:
        shape = child(shape, part, here)
        here = step(here, part)
    return shape


def step(data: object, part: str | int) -> object:
    """What stands under `part` in bare data, or None."""
    if isinstance(data, Mapping):
        return cast("Mapping[object, object]", data).get(part)
    if isinstance(data, list) and isinstance(part, int):
        items = cast("list[object]", data)
        return items[part] if 0 <= part < len(items) else None
    return None


def takes_null(shape: Shape, part: str | int, data: object = None) -> bool:
    """Whether null under `part` is a value of its own: the type takes it, and silence means something else.

    Args:
        shape: of what it stands in.
        part: field or key.
        data: what stands there now, which chooses the member of a choice.
    """
    if isinstance(shape, Table):
        return _with_none(shape.value)
    section = shape.chosen(data) if isinstance(shape, Choice) else shape
    if not isinstance(section, Section) or (info := section.fields.get(str(part))) is None:
        return False
    return (
        _with_none(info.annotation)
        and not info.is_required()
        and info.get_default(call_default_factory=False) is not None
    )


def _with_none(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _with_none(get_args(annotation)[0])
    return get_origin(annotation) in {Union, types.UnionType} and type(None) in get_args(annotation)


def sections(shape: Shape) -> tuple[Section, ...]:
    """The sections that a shape can be."""
    match shape:
        case Section():
            return (shape,)
        case Choice():
            return tuple(dict.fromkeys(shape.members.values()))
        case _:
            return ()


def describe(shape: Shape) -> str:
    """What to write, in words: `text`, `a whole number`, `a list`."""
    match shape:
        case Leaf(values=values) if values:
            return "one of " + ", ".join(_word(value) for value in values)
        case Leaf():
            return " or ".join(words for kind, words in _KINDS.items() if kind in shape.kinds)
        case Section() | Choice() | Table():
            return "a map"
        case Items():
            return "a list"
        case Either():
            return " or ".join(dict.fromkeys(describe(option) for option in shape.options))
        case Anything():
            return "something else"


_KINDS: Final[Mapping[type, str]] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


def _word(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
