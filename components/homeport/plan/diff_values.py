"""How two values of a plan differ, place by place. Pure.

Secrets are marks in a plan, so two of them cannot be compared; a value that stopped or began to be secret is a change
whose plain side is never kept: it may well be the secret itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Any, Final, Literal, cast

from homeport.plan.graph import SECRET_KEY, marks

ChangeKind = Literal["added", "removed", "changed"]


class Nothing(Enum):
    """Stands for a value that is not there; None is a value."""

    ABSENT = "absent"


ABSENT: Final = Nothing.ABSENT
#: Stands for a plain value on one side of a secret.
PLAIN: Final[Mapping[str, bool]] = {"$plain": True}
#: What follows is inside of a text that holds JSON, such as a policy document.
IN_JSON: Final = "(json)"
_ORDER: Final = "(order)"
_SECRET: Final[Mapping[str, bool]] = {SECRET_KEY: True}
#: What tells the items of a list apart, best first. A list of items without any of them is compared by place.
_IDENTITIES: Final = (
    "name", "key", "Sid", "id", "displayName", "rangeName", "mountPath", "containerPort", "cidrBlock", "resourceType",
    "deviceName", "ip",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two values differ.

    Attributes:
        parts: the way to it: keys, and items of lists in brackets.
        before: the value there, `ABSENT` where there was none.
        after: the same, now.
    """

    parts: tuple[str, ...]
    before: Any
    after: Any

    @property
    def kind(self) -> ChangeKind:
        """Whether something came, went or is another."""
        if self.before is ABSENT:
            return "added"
        return "removed" if self.after is ABSENT else "changed"

    @property
    def keys(self) -> tuple[str, ...]:
        """The way without places in lists: what rules are written for."""
        return tuple(part for part in self.parts if not part.startswith("[") and part != IN_JSON)

    @property
    def path(self) -> str:
        """The way as text: `spec.containers[name=web].image`."""
        out = ""
        for part in self.parts:
            if part.startswith("[") or part in {IN_JSON, _ORDER}:
                out += part
            elif all(char.isalnum() or char in "_-$" for char in part) and part:
                out += f".{part}" if out else part
            else:
                out += f"[{json.dumps(part, ensure_ascii=False)}]"
        return out

    @property
    def exposes(self) -> bool:
        """Whether a secret became a plain value."""
        return self.before == _SECRET and self.after == PLAIN

    def mirrored(self) -> Change:
        """The same seen from the other side."""
        return Change(self.parts, self.after, self.before)


