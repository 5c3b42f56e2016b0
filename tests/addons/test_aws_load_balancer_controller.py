"""The AWS Load Balancer Controller: what it is told, what it may do, and what it must not stand in the way of."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.addons import graph
from homeport.addons.aws_load_balancer_controller import (
    AwsLoadBalancerController,
    AwsLoadBalancerControllerArgs,
    values,
)
from homeport.addons.crds_chart import DefinitionsChart
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Chart, Object, Rights
from homeport.addons.pins import pin_of
from homeport.addons.samples import SAMPLE_LABELS, sample_site
from homeport.identity.permissions import LoadBalancerAdmin
from tests.addons.gateway_sites import gateway_site
from tests.addons.toys import thing, toy

NAME = "aws-load-balancer-controller"


def of(site: dict[str, Any] | None = None, **args: Any) -> dict[str, Any]:
    return values(AwsLoadBalancerControllerArgs(**args), gateway_site("aws", **(site or {})))


def planned(*beside: Any, **args: Any) -> AddonPlan:
    sections = {NAME: AwsLoadBalancerControllerArgs(**args)}
    return graph.plan(sections, sample_site("aws"), [AwsLoadBalancerController(), *beside])


def test_knows_cluster_region_and_network_without_asking_the_machine() -> None:
    got = of()
    assert (got["clusterName"], got["region"], got["vpcId"]) == ("stage", "eu-central-1", "vpc-0123456789abcdef0")


def test_nobody_waits_for_its_webhooks() -> None:
    """With the one for Services every release of the cluster would fail while it is away; with the other, Ingresses."""
    got = of()
    assert got["enableServiceMutatorWebhook"] is False
    assert got["webhookConfig"]["ingressValdationFailurePolicy"] == "Ignore"
    assert got["enableCertManager"] is False


def test_an_update_keeps_its_certificate() -> None:
    assert of()["keepTLSSecret"] is True


def test_leaves_gateways_to_the_gateway() -> None:
    assert of()["controllerConfig"]["featureGates"] == {"ALBGatewayAPI": False, "NLBGatewayAPI": False}


def test_load_balancers_carry_the_stacks_tags() -> None:
    assert of()["defaultTags"] == SAMPLE_LABELS.aws()


@pytest.mark.parametrize(
    ("setting", "value"), [("waf", "enableWafv2"), ("shield", "enableShield")], ids=["waf", "shield"]
)
def test_does_not_try_what_it_may_not(setting: str, value: str) -> None:
    assert of()[value] is False
    changes: dict[str, Any] = {setting: True}
    assert of(**changes)[value] is True
    [rights] = [step.item for step in planned(**{setting: True}).steps if isinstance(step.item, Rights)]
    [permission] = rights.permissions
    assert getattr(permission, setting) is True


def test_its_rights_are_for_this_cluster_and_network_and_for_its_own_account() -> None:
    plan = planned()
    [rights] = [step.item for step in plan.steps if isinstance(step.item, Rights)]
    assert rights.permissions == [LoadBalancerAdmin(vpc="vpc-0123456789abcdef0", cluster="stage")]
    assert rights.service_account == of()["serviceAccount"]["name"] == NAME
    assert rights.namespace == "kube-system"


def test_keeps_its_rights_until_it_is_gone() -> None:
    plan = planned()
    [edge] = [edge for edge in plan.edges if edge.of == f"{NAME}/release" and edge.on == f"{NAME}/rights"]
    assert edge.kind == "both"


def test_standard_has_two_in_two_zones_and_minimal_one() -> None:
    assert of()["replicaCount"] == 2
    assert of({"profile": "minimal"})["replicaCount"] == 1
    [spread] = of()["topologySpreadConstraints"]
    assert spread["topologyKey"] == "topology.kubernetes.io/zone"
    assert of()["priorityClassName"] == "system-cluster-critical"


def test_runs_without_privileges() -> None:
    got = of()
    assert got["podSecurityContext"]["runAsUser"] > 10_000
    assert got["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert got["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert got["securityContext"]["allowPrivilegeEscalation"] is False


def test_alerts_and_monitor_come_where_their_kinds_are_known_and_wait_for_them() -> None:
    with_kinds = planned(toy("prometheus-operator-crds", thing("release")))
    alerts = next(step for step in with_kinds.steps if step.key == f"{NAME}/alerts")
    assert isinstance(alerts.item, Object)
    rules = alerts.item.manifest.body["spec"]["groups"][0]["rules"]
    assert all(rule["labels"]["severity"] in {"critical", "warning"} for rule in rules)
    assert {"prometheus-operator-crds/release"} < {edge.on for edge in alerts.edges}
    release = next(step for step in with_kinds.steps if step.key == f"{NAME}/release")
    assert "prometheus-operator-crds/release" in {edge.on for edge in release.edges}
    assert not any(step.key == f"{NAME}/alerts" for step in planned().steps)


def test_a_cluster_that_homeport_did_not_make_is_refused() -> None:
    found = graph.problems({}, sample_site("aws", account=None, vpc=None), [AwsLoadBalancerController()])
    assert [problem.text() for problem in found] == [
        (
            f"{NAME}: works by rights in the AWS account, which homeport cannot give in a cluster that it did not make;"
            f" switch it off: {NAME}: {{enabled: false}}; whoever made the cluster installs it"
        )
    ]


def test_gke_needs_none() -> None:
    plan = graph.plan({}, sample_site("gcp"), [AwsLoadBalancerController()])
    assert plan.left_out == {NAME: "serves aws, and the cluster's cloud is gcp"}


@pytest.mark.parametrize(
    "override",
    [
        {"enableServiceMutatorWebhook": True},
        {"keepTLSSecret": False},
        {"clusterName": "other"},
        {"serviceAccount": {"name": "other"}},
    ],
)
def test_dangerous_overrides_are_said_aloud(override: dict[str, Any]) -> None:
    [warning] = planned(values=override).warnings
    assert warning.startswith(f"addons.{NAME}.values.{next(iter(override))}")


def test_its_kinds_come_before_it_are_upgraded_with_it_and_no_release_installs_them() -> None:
    plan = planned(version="3.9.9")
    steps = {step.item.key: step for step in plan.steps}
    definitions, release = steps["definitions"].item, steps["release"].item
    assert isinstance(definitions, DefinitionsChart)
    assert isinstance(release, Chart)
    assert definitions.alone
    assert release.skip_crds
    assert [(edge.on, edge.kind) for edge in steps["release"].edges if "definitions" in edge.on] == [
        (f"{NAME}/definitions", "both")
    ]
    assert pin_of(definitions.pin).version == "3.9.9"
    before = {step.item.key: step.item for step in planned().steps}["definitions"]
    assert isinstance(before, DefinitionsChart)
    assert pin_of(before.pin) == pin_of(NAME)
