"""Values of a plan as text for people: on one line, safe for a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from homeport.plan.graph import SECRET_KEY, UNKNOWN_KEY

UNKNOWN_TEXT: Final = "(unknown)"
SECRET_TEXT: Final = "(secret)"  # noqa: S105 - what is shown in place of one

#: A program may put anything into a name: nothing of it may move the cursor, change colours or the reading direction.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def safe(text: str) -> str:
    """A text on one line, with control characters spelled out."""
    return _UNSAFE.sub(
        lambda match: f"\\u{ord(match[0]):04x}" if ord(match[0]) > 0xFF else f"\\x{ord(match[0]):02x}", text
    )


def value_text(value: Any, limit: int | None = None) -> str:
    """A value on one line: text as it is, the rest as JSON, marks as words.

    Args:
        value: from a graph.
        limit: longest text; what is longer is cut and ends with dots.
    """
    text = safe(_text(value))
    return text if limit is None or len(text) <= limit else text[: max(0, limit - 3)] + "..."


def short_type(token: str) -> str:
    """`gcp:container:Cluster` of `gcp:container/cluster:Cluster`: generated modules repeat the class in lower case."""
    parts = token.split(":")
    if len(parts) == 3 and "/" in parts[1]:
        module, _, last = parts[1].rpartition("/")
        if last.lower() == parts[2].lower():
            return f"{parts[0]}:{module}:{parts[2]}"
    return token


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value == {UNKNOWN_KEY: True}:
        return UNKNOWN_TEXT
    if value == {SECRET_KEY: True}:
        return SECRET_TEXT
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return "{" + ", ".join(f"{key}: {_inner(item)}" for key, item in items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inner(item) for item in cast("list[Any]", value)) + "]"
    return json.dumps(value)


def _inner(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and not _is_bare(value) else _text(value)


def _is_bare(text: str) -> bool:
    return bool(re.fullmatch(r"[^\s,\[\]{}\"':]([^\s,\[\]{}\"']*)|\$\{[^{}]*\}[^\s,]*", text))
