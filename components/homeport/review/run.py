"""A review from beginning to end: what the command and the benchmarks call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from homeport.review.evaluate import evaluate_both
from homeport.review.git import revisions
from homeport.review.model import Review, accepted, review_stack


def review(root: Path, base: str, stacks: Sequence[str] = (), accepting: Sequence[str] = ()) -> Review:
    """Compare the work tree with where it left `base`.

    Args:
        root: folder of the project.
        base: a branch, tag or commit.
        stacks: their names; none: all that have a file in either revision.
        accepting: labels that accept dangers.

    Raises:
        RevisionError: the revisions cannot be compared.
        SettingsError: the head's Pulumi.yaml is wrong.
        ProjectError: there is no project, or no such stack.
    """
    sides = revisions(root, base)
    found = evaluate_both(sides, stacks)
    return Review(
        found.project,
        sides.as_json(),
        tuple(
            review_stack(name, before, after, found.sealed.get(name, ()))
            for name, (before, after) in found.stacks.items()
        ),
        (*sides.notes, *found.notes),
        accepted(accepting),
    )
