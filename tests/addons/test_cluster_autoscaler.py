"""cluster-autoscaler: which groups it finds, which image it runs, when it takes a node away."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.addons import graph
from homeport.addons.cluster_autoscaler import IMAGES, ClusterAutoscaler, ClusterAutoscalerArgs, values
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Rights
from homeport.addons.pins import pins
from homeport.addons.samples import sample_site
from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.eks_pool import eks_pools
from homeport.cluster.pool_args import NodePoolArgs
from homeport.identity.aws_scope import AwsScope
from homeport.identity.permissions import AutoscalingAdmin
from homeport.identity.render_aws import statements
from tests.addons.gateway_sites import gateway_site

NAME = "cluster-autoscaler"


def of(site: dict[str, Any] | None = None, **args: Any) -> dict[str, Any]:
    return values(ClusterAutoscalerArgs(**args), gateway_site("aws", **(site or {})))


def planned(**args: Any) -> AddonPlan:
    return graph.plan({NAME: ClusterAutoscalerArgs(**args)}, sample_site("aws"), [ClusterAutoscaler()])


def told(site: dict[str, Any], **args: Any) -> list[str]:
    found = graph.problems({NAME: ClusterAutoscalerArgs(**args)}, sample_site("aws", **site), [ClusterAutoscaler()])
    return [problem.text() for problem in found]


def test_finds_the_clusters_own_groups_and_no_others() -> None:
    got = of()
    assert got["cloudProvider"] == "aws"
    assert got["awsRegion"] == "eu-central-1"
    assert got["autoDiscovery"] == {"clusterName": "stage"}


def test_may_resize_exactly_the_groups_that_it_finds() -> None:
    """The chart looks for the tag k8s.io/cluster-autoscaler/<clusterName>; the rights end at the same tag."""
    plan = planned()
    [rights] = [step.item for step in plan.steps if isinstance(step.item, Rights)]
    assert rights.permissions == [AutoscalingAdmin(cluster=of()["autoDiscovery"]["clusterName"])]
    assert rights.service_account == of()["rbac"]["serviceAccount"]["name"] == NAME
    scope = AwsScope(account="111122223333", region="eu-central-1", cluster="stage")
    resize = next(one for one in statements(rights.permissions, scope) if one.sid == "ResizeGroups")
    assert "aws:ResourceTag/k8s.io/cluster-autoscaler/stage" in str(resize)


@pytest.mark.parametrize("minor", sorted(IMAGES))
def test_runs_the_image_of_the_clusters_version(minor: str) -> None:
    tag = of({"kubernetes": minor})["image"]["tag"]
    assert tag.startswith(f"v{minor}.")


def test_knows_an_image_for_every_version_that_its_chart_serves() -> None:
    first, last = (int(minor.removeprefix("1.")) for minor in pins()[NAME].kubernetes)
    assert sorted(IMAGES) == [f"1.{minor}" for minor in range(first, last + 1)]


def test_a_version_without_a_known_image_is_refused_with_the_line_to_write() -> None:
    text = (
        f"{NAME}: no image is known for Kubernetes 1.37, only for 1.32, 1.33, 1.34, 1.35, 1.36; name one: values:"
        " {image: {tag: v1.37.0}}"
    )
    assert text in told({"kubernetes": "1.37"})
    assert text not in told({"kubernetes": "1.37"}, values={"image": {"tag": "v1.37.0"}})


def test_a_node_with_small_change_on_it_can_go() -> None:
    flags = of()["extraArgs"]
    assert flags["skip-nodes-with-local-storage"] == "false"
    assert flags["skip-nodes-with-system-pods"] == "false"
    assert flags["balance-similar-node-groups"] == "true"
    assert all(isinstance(flag, str) for flag in flags.values()), "the chart prints what it gets"


def test_settings_become_flags() -> None:
    flags = of(expander="most-pods", scale_down=False, unneeded_minutes=3, utilization_percent=65)["extraArgs"]
    assert flags["expander"] == "most-pods"
    assert flags["scale-down-enabled"] == "false"
    assert flags["scale-down-unneeded-time"] == "3m"
    assert flags["scale-down-utilization-threshold"] == "0.65"


def test_standard_has_two_of_which_one_is_elected_and_minimal_one() -> None:
    assert of()["replicaCount"] == 2
    assert of()["extraArgs"]["leader-elect"] == "true"
    assert of({"profile": "minimal"})["replicaCount"] == 1


def test_its_monitor_lies_in_a_namespace_that_is_there() -> None:
    monitor = of()["serviceMonitor"]
    assert monitor["enabled"] is True
    assert monitor["namespace"] == "kube-system"
    assert of({"installed": frozenset[str]()})["serviceMonitor"]["enabled"] is False


def test_pools_that_may_be_empty_tell_it_what_a_node_would_be_like() -> None:
    """EKS puts the tags of its own on the groups; those of a template are ours to set."""
    pool = NodePoolArgs.model_validate(
        {
            "machines": ["m7i.large"],
            "min": 0,
            "max": 3,
            "labels": {"disk": "fast"},
            "taints": [{"key": "gpu", "value": "true", "effect": "NoSchedule"}],
        }
    )
    cluster = EksClusterArgs.model_construct(zones=["eu-central-1a"], version="1.34", max_pods=110)
    [group] = eks_pools("burst", pool, cluster, cluster_name="stage", tags={})
    prefix = "k8s.io/cluster-autoscaler/node-template"
    assert group.scale_from_zero[f"{prefix}/label/disk"] == "fast"
    assert group.scale_from_zero[f"{prefix}/taint/gpu"] == "true:NoSchedule"


def test_gke_brings_its_own() -> None:
    plan = graph.plan({}, sample_site("gcp"), [ClusterAutoscaler()])
    assert plan.left_out == {NAME: "serves aws, and the cluster's cloud is gcp"}


def test_the_version_that_fits_is_not_overridden_in_silence() -> None:
    [warning] = planned(values={"image": {"tag": "v1.33.0"}}).warnings
    assert warning == (
        f"addons.{NAME}.values.image.tag overrides a value that keeps the cluster safe: an image of another minor"
        " version foresees another scheduler's decisions"
    )
