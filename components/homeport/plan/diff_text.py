"""A difference for people at a terminal: dangers first, then resource by resource. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from homeport.plan.diff import Changed, Diff
from homeport.plan.diff_flags import MEANING, Flag, FlagKind
from homeport.plan.diff_values import Change
from homeport.plan.diff_words import (
    change_text,
    edge_text,
    is_long,
    long_lines,
    option_changes,
    summary,
    uncompared_text,
)
from homeport.plan.graph import Resource
from homeport.plan.text import safe, short_type

_VALUE: Final = 160
#: Cautions of one kind that are listed one by one.
_CAUTIONS: Final = 10

#: Gives a line its colour: the text, and `danger`, `caution`, `added`, `removed`, `changed`, `head` or `dim`.
Paint = Callable[[str, str], str]


def diff_text(
    diff: Diff, flags: Iterable[Flag], *, notes: Iterable[str] = (), paint: Paint | None = None
) -> Iterator[str]:
    """The lines of `homeport diff`."""
    colour: Paint = paint or _plain
    every = list(flags)
    for level in ("danger", "caution"):
        yield from _flags([item for item in every if item.level == level], level, colour)
    for changed in diff.changed:
        yield from _changed(changed, colour)
    for sign, word, items in (("+", "added", diff.added), ("-", "removed", diff.removed)):
        yield from (colour(f"{sign} {_title(item)}", word) for item in items)
    if diff.outputs:
        yield "outputs of the stack"
        for change in diff.outputs:
            yield from _place(change, "  ")
    if every or not diff.empty:
        yield ""
    yield _closing(diff)
    yield from (colour(line, "dim") for line in [*uncompared_text(diff), *notes])


def _plain(text: str, kind: str) -> str:
    del kind
    return text


def _closing(diff: Diff) -> str:
    if diff.empty:
        return f"nothing differs: {summary(diff)}"
    if diff.base is None:
        return f"the stack is new: {summary(diff)}"
    if diff.head is None:
        return f"the stack is gone: {summary(diff)}"
    return summary(diff)


def _flags(flags: list[Flag], level: str, colour: Paint) -> Iterator[str]:
    by_kind: dict[FlagKind, list[Flag]] = {}
    for item in flags:
        by_kind.setdefault(item.kind, []).append(item)
    for kind, items in by_kind.items():
        yield colour(f"{level}: {kind} ({len(items)})", level) + f"  {MEANING[kind]}"
        shown = items if level == "danger" else items[:_CAUTIONS]
        for item in shown:
            yield f"  {safe(item.name)}  {short_type(safe(item.type))}"
            yield f"    {safe(item.text)}"
            if item.fix:
                yield f"    fix: {safe(item.fix)}"
        if len(items) > len(shown):
            yield f"  ... and {len(items) - len(shown)} more; --json lists them all"
        yield ""


def _changed(changed: Changed, colour: Paint) -> Iterator[str]:
    note = "  (order only)" if changed.order_only else ""
    yield colour(f"~ {_title(changed.after)}{note}", "changed")
    if changed.renamed:
        yield f"    was {safe(changed.before.urn)}"
    for change in changed.inputs:
        yield from _place(change, "    ")
    for change in option_changes(changed):
        yield f"    [{safe(change.path)}] {change_text(change, _VALUE)}"
    for change in changed.edges:
        yield f"    {safe(edge_text(change))}"


def _place(change: Change, indent: str) -> Iterator[str]:
    yield f"{indent}{safe(change.path)}: {change_text(change, _VALUE)}"
    if is_long(change):
        yield from (f"{indent}  {line}" for line in long_lines(change, _VALUE))


def _title(resource: Resource) -> str:
    return f"{safe(resource.name)}  {short_type(safe(resource.type))}"
