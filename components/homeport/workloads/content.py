"""Names that follow from content: what such an object holds never changes, so a change is another object.

Pure: nothing here imports pulumi, unless the content is an output already.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from homeport.model import is_output

#: Hexadecimal digits that tell two contents apart.
DIGITS: Final = 8


def named(base: str, content: Any) -> Any:
    """`base` and a hash of the content; an output where a part of the content is one.

    Args:
        base: what the name begins with.
        content: maps, lists and scalars, outputs among them.
    """
    if not _holds_output(content):
        return _name(base, content)
    import pulumi  # noqa: PLC0415 - an output exists, so it is imported already

    return pulumi.Output.from_input(content).apply(lambda plain: _name(base, plain))


def _name(base: str, content: Any) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return f"{base}-{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"


def _holds_output(value: Any) -> bool:
    if is_output(value):
        return True
    if isinstance(value, Mapping):
        return any(_holds_output(item) for item in cast("Mapping[str, Any]", value).values())
    if isinstance(value, list | tuple):
        return any(_holds_output(item) for item in cast("Sequence[Any]", value))
    return False
