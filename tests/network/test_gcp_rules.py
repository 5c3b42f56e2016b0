"""What is wrong with a network's ranges: every text pinned, and every fix tried."""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.network.gcp_args import DatabaseRange, ExistingNetwork, GcpNetworkArgs
from homeport.network.gcp_free import FreeSpace
from homeport.network.gcp_plan import plan_network
from homeport.problems import Problem

WHOLE = {"cidr": "10.20.0.0/16"}
BY_HAND = {"nodes": "10.1.0.0/22", "pods": "10.2.0.0/16", "services": "10.3.0.0/20", "control_plane": "10.4.0.0/28"}
ON = {"enabled": True}


def problems(**fields: Any) -> tuple[Problem, ...]:
    return plan_network(GcpNetworkArgs(**fields)).problems


class Case(NamedTuple):
    fields: dict[str, Any]
    text: str
    related: tuple[tuple[str, ...], ...]


CASES: dict[str, Case] = {
    "too small": Case(
        {"cidr": "10.20.0.0/22"},
        'cidr = "10.20.0.0/22": is too small to plan in: below /20 the ranges of services and databases become '
        'useless; write cidr: "10.20.0.0/20" or larger, or give the ranges yourself: nodes, pods, services, '
        "control_plane",
        (),
    ),
    "too small for what is left": Case(
        {"cidr": "10.20.0.0/22", **BY_HAND, "databases": ON},
        'cidr = "10.20.0.0/22": is too small to plan in: below /20 the ranges of services and databases become '
        'useless; write cidr: "10.20.0.0/20" or larger, or give the ranges yourself: databases.cidr',
        (),
    ),
    "too large": Case(
        {"cidr": "10.0.0.0/8"},
        'cidr = "10.0.0.0/8": is too large to plan in: above /12 services would get more than the /16 that GKE '
        'takes; write cidr: "10.0.0.0/16", which is free here',
        (),
    ),
    "public": Case(
        {"cidr": "8.8.0.0/16"},
        'cidr = "8.8.0.0/16": must be private: RFC 1918 (10/8, 172.16/12, 192.168/16) or 100.64.0.0/10; this is '
        "for public addresses that belong to somebody else, whom pods could not reach any more: homeport does not "
        'use public addresses privately; write cidr: "10.0.0.0/16", which is free here',
        (),
    ),
    "link-local": Case(
        {**WHOLE, "nodes": "169.254.0.0/20"},
        'nodes = "169.254.0.0/20": must be private: RFC 1918 (10/8, 172.16/12, 192.168/16) or 100.64.0.0/10; this '
        "is for link-local addresses, among them the cloud's metadata server (RFC 3927); write nodes: "
        '"10.21.0.0/20", which is free here',
        (),
    ),
    "class E": Case(
        {**WHOLE, "pods": "240.0.0.0/14"},
        'pods = "240.0.0.0/14": must be private: RFC 1918 (10/8, 172.16/12, 192.168/16) or 100.64.0.0/10; this is '
        'for future use (RFC 1112), which many systems outside the cloud do not route; write pods: "10.24.0.0/14", '
        "which is free here",
        (),
    ),
    "Docker's bridge": Case(
        {"cidr": "172.16.0.0/14"},
        'cidr = "172.16.0.0/14": pods, planned at 172.16.0.0/15, would overlap 172.17.0.0/16: the bridge of Docker '
        'and of Google\'s managed services, which never answer an address there; write cidr: "172.20.0.0/14", '
        "which is free here",
        (),
    ),
    "Docker's bridge by hand": Case(
        {**WHOLE, "nodes": "172.17.0.0/22"},
        'nodes = "172.17.0.0/22": overlaps 172.17.0.0/16: the bridge of Docker and of Google\'s managed services, '
        'which never answer an address there; write nodes: "10.21.0.0/22", which is free here',
        (),
    ),
    "control plane too large": Case(
        {**WHOLE, "control_plane": "10.31.0.0/24"},
        'control_plane = "10.31.0.0/24": GKE takes a range of exactly /28 for the control plane; write "10.31.0.0/28"',
        (),
    ),
    "control plane too small": Case(
        {**WHOLE, "control_plane": "10.31.0.16/29"},
        'control_plane = "10.31.0.16/29": GKE takes a range of exactly /28 for the control plane; write '
        '"10.31.0.16/28"',
        (),
    ),
    "databases too small": Case(
        {**WHOLE, "databases": {**ON, "cidr": "10.31.0.0/26"}},
        'databases.cidr = "10.31.0.0/26": private services access needs a range of /24 or larger; write "10.31.0.0/24"',
        (),
    ),
    "databases too small with a neighbour": Case(
        {**WHOLE, "control_plane": "10.31.0.128/28", "databases": {**ON, "cidr": "10.31.0.0/26"}},
        'databases.cidr = "10.31.0.0/26": private services access needs a range of /24 or larger; write '
        'databases.cidr: "10.21.0.0/24", which is free here',
        (),
    ),
    "databases outside RFC 1918": Case(
        {**WHOLE, "databases": {**ON, "cidr": "100.64.0.0/20"}},
        'databases.cidr = "100.64.0.0/20": private services access takes ranges of RFC 1918 only (10/8, 172.16/12, '
        '192.168/16); write databases.cidr: "10.21.0.0/20", which is free here',
        (),
    ),
    "databases planned outside RFC 1918": Case(
        {"cidr": "100.64.0.0/16", "databases": ON},
        "databases: would be planned at 100.64.224.0/20: private services access takes ranges of RFC 1918 only "
        '(10/8, 172.16/12, 192.168/16); write databases.cidr: "10.0.0.0/20", which is free here',
        (("cidr",),),
    ),
    "databases without a place": Case(
        {**BY_HAND, "databases": ON},
        "databases: a range for databases is asked for, and there is no cidr to plan it in; write databases.cidr: "
        '"10.0.0.0/20", which is free here',
        (("databases", "enabled"),),
    ),
    "services too large": Case(
        {**WHOLE, "services": "10.64.0.0/14"},
        'services = "10.64.0.0/14": GKE takes a range of /16 to /27 for services; write "10.64.0.0/16"',
        (),
    ),
    "services too small": Case(
        {**WHOLE, "services": "10.64.0.0/28"},
        'services = "10.64.0.0/28": GKE takes a range of /16 to /27 for services; write "10.64.0.0/27"',
        (),
    ),
    "pods too small": Case(
        {**WHOLE, "pods": "10.64.0.0/25"},
        'pods = "10.64.0.0/25": GKE takes a range of /24 or larger for pods; write "10.64.0.0/24"',
        (),
    ),
    "nodes too small": Case(
        {**WHOLE, "nodes": "10.64.0.0/30"},
        'nodes = "10.64.0.0/30": a subnet has 8 addresses at least, 4 of them Google\'s: /29 or larger; write '
        '"10.64.0.0/29"',
        (),
    ),
    "two by hand": Case(
        {**WHOLE, "nodes": "10.30.0.0/20", "pods": "10.30.0.0/17"},
        'pods = "10.30.0.0/17": overlaps nodes, 10.30.0.0/20: an address has one meaning; remove pods, so that it '
        'is planned at 10.20.0.0/17, or write pods: "10.21.0.0/17", which is free here',
        (("nodes",),),
    ),
    "one by hand, one planned": Case(
        {**WHOLE, "pods": "10.20.128.0/17"},
        'pods = "10.20.128.0/17": overlaps nodes, planned at 10.20.192.0/20 out of cidr and services, planned at '
        "10.20.208.0/20 out of cidr and control plane, planned at 10.20.240.0/28 out of cidr: an address has one "
        'meaning; remove pods, so that it is planned at 10.20.0.0/17, or write pods: "10.21.0.0/17", which is free '
        "here",
        (("cidr",),),
    ),
    "databases and services": Case(
        {**WHOLE, "services": "10.31.0.0/20", "databases": {**ON, "cidr": "10.31.0.0/22"}},
        'databases.cidr = "10.31.0.0/22": overlaps services, 10.31.0.0/20: an address has one meaning; remove '
        'databases.cidr, so that it is planned at 10.20.224.0/20, or write databases.cidr: "10.21.0.0/22", which '
        "is free here",
        (("services",),),
    ),
    "peer and cidr": Case(
        {**WHOLE, "peers": {"office": "10.20.128.0/20"}},
        'peers.office = "10.20.128.0/20": overlaps cidr, 10.20.0.0/16, which is this network\'s as a whole; write '
        'cidr: "10.21.0.0/16", which is free here, or correct the peer',
        (("cidr",),),
    ),
    "peer over cidr and what is in it": Case(
        {**WHOLE, "pods": "10.20.128.0/18", "peers": {"office": "10.20.0.0/16"}},
        'peers.office = "10.20.0.0/16": overlaps cidr, 10.20.0.0/16, which is this network\'s as a whole; write cidr: '
        '"10.21.0.0/16", which is free here and remove pods, or correct the peer',
        (("cidr",), ("pods",)),
    ),
    "peer and range by hand": Case(
        {**BY_HAND, "peers": {"office": "10.2.0.0/20"}},
        'peers.office = "10.2.0.0/20": overlaps pods, 10.2.0.0/16: one side would be out of reach; write pods: '
        '"10.5.0.0/16", which is free here, or correct the peer',
        (("pods",),),
    ),
    "peer and two ranges by hand": Case(
        {**BY_HAND, "peers": {"office": "10.0.0.0/14"}},
        'peers.office = "10.0.0.0/14": overlaps nodes, 10.1.0.0/22 and pods, 10.2.0.0/16 and services, '
        '10.3.0.0/20: one side would be out of reach; write nodes: "10.4.4.0/22", which is free here, write pods: '
        '"10.5.0.0/16", which is free here, write services: "10.4.16.0/20", which is free here, or correct the peer',
        (("nodes",), ("pods",), ("services",)),
    ),
    "two peers": Case(
        {**WHOLE, "peers": {"office": "10.64.0.0/16", "depot": "10.64.1.0/24"}},
        'peers.depot = "10.64.1.0/24": overlaps the peer office, 10.64.0.0/16: a network cannot be connected with '
        "two that overlap each other; write the narrower ranges that are really in use, or connect only one of them",
        (("peers", "office"),),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_mistake_gives_one_problem_with_both_ends_and_a_fix(name: str) -> None:
    case = CASES[name]
    found = problems(**case.fields)
    assert [problem.text() for problem in found] == [case.text]
    assert found[0].related == case.related


def test_no_fix_is_promised_where_nothing_is_free() -> None:
    found = problems(**BY_HAND, peers={"everything": "0.0.0.0/0"})
    assert len(found) == 1
    assert found[0].fix == "give up one of the other ranges, or correct the peer"
    assert found[0].related == (("nodes",), ("pods",), ("services",), ("control_plane",))


def written(fix: str, fields: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any] | None:
    """The fields after the last exact text of a fix was written; None where it has none."""
    named = re.findall(r'write (cidr|nodes|pods|services|control_plane|databases\.cidr): "([^"]+)"', fix)
    bare = re.findall(r'write "([^"]+)"', fix)
    if len(named) > 1 and "peers" in path:
        return {**fields, **dict(named)}
    if named:
        key, value = named[-1]
    elif bare:
        key, value = ".".join(str(part) for part in path), bare[-1]
    else:
        return None
    if key == "databases.cidr":
        return {**fields, "databases": {"enabled": True, "cidr": value}}
    return {**fields, key: value}


@pytest.mark.parametrize("name", CASES)
def test_the_exact_text_of_a_fix_solves_the_problem(name: str) -> None:
    fields = CASES[name].fields
    found = problems(**fields)
    fixed = written(found[0].fix, fields, found[0].path)
    if fixed is None:
        assert name == "two peers"
        return
    if name == "peer over cidr and what is in it":
        fixed.pop("pods")
    assert problems(**fixed) == ()


def test_the_fixes_of_several_problems_can_all_be_followed() -> None:
    fields = {**BY_HAND, "nodes": "8.8.0.0/22", "pods": "9.0.0.0/16", "services": "11.0.0.0/20"}
    found = problems(**fields)
    assert len(found) == 3
    for problem in found:
        fields = written(problem.fix, fields, problem.path) or fields
    assert problems(**fields) == ()


def test_no_range_inside_cidr_is_suggested() -> None:
    peers = dict(enumerate(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.80.0.0/12", "100.96.0.0/11"]))
    args = GcpNetworkArgs(cidr="100.64.0.0/12", peers={str(name): cidr for name, cidr in peers.items()})
    free = FreeSpace(args, plan_network(args).ranges)
    assert free.for_role("nodes", 20) is None


@pytest.mark.parametrize("cidr", ["10.20.0.0/16", "172.18.0.0/16", "192.168.0.0/16", "100.64.0.0/12", "10.20.16.0/20"])
def test_private_ranges_are_accepted(cidr: str) -> None:
    assert problems(cidr=cidr) == ()


def test_peers_that_touch_nothing_are_accepted() -> None:
    assert problems(**WHOLE, peers={"a": "10.21.0.0/16", "b": "10.19.0.0/16", "c": "203.0.113.0/24"}) == ()


def test_an_explicit_range_may_lie_in_a_free_part_of_cidr() -> None:
    assert problems(**WHOLE, pods="10.20.128.0/18") == ()


def test_the_control_plane_of_an_existing_network_is_checked_against_peers() -> None:
    existing = ExistingNetwork(network="n", subnetwork="s", pods_range="p", services_range="s")
    found = problems(existing=existing, control_plane="10.1.0.0/28", peers={"office": "10.1.0.0/16"})
    assert [problem.path for problem in found] == [("peers", "office")]
    assert found[0].related == (("control_plane",),)


@st.composite
def private_blocks(draw: st.DrawFn) -> str:
    address = f"10.{draw(st.integers(0, 31))}.{draw(st.integers(0, 255))}.0"
    return str(IPv4Network(f"{address}/{draw(st.integers(9, 30))}", strict=False))


@given(
    st.fixed_dictionaries(
        {"cidr": private_blocks()},
        optional={
            "nodes": private_blocks(),
            "pods": private_blocks(),
            "services": private_blocks(),
            "control_plane": private_blocks(),
            "peers": st.dictionaries(st.text("abc", min_size=1, max_size=2), private_blocks(), max_size=3),
            "databases": st.builds(DatabaseRange, enabled=st.just(True), cidr=private_blocks()),
        },
    )
)
def test_whatever_is_written_gives_problems_with_a_path_a_rule_and_a_fix(fields: dict[str, Any]) -> None:
    for problem in problems(**fields):
        assert problem.path
        assert problem.path[0] in GcpNetworkArgs.model_fields
        assert problem.rule
        assert not problem.rule.endswith(".")
        assert problem.fix
        assert all(path[0] in fields for path in problem.related)
