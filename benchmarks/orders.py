"""How long the first update of a stack takes by its edges, from a table of durations: a model, not a clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.child import ROOT
from benchmarks.figures import Figure
from homeport.plan.evaluate import evaluate
from homeport.plan.makespan import ENGINE_PARALLEL, compare


def makespans(stacks: Sequence[str]) -> Iterator[Figure]:
    """The first update of each stack against its critical path, and against an installation in strict order."""
    for stack in stacks:
        found = compare(evaluate(ROOT, stack))
        minutes = f"{found.ours.seconds / 60:.1f} simulated minutes, of {found.ours.work / 60:.0f} of work"
        yield Figure(
            f"first update of {stack} / critical path of its true edges", found.beyond_critical, "x", 1.05, minutes
        )
        engine = found.engine.seconds / found.critical.seconds
        yield Figure(f"the same with {ENGINE_PARALLEL} operations at once", engine, "x", None, minutes)
        ordered = f"{found.ordered.seconds / 60:.1f} simulated minutes in order"
        # A promise from below: the ratio of ours to it is what has a limit.
        yield Figure(
            f"first update of {stack} / the same, add-ons and apps strictly in order",
            1 / found.saved,
            "x",
            1 / 1.5,
            ordered,
        )
