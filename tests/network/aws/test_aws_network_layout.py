"""The fixed slots of an AWS network's subnets."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.network import aws_layout
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_layout import LETTERS, ROLES
from homeport.network.aws_plan import capacity, plan_network, slot
from homeport.network.plan import carve, inside, share

REGION = "europe"  # any text: slots look at the letter alone


def _whole(prefix: int, index: int) -> str:
    return carve("10.0.0.0/8", prefix, index % 2 ** (prefix - 8))


WHOLES = st.builds(_whole, st.integers(16, 20), st.integers(0, 4095))
ZONES = st.lists(st.sampled_from([f"eu-central-1{letter}" for letter in LETTERS]), min_size=1, unique=True)


def _args(whole: str, **more: object) -> AwsNetworkArgs:
    return AwsNetworkArgs.model_validate({"cidr": whole, **more})


@given(WHOLES, ZONES, st.booleans())
def test_planned_subnets_lie_inside_the_vpc_and_share_nothing(whole: str, zones: list[str], databases: bool) -> None:
    plan = plan_network(_args(whole, databases={"enabled": databases}), zones)
    assert plan.problems == ()
    assert len(plan.subnets) == len(zones) * (4 if databases else 3)
    for subnet in plan.subnets:
        assert inside(subnet.cidr, whole)
    for left, right in combinations(plan.subnets, 2):
        assert not share(left.cidr, right.cidr), (left, right)


@given(WHOLES, ZONES, ZONES, st.sampled_from(["none", "single", "per-zone"]))
def test_adding_zones_databases_peers_or_endpoints_never_moves_a_planned_subnet(
    whole: str, zones: list[str], more: list[str], nat: str
) -> None:
    before = plan_network(_args(whole), zones)
    changed = _args(
        whole,
        nat=nat,
        databases={"enabled": True},
        endpoints={"interface": "cluster"},
        peers={"office": "192.168.0.0/16"},
    )
    after = {(one.role, one.zone): one.cidr for one in plan_network(changed, [*reversed(more), *zones]).subnets}
    for subnet in before.subnets:
        assert after[subnet.role, subnet.zone] == subnet.cidr


@given(WHOLES)
@settings(max_examples=30)
def test_all_slots_of_all_zones_fit_at_once(whole: str) -> None:
    slots = [slot(whole, role, f"{REGION}{letter}") for role in ROLES for letter in LETTERS]
    assert None not in slots
    for left, right in combinations([one for one in slots if one], 2):
        assert not share(left, right)


@pytest.mark.parametrize("whole", ["10.0.0.0/15", "10.20.0.0/21"])
def test_no_slot_where_the_layout_does_not_fit(whole: str) -> None:
    assert slot(whole, "private", "eu-central-1a") is None


def test_no_slot_for_a_letter_that_no_region_has() -> None:
    assert slot("10.20.0.0/16", "private", "eu-central-1g") is None
    assert slot("10.20.0.0/16", "private", "") is None


def test_the_subnets_of_a_sixteen_are_pinned() -> None:
    plan = plan_network(
        _args("10.20.0.0/16", databases={"enabled": True}), ["eu-central-1c", "eu-central-1a", "eu-central-1b"]
    )
    assert [(one.role, one.zone[-1], one.cidr, one.planned) for one in plan.subnets] == [
        ("private", "c", "10.20.64.0/19", True),
        ("private", "a", "10.20.0.0/19", True),
        ("private", "b", "10.20.32.0/19", True),
        ("public", "c", "10.20.200.0/22", True),
        ("public", "a", "10.20.192.0/22", True),
        ("public", "b", "10.20.196.0/22", True),
        ("intra", "c", "10.20.228.0/23", True),
        ("intra", "a", "10.20.224.0/23", True),
        ("intra", "b", "10.20.226.0/23", True),
        ("databases", "c", "10.20.242.0/24", True),
        ("databases", "a", "10.20.240.0/24", True),
        ("databases", "b", "10.20.241.0/24", True),
    ]


def test_the_table_of_sizes_tells_the_truth() -> None:
    doc = aws_layout.__doc__ or ""
    rows = re.findall(r"^\| /(\d\d) \| /(\d\d) \| (\d+) \| /(\d\d) \| /(\d\d) \| /(\d\d) \|$", doc, re.MULTILINE)
    assert [int(row[0]) for row in rows] == [16, 17, 18, 19, 20]
    for whole, private, nodes, public, intra, databases in rows:
        plan = plan_network(
            _args(f"10.16.0.0/{whole}", databases={"enabled": True}),
            [f"eu-central-1{letter}" for letter in "abc"],
        )
        shown = [f"/{plan.of(role)['eu-central-1a'].cidr.split('/')[1]}" for role in ROLES]
        assert shown == [f"/{private}", f"/{public}", f"/{intra}", f"/{databases}"]
        assert capacity(plan, 110) == int(nodes)


def test_the_table_of_ranges_tells_the_truth() -> None:
    doc = aws_layout.__doc__ or ""
    for name, role, letters in (
        ("private", "private", "abc"),
        ("private, zones d to f", "private", "def"),
        ("public", "public", "abc"),
        ("intra", "intra", "abc"),
        ("databases", "databases", "abc"),
    ):
        assert role in ROLES
        cells = " | ".join(str(slot("10.20.0.0/16", role, f"eu-central-1{letter}")) for letter in letters)
        assert re.search(rf"^\| {name} \| 1/\d+ \| {re.escape(cells)} \|", doc, re.MULTILINE), name


def test_ranges_given_by_hand_are_used_as_they_are_and_the_others_stay() -> None:
    args = _args("10.20.0.0/16", subnets={"private": {"eu-central-1a": "10.20.0.0/18"}})
    plan = plan_network(args, ["eu-central-1a", "eu-central-1c"])
    assert plan.problems == ()
    private = plan.of("private")
    assert (private["eu-central-1a"].cidr, private["eu-central-1a"].planned) == ("10.20.0.0/18", False)
    assert (private["eu-central-1c"].cidr, private["eu-central-1c"].planned) == ("10.20.64.0/19", True)


def test_a_vpc_without_public_subnets_has_none() -> None:
    plan = plan_network(
        _args("10.20.0.0/16", public=False, nat="none", endpoints={"interface": "cluster"}),
        ["eu-central-1a", "eu-central-1b"],
    )
    assert plan.problems == ()
    assert plan.of("public") == {}


@pytest.mark.parametrize(
    ("nat", "zones", "through_b"),
    [
        ("single", ("eu-central-1a",), "eu-central-1a"),
        ("per-zone", ("eu-central-1a", "eu-central-1b"), "eu-central-1b"),
        ("none", (), None),
    ],
)
def test_nat_gateways_lie_where_asked(nat: str, zones: tuple[str, ...], through_b: str | None) -> None:
    plan = plan_network(
        _args("10.20.0.0/16", nat=nat, endpoints={"interface": "cluster"}), ["eu-central-1a", "eu-central-1b"]
    )
    assert plan.nat_zones == zones
    assert plan.nat_zone("eu-central-1b") == through_b
