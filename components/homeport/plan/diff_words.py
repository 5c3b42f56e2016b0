"""Single changes as words, for terminals and comments. Pure."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any, Final

from homeport.plan.diff import Changed, Diff
from homeport.plan.diff_match import parts
from homeport.plan.diff_values import ABSENT, PLAIN, Change
from homeport.plan.text import safe, value_text

#: Changed lines of a longer text that are shown.
_LINES: Final = 40
ORDER_TEXT: Final = "only the order differs"
_UNCOMPARED: Final = {
    "secret": ("secret value", "secret values", "whether it changed is not known"),
    "unknown": ("value", "values", "only the cloud can say it, so whether it changes is not known"),
    "file": ("file or folder", "files or folders", "what is in it was not compared"),
}


def change_text(change: Change, limit: int) -> str:
    """One change without its path: `a -> b`, `+ b`, `- a`; values longer than `limit` are cut."""
    if change.parts[-1:] == ("(order)",):
        return ORDER_TEXT
    if change.before is ABSENT:
        return f"+ {side_text(change.after, limit)}"
    if change.after is ABSENT:
        return f"- {side_text(change.before, limit)}"
    if is_long(change):
        return f"a text of {change.after.count(chr(10)) + 1} lines"
    return f"{side_text(change.before, limit)} -> {side_text(change.after, limit)}"


def side_text(value: Any, limit: int | None = None) -> str:
    """One side of a change."""
    if value == PLAIN:
        return "(plain text)"
    return '""' if value == "" else value_text(value, limit)


def is_long(change: Change) -> bool:
    """Whether both sides are texts of several lines."""
    return all(isinstance(side, str) and "\n" in side.strip("\n") for side in (change.before, change.after))


def long_lines(change: Change, width: int) -> list[str]:
    """What differs in a text of several lines, each line with + or - before it."""
    wanted = unified_diff(change.before.splitlines(), change.after.splitlines(), n=0, lineterm="")
    # No context: every line begins with a sign, so that none can be a command of what shows it.
    lines = [safe(line)[:width] for line in wanted if not line.startswith(("---", "+++", "@@"))]
    rest = len(lines) - _LINES
    return lines if rest <= 0 else [*lines[:_LINES], f"- ... and {rest} more lines differ"]


def edge_text(change: Change) -> str:
    """A dependency that came or went."""
    urn = change.after if change.before is ABSENT else change.before
    _, types, name = parts(urn)
    verb = "waits for" if change.before is ABSENT else "no longer waits for"
    return f"{verb} {name} ({types.rpartition('$')[2]}), by {change.parts[0]}"


def counts(diff: Diff) -> dict[str, int]:
    """How many resources of each kind; a renamed one counts as renamed, and as changed where more differs."""
    return {
        "added": len(diff.added),
        "changed": sum(not item.renamed or bool(item.inputs) for item in diff.changed),
        "removed": len(diff.removed),
        "renamed": len(diff.renamed),
        "unchanged": diff.unchanged,
    }


def summary(diff: Diff) -> str:
    """`1 added, 2 changed, 3 unchanged`."""
    said = [f"{count} {word}" for word, count in counts(diff).items() if count]
    return ", ".join(said) or "nothing there"


def uncompared_text(diff: Diff) -> list[str]:
    """What the comparison cannot say, a sentence each."""
    return [
        f"{diff.uncompared[key]} {one if diff.uncompared[key] == 1 else many}: {why}"
        for key, (one, many, why) in _UNCOMPARED.items()
        if diff.uncompared[key]
    ]


def option_changes(changed: Changed) -> tuple[Change, ...]:
    """Options that differ, without what an alias of the resource itself explains."""
    own = {changed.before.urn}
    return tuple(
        item
        for item in changed.options
        if not (item.parts[0] == "aliases" and changed.renamed and own >= set(_texts(item.after)))
    )


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
