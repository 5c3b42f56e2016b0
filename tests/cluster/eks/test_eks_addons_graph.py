"""The managed add-ons that come after the nodes, and the storage classes of EKS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from homeport.cluster.eks import EksCluster
from homeport.cluster.eks_addon_inputs import to_json
from homeport.cluster.eks_addons import EksAddons
from homeport.cluster.pool import NodePool
from homeport.cluster.pool_args import NodePoolArgs
from homeport.plan import Graph
from homeport.problems import SettingsError
from homeport.storage.args import StorageArgs
from homeport.storage.component import StorageClasses
from tests.cluster.eks.eks_world import ADDON, GROUP, POD_IDENTITY, graph, pool
from tests.cluster.gke_world import LABELS

CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
PATCH = "kubernetes:storage.k8s.io/v1:StorageClassPatch"
SNAPSHOTS = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
SPOT = {"key": "spot", "value": "true", "effect": "NoSchedule"}


def made(pools: Mapping[str, NodePoolArgs] | None = None, **storage: Any) -> Graph:
    def then(cluster: EksCluster, found: dict[str, NodePool], opts: pulumi.ResourceOptions) -> None:
        addons = EksAddons("addons", cluster=cluster, pools=list(found.values()), opts=opts)
        StorageClasses(
            "storage",
            StorageArgs.model_validate(storage),
            cluster=cluster,
            labels=LABELS,
            snapshots_after=addons.snapshots,
        )

    return graph(pools=pools or {"system": pool()}, then=then)


def waits(found: Graph, name: str) -> set[str]:
    return {found.by_urn[urn].name for urn in found.depends(found.one(name=name).urn)}


@pytest.mark.parametrize("addon", ["coredns", "aws-ebs-csi-driver", "snapshot-controller", "metrics-server"])
def test_addons_that_run_on_nodes_wait_for_them_and_not_for_each_other(addon: str) -> None:
    found = made()
    depends = waits(found, f"addons-{addon}")
    assert "system-pool" in depends
    assert not {name for name in depends if name.startswith("addons-") and "ebs" not in name}


def test_only_for_pools_that_they_can_run_on() -> None:
    pools = {"system": pool(), "spot": pool(taints=[SPOT]), "empty": pool(min=0)}
    depends = waits(made(pools), "addons-coredns")
    assert "system-pool" in depends
    assert not {"spot-pool", "empty-pool"} & depends


def test_no_pool_waits_for_them() -> None:
    found = made()
    addons = {one.urn for one in found.find(type=ADDON) if one.name.startswith("addons-")}
    assert not found.depends(found.one(type=GROUP).urn) & addons


@pytest.mark.parametrize("pools", [{"spot": pool(taints=[SPOT])}, {"empty": pool(min=0)}, {"none": pool(size=0)}])
def test_without_a_node_for_them_from_the_start_they_are_refused(pools: dict[str, NodePoolArgs]) -> None:
    with pytest.raises(SettingsError) as refused:
        made(pools)
    [problem] = refused.value.problems
    assert problem.path == ("node_pools",)
    assert "CoreDNS would stay degraded" in problem.rule


def test_the_ebs_driver_has_its_own_rights_over_the_volumes_of_this_cluster_before_it_starts() -> None:
    found = made()
    association = next(one for one in found.find(type=POD_IDENTITY) if one.name.startswith("addons-"))
    assert association.inputs["serviceAccount"] == "ebs-csi-controller-sa"
    driver = found.one(name="addons-aws-ebs-csi-driver")
    assert association.urn in driver.dependencies
    configuration = json.loads(driver.inputs["configurationValues"])
    # The cluster's name for the tags is EKS's business: a key for it could be one that EKS refuses.
    assert configuration == {"defaultStorageClass": {"enabled": False}}
    policies = [one.inputs["policy"] for one in found.resources if one.name.startswith("addons-ebs-policy")]
    assert policies
    assert all("ebs.csi.aws.com/cluster-name" in text and "stage" in text for text in policies)


def test_storage_classes_are_encrypted_zonal_and_have_one_default() -> None:
    found = made()
    classes = {one.inputs["metadata"]["name"]: one.inputs for one in found.find(type=CLASS)}
    assert set(classes) == {"homeport-zonal", "homeport-fast"}
    for one in classes.values():
        assert one["provisioner"] == "ebs.csi.aws.com"
        assert one["parameters"]["type"] == "gp3"
        assert one["parameters"]["encrypted"] == "true"
        assert "environment=stage" in one["parameters"].values()
        assert one["volumeBindingMode"] == "WaitForFirstConsumer"
        assert "allowedTopologies" not in one
    assert classes["homeport-fast"]["parameters"]["iops"] == "6000"
    mark = "storageclass.kubernetes.io/is-default-class"
    assert classes["homeport-zonal"]["metadata"]["annotations"][mark] == "true"
    assert classes["homeport-fast"]["metadata"]["annotations"][mark] == "false"
    patch = found.one(type=PATCH).inputs["metadata"]
    assert (patch["name"], patch["annotations"][mark]) == ("gp2", "false")


def test_the_snapshot_class_waits_for_what_defines_it() -> None:
    found = made()
    assert found.one(type=SNAPSHOTS).inputs["driver"] == "ebs.csi.aws.com"
    assert found.one(name="addons-snapshot-controller").urn in found.one(type=SNAPSHOTS).dependencies


def test_a_regional_default_is_refused_on_aws_with_what_to_do() -> None:
    with pytest.raises(SettingsError) as refused:
        made(default="regional")
    [problem] = refused.value.problems
    assert problem.path == ("storage", "default")
    assert "an EBS volume lies in one zone" in problem.rule
    assert "split_zones" in problem.fix


def test_configuration_is_the_same_text_whatever_the_order_it_is_written_in() -> None:
    assert to_json({"b": {"d": 1, "c": 2}, "a": 3}) == '{"a":3,"b":{"c":2,"d":1}}'
