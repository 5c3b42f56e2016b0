"""The applications of a stack as resources: who waits for whom, and what a new build touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from homeport.plan import Graph, record
from homeport.plan.diff import compare
from homeport.problems import SettingsError
from homeport.tenancy.args import TenantArgs
from homeport.tenancy.tenant import Tenant
from homeport.workloads.apps import Apps
from homeport.workloads.args import Flow
from homeport.workloads.helm_app import HelmAppArgs
from homeport.workloads.monitors import Metrics
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.resolve import Ground
from homeport.workloads.specs import AppSpec
from tests.workloads.places import EXPORTS, LABELS, cron_job, job, web, worker
from tests.workloads.test_workload_graph import NO_DEFAULT_PROVIDERS, world

SPECS: dict[str, AppSpec] = {
    "web": web(connects=[Flow(app="api")], tag=None),
    "api": web(hosts=[], after=["migrate"], metrics=Metrics(), tag=None),
    "worker": worker(after=["migrate"], files={"/etc/worker.yaml": "a: 1"}, tag=None),
    "cleanup": cron_job(tag=None),
    "migrate": job(tag=None),
    "dashboard": HelmAppArgs(tenant="shop", chart="apps/charts/dashboard", port=8080, public=True),
}


def graph(tags: Mapping[str, str] | None = None, **overlays: Any) -> Graph:
    def program() -> None:
        here = world()
        labels = LABELS
        tenants = {"shop": TenantArgs()}
        ground = Ground(
            environment="stage", domain="stage.acme.example", labels=labels, tenants=tenants, cloud="gcp",
            exports=EXPORTS,
        )  # fmt: skip
        given = {name: {"tag": (tags or {}).get(name, "1.4.2"), **overlays.get(name, {})} for name in SPECS}
        apps = Apps(
            "apps",
            SPECS,
            {name: AppOverlay.model_validate(one) for name, one in given.items()},
            cluster=here.cluster,
            ground=ground,
            tenants={name: Tenant(name, args, cluster=here.cluster, labels=labels) for name, args in tenants.items()},
            ready={"gateway": [here.records], "monitors": [here.crds]},
            nodes=[here.doors],
            opts=pulumi.ResourceOptions(providers=[here.cloud]),
        )
        pulumi.export("hosts", apps.hosts)

    return record(program, stack="stage", config=NO_DEFAULT_PROVIDERS)


@pytest.fixture(scope="module")
def shop() -> Graph:
    return graph()


def waits(found: Graph, name: str) -> set[str]:
    (one,) = [resource for resource in found.resources if resource.name == name and resource.custom]
    return {urn.rpartition("::")[2] for urn in one.dependencies}


DOORS = {f"shop-shop-{role}" for role in ("limitrange-tenant", "networkpolicy-default-deny", "resourcequota-tenant")}


def test_only_true_edges(shop: Graph) -> None:
    own = {"account", "flows"}
    assert waits(shop, "migrate-job") == DOORS | {"doors"} | {f"migrate-{role}" for role in own}
    assert waits(shop, "api-deployment") == DOORS | {"doors", "migrate-job"} | {f"api-{role}" for role in own}
    # What it connects to may come later: it asks again, and the other way round nobody could start.
    assert waits(shop, "web-deployment") == DOORS | {"doors"} | {f"web-{role}" for role in own}
    assert waits(shop, "worker-deployment") == DOORS | {"doors", "migrate-job", "worker-files"} | {
        f"worker-{role}" for role in own
    }
    assert waits(shop, "web-route") == DOORS | {"records"}
    assert waits(shop, "api-monitor") == DOORS | {"crds"}
    assert waits(shop, "web-service") == waits(shop, "api-flows") == DOORS


def test_a_chart_waits_for_kinds_that_it_may_hold_and_for_the_gateway(shop: Graph) -> None:
    assert waits(shop, "dashboard-release") == DOORS | {"doors", "crds", "records", "dashboard-flows"}


@pytest.mark.parametrize(
    ("app", "resource"),
    [
        ("web", "web-deployment"),
        ("api", "api-deployment"),
        ("worker", "worker-deployment"),
        ("cleanup", "cleanup-cron-job"),
        ("migrate", "migrate-job"),
        ("dashboard", "dashboard-release"),
    ],
)
def test_a_new_tag_touches_exactly_one_resource(shop: Graph, app: str, resource: str) -> None:
    found = compare(shop, graph({app: "1.4.3"}))
    assert not found.added
    assert not found.removed
    assert [one.after.name for one in found.changed] == [resource]


def test_hosts_are_those_of_public_apps(shop: Graph) -> None:
    assert shop.outputs["hosts"] == {"web": ["web.stage.acme.example"]}


def test_an_app_that_is_off_takes_only_its_own_resources_away(shop: Graph) -> None:
    found = compare(shop, graph(cleanup={"enabled": False}))
    assert {one.name for one in found.removed} == {"cleanup", "cleanup-account", "cleanup-flows", "cleanup-cron-job"}
    assert not found.added
    assert not [one.after.name for one in found.changed if one.after.custom]


def test_what_is_wrong_is_told_before_the_first_resource() -> None:
    with pytest.raises(SettingsError) as caught:
        graph(web={"schedule": "1 2 * * *"}, worker={"hosts": []})
    assert [problem.path for problem in caught.value.problems] == [
        ("apps", "web", "schedule"),
        ("apps", "worker", "hosts"),
    ]
