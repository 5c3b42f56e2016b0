"""Where planned ranges lie, and that they stay there."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.network.gcp_args import DatabaseRange, ExistingNetwork, FlowLogs, GcpNetworkArgs, Nat
from homeport.network.gcp_layout import LARGEST, ROLES, SMALLEST, Role, slot
from homeport.network.gcp_plan import plan_network
from homeport.network.plan import PRIVATE, inside, share, size

EXISTING = ExistingNetwork(
    network="projects/acme-net/global/networks/shared",
    subnetwork="projects/acme-net/regions/europe-west3/subnetworks/shared",
    pods_range="p",
    services_range="s",
)


@st.composite
def wholes(draw: st.DrawFn) -> str:
    """A range to plan in, in private space."""
    outer = IPv4Network(draw(st.sampled_from(PRIVATE)))
    prefix = draw(st.integers(max(LARGEST, outer.prefixlen), SMALLEST))
    index = draw(st.integers(0, 2 ** (prefix - outer.prefixlen) - 1))
    return str(IPv4Network((int(outer.network_address) + index * 2 ** (32 - prefix), prefix)))


@st.composite
def ranges_nearby(draw: st.DrawFn, prefixes: tuple[int, int]) -> str:
    prefix = draw(st.integers(*prefixes))
    return str(IPv4Network((IPv4Network("10.16.0.0/12")[draw(st.integers(0, 2**20 - 1))], prefix), strict=False))


@st.composite
def networks(draw: st.DrawFn) -> GcpNetworkArgs:
    """Arguments of every kind: many fit together, many do not."""
    fields: dict[str, Any] = {"cidr": draw(st.one_of(wholes(), ranges_nearby((10, 22))))}
    for name, prefixes in (
        ("nodes", (18, 30)),
        ("pods", (12, 25)),
        ("services", (15, 28)),
        ("control_plane", (27, 28)),
    ):
        if draw(st.booleans()):
            fields[name] = draw(ranges_nearby(prefixes))
    fields["peers"] = draw(st.dictionaries(st.text("abc", min_size=1), ranges_nearby((12, 24)), max_size=3))
    if draw(st.booleans()):
        cidr = draw(st.one_of(st.none(), ranges_nearby((16, 26))))
        fields["databases"] = DatabaseRange(enabled=True, cidr=cidr)
    return GcpNetworkArgs(**fields)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (
            "10.20.0.0/16",
            {
                "nodes": "10.20.192.0/20",
                "pods": "10.20.0.0/17",
                "services": "10.20.208.0/20",
                "control_plane": "10.20.240.0/28",
                "databases": "10.20.224.0/20",
            },
        ),
        (
            "10.20.16.0/20",
            {
                "nodes": "10.20.28.0/24",
                "pods": "10.20.16.0/21",
                "services": "10.20.29.0/24",
                "control_plane": "10.20.31.0/28",
                "databases": "10.20.30.0/24",
            },
        ),
        (
            "10.20.0.0/14",
            {
                "nodes": "10.23.0.0/18",
                "pods": "10.20.0.0/15",
                "services": "10.23.64.0/18",
                "control_plane": "10.23.192.0/28",
                "databases": "10.23.128.0/18",
            },
        ),
    ],
)
def test_the_layout_is_pinned_because_running_networks_rest_on_it(whole: str, expected: dict[Role, str]) -> None:
    assert {role: slot(whole, role) for role in ROLES} == expected


@given(wholes())
def test_slots_lie_inside_the_whole_and_share_nothing(whole: str) -> None:
    found = [slot(whole, role) for role in ROLES]
    cidrs = [cidr for cidr in found if cidr]
    assert len(cidrs) == len(ROLES)
    assert all(inside(cidr, whole) for cidr in cidrs)
    assert not any(share(left, right) for left, right in combinations(cidrs, 2))


@given(wholes())
def test_an_eighth_and_more_of_the_whole_stays_free(whole: str) -> None:
    used = sum(size(slot(whole, role) or "0.0.0.0/0") for role in ROLES)
    assert used <= size(whole) * 3 // 4


@pytest.mark.parametrize("whole", ["10.0.0.0/11", "10.20.0.0/21", "10.20.0.0/32"])
def test_a_whole_in_which_the_layout_does_not_fit_has_no_slots(whole: str) -> None:
    assert all(slot(whole, role) is None for role in ROLES)


@given(networks())
def test_accepted_networks_have_no_two_ranges_that_overlap(args: GcpNetworkArgs) -> None:
    plan = plan_network(args)
    if plan.problems:
        return
    cidrs = [found.cidr for found in plan.ranges.values()]
    assert len(cidrs) == (5 if args.databases.enabled else 4)
    assert not any(share(left, right) for left, right in combinations([*cidrs, *args.peers.values()], 2))
    assert all(inside(cidr, *PRIVATE) for cidr in cidrs)
    assert not any(share(cidr, "172.17.0.0/16") for cidr in cidrs)


@given(networks())
def test_planned_ranges_lie_inside_cidr(args: GcpNetworkArgs) -> None:
    for found in plan_network(args).ranges.values():
        if found.planned:
            assert args.cidr is not None
            assert inside(found.cidr, args.cidr)


@given(networks())
def test_a_network_that_cannot_be_planned_in_full_has_a_problem(args: GcpNetworkArgs) -> None:
    plan = plan_network(args)
    wanted = 5 if args.databases.enabled else 4
    assert plan.problems or len(plan.ranges) == wanted


CHANGES: list[dict[str, Any]] = [
    {"peers": {"office": "10.99.0.0/16"}},
    {"databases": DatabaseRange(enabled=True)},
    {"databases": DatabaseRange(enabled=True, cidr="10.98.0.0/20")},
    {"nat": Nat(addresses=4)},
    {"nat": Nat(enabled=False)},
    {"flow_logs": FlowLogs(enabled=False)},
    {"webhook_ports": [1234]},
    {"firewall_log": "all"},
    {"name": "other"},
    {"nodes": "10.97.0.0/20"},
    {"pods": "10.96.0.0/17"},
    {"services": "10.95.0.0/20"},
    {"control_plane": "10.94.0.0/28"},
]


@given(wholes(), st.lists(st.sampled_from(CHANGES), max_size=4))
def test_a_planned_range_never_moves_when_another_field_changes(whole: str, changes: list[dict[str, Any]]) -> None:
    before = plan_network(GcpNetworkArgs(cidr=whole))
    fields = {key: value for change in changes for key, value in change.items()}
    after = plan_network(GcpNetworkArgs(cidr=whole, **fields))
    for role, found in before.ranges.items():
        if role not in fields:
            assert after.ranges[role] == found


def test_ranges_given_by_hand_are_used_as_they_are() -> None:
    args = GcpNetworkArgs(
        nodes="10.1.0.0/22",
        pods="10.2.0.0/16",
        services="10.3.0.0/20",
        control_plane="172.16.0.0/28",
        databases=DatabaseRange(enabled=True, cidr="192.168.0.0/20"),
    )
    plan = plan_network(args)
    assert (plan.nodes, plan.pods, plan.services) == ("10.1.0.0/22", "10.2.0.0/16", "10.3.0.0/20")
    assert (plan.control_plane, plan.databases) == ("172.16.0.0/28", "192.168.0.0/20")
    assert plan.problems == ()


def test_databases_have_no_range_before_they_are_asked_for() -> None:
    assert plan_network(GcpNetworkArgs(cidr="10.20.0.0/16")).databases is None


def test_an_existing_network_has_no_range_but_the_control_planes() -> None:
    assert plan_network(GcpNetworkArgs(existing=EXISTING)).ranges == {}
    plan = plan_network(GcpNetworkArgs(existing=EXISTING, control_plane="10.1.0.0/28"))
    assert plan.control_plane == "10.1.0.0/28"
    assert list(plan.ranges) == ["control_plane"]
