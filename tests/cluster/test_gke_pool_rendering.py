"""What a pool is on GKE: pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.cluster.gke_nodes import NodeIdentity
from homeport.cluster.gke_pool import GkePool, child_names, gke_pool_problems, gke_pools
from homeport.cluster.pool_args import POOL_LABEL, NodePoolArgs
from homeport.naming import AUTONAME_SUFFIX_LENGTH
from tests.cluster.gke_world import args, pool

IDENTITY = NodeIdentity("nodes@acme-stage.iam.gserviceaccount.com", "stage-node", {"owner": "platform"})
ZONES = ["europe-west3-a", "europe-west3-b", "europe-west3-c"]


def rendered(pool_args: NodePoolArgs, **cluster: Any) -> list[GkePool]:
    return gke_pools("general", pool_args, args(**cluster), IDENTITY)


def one(**changes: Any) -> GkePool:
    [group] = rendered(pool(**changes))
    return group


class TestCounts:
    def test_min_and_max_are_totals_over_all_zones(self) -> None:
        assert one(min=1, max=6).autoscaling == {
            "total_min_node_count": 1,
            "total_max_node_count": 6,
            "location_policy": "BALANCED",
        }

    def test_spot_nodes_come_from_any_zone_that_has_some(self) -> None:
        group = one(spot=True)
        assert group.autoscaling is not None
        assert group.autoscaling["location_policy"] == "ANY"
        assert group.node_config["spot"] is True

    def test_a_fixed_size_is_shared_out_over_the_zones_and_not_autoscaled(self) -> None:
        group = one(size=4)
        assert (group.node_count, group.initial_node_count, group.autoscaling) == (2, 2, None)
        assert group.ignored() == ["initialNodeCount"]

    def test_the_autoscaler_owns_the_number_of_nodes_where_it_is_on(self) -> None:
        group = one(min=0, max=4)
        assert group.node_count is None
        assert group.ignored() == ["initialNodeCount", "nodeCount"]

    @pytest.mark.parametrize(
        ("least", "most", "per_zone"),
        [(0, 4, 0), (1, 6, 1), (2, 6, 1), (3, 6, 2), (1, 1, 0), (3, 3, 1)],
    )
    def test_a_pool_is_born_with_its_minimum_in_every_zone_unless_that_is_more_than_max(
        self, least: int, most: int, per_zone: int
    ) -> None:
        assert one(min=least, max=most).initial_node_count == per_zone

    def test_split_zones_makes_a_group_per_zone_with_a_share_of_the_totals(self) -> None:
        groups = rendered(pool(min=2, max=8, split_zones=True))
        assert [(group.suffix, group.zones) for group in groups] == [
            ("a", ("europe-west3-a",)),
            ("b", ("europe-west3-b",)),
        ]
        for group in groups:
            assert group.autoscaling is not None
            assert group.autoscaling["total_min_node_count"] == 1
            assert group.autoscaling["total_max_node_count"] == 4


class TestUpgrades:
    def test_surge(self) -> None:
        assert one(upgrade={"strategy": "surge", "max_surge": 3, "max_unavailable": 1}).upgrade_settings == {
            "strategy": "SURGE",
            "max_surge": 3,
            "max_unavailable": 1,
        }

    def test_blue_green_in_full(self) -> None:
        upgrade = {"strategy": "blue-green", "batch_size": 2, "batch_soak_seconds": 120, "pool_soak_seconds": 7200}
        assert one(upgrade=upgrade).upgrade_settings == {
            "strategy": "BLUE_GREEN",
            "blue_green_settings": {
                "node_pool_soak_duration": "7200s",
                "standard_rollout_policy": {"batch_node_count": 2, "batch_soak_duration": "120s"},
            },
        }

    def test_an_update_may_last_as_long_as_a_blue_green_upgrade_soaks(self) -> None:
        upgrade = {"strategy": "blue-green", "batch_size": 2, "batch_soak_seconds": 600, "pool_soak_seconds": 86400}
        # 6 nodes in batches of 2, 10 minutes each, and a day: 30 + 1440 minutes on top of two hours.
        assert one(upgrade=upgrade).update_minutes == 120 + 30 + 1440
        assert one().update_minutes == 120

    def test_nodes_are_counted_with_those_of_an_upgrade(self) -> None:
        assert pool(min=1, max=6).most_with_upgrade == 7
        assert pool(size=4, upgrade={"strategy": "blue-green"}).most_with_upgrade == 8
        assert pool(size=0).most_with_upgrade == 0


class TestNodes:
    def test_taints_are_spelled_as_the_api_wants_them(self) -> None:
        taints = [
            {"key": "spot", "value": "true", "effect": "NoSchedule"},
            {"key": "soft", "effect": "PreferNoSchedule"},
            {"key": "out", "effect": "NoExecute"},
        ]
        assert one(taints=taints).node_config["taints"] == [
            {"key": "spot", "value": "true", "effect": "NO_SCHEDULE"},
            {"key": "soft", "value": "", "effect": "PREFER_NO_SCHEDULE"},
            {"key": "out", "value": "", "effect": "NO_EXECUTE"},
        ]

    def test_a_removed_taint_is_an_empty_list_not_an_absent_one(self) -> None:
        assert one().node_config["taints"] == []

    def test_nodes_carry_the_pools_name_since_its_physical_name_is_automatic(self) -> None:
        assert one(labels={"team": "shop"}).node_config["labels"] == {POOL_LABEL: "general", "team": "shop"}

    def test_nodes_are_hardened_and_log_in_as_the_clusters_node_account(self) -> None:
        config = one().node_config
        assert config["service_account"] == IDENTITY.service_account
        assert config["oauth_scopes"] == ["https://www.googleapis.com/auth/cloud-platform"]
        assert config["workload_metadata_config"] == {"mode": "GKE_METADATA"}
        assert config["metadata"] == {"disable-legacy-endpoints": "true"}
        assert config["shielded_instance_config"] == {"enable_secure_boot": True, "enable_integrity_monitoring": True}
        assert config["kubelet_config"] == {"insecure_kubelet_readonly_port_enabled": "FALSE"}
        assert config["tags"] == ["stage-node"]
        assert config["resource_labels"] == {"owner": "platform"}

    @pytest.mark.parametrize(
        ("machine", "arch", "disk", "expected"),
        [
            ("e2-standard-4", "amd64", "balanced", "pd-balanced"),
            ("n2-standard-4", "amd64", "ssd", "pd-ssd"),
            ("custom-4-8192", "amd64", "standard", "pd-standard"),
            ("c4-standard-8", "amd64", "balanced", "hyperdisk-balanced"),
            ("c4a-standard-8", "arm64", "balanced", "hyperdisk-balanced"),
        ],
    )
    def test_the_boot_disk_is_one_that_the_machine_takes(
        self, machine: str, arch: str, disk: str, expected: str
    ) -> None:
        assert one(machines=[machine], arch=arch, disk={"type": disk}).node_config["disk_type"] == expected

    def test_gpus_bring_their_driver(self) -> None:
        config = one(machines=["n1-standard-4"], gpu={"type": "nvidia-tesla-t4", "count": 2}).node_config
        assert config["guest_accelerators"] == [
            {
                "type": "nvidia-tesla-t4",
                "count": 2,
                "gpu_driver_installation_config": {"gpu_driver_version": "DEFAULT"},
            }
        ]

    def test_a_pool_without_gpus_says_nothing_of_them_since_any_change_replaces_it(self) -> None:
        assert "guest_accelerators" not in one().node_config

    def test_most_pods_come_from_the_pool_or_else_from_the_cluster(self) -> None:
        assert one(max_pods=64).max_pods_per_node == 64
        assert rendered(pool(), max_pods=32)[0].max_pods_per_node == 32


counts = st.integers(0, 60)
surge: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"strategy": st.just("surge"), "max_surge": st.integers(1, 20), "max_unavailable": st.integers(0, 20)}
)
blue_green: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "strategy": st.just("blue-green"),
        "batch_size": st.integers(1, 100),
        "pool_soak_seconds": st.integers(0, 604800),
    }
)


@st.composite
def pools(draw: st.DrawFn) -> NodePoolArgs:
    low, high = sorted((draw(counts), draw(counts)))
    number: dict[str, Any] = draw(st.sampled_from([{"size": low}, {"min": low, "max": max(high, 1)}]))
    return NodePoolArgs.model_validate(
        {
            "machines": ["e2-standard-4"],
            "spot": draw(st.booleans()),
            "split_zones": draw(st.booleans()),
            "upgrade": draw(surge | blue_green),
            **number,
        }
    )


@given(pool_args=pools(), zones=st.integers(1, 3))
def test_every_accepted_pool_has_one_owner_of_its_size_and_one_upgrade_strategy(
    pool_args: NodePoolArgs, zones: int
) -> None:
    cluster = args(zones=ZONES[:zones])
    if list(gke_pool_problems("general", pool_args, cluster)):
        return
    groups = gke_pools("general", pool_args, cluster, IDENTITY)
    least = most = born = 0
    for group in groups:
        assert (group.autoscaling is None) != (group.node_count is None)
        surging = {"max_surge", "max_unavailable"} & group.upgrade_settings.keys()
        assert bool(surging) != ("blue_green_settings" in group.upgrade_settings)
        born += group.initial_node_count * len(group.zones)
        if group.autoscaling is not None:
            least += group.autoscaling["total_min_node_count"]
            most += group.autoscaling["total_max_node_count"]
            assert not {"min_node_count", "max_node_count"} & group.autoscaling.keys()
        else:
            assert group.node_count is not None
            least += group.node_count * len(group.zones)
            most = least
    assert (least, most) == (pool_args.size if pool_args.size is not None else pool_args.min, pool_args.most)
    assert born <= most
    assert sorted(zone for group in groups for zone in group.zones) == ZONES[:zones]


@given(
    name=st.from_regex(r"[a-z][a-z0-9-]{0,45}[a-z0-9]", fullmatch=True),
    split=st.booleans(),
)
def test_every_accepted_name_leaves_room_for_the_automatic_suffix(name: str, split: bool) -> None:
    pool_args = pool(min=0, max=4, split_zones=split)
    refused = bool(list(gke_pool_problems(name, pool_args, args())))
    fits = all(len(child) + AUTONAME_SUFFIX_LENGTH <= 40 for child in child_names(name, pool_args, args()))
    assert refused != fits
