"""The result of a review: what became of every stack. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from homeport.plan.diff import Diff, compare
from homeport.plan.diff_flags import Flag, dangers, digest
from homeport.plan.diff_json import diff_document
from homeport.plan.diff_judge import judge
from homeport.review.outcome import Outcome

Status = Literal["failed", "not-compared", "new", "removed", "changed", "unchanged"]
#: What the exit code and the first line say, worst first.
Verdict = Literal["failed", "danger", "caution", "changes", "nothing"]

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class StackReview:
    """One stack in both revisions.

    Attributes:
        name: of the stack.
        status: what became of it.
        diff: what differs; None where it could not be compared.
        flags: what must not be overlooked, dangers first.
        trouble: why it could not be evaluated, a line each.
        sealed: names of encrypted values whose text in the stack's file differs.
    """

    name: str
    status: Status
    diff: Diff | None = None
    flags: tuple[Flag, ...] = ()
    trouble: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()

    @property
    def affected(self) -> bool:
        """Whether there is anything to say of it."""
        return self.status != "unchanged" or bool(self.sealed)

    @property
    def dangers(self) -> int:
        """Number of dangers."""
        return len(dangers(self.flags))

    @property
    def cautions(self) -> int:
        """Number of cautions."""
        return len(self.flags) - self.dangers


@dataclass(frozen=True, slots=True)
class Review:
    """All stacks of two revisions.

    Attributes:
        project: its name.
        revisions: the two sides, in their public form.
        stacks: by name.
        notes: what a reader must know of how it was done.
        accepted: digests of dangers that a person accepted.
    """

    project: str
    revisions: Mapping[str, Any]
    stacks: tuple[StackReview, ...]
    notes: tuple[str, ...] = ()
    accepted: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def digest(self) -> str:
        """Name of exactly these dangers; empty without any."""
        return digest(item for stack in self.stacks for item in stack.flags)

    @property
    def is_accepted(self) -> bool:
        """Whether a person accepted exactly these dangers."""
        return bool(self.digest) and self.digest in self.accepted

    @property
    def verdict(self) -> Verdict:
        """The worst of all stacks."""
        if any(stack.status == "failed" for stack in self.stacks):
            return "failed"
        if any(stack.dangers for stack in self.stacks):
            return "danger"
        if any(stack.flags for stack in self.stacks):
            return "caution"
        return "changes" if any(stack.affected for stack in self.stacks) else "nothing"

    def as_json(self) -> dict[str, Any]:
        """The public document."""
        return {
            "format": FORMAT,
            "project": self.project,
            **self.revisions,
            "verdict": self.verdict,
            "digest": self.digest,
            "accepted": self.is_accepted,
            "notes": list(self.notes),
            "stacks": [_stack(stack) for stack in self.stacks],
        }


def review_stack(name: str, base: Outcome, head: Outcome, sealed: Iterable[str] = ()) -> StackReview:
    """Compare the outcomes of one stack."""
    changed = tuple(sealed)
    if head.failed:
        return StackReview(name, "failed", trouble=tuple(head.lines()), sealed=changed)
    if base.failed:
        assert head.graph is not None  # noqa: S101 - a stack that is gone is not evaluated
        flag = Flag(
            "not-compared",
            "danger",
            head.graph.root.urn,
            head.graph.root.type,
            head.graph.root.name,
            "the base revision cannot be evaluated, so that nothing was compared",
            fix="read the whole plan: homeport plan",
        )
        return StackReview(name, "not-compared", flags=(flag,), trouble=tuple(base.lines()), sealed=changed)
    diff = compare(base.graph, head.graph)
    status: Status = "unchanged" if diff.empty else "changed"
    if base.graph is None or head.graph is None:
        status = "new" if base.graph is None else "removed"
    return StackReview(name, status, diff, judge(diff), sealed=changed)


def accepted(texts: Sequence[str]) -> frozenset[str]:
    """Digests in labels: `accept-3f2a91c4d5e6`, several with commas between; other labels count for nothing."""
    words = [word.strip() for text in texts for word in text.split(",")]
    return frozenset(word.removeprefix("accept-") for word in words if word)


def _stack(stack: StackReview) -> dict[str, Any]:
    out: dict[str, Any] = {"stack": stack.name, "status": stack.status, "trouble": list(stack.trouble)}
    out["sealed"] = list(stack.sealed)
    if stack.diff is not None:
        out["diff"] = diff_document(stack.diff, stack.flags)
    return out
