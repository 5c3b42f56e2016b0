"""One large stack: 20 pools, 30 tenants, 300 applications, on the real engine and a real API server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from homeport.plan import Graph
from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Resource
from homeport.plan.makespan import ENGINE_PARALLEL
from tests.engine import harness
from tests.engine.events import Result
from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(7200)]

POOLS, TENANTS, APPS = 20, 30, 300
#: Instead of the organisation's applications: of each ten six servers, one of them public, two workers, a job that
#: comes again and one that comes once. Each of a tenant asks the one before it.
_APPS = """
from __future__ import annotations

from homeport.workloads.args import Flow
from homeport.workloads.job import CronJobArgs, JobArgs
from homeport.workloads.replicated import Rollout
from homeport.workloads.specs import AppSpec
from homeport.workloads.web_app import WebAppArgs
from homeport.workloads.worker import WorkerArgs

TENANTS, APPS = @SIZES@

def specs(registry: str, domain: str) -> dict[str, AppSpec]:
    return {f"app-{number:03}": _spec(number, registry) for number in range(APPS)}


def _spec(number: int, registry: str) -> AppSpec:
    place, tenant = divmod(number, TENANTS)
    common = {"tenant": f"team-{tenant:02}", "image": f"{registry}/app-{number:03}"}
    # Nobody waits for whether a pod that does nothing stays up.
    replicated = {**common, "replicas": 1, "rollout": Rollout(min_ready_seconds=0)}
    before = [Flow(app=f"app-{number - TENANTS:03}")] if 0 < place < 6 else []
    if place < 6:
        return WebAppArgs(**replicated, hosts=None if place == 0 else [], drain_seconds=0, connects=before)
    if place < 8:
        return WorkerArgs(**replicated, connects=[Flow(app=f"app-{tenant:03}"), Flow(internet=True)])
    if place == 8:
        return CronJobArgs(**common, schedule="15 3 * * *", time_zone="Europe/Berlin")
    return JobArgs(**common)
"""


#: In a folder or bucket the whole state is written twice for each resource, and every other one waits for that: with so
#: many it is most of an update's time. Whoever has them can set the first; `homeport up` sets the second.
_VARIABLES = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_PARALLEL": str(ENGINE_PARALLEL)}


def enlarge(engine: Engine) -> None:
    """Make a stack `stage` large."""
    (engine.work / "stacks" / "apps.py").write_text(_APPS.replace("@SIZES@", f"{TENANTS}, {APPS}"))
    engine.edit(_enlarge)


def _enlarge(config: dict[str, Any]) -> None:
    pools = config["cluster"]["node_pools"]
    pools.clear()
    pools["system"] = {"machines": ["e2-standard-4"], "min": 1, "max": 2}
    for number in range(1, POOLS):
        pools[f"pool-{number:02}"] = {"machines": ["e2-standard-4"], "min": 0, "max": 2}
    quota = {"cpu": "16", "memory": "32Gi"}
    config["tenants"] = {f"team-{number:02}": {"quota": quota} for number in range(TENANTS)}
    config["apps"] = {f"app-{number:03}": {"tag": "1.0.0"} for number in range(APPS)}


@dataclass(repr=False)
class Large:
    """What was seen, in order."""

    engine: Engine
    plan: Graph
    first_up: Result
    registered: frozenset[str]
    deployments: Sequence[str]
    second_up: Result
    retagged: Result
    unprotected: Result
    destroy: Result


@pytest.fixture(scope="module")
def large(new_engine: Callable[[str], Engine]) -> Iterator[Large]:
    """Plan, up, up, another tag for one application, up without protection, destroy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harness, "LONGEST", 5400)
        engine = new_engine("stage")
        engine.site.variables.update(_VARIABLES)
        enlarge(engine)
        plan = evaluate(engine.work, "stage")
        first_up = engine.up().must()
        registered = frozenset(engine.resources())
        deployments = _ready_deployments(engine)
        second_up = engine.up()
        engine.edit(lambda config: config["apps"]["app-004"].update(tag="1.0.1"))
        yield Large(
            engine,
            plan,
            first_up,
            registered,
            deployments,
            second_up,
            engine.up(),
            engine.without_protection(),
            engine.destroy(),
        )


def _ready_deployments(engine: Engine) -> list[str]:
    found = engine.control_plane.request("GET", "/apis/apps/v1/deployments").body["items"]
    return [one["metadata"]["name"] for one in found if one["status"].get("readyReplicas")]


def test_everything_of_the_plan_comes_up(large: Large) -> None:
    counted = Counter(resource.type for resource in large.plan.resources)
    assert counted["gcp:container/nodePool:NodePool"] == POOLS
    assert counted["homeport:tenancy:Tenant"] == TENANTS
    assert sum(counted[f"homeport:workloads:{kind}"] for kind in ("WebApp", "Worker", "CronJob", "Job")) >= APPS
    assert {resource.urn for resource in large.plan.resources} <= large.registered
    assert set(large.first_up.touched.values()) == {"create"}
    running = {resource.name.removesuffix("-deployment") for resource in large.plan.resources if _is_app(resource)}
    assert len(running) == 8 * TENANTS
    assert running <= set(large.deployments)


def _is_app(resource: Resource) -> bool:
    return resource.type == "kubernetes:apps/v1:Deployment" and resource.name.startswith("app-")


def test_a_second_update_changes_nothing(large: Large) -> None:
    assert large.second_up.must().touched == {}


def test_another_tag_touches_one_resource(large: Large) -> None:
    assert large.retagged.must().touched == {"app-004-deployment": "update"}


def test_a_destroy_leaves_nothing(large: Large) -> None:
    large.unprotected.must()
    large.destroy.must()
    assert large.engine.live == {}
    assert large.engine.resources() == {}
