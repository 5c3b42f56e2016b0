"""One value out of several passes: what is known, what is a token, what is unknown.

Pass 1 leaves unknown what only the cloud can say; passes 2 and 3 answer it with tokens, each in its own spelling
(see `homeport.plan.tokens`). Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, Final, cast

from homeport.plan.graph import SECRET_KEY, UNKNOWN_KEY
from homeport.plan.tokens import Tokens, shown, whole


class Mark(Enum):
    """Stands in a decoded value for what is not there."""

    UNKNOWN = "unknown"
    SECRET = "secret"  # noqa: S105 - the mark of one
    ABSENT = "absent"


UNKNOWN: Final = Mark.UNKNOWN
SECRET: Final = Mark.SECRET
ABSENT: Final = Mark.ABSENT


class Merger:
    """Merges the values of the passes of one evaluation.

    Args:
        passes: the tokens of each pass that ran, in order; one to three.
        sure: texts of pass 2 that hold tokens and need no confirmation.

    Attributes:
        doubtful: a value was left unknown that a third pass could confirm.
    """

    def __init__(self, passes: list[Tokens], sure: Collection[str] = ()) -> None:
        self._passes = passes
        self._sure = sure
        self._plain = not passes[0].used
        self.doubtful = False

    def merge(self, first: Any, *later: Any) -> Any:
        """The public value: JSON types, with marks for secrets and unknowns.

        Args:
            first: the value in pass 1.
            later: the same value in the other passes; `ABSENT` where it does not exist there.
        """
        if first is SECRET or SECRET in [value for value in later if isinstance(value, Mark)]:
            return {SECRET_KEY: True}
        if isinstance(first, dict):
            return self._merge_dict(cast("dict[str, Any]", first), later)
        if isinstance(first, list):
            items = cast("list[Any]", first)
            return [self.merge(item, *(_at(value, place) for value in later)) for place, item in enumerate(items)]
        if isinstance(first, Mark):
            return _public(self._derive(later))
        if self._plain or not later:
            return self._alone(first)
        return self._confirmed(first, later)

    def _merge_dict(self, first: dict[str, Any], later: tuple[Any, ...]) -> dict[str, Any]:
        if self._plain:
            return {
                key: self.merge(item, *(_get(value, key) for value in later)) for key, item in sorted(first.items())
            }
        spelled = [self._respelled(value, place) for place, value in enumerate(later, start=1)]
        out: dict[str, Any] = {}
        for key, item in sorted(first.items()):
            name = shown(self._passes[0].read(key))
            out[name] = self.merge(item, *(_get(value, name) for value in spelled))
        return out

    def _respelled(self, value: Any, place: int) -> Any:
        """A dict whose keys hold tokens, with the public spelling of its keys."""
        if not isinstance(value, dict):
            return value
        items = cast("dict[str, Any]", value).items()
        return {shown(self._passes[place].read(key)): item for key, item in items}

    def _alone(self, value: Any) -> Any:
        """A value of pass 1 that no other pass speaks about."""
        if isinstance(value, str) and not self._plain and self._passes[0].touched(value):
            return {UNKNOWN_KEY: True}
        return value

    def _confirmed(self, first: Any, later: tuple[Any, ...]) -> Any:
        """A known value of a pass 1 that gave out tokens itself: the other passes must agree."""
        if isinstance(first, str):
            parts = self._passes[0].read(first)
            if later[0] is ABSENT:
                return self._alone(first)
            same = all(
                isinstance(value, str) and self._passes[place].read(value) == parts
                for place, value in enumerate(later, start=1)
            )
            return shown(parts) if same and whole(parts, self._passes[0]) else {UNKNOWN_KEY: True}
        same = all(value is ABSENT or (type(value) is type(first) and value == first) for value in later)
        return first if same else {UNKNOWN_KEY: True}

    def _derive(self, later: tuple[Any, ...]) -> Any:
        """What was unknown in pass 1: tokens where passes 2 and 3 agree on them, else unknown."""
        if not later or any(isinstance(value, Mark) for value in later):
            return UNKNOWN
        second, third = later[0], later[1] if len(later) > 1 else None
        if third is None:
            return self._unconfirmed(second)
        if isinstance(second, str) and isinstance(third, str):
            parts = self._passes[1].read(second)
            agreed = len(parts) > 1 and self._passes[2].read(third) == parts and whole(parts, self._passes[1])
            return shown(parts) if agreed else UNKNOWN
        if isinstance(second, dict) and isinstance(third, dict):
            return self._derive_dict(cast("dict[str, Any]", second), cast("dict[str, Any]", third))
        if isinstance(second, list) and isinstance(third, list):
            return self._derive_list(cast("list[Any]", second), cast("list[Any]", third))
        return UNKNOWN

    def _unconfirmed(self, second: Any) -> Any:
        """After two passes alone: what is one token or was joined in plain sight needs no confirmation, all else does.

        One item of a list does: joined items look like one where there is only one.
        """
        if isinstance(second, str):
            parts = self._passes[1].read(second)
            if self._passes[1].is_one(second) or second in self._sure:
                return shown(parts)
            self.doubtful = self.doubtful or len(parts) > 1
        elif isinstance(second, dict | list):
            self.doubtful = True
        return UNKNOWN

    def _derive_dict(self, second: dict[str, Any], third: dict[str, Any]) -> Any:
        """The keys must agree too; a dict without any token in it is unknown as a whole."""
        keys = [self._passes[1].read(key) for key in second]
        others = {self._passes[2].read(key): key for key in third}
        if len(others) != len(second) or any(key not in others or not whole(key, self._passes[1]) for key in keys):
            return UNKNOWN
        out = {
            shown(parts): self._derive((second[key], third[others[parts]]))
            for key, parts in zip(second, keys, strict=True)
        }
        return UNKNOWN if all(item is UNKNOWN for item in out.values()) else out

    def _derive_list(self, second: list[Any], third: list[Any]) -> Any:
        """Item by item; lists of unknown length have one item in pass 2 and two in pass 3."""
        if len(second) != len(third):
            second, third = self._fold(second, 1), self._fold(third, 2)
        if len(second) != len(third):
            return UNKNOWN
        out = [self._derive(pair) for pair in zip(second, third, strict=True)]
        return UNKNOWN if all(item is UNKNOWN for item in out) else out

    def _fold(self, items: list[Any], place: int) -> list[Any]:
        out: list[Any] = []
        last: Any = ABSENT
        for item in items:
            normal = self._normal(item, place)
            if normal != last:
                out.append(item)
            last = normal
        return out

    def _normal(self, value: Any, place: int) -> Any:
        if isinstance(value, str):
            return self._passes[place].read(value)
        if isinstance(value, dict):
            items = cast("dict[str, Any]", value).items()
            return {key: self._normal(item, place) for key, item in items}
        if isinstance(value, list):
            return [self._normal(item, place) for item in cast("list[Any]", value)]
        return value


def _get(value: Any, key: str) -> Any:
    if isinstance(value, Mark):
        return value if value is SECRET else ABSENT
    return cast("Mapping[str, Any]", value).get(key, ABSENT) if isinstance(value, dict) else ABSENT


def _at(value: Any, place: int) -> Any:
    if isinstance(value, Mark):
        return value if value is SECRET else ABSENT
    if not isinstance(value, list):
        return ABSENT
    items = cast("list[Any]", value)
    return items[place] if place < len(items) else ABSENT


def _public(value: Any) -> Any:
    if value is SECRET:
        return {SECRET_KEY: True}
    if isinstance(value, Mark):
        return {UNKNOWN_KEY: True}
    if isinstance(value, dict):
        return {key: _public(item) for key, item in sorted(cast("dict[str, Any]", value).items())}
    if isinstance(value, list):
        return [_public(item) for item in cast("list[Any]", value)]
    return value
