"""Resources that only changed their name, type chain or parent, and have no alias that says so. Pure.

To the engine they are one resource less and another one more: it makes the new one first, which fails where the
physical name is taken, and deletes the old one with all it holds.
https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from homeport.plan.diff import Diff
from homeport.plan.diff_flags import Flag, flag
from homeport.plan.diff_match import parents_first
from homeport.plan.diff_state import loss
from homeport.plan.diff_values import flat
from homeport.plan.graph import STACK_TYPE, Graph, Resource
from homeport.plan.text import value_text

#: Share of equal inputs from which two resources of one type pass as the same under another name.
_ALIKE: Final = 0.75
#: The same for what holds state: better one question too many.
_ALIKE_STATEFUL: Final = 0.6
#: More candidates than this of one type are compared by their names' ends alone.
_MANY: Final = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """A removed resource and the added one that seems to be the same."""

    before: Resource
    after: Resource


def pairs(diff: Diff) -> list[Pair]:
    """Removed and added resources that belong together, parents first."""
    if diff.base is None or diff.head is None:
        return []
    gone, new = {item.urn for item in diff.removed}, {item.urn for item in diff.added}
    if not gone or not new:
        return []
    search = _Search(
        {item.urn: item for item in parents_first(diff.base) if item.urn in gone},
        {item.urn: item for item in parents_first(diff.head) if item.urn in new},
    )
    search.follow(list(search.added.values()), by_name=True)
    for before, after in _alike(diff.base, diff.head, search.removed, search.added):
        if before.urn in search.removed and after.urn in search.added:
            search.take(before, after)
            search.follow(list(diff.head.descendants(after.urn)), by_name=False)
    return search.found


class _Search:
    """What is not paired yet, and what is."""

    def __init__(self, removed: dict[str, Resource], added: dict[str, Resource]) -> None:
        self.removed = removed
        self.added = added
        self.found: list[Pair] = []
        self._pairs: dict[str, Pair] = {}
        self._by_name: dict[str, list[Resource]] = {}
        self._by_parent: dict[str | None, list[Resource]] = {}
        for item in removed.values():
            self._by_name.setdefault(item.name, []).append(item)
            self._by_parent.setdefault(item.parent, []).append(item)

    def take(self, before: Resource, after: Resource) -> None:
        """The two are one."""
        self._pairs[after.urn] = Pair(before, after)
        self.found.append(self._pairs[after.urn])
        del self.removed[before.urn], self.added[after.urn]

    def follow(self, resources: Iterable[Resource], *, by_name: bool) -> None:
        """Pair what a paired parent explains and, where asked for, what kept its name."""
        for after in resources:
            if after.urn in self.added:
                before = self._below_a_pair(after) or (self._same_name(after) if by_name else None)
                if before is not None:
                    self.take(before, after)

    def _below_a_pair(self, after: Resource) -> Resource | None:
        above = self._pairs.get(after.parent or "")
        if above is None:
            return None
        role = after.name.removeprefix(above.after.name)
        for before in self._by_parent.get(above.before.urn, ()):
            alike = before.name == after.name or before.name.removeprefix(above.before.name) == role
            if alike and before.type == after.type and before.urn in self.removed:
                return before
        return None

    def _same_name(self, after: Resource) -> Resource | None:
        """The one of the same name: moved to another parent, or a component that has another type."""
        named = self._by_name.get(after.name, ())
        same = [item for item in named if item.urn in self.removed and item.custom is after.custom]
        typed = [item for item in same if item.type == after.type]
        if len(typed) == 1:
            return typed[0]
        loose = [item for item in same if item.is_component and item.parent == after.parent]
        return loose[0] if after.is_component and len(loose) == 1 else None


def rename_flags(diff: Diff, found: Iterable[Pair]) -> Iterator[Flag]:
    """One flag for each pair; children of a renamed parent are told at the parent."""
    every = list(found)
    by_after = {pair.after.urn: pair for pair in every}
    for pair in every:
        above = by_after.get(pair.after.parent or "")
        if above is not None and above.before.urn == pair.before.parent:
            continue
        under = diff.head.descendants(pair.after.urn) if diff.head is not None else ()
        below = [by_after[item.urn] for item in under if item.urn in by_after]
        yield flag(
            "renamed-without-alias", "danger", pair.after, _text(pair, below), fix=_fix(pair), path=pair.before.urn
        )


def _text(pair: Pair, below: list[Pair]) -> str:
    was, now = pair.before, pair.after
    if was.name != now.name:
        text = f'was called "{was.name}" and has no alias that says so'
    elif was.type != now.type:
        text = f"was of type {was.type} and has no alias that says so"
    else:
        text = "has another parent than before and no alias that says so"
    real = [item for item in below if item.after.custom]
    if now.custom:
        text += ": the engine deletes the old one and makes a new one"
        if lost := loss(now.type):
            text += f"; with it goes {lost}"
    else:
        text += f": the engine deletes and makes anew what is below it, {len(real)} resource{_s(len(real))}"
    holding = [item.before.name for item in real if loss(item.before.type)]
    if holding:
        text += f"; {len(holding)} of them hold{_s(2 if len(holding) == 1 else 1)} state: " + ", ".join(holding[:5])
        text += ", ..." if len(holding) > 5 else ""
    if any(item.before.options.protect for item in (pair, *real)):
        text += "; protect makes it refuse"
    return text


def _fix(pair: Pair) -> str:
    was, now = pair.before, pair.after
    if was.name != now.name:
        return f"aliases=[pulumi.Alias(name={value_text(was.name)!r})] in its options"
    if was.type != now.type:
        return f"aliases=[pulumi.Alias(type_={was.type!r})] in its options"
    return f"aliases=[{was.urn!r}] in its options"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _alike(
    base: Graph, head: Graph, removed: Mapping[str, Resource], added: Mapping[str, Resource]
) -> list[tuple[Resource, Resource]]:
    scored: list[tuple[float, str, str]] = []
    by_type: dict[str, tuple[list[Resource], list[Resource]]] = {}
    for side, items in enumerate((removed, added)):
        for item in items.values():
            by_type.setdefault(item.type, ([], []))[side].append(item)
    for token, (gone, new) in by_type.items():
        if not gone or not new or token == STACK_TYPE or len(gone) * len(new) > _MANY * _MANY:
            continue
        least = _ALIKE_STATEFUL if loss(token) else _ALIKE
        was = {item.urn: _features(item, base) for item in gone}
        now = {item.urn: _features(item, head) for item in new}
        for before in gone:
            for after in new:
                score = _overlap(was[before.urn], now[after.urn])
                if score >= least:
                    scored.append((score, before.urn, after.urn))
    # Components first: their children follow them.
    scored.sort(key=lambda row: (removed[row[1]].custom, -row[0], row[1], row[2]))
    return [(removed[before], added[after]) for _, before, after in scored]


def _features(resource: Resource, graph: Graph) -> Counter[str]:
    """What a resource is made of, without its own name: its inputs, or for a component what is below it."""
    if resource.custom:
        return Counter(
            f"{'.'.join(parts)}={_nameless(value_text(value), resource.name)}" for parts, value in flat(resource.inputs)
        )
    return Counter(
        f"{item.type} {_nameless(item.name, resource.name)}" for item in graph.descendants(resource.urn) if item.custom
    )


def _nameless(text: str, name: str) -> str:
    return text.replace(name, "\0") if name else text


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    every = (one | other).total()
    return (one & other).total() / every if every else 0.0
