"""How many nodes fit into an AWS network."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_capacity import node_addresses, zone_capacity
from homeport.network.aws_layout import AwsNetworkPlan
from homeport.network.aws_plan import PoolNodes, capacity, capacity_problems, plan_network

ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]


def _plan(zones: list[str] = ZONES, **section: Any) -> AwsNetworkPlan:
    return plan_network(AwsNetworkArgs.model_validate(section), zones)


def _texts(plan: AwsNetworkPlan, **pools: PoolNodes) -> list[str]:
    return [problem.text() for problem in capacity_problems(plan, pools)]


@pytest.mark.parametrize(("max_pods", "addresses"), [(8, 34), (16, 34), (17, 50), (58, 82), (110, 130), (250, 274)])
def test_a_node_takes_prefixes_one_of_them_warm(max_pods: int, addresses: int) -> None:
    assert node_addresses(max_pods) == addresses


@given(st.integers(16, 20), st.integers(8, 256), st.integers(8, 256))
def test_more_pods_per_node_never_make_room_for_more_nodes(prefix: int, one: int, other: int) -> None:
    plan = _plan(cidr=f"10.16.0.0/{prefix}")
    fewer, more = sorted((one, other))
    assert (capacity(plan, fewer) or 0) >= (capacity(plan, more) or 0)


@given(st.integers(17, 20), st.integers(8, 256))
def test_a_larger_vpc_never_carries_fewer_nodes(prefix: int, max_pods: int) -> None:
    assert (capacity(_plan(cidr=f"10.16.0.0/{prefix - 1}"), max_pods) or 0) >= (
        capacity(_plan(cidr=f"10.16.0.0/{prefix}"), max_pods) or 0
    )


@given(st.integers(16, 20), st.integers(8, 256), st.integers(1, 3))
def test_capacity_is_exactly_what_the_check_lets_through(prefix: int, max_pods: int, zones: int) -> None:
    plan = _plan(ZONES[:zones], cidr=f"10.16.0.0/{prefix}")
    most = capacity(plan, max_pods)
    assert most is not None
    assert _texts(plan, general=PoolNodes(most, max_pods)) == []
    assert _texts(plan, general=PoolNodes(most + 1, max_pods)) != []


def test_the_smallest_subnet_sets_the_limit() -> None:
    plan = _plan(cidr="10.20.0.0/16", subnets={"private": {"eu-central-1c": "10.20.64.0/24"}})
    assert zone_capacity(plan.of("private")["eu-central-1c"], 110) == 1
    assert capacity(plan, 110) == 3


def test_pools_that_outgrow_planned_subnets_are_one_problem_with_every_way_out() -> None:
    plan = _plan(cidr="10.20.0.0/18", peers={"office": "10.0.0.0/16"})
    assert _texts(plan, general=PoolNodes(60, 110), system=PoolNodes(3, 110)) == [
        (
            'cidr = "10.20.0.0/18": the private subnet of eu-central-1a, 10.20.0.0/21, has room for 2016'
            " addresses of nodes and pods; the node pools can take 2730 there with the nodes of an upgrade"
            " (general: 20 x 130, system: 1 x 130); before the cluster exists, write subnets: {private:"
            ' {eu-central-1a: "10.20.0.0/20", eu-central-1b: "10.20.16.0/20", eu-central-1c: "10.20.32.0/20"}}'
            ' or write cidr: "10.1.0.0/17"; else lower the most nodes of general by 18, or their max_pods'
        )
    ]


def test_the_suggested_ranges_and_numbers_do() -> None:
    pools = {"general": PoolNodes(60, 110), "system": PoolNodes(3, 110)}
    by_hand = {zone: f"10.20.{16 * index}.0/20" for index, zone in enumerate(ZONES)}
    assert list(capacity_problems(_plan(cidr="10.20.0.0/18", subnets={"private": by_hand}), pools)) == []
    assert _plan(cidr="10.20.0.0/18", subnets={"private": by_hand}).problems == ()
    assert list(capacity_problems(_plan(cidr="10.1.0.0/17"), pools)) == []
    lowered = {**pools, "general": PoolNodes(42, 110)}
    assert list(capacity_problems(_plan(cidr="10.20.0.0/18"), lowered)) == []


def test_pools_that_no_vpc_holds_can_only_be_lowered() -> None:
    assert _texts(_plan(cidr="10.20.0.0/16"), general=PoolNodes(600, 110)) == [
        (
            'cidr = "10.20.0.0/16": the private subnet of eu-central-1a, 10.20.0.0/19, has room for 8160'
            " addresses of nodes and pods; the node pools can take 26000 there with the nodes of an upgrade"
            " (general: 200 x 130); lower the most nodes of general by 414, or their max_pods"
        )
    ]


def test_each_subnet_given_by_hand_has_a_problem_of_its_own() -> None:
    private = {"eu-central-1a": "10.20.0.0/24", "eu-central-1b": "10.20.1.0/25"}
    plan = _plan(ZONES[:2], cidr="10.20.0.0/16", subnets={"private": private})
    assert _texts(plan, general=PoolNodes(4, 110)) == [
        (
            'subnets.private.eu-central-1a = "10.20.0.0/24": the private subnet of eu-central-1a, 10.20.0.0/24,'
            " has room for 224 addresses of nodes and pods; the node pools can take 260 there with the nodes of"
            " an upgrade (general: 2 x 130); before the cluster exists, use a /23 or larger; else lower the most"
            " nodes of general by 2, or their max_pods"
        ),
        (
            'subnets.private.eu-central-1b = "10.20.1.0/25": the private subnet of eu-central-1b, 10.20.1.0/25,'
            " has room for 96 addresses of nodes and pods; the node pools can take 260 there with the nodes of an"
            " upgrade (general: 2 x 130); before the cluster exists, use a /23 or larger; else lower the most nodes"
            " of general by 4, or their max_pods"
        ),
    ]


def test_a_pool_counts_in_its_own_zones_alone() -> None:
    plan = _plan(cidr="10.20.0.0/16")
    here = PoolNodes(62, 110, ("eu-central-1b",))
    assert _texts(plan, one=here) == []
    (text,) = _texts(plan, one=here, two=PoolNodes(1, 110, ("eu-central-1b",)))
    assert "the private subnet of eu-central-1b" in text
    assert _texts(plan, one=here, two=PoolNodes(1, 110, ("eu-central-1c",))) == []


def test_an_existing_vpc_is_not_counted() -> None:
    plan = _plan(
        ZONES[:2],
        existing={
            "vpc_id": "vpc-0123456789abcdef0",
            "private_subnets": {ZONES[0]: "subnet-0123456789abcdef0", ZONES[1]: "subnet-0123456789abcdef1"},
        },
    )
    assert plan.problems == ()
    assert capacity(plan, 110) is None
    assert _texts(plan, general=PoolNodes(1000, 110)) == []
