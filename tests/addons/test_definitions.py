"""Definitions of kinds: who brings them, how they are declared, and that they stay when their add-on goes."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from homeport.addons import graph
from homeport.addons.args import AddonArgs
from homeport.addons.crds import gateway_kinds, has_gateway_api
from homeport.addons.crds_declare import taking_over
from homeport.addons.gateway_api_crds import GatewayApiCrds, GatewayApiCrdsArgs
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Chart
from homeport.addons.pins import pins
from homeport.addons.prometheus_operator_crds import PrometheusOperatorCrds, PrometheusOperatorCrdsArgs
from homeport.addons.section import AddonsArgs
from homeport.addons.site import Site
from homeport.problems import SettingsError
from tests.addons.places import recorded, site
from tests.addons.toys import thing, toy

GATEWAY, MONITORS = "gateway-api-crds", "prometheus-operator-crds"
OURS = (GatewayApiCrds(), PrometheusOperatorCrds())


def planned(at: Site, **sections: AddonArgs) -> AddonPlan:
    return graph.plan({name.replace("_", "-"): args for name, args in sections.items()}, at, OURS)


def release(plan: AddonPlan, addon: str) -> Chart:
    [item] = [step.item for step in plan.steps if step.key == f"{addon}/release"]
    assert isinstance(item, Chart)
    return item


@pytest.mark.parametrize("cloud", ["aws", "none"])
def test_where_the_cluster_does_not_bring_the_gateway_api_its_standard_channel_is_installed(cloud: Any) -> None:
    chart = release(planned(site(cloud)), GATEWAY)
    assert chart.values["crds"] == {
        "gatewayAPI": {"enabled": True, "channel": "standard"},
        "envoyGateway": {"enabled": False},
    }
    assert pins()[str(chart.pin)].app_version == "v1.6.1", "Traefik 3.7 asks for 1.5 or later"
    assert not chart.pods


def test_where_gke_installs_the_gateway_api_nobody_else_does_and_it_counts_as_there() -> None:
    at = site("gcp", provides=frozenset({"gateway-api-crds"}))
    plan = planned(at)
    assert GATEWAY not in plan.sections
    assert plan.left_out[GATEWAY] == "the cluster brings it already (gateway-api-crds)"
    assert has_gateway_api(at)
    assert not has_gateway_api(site("aws"))
    assert has_gateway_api(site("aws", installed=frozenset({GATEWAY})))


def test_what_needs_the_gateway_api_waits_for_it_only_where_it_is_installed() -> None:
    user = toy("user", thing("release", gateway_kinds("it looks for the kinds when it starts")))
    ours = graph.plan({}, site("aws"), [*OURS, user])
    assert f"{GATEWAY}/release" in {edge.on for edge in ours.edges if edge.of == "user/release"}
    theirs = graph.plan({}, site("gcp", provides=frozenset({"gateway-api-crds"})), [*OURS, user])
    assert {edge.on for edge in theirs.edges if edge.of == "user/release"} == {graph.API}


def test_monitors_come_with_the_standard_profile_or_when_they_are_asked_for() -> None:
    assert MONITORS in planned(site("aws")).sections
    assert MONITORS not in planned(site("aws", profile="minimal")).sections
    asked = planned(site("aws", profile="minimal"), prometheus_operator_crds=PrometheusOperatorCrdsArgs(enabled=True))
    assert asked.exports.monitors
    assert dict(asked.exports.items) == {"monitors": f"{MONITORS}/release"}


def test_definitions_of_monitors_stay_when_the_release_goes() -> None:
    chart = release(planned(site("aws")), MONITORS)
    assert chart.values["crds"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    lost = planned(
        site("aws"), prometheus_operator_crds=PrometheusOperatorCrdsArgs(values={"crds": {"annotations": None}})
    )
    assert any("every monitor and rule of the cluster goes" in warning for warning in lost.warnings)


def test_the_record_of_definitions_lives_where_no_add_on_takes_it_away() -> None:
    assert {release(planned(site("aws")), addon).namespace for addon in (GATEWAY, MONITORS)} == {"kube-system"}
    assert not [step.key for step in planned(site("aws")).steps if step.key.startswith("namespaces/")]


def test_an_experimental_channel_is_said_aloud() -> None:
    values = {"crds": {"gatewayAPI": {"channel": "experimental"}}}
    plan = planned(site("aws"), gateway_api_crds=GatewayApiCrdsArgs(values=values))
    [warning] = plan.warnings
    assert "gatewayAPI.channel" in warning
    assert "experimental kinds change and go without notice" in warning


def test_definitions_that_somebody_else_brought_are_left_alone_and_count_as_there() -> None:
    plan = planned(
        site("none"),
        gateway_api_crds=GatewayApiCrdsArgs(present=True),
        prometheus_operator_crds=PrometheusOperatorCrdsArgs(present=True),
    )
    assert plan.steps == ()
    assert plan.exports.monitors
    assert plan.exports.items == ()
    assert {GATEWAY, MONITORS} <= plan.sections.keys()


def test_nobody_can_have_brought_definitions_into_a_cluster_of_our_own() -> None:
    with pytest.raises(SettingsError) as caught:
        planned(site("aws"), gateway_api_crds=GatewayApiCrdsArgs(present=True))
    [problem] = caught.value.problems
    assert problem.text() == (
        "addons.gateway-api-crds.present = true: a cluster that the stack makes is empty, so nobody has brought the"
        " definitions; remove it"
    )


def test_present_and_switched_off_contradict_each_other() -> None:
    [problem] = GatewayApiCrdsArgs.model_construct(present=True, enabled=False, values={}, version=None).check()
    assert problem.text() == (
        "present = true: says that what builds on the definitions may count on them, and enabled: false says the"
        " opposite; remove one of the two"
    )


def test_the_gateway_api_is_no_helm_release_and_outlives_the_stack() -> None:
    graph_ = recorded("aws")
    chart = graph_.one(name=f"support-{GATEWAY}-release")
    assert chart.type == "kubernetes:helm.sh/v4:Chart"
    assert chart.options.retain_on_delete
    assert chart.inputs["chart"] == "oci://docker.io/envoyproxy/gateway-crds-helm"
    assert chart.inputs["version"] == "v1.9.0"
    assert chart.inputs["name"] == GATEWAY


def test_the_gateway_api_comes_from_the_mirror_that_charts_are_taken_from() -> None:
    args = AddonsArgs.model_validate({GATEWAY: {"version": "v1.10.0"}})
    at = site("aws", charts=site("aws").charts.model_copy(update={"source": "vendor/charts"}))
    chart = recorded("aws", args=args, at=at).one(name=f"support-{GATEWAY}-release")
    assert chart.inputs["chart"] == "vendor/charts/gateway-crds-helm-v1.10.0.tgz"
    assert "version" not in chart.inputs


def given(props: dict[str, Any]) -> pulumi.ResourceTransformArgs:
    return pulumi.ResourceTransformArgs(
        True, "kubernetes:x:Y", "y", props, pulumi.ResourceOptions(retain_on_delete=True)
    )


def test_a_definition_that_stayed_behind_is_taken_over_again() -> None:
    changed = taking_over(given({"spec": {"a": 1}, "metadata": {"name": "x", "annotations": {"channel": "standard"}}}))
    assert changed is not None
    assert changed.props == {
        "spec": {"a": 1},
        "metadata": {"name": "x", "annotations": {"channel": "standard", "pulumi.com/patchForce": "true"}},
    }
    assert changed.opts.retain_on_delete
    assert taking_over(given({"chart": "gateway-crds-helm"})) is None, "the component is no object"
    bare = taking_over(given({"metadata": {"name": "x"}}))
    assert bare is not None
    assert bare.props == {"metadata": {"name": "x", "annotations": {"pulumi.com/patchForce": "true"}}}
