"""Reading documents of other programs, which may have any shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def mapping(value: object) -> Mapping[str, Any]:
    """The value, if it is a map; an empty one otherwise."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def sequence(value: object) -> list[Any]:
    """The value, if it is a list; an empty one otherwise."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def text_of(value: object) -> str:
    """The value, if it is a text; an empty one otherwise."""
    return value if isinstance(value, str) else ""
