"""How many nodes fit, and what is said where they do not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.network.gcp_args import ExistingNetwork, GcpNetworkArgs, Nat
from homeport.network.gcp_capacity import pod_block
from homeport.network.gcp_plan import Capacity, capacity, capacity_problems, plan_network


def texts(pools: dict[str, tuple[int, int]], **fields: Any) -> list[str]:
    plan = plan_network(GcpNetworkArgs(**fields))
    assert plan.problems == ()
    return [problem.text() for problem in capacity_problems(plan, pools)]


@pytest.mark.parametrize(
    ("max_pods", "addresses"),
    [
        (8, 16),
        (9, 32),
        (16, 32),
        (17, 64),
        (32, 64),
        (33, 128),
        (64, 128),
        (65, 256),
        (110, 256),
        (129, 512),
        (256, 512),
    ],
)
def test_a_node_takes_the_smallest_block_with_twice_its_pods(max_pods: int, addresses: int) -> None:
    assert pod_block(max_pods) == addresses


@pytest.mark.parametrize(
    ("cidr", "max_pods", "expected"),
    [
        ("10.20.0.0/16", 110, Capacity(128, 128, 4092, 4096)),
        ("10.20.0.0/16", 32, Capacity(512, 512, 4092, 4096)),
        ("10.20.0.0/14", 110, Capacity(512, 512, 16380, 16384)),
        ("10.20.0.0/20", 110, Capacity(8, 8, 252, 256)),
        ("10.20.0.0/20", 8, Capacity(128, 128, 252, 256)),
    ],
)
def test_capacity_as_the_table_says(cidr: str, max_pods: int, expected: Capacity) -> None:
    assert capacity(plan_network(GcpNetworkArgs(cidr=cidr)), max_pods) == expected


def test_a_small_nodes_range_limits_the_nodes() -> None:
    plan = plan_network(GcpNetworkArgs(cidr="10.20.0.0/16", nodes="10.30.0.0/28"))
    assert capacity(plan, 110).nodes == 12


def test_an_existing_network_says_nothing_about_capacity() -> None:
    existing = ExistingNetwork(network="n", subnetwork="s", pods_range="p", services_range="s")
    plan = plan_network(GcpNetworkArgs(existing=existing))
    assert capacity(plan, 110) == Capacity(None, None, None, None)
    assert list(capacity_problems(plan, {"general": (10_000, 256)})) == []


@given(st.integers(12, 19), st.integers(8, 255))
def test_capacity_is_monotone(prefix: int, max_pods: int) -> None:
    smaller = plan_network(GcpNetworkArgs(cidr=f"10.0.0.0/{prefix + 1}"))
    larger = plan_network(GcpNetworkArgs(cidr=f"10.0.0.0/{prefix}"))
    assert (capacity(smaller, max_pods).nodes or 0) < (capacity(larger, max_pods).nodes or 0)
    assert (capacity(larger, max_pods + 1).nodes or 0) <= (capacity(larger, max_pods).nodes or 0)


@given(st.integers(12, 20), st.integers(8, 256), st.integers(1, 9000))
def test_exactly_the_capacity_fits(prefix: int, max_pods: int, nodes: int) -> None:
    plan = plan_network(GcpNetworkArgs(cidr=f"10.0.0.0/{prefix}"))
    most = capacity(plan, max_pods).nodes or 0
    fits = not list(capacity_problems(plan, {"general": (nodes, max_pods)}))
    assert fits == (nodes <= most)


def test_pods_planned_too_small() -> None:
    assert texts({"system": (3, 110), "general": (601, 110)}, cidr="10.20.0.0/16") == [
        (
            'pods = "10.20.0.0/17": planned out of cidr, has 32768 addresses, and the 604 nodes that the node '
            "pools can have with those of an upgrade take 154624 for their pods (system: 3 x 256, general: 601 "
            'x 256); write pods: "10.24.0.0/14" (/14 or larger), or write cidr: "10.32.0.0/13", before the '
            "cluster exists, or lower the most nodes of general by 476"
        )
    ]


def test_pods_by_hand_too_small() -> None:
    assert texts({"general": (20, 32), "batch": (1, 110)}, cidr="10.20.0.0/16", pods="10.30.0.0/22") == [
        (
            'pods = "10.30.0.0/22": has 1024 addresses, and the 21 nodes that the node pools can have with '
            "those of an upgrade take 1536 for their pods (general: 20 x 64, batch: 1 x 256); write pods: "
            '"10.21.0.0/21" (/21 or larger), before the cluster exists, or lower the most nodes of general by 8'
        )
    ]


def test_nodes_too_small() -> None:
    assert texts({"general": (20, 32)}, cidr="10.20.0.0/16", nodes="10.30.0.0/28") == [
        (
            'nodes = "10.30.0.0/28": has addresses for 12 nodes (Google keeps 4), and the node pools can have '
            '20 with those of an upgrade; write nodes: "10.21.0.0/27" (/27 or larger), before the cluster '
            "exists, or lower the most nodes of general by 8"
        )
    ]


def test_several_pools_are_lowered_where_one_is_not_enough() -> None:
    found = texts({"a": (10, 110), "b": (10, 110)}, cidr="10.20.0.0/20")
    assert found[0].endswith("or lower the most nodes of a by 10 and b by 2")


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(0, 400), st.integers(8, 256)), min_size=1))
def test_lowering_the_named_pools_by_so_many_nodes_is_enough(pools: dict[str, tuple[int, int]]) -> None:
    plan = plan_network(GcpNetworkArgs(cidr="10.20.0.0/18"))
    cuts = dict.fromkeys(pools, 0)
    for problem in capacity_problems(plan, pools):
        for step in problem.fix.split("lower the most nodes of ")[1].split(" and "):
            name, _, by = step.partition(" by ")
            cuts[name] = max(cuts[name], int(by))
    lowered = {name: (count - cuts[name], max_pods) for name, (count, max_pods) in pools.items()}
    assert all(count >= 0 for count, _ in lowered.values())
    assert not list(capacity_problems(plan, lowered))


@given(st.integers(1, 2000), st.integers(8, 256), st.booleans())
def test_the_range_that_a_fix_names_is_large_enough(nodes: int, max_pods: int, by_hand: bool) -> None:
    fields: dict[str, Any] = {"cidr": "10.20.0.0/20"}
    if by_hand:
        fields |= {"nodes": "10.1.0.0/27", "pods": "10.2.0.0/22"}
    pools = {"general": (nodes, max_pods)}
    for _ in range(2):
        plan = plan_network(GcpNetworkArgs(**fields))
        for problem in capacity_problems(plan, pools):
            fields[str(problem.path[0])] = problem.fix.split('"')[1]
    plan = plan_network(GcpNetworkArgs(**fields))
    assert plan.problems == ()
    assert not list(capacity_problems(plan, pools))


def test_the_larger_whole_that_a_fix_names_is_large_enough() -> None:
    pools = {"general": (300, 110)}
    (problem,) = capacity_problems(plan_network(GcpNetworkArgs(cidr="10.20.0.0/16")), pools)
    whole = problem.fix.split('cidr: "')[1].split('"')[0]
    assert whole == "10.24.0.0/14"
    assert not list(capacity_problems(plan_network(GcpNetworkArgs(cidr=whole)), pools))


def test_no_whole_is_suggested_that_is_too_large_to_plan_in() -> None:
    (text,) = texts({"general": (9000, 110)}, cidr="10.16.0.0/12")
    assert "write pods" in text
    assert "write cidr" not in text


def test_reserved_addresses_that_have_too_few_ports() -> None:
    pools = {"system": (10, 110), "general": (100, 110)}
    assert texts(pools, cidr="10.20.0.0/16", nat=Nat(addresses=1, min_ports_per_vm=1024)) == [
        (
            "nat.addresses = 1: so many reserved addresses serve 63 nodes at 1024 ports each, and the node "
            "pools can have 110 with those of an upgrade; write 2, or lower nat.min_ports_per_vm to 512, or "
            "lower the most nodes of general by 47"
        )
    ]


def test_no_more_addresses_are_suggested_than_a_gateway_takes() -> None:
    (text,) = texts({"general": (120, 110)}, cidr="10.20.0.0/16", nat=Nat(addresses=1, min_ports_per_vm=32768))
    assert "write" not in text
    assert "lower nat.min_ports_per_vm to 512" in text


def test_addresses_that_google_picks_have_no_limit() -> None:
    assert texts({"general": (120, 110)}, cidr="10.20.0.0/16", nat=Nat(min_ports_per_vm=32768)) == []
