"""What applications cost: to evaluate, to write, to review."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from statistics import median
from typing import Any

from ruamel.yaml import YAML

from benchmarks.child import ROOT
from benchmarks.figures import Figure, exponent
from benchmarks.measures import best
from homeport.addons.exports import Exports
from homeport.labels import Labels
from homeport.plan import record
from homeport.plan.evaluate import evaluate
from homeport.review.run import review
from homeport.settings.project import read_project
from homeport.tenancy.args import TenantArgs
from homeport.workloads.args import Flow
from homeport.workloads.context import Place
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.resolve import Ground
from homeport.workloads.web_app import WebAppArgs, render_web_app

_LABELS = Labels(project="homeport", environment="stage", stack="stage", owner="shop", cost_centre="1000")


def growth(sizes: Sequence[int], repeat: int) -> Iterator[Figure]:
    """How the cost of evaluation grows with applications, each of which connects to the one before."""
    counted: list[float] = []
    costs: list[float] = []
    for size in sizes:
        program = _apps(size)
        counted.append(len(record(program).resources))
        costs.append(best(lambda program=program: record(program), repeat))
    note = f"{counted[0]} to {counted[-1]} resources; {sizes[0]} to {sizes[-1]} apps, best of {repeat}, CPU time"
    yield Figure("growth of evaluation with apps", exponent(counted, costs), "exponent", 1.1, note)
    yield Figure("evaluate 100 apps more", (costs[-1] - costs[0]) / (sizes[-1] - sizes[0]) * 100, "s", None, "CPU time")


def lines() -> Iterator[Figure]:
    """What a team writes for a server of HTTP, against the manifests that it gets."""
    place = Place(app="web", tenant="shop", namespace="shop", environment="stage", domain="a.example", labels=_LABELS)
    out = StringIO()
    yaml = YAML()
    manifests = render_web_app(_web(), place)
    for manifest in manifests:
        out.write("---\n")
        yaml.dump(manifest.document, out)  # pyright: ignore[reportUnknownMemberType]
    written = len(inspect.getsource(_web).strip().splitlines()) - 2  # without the function around it
    rendered = len(out.getvalue().splitlines())
    note = f"{written} lines for {rendered} of {len(manifests)} manifests"
    yield Figure("lines written for a web app / lines of its manifests", written / rendered, "x", None, note)


def reviews(repeat: int) -> Iterator[Figure]:
    """Reviewing all shipped stacks against evaluating each of them once."""
    stacks = read_project(ROOT).stacks()
    ours = [_wall(lambda: review(ROOT, "HEAD")) for _ in range(repeat)]
    plans = [_wall(lambda: [evaluate(ROOT, stack) for stack in stacks]) for _ in range(repeat)]
    yield Figure("review of all shipped stacks", median(ours), "s", None, f"{len(stacks)} stacks, time on the clock")
    ratio = median(one / other for one, other in zip(ours, plans, strict=True))
    yield Figure("review of all shipped stacks / their plans, one after another", ratio, "x", None, "time on the clock")


def _web() -> WebAppArgs:
    return WebAppArgs(
        tenant="shop",
        image="registry.example/apps/web",
        tag="1.4.2",
        hosts=[],
        env={"API_URL": "http://api"},
    )


def _apps(size: int) -> Callable[[], None]:
    def program() -> None:
        import homeport  # noqa: PLC0415 - measured programs import what they use
        from homeport.workloads.apps import Apps  # noqa: PLC0415

        args = homeport.ExistingClusterArgs(context="local")
        specs: dict[str, Any] = {
            f"app-{number}": _web().model_copy(
                update={"connects": [Flow(app=f"app-{number - 1}")] if number else [], "tenant": f"t{number % 10}"}
            )
            for number in range(size)
        }
        tenants = {f"t{number}": TenantArgs(quota=None) for number in range(10)}
        for name, spec in specs.items():
            specs[name] = spec.model_copy(update={"admits_tenants": list(tenants)})
        Apps(
            "apps",
            specs,
            {name: AppOverlay() for name in specs},
            cluster=homeport.ExistingCluster("cluster", args),
            ground=Ground(environment="stage", domain="a.example", labels=_LABELS, tenants=tenants, exports=Exports()),
        )

    return program


def _wall(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
