"""What a cluster's stack publishes for applications of other stacks, and how it is read there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from homeport.cluster.pool_args import NodePoolArgs, Taint
from homeport.problems import SettingsError
from homeport.tenancy.args import Quota, TenantArgs
from homeport.workloads.ground import Ground
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.platform import PlatformOutputs, publish_platform
from homeport.workloads.pod import pod_template
from homeport.workloads.resolve import app_problems, deployed
from tests.workloads.places import EXPORTS, LABELS, rendered, web

SPOT = Taint(key="spot", value="true", effect="NoSchedule")
GROUND = Ground(
    environment="stage",
    domain="stage.acme.example",
    labels=LABELS,
    tenants={"shop": TenantArgs(namespaces=["shop", "jobs"], quota=Quota(cpu="3")), "open": TenantArgs(quota=None)},
    cloud="gcp",
    exports=EXPORTS,
    pools={"general": NodePoolArgs(machines=["e2-standard-4"], size=1, taints=[SPOT])},
)


def over_the_wire(value: dict[str, Any]) -> Any:
    """As a stack reference gives it: every number is a float, every tuple a list."""
    return json.loads(json.dumps(value), parse_int=float)


def read() -> Ground:
    found = PlatformOutputs.parse(over_the_wire(publish_platform(GROUND, registry="registry.example/apps")), stack="s")
    assert found.registry == "registry.example/apps"
    return found.ground(LABELS, "gcp")


def test_an_app_is_the_same_in_a_stack_of_its_own() -> None:
    specs = {"web": web(node_pool="general")}
    here = deployed(specs, {"web": AppOverlay()}, GROUND)["web"]
    there = deployed(specs, {"web": AppOverlay()}, read())["web"]
    assert rendered(here.spec, there.place) == rendered(here.spec, here.place)  # pyright: ignore[reportArgumentType]
    spec = pod_template(web(node_pool="general"), there.place)["spec"]
    assert spec["tolerations"][0]["key"] == "spot"


def test_what_does_not_fit_is_found_there_too() -> None:
    specs = {"web": web(replicas=40, node_pool="genral"), "api": web(tenant="tools")}
    here = [problem.text() for problem in app_problems(specs, {name: AppOverlay() for name in specs}, GROUND)]
    there = [problem.text() for problem in app_problems(specs, {name: AppOverlay() for name in specs}, read())]
    assert here == there
    assert len(here) == 3


def test_two_stacks_do_not_deploy_the_same_app() -> None:
    published = publish_platform(GROUND, registry=None, apps={"web": web(), "api": web(namespace="jobs")})
    ground = PlatformOutputs.parse(over_the_wire(published), stack="stage").ground(LABELS, "gcp")
    (problem,) = app_problems({"web": web(), "api": web()}, {"web": AppOverlay(), "api": AppOverlay()}, ground)
    assert problem.path == ("apps", "web")
    assert "the cluster's own stack deploys an app of this name in the namespace shop" in problem.rule


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "the stack stage has published no output platform"),
        ({"version": 2.0}, "has version 2; this homeport reads 1"),
        ({"version": 1, "environment": "stage"}, "is not complete at domain"),
    ],
)
def test_an_output_that_cannot_be_read_is_told_at_cluster_stack(value: object, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        PlatformOutputs.parse(value, stack="stage")
    for problem in caught.value.problems:
        assert problem.path == ("cluster_stack",)
        assert "pulumi up -s stage" in problem.fix
    assert any(says in problem.rule for problem in caught.value.problems)
