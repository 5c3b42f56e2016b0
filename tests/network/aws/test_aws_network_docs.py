"""docs/network-aws.md: its examples load, its tables are what the planner does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from homeport.network import aws_endpoints
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_capacity import node_addresses
from homeport.network.aws_flow_logs import log_group_name
from homeport.network.aws_layout import ROLES
from homeport.network.aws_plan import capacity, plan_network, services_problems

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "network-aws.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose head begins with this text."""
    table = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table[2:]]


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_valid_networks(example: str) -> None:
    section: dict[str, Any] = YAML(typ="safe").load(example)
    args = AwsNetworkArgs.model_validate(section)
    zones = ZONES if args.subnets.private else ZONES[:2]
    assert plan_network(args, zones).problems == ()
    assert list(services_problems(args)) == []


def test_the_layout_is_as_drawn() -> None:
    args = AwsNetworkArgs.model_validate({"cidr": "10.20.0.0/16", "databases": {"enabled": True}})
    plan = plan_network(args, ZONES)
    shown = {row[0]: row[2:5] for row in rows("subnet") if row[0] != "free"}
    assert shown == {role: [subnet.cidr for subnet in plan.of(role).values()] for role in ROLES}


@pytest.mark.parametrize("row", rows("`cidr`"), ids=lambda row: row[0])
def test_the_sizes_are_as_listed(row: list[str]) -> None:
    whole, private, in_two, in_three, smaller, *others = row
    args = AwsNetworkArgs.model_validate({"cidr": f"10.0.0.0{whole}", "databases": {"enabled": True}})
    two, three = plan_network(args, ZONES[:2]), plan_network(args, ZONES)
    prefixes = [f"/{three.of(role)[ZONES[0]].cidr.split('/')[1]}" for role in ROLES]
    assert prefixes == [private, *others]
    assert (capacity(two, 110), capacity(three, 110), capacity(three, 58)) == (
        int(in_two),
        int(in_three),
        int(smaller),
    )


def test_what_a_node_takes_is_as_told() -> None:
    words = " ".join(PAGE.split())
    assert f"{node_addresses(110)} for 110 pods, {node_addresses(58)} for 58" in words


def test_the_preset_is_as_listed() -> None:
    uses = {**aws_endpoints.NEEDED, **aws_endpoints.USEFUL}
    assert rows("service") == [[service, uses[service]] for service in aws_endpoints.CLUSTER]


def test_the_endpoints_that_cannot_be_missing_are_as_told() -> None:
    first = [row[0] for row in rows("service")][:7]
    assert {*first, "sts"} == set(aws_endpoints.NEEDED)
    assert aws_endpoints.NEEDED_GATEWAY == "s3"


def test_the_log_group_is_as_told() -> None:
    assert f"`{log_group_name('NAME')}`" in PAGE
