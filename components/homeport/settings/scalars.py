"""What a plain (unquoted) YAML scalar means, and which ones mean different things to different readers.

Pulumi reads stack files with a Go library, we with a Python one. What all readers agree about is a value; the rest is
`Ambiguous` and refused, with the quoted form to write (docs/adr/0002). `engine_value` says what Pulumi itself makes of
a scalar, for programs that are not ours and cannot be asked to quote.

https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

#: What a scalar of a stack file can be.
Plain = None | bool | int | float | str

#: Largest integer that every reader keeps exact: engines and JSON tools hold numbers as IEEE 754 doubles.
LARGEST_INT: Final = 2**53

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT: Final = re.compile(r"0|-?[1-9][0-9]*")
_FLOAT: Final = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")

_BOOLEAN_WORDS: Final = re.compile(r"(?i)y|n|yes|no|on|off|true|false")
_NUMBER: Final = "some YAML readers take it as a number, others as text"
_AMBIGUOUS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (_BOOLEAN_WORDS, "some YAML readers take it as true or false, others as text"),
    (re.compile(r"(?i)null"), "some YAML readers take it as null, others as text"),
    (re.compile(r"[-+]?0[0-9_]+"), "some YAML readers take it as an octal number, others as a decimal one or text"),
    (re.compile(r"(?i)[-+]?0[xob][-+0-9a-f_]+"), _NUMBER),
    (re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9_]+)?"), _NUMBER),
    (re.compile(r"[-+]?\.[0-9_]+([eE][-+]?[0-9_]+)?"), _NUMBER),
    (re.compile(r"(?i)[-+]?\.(inf|nan)"), _NUMBER),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(:[0-9]{1,2})+(\.[0-9_]*)?"),
        "some YAML readers take it as a number in base 60, others as text",
    ),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?"), "some YAML readers take it as a date, others as text"),
    (re.compile(r"="), "some YAML readers take it as a default value, others as text"),
    (re.compile(r"<<"), "some YAML readers take it as a merge, others as text"),
)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A plain scalar about which YAML readers disagree.

    Attributes:
        reason: how they disagree, as the rest of a sentence about the scalar.
    """

    reason: str


def resolve(raw: str) -> Plain | Ambiguous:
    """The value of a plain scalar, or why it has none that all readers agree about.

    Args:
        raw: the text as it stands in the file.
    """
    if raw in _NULL:
        return None
    if raw in _BOOL:
        return _BOOL[raw]
    if _INT.fullmatch(raw):
        if len(raw) <= 17 and abs(int(raw)) <= LARGEST_INT:
            return int(raw)
        return Ambiguous("it is larger than 2^53, beyond which readers round numbers")
    if _FLOAT.fullmatch(raw):
        value = float(raw)
        return value if math.isfinite(value) else Ambiguous("it is too large a number for most readers")
    for pattern, reason in _AMBIGUOUS:
        if pattern.fullmatch(raw):
            return Ambiguous(reason)
    return raw


_GO_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_GO_TIME: Final = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:(?:[Tt]|\s)(?P<time>\d{1,2}:\d{1,2}:\d{1,2})(?P<fraction>\.\d+)?(?P<zone>Z|[-+]\d\d:\d\d)?)?"
)


def engine_value(raw: str) -> Plain:
    """What Pulumi's own reader makes of a plain scalar (tried with Pulumi 3.262; see the table in the tests).

    Infinities and not-a-number, which Pulumi refuses, come back as text.
    """
    value = resolve(raw)
    if not isinstance(value, Ambiguous):
        return value
    if raw[:1] not in "+-.0123456789":
        return raw
    return _go_time(raw) or _go_number(raw)


def _go_time(raw: str) -> str | None:
    match = _GO_TIME.fullmatch(raw)
    if match is None:
        return None
    with suppress(ValueError):
        year, month, day = (int(part) for part in match["date"].split("-"))
        hour, minute, second = (int(part) for part in (match["time"] or "0:0:0").split(":"))
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)  # noqa: UP017 - as Go names it
        fraction = (match["fraction"] or "").rstrip("0").rstrip(".")
        if match["zone"] in {None, "Z"}:
            return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"
        zone = match["zone"].replace(":", "")
        return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} {zone} {zone}"
    return None


def _go_number(raw: str) -> Plain:
    bare = raw.replace("_", "")
    with suppress(ValueError):
        # Base 0 in Go reads 010 as octal; in Python it wants 0o10.
        octal = re.fullmatch(r"([-+]?)0([0-7]+)", bare)
        whole = int(f"{octal[1]}0o{octal[2]}" if octal else bare, 0)
        if -(2**63) <= whole < 2**64:
            return whole
    if _GO_FLOAT.fullmatch(bare) and math.isfinite(number := float(bare)):
        return number
    return raw
