"""The comment as Markdown: verdict and table first, details folded, within a forge's limit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from homeport.plan.diff_words import counts
from homeport.review.details import danger_lines, stack_lines
from homeport.review.markdown import cell, code, fence, html_code, marker, size
from homeport.review.model import Review, StackReview

Forge = Literal["github", "gitlab"]

#: Characters of a comment. https://docs.gitlab.com/administration/instance_limits/ ; GitHub refuses longer ones.
LIMITS: Final[dict[Forge, int]] = {"github": 65_536, "gitlab": 1_000_000}
#: Kept free for what is written around the details: fences, notes of what was left out.
_SPARE: Final = 1_500
#: Below this a stack's details say nothing.
_LEAST: Final = 900
#: Part of what is left that dangers may take before details get any.
_DANGERS_PART: Final = 0.6
#: Rows of the table, and names of unaffected stacks.
_ROWS: Final = 100
_STATUS: Final = {
    "failed": "cannot be evaluated",
    "not-compared": "not compared",
    "new": "new",
    "removed": "gone",
    "changed": "changes",
    "unchanged": "no change",
}


def comment(review: Review, forge: Forge = "github", limit: int | None = None) -> str:
    """The whole comment.

    Args:
        review: what to say.
        forge: whose limit it keeps.
        limit: another one, in characters; at least 8,000.
    """
    most = limit or LIMITS[forge]
    affected = sorted(
        (stack for stack in review.stacks if stack.affected),
        key=lambda stack: (stack.status != "failed", -stack.dangers, -stack.cautions, stack.name),
    )
    head = "\n\n".join(
        [marker(review.project), f"## homeport: {_headline(review)}", *_verdict(review), *_table(review, affected)]
    )
    foot = _foot(review)
    left = most - size(head) - size(foot) - _SPARE
    parts = [head]
    dangers = _dangers(affected, int(left * _DANGERS_PART))
    parts.extend(dangers)
    left -= sum(size(text) for text in dangers)
    for place, stack in enumerate(affected):
        if left < _LEAST:
            parts.append(
                f"**Details of {len(affected) - place} more stacks do not fit here**; `homeport diff` shows them."
            )
            break
        text = _details(stack, max(left // (len(affected) - place), _LEAST))
        parts.append(text)
        left -= size(text) + 2
    return "\n\n".join([*parts, foot]) + "\n"


def _headline(review: Review) -> str:
    dangers = sum(stack.dangers for stack in review.stacks)
    cautions = sum(stack.cautions for stack in review.stacks)
    failed = sum(stack.status == "failed" for stack in review.stacks)
    affected = sum(stack.affected for stack in review.stacks)
    return {
        "failed": f"{_count(failed, 'stack')} cannot be evaluated",
        "danger": f"{_count(dangers, 'danger')}{', accepted' if review.is_accepted else ''}",
        "caution": f"no danger, {_count(cautions, 'caution')}",
        "changes": f"{_count(affected, 'stack')} change, no danger found".replace("1 stack change", "1 stack changes"),
        "nothing": "nothing changes",
    }[review.verdict]


def _verdict(review: Review) -> Iterator[str]:
    if review.digest and review.is_accepted:
        yield f"A person accepted exactly these dangers with the label {code('accept-' + review.digest)}."
    elif review.digest:
        yield (
            "If all of the dangers are meant, somebody who may set labels lets the check pass with"
            f" {code('accept-' + review.digest)}. It holds for exactly these: one more, and it is another label."
        )


def _table(review: Review, affected: list[StackReview]) -> Iterator[str]:
    if affected:
        rows = [
            "| Stack | | Added | Changed | Removed | Renamed | Dangers | Cautions |",
            "|---|---|--:|--:|--:|--:|--:|--:|",
            *(_row(stack) for stack in affected[:_ROWS]),
        ]
        yield "\n".join(rows)
        if len(affected) > _ROWS:
            yield f"{len(affected) - _ROWS} more stacks are affected and left out of the table."
    same = [stack.name for stack in review.stacks if not stack.affected]
    if same:
        named = ", ".join(code(name, 100) for name in same[:_ROWS])
        yield f"Not affected: {named}" + (f" and {len(same) - _ROWS} more" if len(same) > _ROWS else "") + "."


def _row(stack: StackReview) -> str:
    if stack.diff is None:
        numbers = ["?", "?", "?", "?"]
    else:
        found = counts(stack.diff)
        numbers = [str(found[key]) for key in ("added", "changed", "removed", "renamed")]
    dangers = f"**{stack.dangers}**" if stack.dangers else "0"
    flags = [dangers, str(stack.cautions)] if stack.status != "failed" else ["?", "?"]
    return f"| {cell(stack.name)} | {_STATUS[stack.status]} | {' | '.join([*numbers, *flags])} |"


def _dangers(affected: list[StackReview], budget: int) -> list[str]:
    lines = [line for stack in affected for line in danger_lines(stack)]
    if not lines:
        return []
    kept, left_out = _fitting(lines, budget)
    out = ["### Dangers", fence(kept)]
    if left_out:
        out.append(f"**{left_out} more lines about dangers do not fit here**; `homeport review --json` has them all.")
    return out


def _details(stack: StackReview, budget: int) -> str:
    lines = list(stack_lines(stack))
    kept, left_out = _fitting(lines, budget - 400)
    parts = [f"<details><summary>{html_code(stack.name, 100)}: {_STATUS[stack.status]}</summary>", fence(kept)]
    if left_out:
        parts.append(f"**{left_out} of {len(lines)} lines do not fit here**; `homeport diff` shows them all.")
    return "\n\n".join([*parts, "</details>"])


def _fitting(lines: Iterable[str], budget: int) -> tuple[list[str], int]:
    """The first lines that fit, and how many do not."""
    kept: list[str] = []
    left_out = 0
    for line in lines:
        cost = min(size(line), 800) + 1
        if left_out or cost > budget:
            left_out += 1
        else:
            kept.append(line)
            budget -= cost
    return kept, left_out


def _foot(review: Review) -> str:
    base, head = review.revisions["base"], review.revisions["head"]
    compared = (
        f"Compared: what the programs of {code(str(head['commit'])[:12])} and of its base"
        f" {code(str(base['commit'])[:12])} ({code(str(base['revision']), 80)}) declare. No cloud was asked: what it"
        " would replace or refuse, only `pulumi preview` can say."
    )
    return "\n\n".join([compared, *(f"Note: {code(note, 300)}" for note in review.notes)])


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
