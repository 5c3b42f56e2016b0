"""Which storage classes a cluster gets."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.storage.args import StorageArgs
from homeport.storage.classes import (
    SnapshotClassSpec,
    StorageClassSpec,
    classes,
    shipped_default,
    snapshot_class,
    storage_problems,
)
from homeport.values import Cloud

ZONES = ["europe-west3-a", "europe-west3-b", "europe-west3-c"]


def by_kind(args: StorageArgs, zones: list[str]) -> dict[str, StorageClassSpec]:
    return {spec.kind: spec for spec in classes(args, cloud="gcp", zones=zones)}


def test_regional_volumes_have_a_copy_in_exactly_two_zones_and_are_the_default() -> None:
    regional = by_kind(StorageArgs(), ZONES)["regional"]
    assert regional.name == "homeport-regional"
    assert regional.provisioner == "pd.csi.storage.gke.io"
    assert regional.parameters == {"type": "pd-balanced", "replication-type": "regional-pd"}
    assert (regional.zone_key, regional.zones) == ("topology.gke.io/zone", ("europe-west3-a", "europe-west3-b"))
    assert regional.default


def test_a_further_zone_does_not_move_the_regional_class() -> None:
    assert by_kind(StorageArgs(), ZONES[:2])["regional"] == by_kind(StorageArgs(), ZONES)["regional"]


def test_zonal_and_fast_lie_where_their_pod_is() -> None:
    specs = by_kind(StorageArgs(), ZONES)
    assert specs["zonal"].parameters == {"type": "pd-balanced"}
    assert specs["fast"].parameters == {"type": "pd-ssd"}
    assert specs["zonal"].zones == specs["fast"].zones == ()


def test_in_one_zone_there_is_no_regional_class_and_zonal_is_the_default() -> None:
    specs = by_kind(StorageArgs(), ZONES[:1])
    assert specs.keys() == {"zonal", "fast"}
    assert specs["zonal"].default


def test_regional_asked_for_in_one_zone_is_refused_with_the_fix() -> None:
    [problem] = storage_problems(StorageArgs(default="regional"), cloud="gcp", zones=ZONES[:1])
    assert problem.text() == (
        'default = "regional": a regional volume has a copy in each of two zones; the cluster has 1; name a second '
        "zone in cluster.zones, or write default: zonal"
    )


def test_a_cluster_of_an_unknown_cloud_keeps_what_it_has() -> None:
    assert classes(StorageArgs(), cloud="none", zones=[]) == []
    assert snapshot_class(StorageArgs(), cloud="none") is None
    assert shipped_default("none") is None
    assert not list(storage_problems(StorageArgs(), cloud="none", zones=[]))
    [problem] = storage_problems(StorageArgs(default="fast"), cloud="none", zones=[])
    assert "keeps the storage classes that it has" in problem.rule


def test_disks_and_snapshots_can_outlive_their_claims() -> None:
    args = StorageArgs(reclaim="retain")
    assert {spec.reclaim_policy for spec in classes(args, cloud="gcp", zones=ZONES)} == {"Retain"}
    assert snapshot_class(args, cloud="gcp") == SnapshotClassSpec(
        "homeport-snapshots", "pd.csi.storage.gke.io", "Retain"
    )


def test_snapshots_can_be_left_out() -> None:
    assert snapshot_class(StorageArgs(snapshots=False), cloud="gcp") is None


def test_disks_carry_the_labels_of_the_stack_in_stable_order() -> None:
    labels = {"stack": "stage", "owner": "platform"}
    for spec in classes(StorageArgs(), cloud="gcp", zones=ZONES, volume_labels=labels):
        assert spec.parameters["labels"] == "owner=platform,stack=stage"


def test_gke_ships_a_default_of_its_own() -> None:
    assert shipped_default("gcp") == "standard-rwo"


@pytest.mark.parametrize("default", ["regional", "zonal", "fast"])
def test_each_kind_can_be_the_default(default: Any) -> None:
    specs = by_kind(StorageArgs(default=default), ZONES)
    assert [kind for kind, spec in specs.items() if spec.default] == [default]


@given(
    cloud=st.sampled_from(["gcp", "none"]),
    default=st.sampled_from([None, "regional", "zonal", "fast"]),
    zones=st.integers(0, 3),
)
def test_whatever_is_accepted_has_exactly_one_default_or_no_classes(cloud: Cloud, default: Any, zones: int) -> None:
    args = StorageArgs(default=default)
    if list(storage_problems(args, cloud=cloud, zones=ZONES[:zones])):
        return
    specs = classes(args, cloud=cloud, zones=ZONES[:zones])
    assert sum(spec.default for spec in specs) == (1 if specs else 0)
    assert len({spec.name for spec in specs}) == len(specs)
    assert all(len(spec.zones) in {0, 2} for spec in specs)


class TestOnAws:
    ZONES: ClassVar[tuple[str, ...]] = ("eu-central-1a", "eu-central-1b")

    @pytest.mark.parametrize("zones", [1, 2])
    def test_the_zonal_class_is_the_default_however_many_zones_there_are(self, zones: int) -> None:
        specs = {spec.kind: spec for spec in classes(StorageArgs(), cloud="aws", zones=self.ZONES[:zones])}
        assert specs.keys() == {"zonal", "fast"}
        assert specs["zonal"].default
        assert not specs["fast"].default

    def test_every_disk_is_encrypted_and_tagged(self) -> None:
        specs = classes(StorageArgs(), cloud="aws", zones=self.ZONES, volume_labels={"owner": "platform", "a": "b"})
        for spec in specs:
            assert spec.provisioner == "ebs.csi.aws.com"
            assert spec.parameters["encrypted"] == "true"
            assert spec.parameters["tagSpecification_1"] == "a=b"
            assert spec.parameters["tagSpecification_2"] == "owner=platform"

    def test_a_fast_disk_stays_within_what_gp3_takes(self) -> None:
        fast = next(spec for spec in classes(StorageArgs(), cloud="aws", zones=self.ZONES) if spec.kind == "fast")
        iops, throughput = int(fast.parameters["iops"]), int(fast.parameters["throughput"])
        assert 3000 <= iops <= 16000
        assert 125 <= throughput <= min(1000, iops // 4)

    @given(default=st.sampled_from(["zonal", "fast", None]), reclaim=st.sampled_from(["delete", "retain"]))
    def test_there_is_exactly_one_default(self, default: Any, reclaim: Any) -> None:
        args = StorageArgs(default=default, reclaim=reclaim)
        assert not list(storage_problems(args, cloud="aws", zones=self.ZONES))
        specs = classes(args, cloud="aws", zones=self.ZONES)
        assert [spec.kind for spec in specs if spec.default] == [default or "zonal"]
        assert {spec.reclaim_policy for spec in specs} == {reclaim.capitalize()}

    def test_regional_asked_for_is_refused_with_what_to_do_instead(self) -> None:
        [problem] = storage_problems(StorageArgs(default="regional"), cloud="aws", zones=self.ZONES)
        assert problem.text() == (
            'default = "regional": an EBS volume lies in one zone; AWS has no block storage with a copy in another; '
            "write default: zonal, and let software that must outlive a zone keep replicas in several, on pools with "
            "split_zones"
        )

    def test_snapshots_and_the_class_that_eks_brings(self) -> None:
        made = snapshot_class(StorageArgs(reclaim="retain"), cloud="aws")
        assert made == SnapshotClassSpec("homeport-snapshots", "ebs.csi.aws.com", "Retain")
        assert shipped_default("aws") == "gp2"
