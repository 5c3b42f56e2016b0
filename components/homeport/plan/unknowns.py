"""Values for outputs that only the cloud can say, made from their declared types.

In pass 1 they are unknown. In passes 2 and 3 text is a token, a list has one or two items, and an object (an "output
type" of a provider's SDK) makes its fields when they are read: some types are hundreds of fields deep.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self, Union, cast

import pulumi
from pulumi import _types  # pyright: ignore[reportPrivateUsage]
from pulumi.output import Unknown

from homeport.plan.tokens import Tokens

_ORIGIN: Final = "_homeport_origin"
_FIELDS: Final = "_homeport_fields"
_DECLARED: Final = "_homeport_declared"


class Missing(Unknown):
    """An unknown that gives itself away in text."""

    def __init__(self, tokens: Tokens, path: str) -> None:
        super().__init__()
        self._tokens = tokens
        self._path = path

    def __str__(self) -> str:
        # A piece of a token: whatever text it ends in is shown as unknown.
        return self._tokens.make(self._path)[:-1]

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return str(self)

    def __bool__(self) -> bool:
        # Results of function calls check only what is there.
        return False


class ResourceToken(str):
    """Stands for a resource that a plugin's component gives out: a token, and its outputs are tokens too."""

    __slots__ = ("_made_by",)

    def __new__(cls, unknowns: Unknowns, declared: type, path: str) -> Self:
        """Make one for a resource class."""
        made = super().__new__(cls, cast("str", unknowns.answer(str, path)))
        made._made_by = (unknowns, declared, path)
        return made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        unknowns, declared, path = cast("tuple[Unknowns, type, str]", self._made_by)
        names = _types.resource_py_to_pulumi_names(declared)
        fields: Mapping[str, Any] = {"id": str, "urn": str, **_types.resource_types(declared)}
        output = names.get(name, name)
        if output not in fields:
            raise AttributeError(name)
        return unknowns.answer(fields[output], f"{path}.{output}")


class Unknowns:
    """Makes the unknown values of one pass.

    Args:
        tokens: of the pass.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def missing(self, path: str) -> Missing:
        """An unknown of any type."""
        return Missing(self._tokens, path)

    def value(self, declared: Any, path: str) -> Any:
        """What stands for an output of a declared type: tokens from pass 2 on where it is text."""
        if self._tokens.number == 1:
            return self.missing(path)
        return self.answer(declared, path)

    def answer(self, declared: Any, path: str) -> Any:
        """The same in any pass: for values that no Output can carry as unknown."""
        declared = _types.unwrap_optional_type(declared) if declared is not None else None
        origin = typing.get_origin(declared)
        arguments = typing.get_args(declared)
        if declared is str or (origin in {Union, types.UnionType} and str in arguments):
            return self._tokens.make(path)
        if isinstance(declared, type) and _types.is_output_type(declared):
            return self.object(declared, path)
        if isinstance(declared, type) and issubclass(declared, pulumi.Resource):
            return ResourceToken(self, declared, path)
        if origin in {list, Sequence} and arguments:
            item = self.answer(arguments[0], f"{path}[*]")
            return item if isinstance(item, Missing) else [item] * max(1, self._tokens.number - 1)
        return self.missing(path)

    def object(self, declared: type, path: str) -> Any:
        """An object of an output type whose fields are made when they are read."""
        cls: Any = _revealing(declared)
        made: Any = cls.__new__(cls)
        setattr(made, _ORIGIN, (self, path))
        return made

    def plain(self, declared: type, path: str) -> Any:
        """The result of a function call: the SDK copies it field by field, so that all its fields must be there."""
        cls: Any = declared
        made: Any = cls.__new__(cls)
        for name, field in _types.output_type_types(declared).items():
            _types.set(made, _python_name(declared, name), self.answer(field, f"{path}.{name}"))
        return made

    def fill(self, value: Any, path: str) -> Any:
        """Let the objects in an echoed input make the fields that were not given."""
        if isinstance(value, list):
            for place, item in enumerate(cast("list[Any]", value)):
                self.fill(item, f"{path}[{place}]")
        elif _types.is_output_type(cast("Any", type(value))):
            declared: type = cast("Any", type(value))
            if not hasattr(value, _ORIGIN):
                value.__class__ = _revealing(declared)
                setattr(value, _ORIGIN, (self, path))
            for name, python_name in _names(declared):
                item = _types.get(value, python_name)
                if isinstance(item, list | dict):
                    self.fill(item, f"{path}.{name}")
        elif isinstance(value, dict):
            for key, item in cast("dict[str, Any]", value).items():
                if isinstance(item, list | dict):
                    self.fill(item, f"{path}.{key}")
        return cast("Any", value)


@functools.cache
def _names(declared: type) -> tuple[tuple[str, str], ...]:
    """Pairs of the provider's and Python's name of each field."""
    rows = _types._py_properties(declared)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return tuple((provider_name, python_name) for python_name, provider_name, _ in rows)


def _python_name(declared: type, name: str) -> str:
    return dict(_names(declared)).get(name, name)


@functools.cache
def _revealing(declared: type) -> type:
    """A subclass of an output type that makes fields which were not given."""
    body: dict[str, Any] = {"__bool__": _true}
    for python_name, name, prop in _types._py_properties(declared):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        body[python_name] = _revealed(prop, name, declared)
    if dict in declared.__mro__:
        body["__missing__"] = _missing
        body.setdefault("get", _get)
        body[_FIELDS] = {key: name for name, python_name in _names(declared) for key in (name, python_name)}
        body[_DECLARED] = declared
    return type(declared.__name__, (declared,), body)


def _missing(self: Any, key: str) -> Any:
    fields: Mapping[str, str] = getattr(self, _FIELDS)
    if key not in fields or not hasattr(self, _ORIGIN):
        raise KeyError(key)
    return _reveal(self, fields[key], getattr(self, _DECLARED))


def _get(self: Any, key: str, default: Any = None) -> Any:
    fields: Mapping[str, str] = getattr(self, _FIELDS)
    if key in self or key not in fields or not hasattr(self, _ORIGIN):
        return dict[str, Any].get(self, key, default)
    return _reveal(self, fields[key], getattr(self, _DECLARED))


def _true(self: Any) -> bool:
    del self
    return True


def _revealed(prop: property, name: str, declared: type) -> property:
    def read(self: Any) -> Any:
        assert prop.fget is not None  # noqa: S101 - the SDK's getters have one
        value = prop.fget(self)
        return _reveal(self, name, declared) if value is None and hasattr(self, _ORIGIN) else value

    return property(read)


def _reveal(value: Any, name: str, declared: type) -> Any:
    made_by, path = cast("tuple[Unknowns, str]", getattr(value, _ORIGIN))
    field: Any = cast("Mapping[str, Any]", _types.output_type_types(declared)).get(name)
    return made_by.value(field, f"{path}.{name}")
