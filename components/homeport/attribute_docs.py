"""What models say of their fields: the text below each, read from the source when somebody asks.

pydantic's own `use_attribute_docstrings` reads the source of every model when it is imported, which is most of what a
model costs, and few runs ever show a description.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@functools.cache
def descriptions(model: type[BaseModel]) -> Mapping[str, str]:
    """Field to its description, for those that have one; a `Field(description=...)` comes before the text below it."""
    out: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            out |= _below_fields(cls.__module__).get(cls.__qualname__, {})
    own = {name: info.description for name, info in model.model_fields.items() if info.description}
    return {name: text for name, text in {**out, **own}.items() if name in model.model_fields}


def described(model: type[BaseModel], written: str) -> FieldInfo | None:
    """A field, by its name as written, with its description; None where the model has no such field."""
    for name, info in model.model_fields.items():
        if (info.alias or name) == written:
            found = copy(info)
            found.description = descriptions(model).get(name)
            return found
    return None


def add_descriptions(model: type[BaseModel], properties: dict[str, Any]) -> None:
    """Write the descriptions into the `properties` of a model's JSON Schema."""
    for name, text in descriptions(model).items():
        info = model.model_fields[name]
        shown = properties.get(info.alias or name, properties.get(name))
        if isinstance(shown, dict):
            shown.setdefault("description", text)  # pyright: ignore[reportUnknownMemberType]


@functools.cache
def _below_fields(module: str) -> Mapping[str, Mapping[str, str]]:
    """Class to field to text, of one module; nothing where there is no source."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return {}
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return {}
    return dict(_classes(tree, ""))


def _classes(node: ast.AST, above: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield f"{above}{child.name}", _texts(child)
            yield from _classes(child, f"{above}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes(child, f"{above}{child.name}.<locals>.")


def _texts(node: ast.ClassDef) -> Mapping[str, str]:
    out: dict[str, str] = {}
    for statement, after in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            out[statement.target.id] = inspect.cleandoc(after.value.value)
    return out
