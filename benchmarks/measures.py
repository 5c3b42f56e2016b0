"""What is measured. Nothing here judges: the figures carry their limits."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.child import ROOT, Cost, python
from benchmarks.figures import Figure, exponent, paired_ratio
from benchmarks.plain import STACK_REFERENCE, differences
from benchmarks.projects import clusters, plain_project, scaled_project
from homeport.plan import record
from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Graph
from homeport.settings import load
from homeport.settings.project import read_project

_EVALUATE = (
    "import sys; from pathlib import Path; from homeport.plan.evaluate import evaluate; "
    "evaluate(Path(sys.argv[1]), sys.argv[2])"
)
_HOMEPORT = "import sys; from homeport.cli import main; main(sys.argv[1:], standalone_mode=False)"
_MODULES = "; print('\\nMODULES', *sys.modules)"
_BARE = "import click"

T = TypeVar("T")


def evaluation(folder: Path, stack: str, repeat: int, *, warm: bool = True) -> Iterator[Figure]:
    """Evaluating a stack against a plain program with the same resources; the limit is promised for stage.

    Args:
        folder: for the plain program.
        stack: name of the stack.
        repeat: measurements of each.
        warm: also measure it in a process that has imported everything already.
    """
    graph = evaluate(ROOT, stack)
    read = {found.external.rsplit("/", 1)[-1] for found in graph.find(type=STACK_REFERENCE) if found.external}
    plain = plain_project(folder / f"plain-{stack}", graph, *(evaluate(ROOT, name) for name in sorted(read)))
    wrong = differences(graph, evaluate(plain, stack))
    if wrong:
        raise AssertionError("the plain program declares something else:\n" + "\n".join(wrong))
    count = f"{len(graph.resources)} resources, {repeat} times in turns, CPU time"
    ours, theirs = in_turns(lambda: _fresh(ROOT, stack), lambda: _fresh(plain, stack), repeat)
    ratio = paired_ratio([cost.cpu for cost in ours], [cost.cpu for cost in theirs])
    yield Figure(
        f"evaluate {stack} / plain program, each in a new process",
        ratio,
        "x",
        1.10 if stack == "stage" else None,
        count,
    )
    yield Figure(f"evaluate {stack}, new process", median(cost.cpu for cost in ours), "s", None, "CPU time")
    if warm:
        warm_ours, warm_theirs = in_turns(
            lambda: _cpu(lambda: evaluate(ROOT, stack)), lambda: _cpu(lambda: evaluate(plain, stack)), repeat
        )
        ratio = paired_ratio(warm_ours, warm_theirs)
        yield Figure(f"evaluate {stack} / plain program, SDKs already imported", ratio, "x", None, count)
        yield Figure(f"evaluate {stack}, SDKs already imported", median(warm_ours), "s", None, "CPU time")
    yield Figure(f"peak memory of evaluating {stack}", median(cost.memory for cost in ours), "MiB")
    memory = paired_ratio([cost.memory for cost in ours], [cost.memory for cost in theirs])
    yield Figure(f"peak memory of {stack} / plain program", memory, "x", None, count)


def growth(folder: Path, sizes: Sequence[int], repeat: int) -> Iterator[Figure]:
    """How cost grows with settings and with clusters."""
    note = f"{sizes[0]} to {sizes[-1]} times, best of {repeat}, CPU time"
    model = read_project(ROOT).model()
    graphs: list[Graph] = []
    costs: dict[str, list[float]] = {"settings": [], "pools": [], "clusters": []}
    counted: dict[str, list[float]] = {"pools": [], "clusters": []}
    for size in sizes:
        project = scaled_project(folder / f"scaled-{size}", size)
        costs["settings"].append(best(lambda project=project: load(model, root=project, stack="stage"), repeat))
        for name, make in (
            ("pools", lambda project=project: evaluate(project, "stage")),
            ("clusters", lambda size=size: record(clusters(size))),
        ):
            graph = make()
            counted[name].append(len(graph.resources))
            graphs.append(graph)
            costs[name].append(best(make, repeat))
    yield Figure("growth of loading settings with pools", exponent(sizes, costs["settings"]), "exponent", 1.1, note)
    for name in ("pools", "clusters"):
        most = f"{counted[name][0]:.0f} to {counted[name][-1]:.0f} resources; {note}"
        yield Figure(f"growth of evaluation with {name}", exponent(counted[name], costs[name]), "exponent", 1.1, most)
    longest = max(len(graph.longest_chain()) for graph in graphs)
    yield Figure("longest chain of dependencies", longest, "resources", 99, f"at {sizes[-1]} times")


def imports(repeat: int) -> Iterator[Figure]:
    """What the commands that need no SDK import, and what starting them costs."""
    for arguments in (["--help"], ["config", "-s", "stage"]):
        shown = f"homeport {' '.join(arguments)}"
        loaded = python(_HOMEPORT + _MODULES, *arguments).out.rpartition("MODULES")[2].split()
        sdks = [name for name in loaded if name.startswith("pulumi") and "." not in name]
        yield Figure(f"provider SDKs that `{shown}` imports", len(sdks), "modules", 0, ", ".join(sdks) or "none")
        ours, bare = in_turns(
            lambda arguments=arguments: python(_HOMEPORT, *arguments).cpu, lambda: python(_BARE).cpu, repeat
        )
        ratio = paired_ratio(ours, bare)
        yield Figure(f"`{shown}` / `import click`", ratio, "x", None, f"{repeat} times in turns, CPU time")


def _fresh(root: Path, stack: str) -> Cost:
    return python(_EVALUATE, str(root), stack)


def in_turns(one: Callable[[], T], other: Callable[[], T], repeat: int) -> tuple[list[T], list[T]]:
    """Both, in turns, after one run of each that does not count."""
    one()
    other()
    pairs = [(one(), other()) for _ in range(repeat)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def best(work: Callable[[], object], repeat: int) -> float:
    """The least processor time of some runs, in seconds."""
    return min(_cpu(work) for _ in range(repeat))


def machine() -> str:
    """What the figures were measured on."""
    return f"Python {sys.version.split()[0]} on {sys.platform}"
