"""The lines of a comment's fenced blocks. Pure.

Every line begins with a sign of ours: neither a forge nor a runner that prints it takes it for something to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.plan.diff import Changed
from homeport.plan.diff_flags import MEANING, Flag
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
from homeport.review.model import StackReview

_VALUE: Final = 160
#: Cautions of one kind that are listed one by one.
_CAUTIONS: Final = 20
#: Lines of what a failing program says.
_TROUBLE: Final = 60


def danger_lines(stack: StackReview) -> Iterator[str]:
    """What the dangers of a stack are, by kind."""
    yield from _flags(stack, "danger", "-")


def stack_lines(stack: StackReview) -> Iterator[str]:
    """All that is folded under a stack, most important first."""
    if stack.trouble:
        yield f"! {'the base' if stack.status == 'not-compared' else 'this revision'} cannot be evaluated:"
        yield from (f"!   {safe(line)}" for line in stack.trouble[:_TROUBLE])
        if len(stack.trouble) > _TROUBLE:
            yield f"!   ... and {len(stack.trouble) - _TROUBLE} more lines"
    yield from _flags(stack, "caution", "!")
    diff = stack.diff
    if diff is None:
        yield from _sealed(stack)
        return
    yield f"# {summary(diff)}"
    yield from _sealed(stack)
    for changed in diff.changed:
        yield from _changed(changed)
    yield from (f"- {_title(item)}" for item in diff.removed)
    yield from (f"+ {_title(item)}" for item in diff.added)
    for change in diff.outputs:
        yield from _place(change, "output ")
    yield from (f"# {line}" for line in uncompared_text(diff))


def _sealed(stack: StackReview) -> Iterator[str]:
    for name in stack.sealed:
        yield f"! {safe(name)}: encrypted anew or changed; which of the two is not known without the key"


def _flags(stack: StackReview, level: str, sign: str) -> Iterator[str]:
    by_kind: dict[str, list[Flag]] = {}
    for item in stack.flags:
        if item.level == level:
            by_kind.setdefault(item.kind, []).append(item)
    for items in by_kind.values():
        kind = items[0].kind
        yield f"{sign} {safe(stack.name)}: {kind} ({len(items)}): {MEANING[kind]}"
        shown = items if level == "danger" else items[:_CAUTIONS]
        for item in shown:
            yield f"{sign}   {safe(item.name)} ({short_type(safe(item.type))}) {safe(item.text)}"
            if item.fix:
                yield f"{sign}     fix: {safe(item.fix)}"
        if len(items) > len(shown):
            yield f"{sign}   ... and {len(items) - len(shown)} more of this kind"


def _changed(changed: Changed) -> Iterator[str]:
    yield f"~ {_title(changed.after)}{'  (order only)' if changed.order_only else ''}"
    if changed.renamed:
        yield f"~   was {safe(changed.before.urn)}"
    for change in changed.inputs:
        yield from _place(change, "")
    for change in option_changes(changed):
        yield f"~   [{safe(change.path)}] {change_text(change, _VALUE)}"
    yield from (f"~   {safe(edge_text(change))}" for change in changed.edges)


def _place(change: Change, prefix: str) -> Iterator[str]:
    yield f"~   {prefix}{safe(change.path)}: {change_text(change, _VALUE)}"
    if is_long(change):
        yield from long_lines(change, _VALUE)


def _title(resource: Resource) -> str:
    return f"{safe(resource.name)}  {short_type(safe(resource.type))}"
