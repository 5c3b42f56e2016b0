"""Writes values as YAML text. Pure.

What is written reads back the same with every YAML reader: texts that could be taken for something else are quoted.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, Final

from homeport.settings.reader import quoted
from homeport.settings.scalars import resolve
from homeport.settings.tree import mapping, sequence

#: Plain text that needs no quotes anywhere, also inside of braces.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./~+@%^()-](?:[A-Za-z0-9_./~+@%^():-]*[A-Za-z0-9_./~+@%^()-])?")
_INDICATORS: Final = "-%@~"


def scalar(value: object, style: str = "") -> str:
    """A single value.

    Args:
        value: None, a bool, a number or text.
        style: the quote that texts get; they are quoted only where they must be if it is empty.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    if not isinstance(value, str):
        return str(value)
    if style == "'" and "\n" not in value and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and _PLAIN.fullmatch(value) and value[0] not in _INDICATORS and resolve(value) == value:
        return value
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted(value))


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def flow(value: object) -> str:
    """Any value on one line."""
    pairs, items = mapping(value), sequence(value)
    if pairs is not None:
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in pairs.items()) + "}"
    if items is not None:
        return "[" + ", ".join(flow(item) for item in items) + "]"
    return scalar(value)


def block(value: dict[str, Any], indent: int, step: int = 2) -> list[str]:
    """The entries of a map, a line each, maps inside indented further and lists in brackets."""
    lines: list[str] = []
    for key, item in value.items():
        head = f"{' ' * indent}{scalar(key)}:"
        inside = mapping(item)
        lines += [head, *block(inside, indent + step, step)] if inside else [f"{head} {flow(item)}"]
    return lines
