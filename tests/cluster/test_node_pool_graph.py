"""Node pools beside a cluster: apart from it and from each other."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp
import pulumi_kubernetes as kubernetes
import pytest

from homeport.cluster.gke import GkeCluster
from homeport.cluster.pool import NodePool
from homeport.plan import Graph
from homeport.problems import SettingsError
from tests.cluster.gke_world import CLUSTER, POOL, graph, pool

THREE = {
    "system": pool(),
    "spot": pool(spot=True, min=0, max=6, taints=[{"key": "spot", "value": "true", "effect": "NoSchedule"}]),
    "batch": pool(min=0, max=8, split_zones=True),
}


def bodies(made: Graph) -> dict[str, object]:
    return {resource.urn: resource for resource in made.resources}


@pytest.mark.parametrize("name", THREE)
def test_adding_or_removing_a_pool_touches_its_own_resources_alone(name: str) -> None:
    everything = bodies(graph(pools=THREE))
    without = bodies(graph(pools={other: args for other, args in THREE.items() if other != name}))
    gone = everything.keys() - without.keys()
    assert gone
    assert all(urn.endswith(f"NodePool::{name}") or f"::{name}-pool" in urn for urn in gone)
    assert {urn: everything[urn] for urn in without} == without


def test_changing_a_pool_touches_it_alone() -> None:
    before = bodies(graph(pools=THREE))
    after = bodies(graph(pools={**THREE, "system": pool(min=2, max=9, machines=["n2-standard-8"])}))
    assert before.keys() == after.keys()
    assert [urn for urn in before if before[urn] != after[urn]] == [
        "urn:pulumi:test::homeport::homeport:cluster:NodePool$gcp:container/nodePool:NodePool::system-pool"
    ]


def test_the_order_of_pools_changes_nothing() -> None:
    backwards = dict(reversed(list(THREE.items())))
    assert graph(pools=THREE).to_json() == graph(pools=backwards).to_json()


def test_a_replacement_can_come_up_before_the_old_pool_goes() -> None:
    for resource in graph(pools=THREE).find(type=POOL):
        assert "name" not in resource.inputs, "a fixed name could not exist twice"
        assert not resource.options.delete_before_replace
        assert resource.options.deleted_with is None
        assert not resource.options.protect


def test_pools_go_before_their_cluster_since_they_refer_to_it() -> None:
    made = graph(pools=THREE)
    cluster = made.one(type=CLUSTER).urn
    for resource in made.find(type=POOL):
        assert resource.property_dependencies["cluster"] == [cluster]
        assert cluster in resource.dependencies


def test_pools_do_not_wait_for_each_other() -> None:
    made = graph(pools=THREE)
    pools = {resource.urn for resource in made.find(type=POOL)}
    assert len(pools) == 4
    for urn in pools:
        assert not made.depends(urn) & pools


def test_split_zones_makes_a_pool_per_zone_named_after_it() -> None:
    made = graph(pools={"batch": THREE["batch"]})
    assert {resource.name: resource.inputs["nodeLocations"] for resource in made.find(type=POOL)} == {
        "batch-pool-a": ["europe-west3-a"],
        "batch-pool-b": ["europe-west3-b"],
    }


def test_what_runs_in_the_cluster_can_wait_for_the_nodes() -> None:
    def program(cluster: GkeCluster) -> dict[str, object]:
        provider = gcp.Provider("gcp-again", project="acme-stage", region="europe-west3")
        nodes = NodePool("late", pool(), cluster=cluster, opts=pulumi.ResourceOptions(providers=[provider]))
        kubernetes.core.v1.Namespace(
            "shop",
            opts=pulumi.ResourceOptions(provider=cluster.provider, depends_on=[*cluster.ready, *nodes.ready]),
        )
        return {"names": nodes.names}

    made = graph(then=program)
    assert made.one(name="late-pool").urn in made.one(name="shop").dependencies
    assert made.outputs["names"] == ["${late-pool.name}"]


def test_a_pool_that_gke_would_refuse_is_refused_here_with_its_path() -> None:
    with pytest.raises(SettingsError) as refused:
        graph(pools={"general": pool(machines=["e2-standard-4", "n2-standard-4"], arch="arm64")})
    assert [problem.path for problem in refused.value.problems] == [
        ("node_pools", "general", "machines"),
        ("node_pools", "general", "arch"),
        ("node_pools", "general", "arch"),
    ]
