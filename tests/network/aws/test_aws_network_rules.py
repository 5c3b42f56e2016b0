"""What the zones and ranges of an AWS network can get wrong."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.model import DEFER_CHECKS
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_plan import default_services, plan_network, services_problems, zone_problems
from homeport.network.plan import carve, inside, share

ZONES = ["eu-central-1a", "eu-central-1b"]


def _block(prefix: int, index: int) -> str:
    return carve("10.20.0.0/15", prefix, index % 2 ** (prefix - 15))


def _args(**section: Any) -> AwsNetworkArgs:
    return AwsNetworkArgs.model_validate(section, context=dict(DEFER_CHECKS))


def _problems(zones: list[str], **section: Any) -> list[str]:
    return [problem.text() for problem in plan_network(_args(**section), zones).problems]


@pytest.mark.parametrize(
    ("zones", "texts"),
    [
        (
            ["eu-central-1a"],
            [
                (
                    'zones = "eu-central-1a": EKS needs subnets in two zones at least, and the control plane'
                    " keeps to the zones that it begins with; name two or three, for example [eu-central-1a,"
                    " eu-central-1b, eu-central-1c]"
                )
            ],
        ),
        (
            ["eu-central-1a", "eu-central-1b", "eu-central-1a"],
            ['zones[2] = "eu-central-1a": stands in the list twice; remove one of them'],
        ),
        (
            ["eu-central-1a", "eu-west-1b"],
            [
                (
                    'zones[1] = "eu-west-1b": is no zone of eu-central-1: the region and a letter from a to f;'
                    " use zones of the region, for example eu-central-1a"
                )
            ],
        ),
        (
            ["eu-central-1a", "eu-central-1g"],
            [
                (
                    'zones[1] = "eu-central-1g": is no zone of eu-central-1: the region and a letter from a to f; use'
                    " zones of the region, for example eu-central-1a"
                )
            ],
        ),
    ],
)
def test_zones_that_a_cluster_cannot_have(zones: list[str], texts: list[str]) -> None:
    assert [problem.text() for problem in zone_problems(zones, region="eu-central-1")] == texts


def test_two_zones_of_the_region_are_fine() -> None:
    assert list(zone_problems(ZONES, region="eu-central-1")) == []


@pytest.mark.parametrize(
    ("section", "texts"),
    [
        (
            {"cidr": "10.20.0.0/21"},
            [
                (
                    'cidr = "10.20.0.0/21": too small to plan in: subnets for nodes and pods in several zones'
                    " need /20 at least; use a /20 or larger, /16 where there is room; or give each range by"
                    " hand, in subnets: private.eu-central-1a, private.eu-central-1b, public.eu-central-1a,"
                    " public.eu-central-1b, intra.eu-central-1a, intra.eu-central-1b"
                )
            ],
        ),
        (
            {"cidr": "10.20.0.0/16", "subnets": {"public": {"eu-central-1a": "10.30.0.0/24"}}},
            [
                (
                    'subnets.public.eu-central-1a = "10.30.0.0/24": lies outside the VPC\'s range, 10.20.0.0/16;'
                    ' use a free range of it, for example "10.20.64.0/24"'
                )
            ],
        ),
        (
            {"cidr": "10.20.0.0/16", "subnets": {"public": {"eu-central-1a": "10.20.248.0/28"}}},
            [
                (
                    'subnets.public.eu-central-1a = "10.20.248.0/28": too small for the public subnet of'
                    " eu-central-1a: /27 at least, application load balancers ask for it; use a free range of it,"
                    ' for example "10.20.64.0/27"'
                )
            ],
        ),
        (
            {"cidr": "10.20.0.0/16", "subnets": {"private": {"eu-central-1a": "10.20.0.0/18"}}},
            [
                (
                    'subnets.private.eu-central-1a = "10.20.0.0/18": the private subnet of eu-central-1a shares'
                    " addresses with the private subnet of eu-central-1b, 10.20.32.0/19; use a free range of it,"
                    ' for example "10.20.64.0/18"'
                )
            ],
        ),
        (
            {
                "cidr": "10.20.0.0/16",
                "subnets": {
                    "private": {"eu-central-1a": "10.20.0.0/18", "eu-central-1b": "10.20.64.0/18"},
                    "public": {"eu-central-1a": "10.20.0.0/24"},
                },
            },
            [
                (
                    'subnets.public.eu-central-1a = "10.20.0.0/24": the public subnet of eu-central-1a shares'
                    " addresses with the private subnet of eu-central-1a, 10.20.0.0/18; use a free range of it,"
                    ' for example "10.20.128.0/24"'
                )
            ],
        ),
        (
            {"cidr": "10.20.0.0/16", "subnets": {"intra": {"eu-central-1c": "10.20.248.0/24"}}},
            [
                (
                    "subnets.intra.eu-central-1c: is not among the cluster's zones, eu-central-1a, eu-central-1b, so"
                    " nothing would be made of it; correct the zone, or remove the entry"
                )
            ],
        ),
        (
            {"cidr": "10.20.0.0/16", "nat_allocations": {"eu-central-1b": "eipalloc-0123456789abcdef0"}},
            [
                (
                    "nat_allocations.eu-central-1b: has no effect: nat is single, and its gateway lies in the"
                    " first zone, eu-central-1a; name eu-central-1a, or set nat: per-zone"
                )
            ],
        ),
        (
            {
                "cidr": "10.20.0.0/16",
                "endpoints": {"interface": "cluster"},
                "subnets": {"intra": {"eu-central-1a": "10.20.248.0/28"}},
            },
            [
                (
                    'subnets.intra.eu-central-1a = "10.20.248.0/28": the intra subnet of eu-central-1a,'
                    " 10.20.248.0/28, has 11 addresses; the control plane takes 6, and 13 interface endpoints one"
                    " each; give subnets.intra a /27 in each zone, or name fewer interface endpoints"
                )
            ],
        ),
        (
            {
                "existing": {
                    "vpc_id": "vpc-0123456789abcdef0",
                    "private_subnets": {
                        "eu-central-1a": "subnet-0123456789abcdef0",
                        "eu-central-1c": "subnet-0123456789abcdef1",
                    },
                }
            },
            [
                (
                    "existing.private_subnets: the cluster's zones have no private subnet here: eu-central-1b; add"
                    " eu-central-1b: subnet-...; or take the zones from the cluster"
                )
            ],
        ),
    ],
)
def test_wrong_ranges_say_what_is_wrong_and_what_to_write(section: dict[str, Any], texts: list[str]) -> None:
    assert _problems(ZONES, **section) == texts


def test_a_planned_intra_subnet_too_small_for_many_endpoints_points_to_the_whole() -> None:
    services = [f"service{index}" for index in range(30)]
    assert _problems(ZONES, cidr="10.20.0.0/20", endpoints={"interface": services}) == [
        (
            'cidr = "10.20.0.0/20": the intra subnet of eu-central-1a, 10.20.14.0/27, has 27 addresses; the'
            " control plane takes 6, and 30 interface endpoints one each; give subnets.intra a /26 in each zone,"
            " or name fewer interface endpoints"
        )
    ]


def test_a_small_vpc_with_all_ranges_by_hand_is_fine() -> None:
    subnets = {
        role: {zone: carve("10.20.0.0/22", prefix, first + index) for index, zone in enumerate(ZONES)}
        for role, prefix, first in (("private", 24, 0), ("public", 26, 8), ("intra", 27, 24))
    }
    assert _problems(ZONES, cidr="10.20.0.0/22", subnets=subnets) == []


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["private", "public", "intra"]), st.sampled_from(ZONES)),
        st.builds(_block, st.integers(17, 29), st.integers(0, 2**14)),
        max_size=4,
    )
)
def test_whatever_is_accepted_lies_in_the_vpc_and_shares_nothing(by_hand: dict[tuple[str, str], str]) -> None:
    subnets: dict[str, dict[str, str]] = {}
    for (role, zone), cidr in by_hand.items():
        subnets.setdefault(role, {})[zone] = cidr
    plan = plan_network(_args(cidr="10.20.0.0/16", subnets=subnets), ZONES)
    sound = all(inside(one.cidr, "10.20.0.0/16") for one in plan.subnets) and not any(
        share(left.cidr, right.cidr) for left, right in combinations(plan.subnets, 2)
    )
    if not plan.problems:
        assert sound
    if not sound:
        assert plan.problems


@pytest.mark.parametrize(
    ("section", "services"),
    [
        ({"cidr": "10.20.0.0/16"}, "172.20.0.0/16"),
        ({"cidr": "172.20.0.0/16"}, "10.100.0.0/16"),
        ({"cidr": "10.20.0.0/16", "peers": {"office": "172.16.0.0/12"}}, "172.20.0.0/16"),
    ],
)
def test_the_default_range_for_services_depends_on_the_vpc_alone(section: dict[str, Any], services: str) -> None:
    assert default_services(_args(**section)) == services


def test_the_range_for_services_may_not_share_addresses_with_the_vpc_or_a_peer() -> None:
    args = _args(cidr="10.20.0.0/16", peers={"office": "172.16.0.0/12", "mill": "192.168.0.0/16"})
    assert [problem.text() for problem in services_problems(args)] == [
        (
            'peers.office = "172.16.0.0/12": shares addresses with the cluster\'s range for Services,'
            " 172.20.0.0/16: pods would not reach the peer there; give the cluster a range for Services that is"
            ' free, for example "10.0.0.0/16"; a running cluster\'s cannot change'
        )
    ]
    assert [problem.text() for problem in services_problems(args, "10.20.0.0/20")] == [
        (
            'cidr = "10.20.0.0/16": shares addresses with the cluster\'s range for Services, 10.20.0.0/20, which EKS'
            ' refuses; give the cluster a range for Services that is free, for example "10.0.0.0/20"'
        )
    ]
    assert list(services_problems(args, "10.100.0.0/16")) == []


def test_an_existing_vpc_of_unknown_range_is_not_checked() -> None:
    args = _args(
        existing={
            "vpc_id": "vpc-0123456789abcdef0",
            "private_subnets": dict.fromkeys(ZONES, "subnet-0123456789abcdef0"),
        }
    )
    assert list(services_problems(args)) == []
