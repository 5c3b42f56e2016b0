"""What the real engine takes on simulated clouds: the first update, a rebuild, a preview without changes."""

from __future__ import annotations

import re
import resource
import subprocess
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.child import ROOT
from benchmarks.engine_plain import plain_engine
from benchmarks.engine_runs import Grounds, grounds
from benchmarks.engine_times import Operation, beyond_table, replayed, simulated_seconds, typed
from benchmarks.figures import Figure, paired_ratio
from benchmarks.measures import in_turns
from homeport.plan.evaluate import evaluate
from homeport.plan.makespan import DURATIONS, compare
from tests.engine import programs
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import now
from tests.engine.simcloud.durations import Durations
from tests.engine.taking_time import read_journal

#: Simulated seconds per real second. The engine's work between operations is not simulated and counts as many times
#: over: a faster clock would measure the machine.
SPEED: Final = 4.0
#: More operations at once than there ever are.
UNLIMITED: Final = 1000
#: What somebody types whose cluster stack is gone, all of it.
RUNBOOK: Final = ROOT / "docs" / "runbooks" / "rebuild-a-cluster-stack.md"


def why_not() -> str | None:
    """Why there are no figures of the engine here; None where there are."""
    return programs.why_not()


def figures(folder: Path, repeat: int, speed: float) -> Iterator[Figure]:
    """All of them, about half an hour at the usual speed on an idle machine; those of EKS only where its plugin is.

    Args:
        folder: for all that is written.
        repeat: measurements of a preview.
        speed: simulated seconds per real second.
    """
    durations = Durations(DURATIONS, speed)
    with grounds(folder) as made:
        standing = yield from _first_updates(made, "stage", durations)
        made.without_durations(standing)
        yield from _previews(standing, folder / "plain", repeat)
        if programs.why_not_eks() is None:
            yield from _first_updates(made, "stage-eks", durations)


@dataclass(frozen=True, slots=True)
class _Update:
    """A first update that took its time.

    Attributes:
        engine: what did it.
        seconds: real ones, from the command to its end.
        before: real ones before the first operation.
        operations: what was made.
    """

    engine: Engine
    seconds: float
    before: float
    operations: Sequence[Operation]


def _first_updates(made: Grounds, stack: str, durations: Durations) -> Generator[Figure, None, Engine]:
    """The first update at two widths; the stack of the last one stands afterwards."""
    free = _first_update(made, stack, durations, "--parallel", str(UNLIMITED))
    critical = compare(evaluate(free.engine.work, stack)).critical.seconds
    yield from _against(free, durations, critical, f"{stack} on the engine, any number at once")
    usual = _first_update(made, stack, durations)
    yield from _against(usual, durations, critical, f"{stack} on the engine, {_usual_width()} at once (default here)")
    commands = typed(RUNBOOK.read_text(encoding="utf-8"))
    yield Figure(f"rebuild of {stack} from nothing: typed", len(commands), "commands", None, RUNBOOK.name)
    minutes = simulated_seconds(usual.seconds, usual.before, durations.speed) / 60
    yield Figure(f"rebuild of {stack} from nothing", minutes, "min", None, "simulated; the same update")
    return usual.engine


def _first_update(made: Grounds, stack: str, durations: Durations, *arguments: str) -> _Update:
    engine = made.new(stack, durations)
    started = now()
    seconds = engine.up(*arguments).must().seconds
    done = [*engine.cloud.since(0, "create"), *read_journal(made.journal(engine))]
    operations = [Operation(one.urn, one.started, one.ended) for one in done]
    return _Update(engine, seconds, min(one.started for one in operations) - started, operations)


def _against(update: _Update, durations: Durations, critical: float, name: str) -> Iterator[Figure]:
    """An update against its critical path: as it was, and without what is not simulated."""
    each, speed = partial(durations.seconds, "create"), durations.speed
    simulated = simulated_seconds(update.seconds, update.before, speed)
    note = (
        f"{simulated / 60:.1f} of {critical / 60:.1f} simulated minutes, {speed:g} times as fast but for "
        f"{update.before:.1f} s of start"
    )
    yield Figure(f"{name} / critical path", simulated / critical, "x", 1.05, note)
    slow = beyond_table(update.operations, each, speed)
    worst = f", most {slow[0].urn.rpartition('::')[2]}" if slow else ""
    note = f"{len(update.operations)} operations replayed, {len(slow)} took longer than simulated{worst}"
    yield Figure("the same, operations alone", replayed(update.operations, each) / critical, "x", 1.05, note)


def _previews(engine: Engine, folder: Path, repeat: int) -> Iterator[Figure]:
    """A preview without changes against the plain program's on the same state."""
    plain = plain_engine(engine, folder, evaluate(engine.work, engine.stack))
    ours, theirs = in_turns(lambda: _preview(engine), lambda: _preview(plain), repeat)
    wall, cpu = (paired_ratio([one[at] for one in ours], [one[at] for one in theirs]) for at in (0, 1))
    note = f"{len(engine.resources())} resources, {repeat} times in turns on the same state"
    name = f"preview of {engine.stack} without changes"
    yield Figure(f"{name} / plain program", wall, "x", 1.10, f"{note}, time on the clock")
    yield Figure("the same, processor time", cpu, "x", None, f"{note}; the API server's left out")
    yield Figure(name, median(one[0] for one in ours), "s", None, "time on the clock")


def _preview(engine: Engine) -> tuple[float, float]:
    """Seconds on the clock, and of processor time of the engine and of all that it started."""
    before = _processor()
    result = engine.preview().must()
    if result.touched:
        raise AssertionError(f"not a preview without changes: {dict(result.touched)}\n{result.output}")
    return result.seconds, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _usual_width() -> str:
    """Operations at once that the engine's default allows (four for each processor)."""
    said = subprocess.run(["pulumi", "up", "--help"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"--parallel int32 .*\(default (\d+)\)", said)
    return found[1] if found else "?"
