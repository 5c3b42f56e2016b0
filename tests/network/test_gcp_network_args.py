"""What the section `network` refuses by itself."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from homeport.model import CHECK_ERROR_TYPE
from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_names import GcpNetworkNames
from homeport.problems import Problem

EXISTING = {"network": "n", "subnetwork": "s", "pods_range": "p", "services_range": "s"}


def checks(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        GcpNetworkArgs.model_validate(fields)
    problems: list[Problem] = []
    for error in caught.value.errors():
        assert error["type"] == CHECK_ERROR_TYPE, error
        problems += error.get("ctx", {})["problems"]
    return [problem.text() for problem in problems]


def rules(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        GcpNetworkArgs.model_validate(fields)
    return [(error["msg"], error.get("ctx", {}).get("fix", "")) for error in caught.value.errors()]


def test_neither_a_range_nor_a_network() -> None:
    assert checks(nodes="10.1.0.0/22") == [
        (
            "cidr: a network of our own needs a range to plan in; add cidr, for example 10.20.0.0/16, or the ranges "
            "themselves: pods, services, control_plane; or use existing"
        )
    ]


def test_ranges_of_our_own_beside_an_existing_network() -> None:
    assert checks(existing=EXISTING, cidr="10.20.0.0/16", pods="10.1.0.0/16") == [
        'cidr = "10.20.0.0/16": an existing network brings its own ranges; remove cidr, or remove existing',
        'pods = "10.1.0.0/16": an existing network brings its own ranges; remove pods, or remove existing',
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("nat", {"addresses": 2}), ("flow_logs", {"enabled": False}), ("databases", {"enabled": True})],
)
def test_what_would_have_no_effect_in_an_existing_network(name: str, value: dict[str, Any]) -> None:
    assert checks(existing=EXISTING, **{name: value}) == [
        (
            f"{name}: an existing network is left as it is: this would have no effect; remove {name} here and see to "
            "it where the network is made, or remove existing"
        )
    ]


def test_an_existing_network_takes_a_control_plane_and_peers() -> None:
    args = GcpNetworkArgs.model_validate(
        {"existing": EXISTING, "control_plane": "10.1.0.0/28", "peers": {"office": "10.2.0.0/16"}}
    )
    assert args.control_plane == "10.1.0.0/28"


def test_a_port_twice() -> None:
    assert checks(cidr="10.20.0.0/16", webhook_ports=[9443, 8443, 9443]) == [
        "webhook_ports[2] = 9443: stands in the list twice; remove one of them"
    ]


def test_addresses_without_a_gateway() -> None:
    assert checks(cidr="10.20.0.0/16", nat={"enabled": False, "addresses": 2}) == [
        (
            "addresses = 2: no gateway would use the reserved addresses: enabled is false; remove addresses, or write "
            "enabled: true"
        )
    ]


def test_a_range_for_databases_that_are_off() -> None:
    assert checks(cidr="10.20.0.0/16", databases={"cidr": "10.1.0.0/20"}) == [
        'cidr = "10.1.0.0/20": reserves nothing: databases are not enabled; add enabled: true, or remove cidr'
    ]


@pytest.mark.parametrize(
    ("ports", "fix"), [(100, "write 64 or 128"), (33, "write 32 or 64"), (20000, "16384 or 32768")]
)
def test_ports_are_a_power_of_two(ports: int, fix: str) -> None:
    ((rule, said),) = rules(cidr="10.20.0.0/16", nat={"min_ports_per_vm": ports})
    assert rule == "must be a power of two: dynamic port allocation hands out ports in such steps"
    assert fix in said


@pytest.mark.parametrize("ports", [16, 65536])
def test_ports_stay_between_what_dynamic_allocation_can_give(ports: int) -> None:
    # The API wants the fewest below the most, and the most is 65536.
    assert len(rules(cidr="10.20.0.0/16", nat={"min_ports_per_vm": ports})) == 1


def test_a_name_leaves_room_for_what_is_derived_from_it() -> None:
    longest = "n" * (63 - len("-health-checks"))
    assert GcpNetworkArgs(cidr="10.20.0.0/16", name=longest).name == longest
    ((rule, fix),) = rules(cidr="10.20.0.0/16", name=longest + "n")
    assert rule == (
        f'the name of a Compute Engine resource derived from it, "{longest}n-health-checks", has 64 characters; '
        "63 are allowed"
    )
    assert fix == "choose a shorter name of a-z, 0-9 and -"


@pytest.mark.parametrize("name", ["Stage", "1stage", "stage_", ""])
def test_a_name_that_the_api_refuses(name: str) -> None:
    assert len(rules(cidr="10.20.0.0/16", name=name)) == 1


def test_derived_names_are_pinned_because_running_networks_carry_them() -> None:
    names = GcpNetworkNames("stage")
    assert [
        names.base,
        names.subnetwork,
        names.router,
        names.nat,
        names.nat_address(0),
        names.webhooks,
        names.health_checks,
        names.deny_ingress,
        names.databases,
        names.node_tag,
    ] == [
        "stage",
        "stage-nodes",
        "stage-router",
        "stage-nat",
        "stage-nat-0",
        "stage-webhooks",
        "stage-health-checks",
        "stage-deny-ingress",
        "stage-databases",
        "stage-node",
    ]
    assert all(len(name) <= len(names.health_checks) for name in (names.nat_address(15), names.deny_ingress))
