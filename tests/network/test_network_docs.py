"""docs/network.md: its examples load, its table is what the planner does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_firewall import firewall_rules
from homeport.network.gcp_names import GcpNetworkNames
from homeport.network.gcp_plan import capacity, plan_network

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "network.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose head begins with this text."""
    table = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table[2:]]


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_valid_networks(example: str) -> None:
    section: dict[str, Any] = YAML(typ="safe").load(example)
    assert plan_network(GcpNetworkArgs.model_validate(section)).problems == ()


def test_the_layout_is_as_drawn() -> None:
    plan = plan_network(GcpNetworkArgs.model_validate({"cidr": "10.20.0.0/16", "databases": {"enabled": True}}))
    shown = {row[0].replace(" ", "_"): row[2] for row in rows("range") if row[0] != "free"}
    assert shown == {role: found.cidr for role, found in plan.ranges.items()}


@pytest.mark.parametrize("row", rows("`cidr`"), ids=lambda row: row[0])
def test_the_sizes_are_as_listed(row: list[str]) -> None:
    whole, pods, *counts, rest = row
    plan = plan_network(GcpNetworkArgs(cidr=f"10.0.0.0{whole}"))
    assert plan.problems == ()
    assert (plan.pods or "").endswith(pods)
    assert [capacity(plan, max_pods).nodes for max_pods in (110, 64, 32)] == [int(count) for count in counts]
    assert all((cidr or "").endswith(rest.split()[0]) for cidr in (plan.nodes, plan.services))


def test_the_firewall_is_as_listed() -> None:
    args = GcpNetworkArgs(cidr="10.20.0.0/16")
    rules = firewall_rules(args, GcpNetworkNames("NAME"), control_plane="10.20.240.0/28")
    assert [(rule.name, f"{rule.priority}, {rule.action}") for rule in rules] == [
        (row[0], ", ".join(row[3].split(", ")[:2])) for row in rows("rule")
    ]
    for source in rules[1].sources:
        assert source in rows("rule")[1][1]