def changes(before: Any, after: Any, parts: tuple[str, ...] = ()) -> Iterator[Change]:
    """Where two values differ, in the order of their keys; nothing where they do not."""
    if same(before, after):
        return
    if (before == _SECRET) is not (after == _SECRET) and ABSENT not in (before, after):
        yield Change(parts, before if before == _SECRET else PLAIN, after if after == _SECRET else PLAIN)
    elif isinstance(before, Mapping) and isinstance(after, Mapping) and not _is_mark(before) and not _is_mark(after):
        old, new = cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", after)
        for key in sorted(old.keys() | new.keys()):
            yield from changes(old.get(key, ABSENT), new.get(key, ABSENT), (*parts, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(cast("list[Any]", before), cast("list[Any]", after), parts)
    elif (inner := _documents(before, after)) is not None:
        yield from changes(*inner, (*parts, IN_JSON))
    else:
        yield Change(parts, before, after)


def leaves(change: Change) -> Iterator[Change]:
    """The same change, with what came or went as a whole taken apart: what rules on single fields look at."""
    for side, other in ((change.after, change.before), (change.before, change.after)):
        if other is ABSENT and isinstance(side, Mapping | list) and not _is_mark(side):
            for parts, value in _flat(side, change.parts):
                yield Change(parts, *((ABSENT, value) if side is change.after else (value, ABSENT)))
            return
        if other is ABSENT and (text := _document(side)) is not None:
            for parts, value in _flat(text, (*change.parts, IN_JSON)):
                yield Change(parts, *((ABSENT, value) if side is change.after else (value, ABSENT)))
            return
    yield change


def same(before: Any, after: Any) -> bool:
    """Equality as JSON has it: True is not 1, 1 is 1.0."""
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        old, new = cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", after)
        return old.keys() == new.keys() and all(same(value, new[key]) for key, value in old.items())
    if isinstance(before, list) and isinstance(after, list):
        one, other = cast("list[Any]", before), cast("list[Any]", after)
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return bool(before == after)


def uncompared(value: Any) -> Counter[str]:
    """What of a value says nothing about a change: `secret`, `unknown` (only the cloud can say), `file` contents."""
    found = Counter("unknown" if mark == "token" else mark for mark in marks(value) if mark != "token")
    found["file"] = sum(1 for _ in _assets(value))
    return found


def _assets(value: Any) -> Iterator[None]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            if key == "$asset" and isinstance(item, Mapping) and "path" in item:
                yield None
            yield from _assets(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _assets(item)


def _is_mark(value: Any) -> bool:
    keys = list(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else []
    return len(keys) == 1 and keys[0] in _MARKS


_MARKS: Final = frozenset({SECRET_KEY, "$unknown", "$plain", "$asset"})


def _lists(before: list[Any], after: list[Any], parts: tuple[str, ...]) -> Iterator[Change]:
    if identity := _identity(before, after):
        old, new = ({str(item[identity]): item for item in side} for side in (before, after))
        for key in [*old, *(key for key in new if key not in old)]:
            yield from changes(old.get(key, ABSENT), new.get(key, ABSENT), (*parts, f"[{identity}={key}]"))
        kept = [key for key in old if key in new]
        if kept != [key for key in new if key in old]:
            yield Change((*parts, _ORDER), list(old), list(new))
    elif len(before) == len(after) == 1:
        yield from changes(before[0], after[0], (*parts, "[0]"))
    elif not any(isinstance(item, Mapping | list) for item in [*before, *after]):
        yield from _scalars(before, after, parts)
    else:
        yield from _by_place(before, after, parts)


def _scalars(before: list[Any], after: list[Any], parts: tuple[str, ...]) -> Iterator[Change]:
    texts = [[json.dumps(item) for item in side] for side in (before, after)]
    gone, new = Counter(texts[0]) - Counter(texts[1]), Counter(texts[1]) - Counter(texts[0])
    yield from (Change((*parts, "[]"), json.loads(text), ABSENT) for text in gone.elements())
    yield from (Change((*parts, "[]"), ABSENT, json.loads(text)) for text in new.elements())
    if not gone and not new:
        yield Change((*parts, _ORDER), before, after)


def _by_place(before: list[Any], after: list[Any], parts: tuple[str, ...]) -> Iterator[Change]:
    texts = [[json.dumps(item, sort_keys=True) for item in side] for side in (before, after)]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for step in range(paired):
            yield from changes(before[i1 + step], after[j1 + step], (*parts, f"[{j1 + step}]"))
        yield from (Change((*parts, f"[{place}]"), before[place], ABSENT) for place in range(i1 + paired, i2))
        yield from (Change((*parts, f"[{place}]"), ABSENT, after[place]) for place in range(j1 + paired, j2))


def _identity(before: list[Any], after: list[Any]) -> str | None:
    sides = (before, after)
    for key in _IDENTITIES:
        values = [[_scalar(item, key) for item in side] for side in sides]
        if all(None not in side and len(set(side)) == len(side) for side in values):
            return key
    return None


def _scalar(item: Any, key: str) -> str | None:
    value: Any = cast("Mapping[str, Any]", item).get(key) if isinstance(item, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _documents(before: Any, after: Any) -> tuple[Any, Any] | None:
    old, new = _document(before), _document(after)
    # Spacing and the order of keys are a change of the text all the same: the provider sees text.
    return (old, new) if old is not None and new is not None and not same(old, new) else None


def _document(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return None
    try:
        parsed: Any = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return cast("Any", parsed) if isinstance(parsed, dict | list) else None


def _flat(value: Any, parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value and not _is_mark(value):
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from _flat(item, (*parts, key))
    elif isinstance(value, list) and value:
        for place, item in enumerate(cast("list[Any]", value)):
            yield from _flat(item, (*parts, f"[{place}]" if isinstance(item, Mapping | list) else "[]"))
    elif (document := _document(value)) is not None and document:
        yield from _flat(document, (*parts, IN_JSON))
    else:
        yield parts, value


def flat(value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every single field of a value with the way to it."""
    yield from _flat(value, ())
