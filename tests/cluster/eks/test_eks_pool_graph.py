"""What a node pool declares on EKS."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from homeport.plan import Graph, Resource
from homeport.problems import SettingsError
from tests.cluster.eks.eks_world import GROUP, TEMPLATE, graph, pool

TAG = "aws:autoscaling/tag:Tag"
SPOT = {"key": "spot", "value": "true", "effect": "NoSchedule"}


def made(**changes: Any) -> Graph:
    return graph(pools={"general": pool(**changes)})


def group(**changes: Any) -> Resource:
    return made(**changes).one(type=GROUP)


def test_a_group_as_eks_takes_it() -> None:
    inputs = group(
        machines=["m7i.large", "m6i.large"], spot=True, taints=[SPOT], labels={"acme.example/team": "a"}
    ).inputs
    assert inputs["capacityType"] == "SPOT"
    assert inputs["instanceTypes"] == ["m7i.large", "m6i.large"]
    assert inputs["labels"] == {"homeport.dev/node-pool": "general", "acme.example/team": "a"}
    assert inputs["taints"] == [{"key": "spot", "value": "true", "effect": "NO_SCHEDULE"}]
    assert inputs["amiType"] == "AL2023_x86_64_STANDARD"
    assert inputs["nodeRepairConfig"] == {"enabled": True}
    assert inputs["version"] == "1.34"
    assert inputs["scalingConfig"] == {"minSize": 1, "maxSize": 6, "desiredSize": 1}
    assert inputs["subnetIds"] == ["${private-eu-central-1a.id}", "${private-eu-central-1b.id}"]


def test_a_taint_without_a_value_has_none() -> None:
    [taint] = group(taints=[{"key": "data", "effect": "PreferNoSchedule"}]).inputs["taints"]
    assert taint == {"key": "data", "effect": "PREFER_NO_SCHEDULE"}


@pytest.mark.parametrize(
    ("changes", "image"),
    [
        ({"machines": ["m7g.large"], "arch": "arm64"}, "AL2023_ARM_64_STANDARD"),
        ({"machines": ["g6.xlarge"], "gpu": {"type": "nvidia"}}, "AL2023_x86_64_NVIDIA"),
        ({"machines": ["g5g.xlarge"], "arch": "arm64", "gpu": {"type": "nvidia"}}, "AL2023_ARM_64_NVIDIA"),
        ({"machines": ["g6.xlarge"], "gpu": {"type": "nvidia", "driver": "none"}}, "AL2023_x86_64_STANDARD"),
    ],
)
def test_the_image_follows_the_machine(changes: dict[str, Any], image: str) -> None:
    assert group(**changes).inputs["amiType"] == image


@pytest.mark.parametrize(
    ("upgrade", "config"),
    [
        ({"max_surge": 2}, {"maxUnavailable": 2, "updateStrategy": "DEFAULT"}),
        ({"max_surge": 1, "max_unavailable": 3}, {"maxUnavailable": 3, "updateStrategy": "DEFAULT"}),
        ({"max_surge": 0, "max_unavailable": 2}, {"maxUnavailable": 2, "updateStrategy": "MINIMAL"}),
    ],
)
def test_new_nodes_come_first_unless_there_is_no_surge(upgrade: dict[str, int], config: dict[str, object]) -> None:
    assert group(upgrade=upgrade).inputs["updateConfig"] == config


def test_the_number_of_nodes_is_ignored_exactly_where_an_autoscaler_owns_it() -> None:
    assert group(min=1, max=3).options.ignore_changes == ["scalingConfig.desiredSize"]
    fixed = group(size=3)
    assert fixed.options.ignore_changes == []
    assert fixed.inputs["scalingConfig"] == {"minSize": 3, "maxSize": 3, "desiredSize": 3}


def test_a_pool_of_no_nodes_has_a_maximum_that_eks_takes() -> None:
    assert group(size=0).inputs["scalingConfig"] == {"minSize": 0, "maxSize": 1, "desiredSize": 0}


def test_nodes_are_hardened_and_their_disks_encrypted() -> None:
    inputs = made(disk={"size_gb": 50}).one(type=TEMPLATE).inputs
    assert inputs["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
        "instanceMetadataTags": "disabled",
    }
    assert inputs["blockDeviceMappings"] == [
        {
            "deviceName": "/dev/xvda",
            "ebs": {"volumeType": "gp3", "volumeSize": 50, "encrypted": "true", "deleteOnTermination": "true"},
        }
    ]
    for own in ("instanceType", "instanceMarketOptions", "iamInstanceProfile", "vpcSecurityGroupIds", "imageId"):
        assert own not in inputs, "EKS decides it, or the group does; said twice it is refused"


def test_an_ssd_is_faster_than_every_gp3_disk() -> None:
    [mapping] = made(disk={"type": "ssd"}).one(type=TEMPLATE).inputs["blockDeviceMappings"]
    assert (mapping["ebs"]["iops"], mapping["ebs"]["throughput"]) == (6000, 500)


def test_machines_and_disks_carry_the_tags_of_the_bill() -> None:
    specifications = made().one(type=TEMPLATE).inputs["tagSpecifications"]
    assert [one["resourceType"] for one in specifications] == ["instance", "network-interface", "volume"]
    for one in specifications:
        assert one["tags"]["Name"] == "stage-general"
        assert one["tags"]["stack"] == "stage"
        assert not {"owner", "cost-centre"} & one["tags"].keys(), "another owner would roll every node"


def test_machines_get_what_may_change_of_the_bill_from_their_group() -> None:
    tags = {one.inputs["tag"]["key"]: one.inputs["tag"] for one in made().find(type=TAG)}
    assert tags["owner"] == {"key": "owner", "value": "platform", "propagateAtLaunch": True}
    assert tags["cost-centre"]["value"] == "1000"


@pytest.mark.parametrize(("changes", "pods"), [({}, 110), ({"max_pods": 40}, 40)])
def test_most_pods_are_said_to_the_kubelet(changes: dict[str, int], pods: int) -> None:
    text = base64.b64decode(made(**changes).one(type=TEMPLATE).inputs["userData"]).decode()
    assert "Content-Type: application/node.eks.aws" in text
    assert f"maxPods: {pods}\n" in text


def test_split_zones_makes_a_group_per_zone_named_after_it() -> None:
    found = made(min=2, max=6, split_zones=True)
    assert {one.name: one.inputs["subnetIds"] for one in found.find(type=GROUP)} == {
        "general-pool-a": ["${private-eu-central-1a.id}"],
        "general-pool-b": ["${private-eu-central-1b.id}"],
    }
    for one in found.find(type=GROUP):
        assert one.inputs["scalingConfig"] == {"minSize": 1, "maxSize": 3, "desiredSize": 1}


def test_a_replacement_can_come_up_before_the_old_group_goes() -> None:
    one = group()
    assert one.inputs["nodeGroupNamePrefix"] == "general-pool-"
    assert "nodeGroupName" not in one.inputs
    assert not one.options.delete_before_replace
    assert not one.options.protect


def test_the_autoscaler_learns_of_a_node_that_does_not_exist_yet() -> None:
    def told(**changes: Any) -> dict[str, str]:
        found = [tag.inputs["tag"] for tag in made(**changes).find(type=TAG)]
        return {tag["key"]: tag["value"] for tag in found if not tag["propagateAtLaunch"]}

    assert told(min=0, taints=[SPOT], labels={"acme.example/team": "a"}) == {
        "k8s.io/cluster-autoscaler/node-template/label/homeport.dev/node-pool": "general",
        "k8s.io/cluster-autoscaler/node-template/label/acme.example/team": "a",
        "k8s.io/cluster-autoscaler/node-template/taint/spot": "true:NoSchedule",
    }
    assert told(min=1) == {}
    assert told(size=0) == {}


def test_nodes_wait_for_network_rights_and_the_addons_that_they_need() -> None:
    found = made()
    depends = {found.by_urn[urn].name for urn in found.depends(found.one(type=GROUP).urn)}
    assert {
        "way-out",
        "cluster-vpc-cni",
        "cluster-eks-pod-identity-agent",
        "cluster-kube-proxy",
        "cluster-cni-association",
        "cluster-nodes-AmazonEKSWorkerNodeMinimalPolicy",
        "cluster-nodes-AmazonEC2ContainerRegistryPullOnly",
        "cluster-nodes-find-themselves",
    } <= depends


def test_pools_do_not_wait_for_each_other_nor_for_the_kubernetes_provider() -> None:
    found = graph(pools={"one": pool(), "two": pool()})
    groups = {one.urn for one in found.find(type=GROUP)}
    provider = found.one(type="pulumi:providers:kubernetes").urn
    for urn in groups:
        assert not found.depends(urn) & (groups | {provider})


def test_adding_a_pool_touches_nothing_else() -> None:
    before = {one.urn: one for one in graph(pools={"one": pool()}).resources}
    after = {one.urn: one for one in graph(pools={"one": pool(), "two": pool(min=0)}).resources}
    assert {urn: after[urn] for urn in before} == before
    assert all("NodePool" in urn and "::two" in urn for urn in after.keys() - before.keys())


def test_a_pool_that_eks_would_refuse_is_refused_here_with_its_path() -> None:
    with pytest.raises(SettingsError) as refused:
        made(upgrade={"strategy": "blue-green"})
    assert [problem.path for problem in refused.value.problems] == [("node_pools", "general", "upgrade", "strategy")]
