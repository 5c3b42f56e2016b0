"""What the pages of the gateway and of EKS's controllers show is what can be written, and what comes of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from homeport.addons import graph
from homeport.addons.aws_load_balancer_controller import AwsLoadBalancerController
from homeport.addons.base import Addon
from homeport.addons.cluster_autoscaler import ClusterAutoscaler
from homeport.addons.samples import sample_site
from homeport.addons.traefik import Traefik
from homeport.addons.traefik_args import TraefikArgs
from homeport.addons.traefik_objects import GATEWAY, HTTPS
from homeport.addons.traefik_values import values
from homeport.values import Cloud
from tests.addons.toys import thing, toy

ROOT = Path(__file__).resolve().parents[2]
ADDONS: tuple[Addon[Any], ...] = (Traefik(), AwsLoadBalancerController(), ClusterAutoscaler())
BESIDE = [
    toy("cert-manager", thing("release"), exports={"issuer": "letsencrypt"}),
    toy("gateway-api-crds", thing("release")),
]
PAGES = pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)


def page(addon: Addon[Any]) -> str:
    return (ROOT / "docs" / "addons" / f"{addon.name}.md").read_text(encoding="utf-8")


def blocks(addon: Addon[Any]) -> list[dict[str, Any]]:
    found = re.findall(r"```yaml\n(.*?)```", page(addon), re.DOTALL)
    return [YAML(typ="safe", pure=True).load(text) for text in found]


def cloud_of(section: dict[str, Any], addon: Addon[Any]) -> Cloud:
    if addon.name != "traefik":
        return "aws"
    return "none" if section.get("exposure") == "public" else "gcp"


@PAGES
def test_every_example_is_a_section_that_plans(addon: Addon[Any]) -> None:
    sections = [block["homeport:addons"] for block in blocks(addon) if "homeport:addons" in block]
    assert sections
    for section in sections:
        [(name, given)] = section.items()
        assert name == addon.name
        args = addon.args.model_validate(given)
        plan = graph.plan({name: args}, sample_site(cloud_of(given, addon)), [*ADDONS, *BESIDE])
        assert name in plan.sections


@PAGES
def test_every_setting_stands_in_the_table_and_the_table_names_no_other(addon: Addon[Any]) -> None:
    table = page(addon).partition("| setting |")[2].partition("\n\n")[0]
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    rows = {name for cell in first_cells for name in re.findall(r"`([a-z_]+)`", cell)}
    assert rows == set(addon.args.model_fields)


def test_the_route_that_is_shown_attaches_to_the_gateway_that_is_made() -> None:
    [route] = [block for block in blocks(ADDONS[0]) if block.get("kind") == "HTTPRoute"]
    [parent] = route["spec"]["parentRefs"]
    assert parent == {"name": GATEWAY, "namespace": Traefik.namespace.name, "sectionName": HTTPS}


def test_the_definitions_that_are_named_are_those_that_are_made() -> None:
    name = ADDONS[1].name
    steps = graph.plan({name: ADDONS[1].args()}, sample_site("aws"), ADDONS[1:2]).steps
    assert f"`support-{name}-definitions`" in page(ADDONS[1])
    assert "definitions" in {step.item.key for step in steps if step.addon == name}


def test_the_seconds_in_the_table_are_those_that_proxies_get() -> None:
    row = re.search(r"\| new connections while a proxy ends \|(.*)", page(ADDONS[0]))
    assert row is not None
    clouds: tuple[Cloud, ...] = ("gcp", "aws", "none")
    told = [values(TraefikArgs(), sample_site(cloud))["ports"]["web"]["transport"]["lifeCycle"] for cloud in clouds]
    assert [cell.strip() for cell in row[1].strip(" |").split("|")] == [
        f"{cycle['requestAcceptGraceTimeout'].removesuffix('s')} s" for cycle in told
    ]
