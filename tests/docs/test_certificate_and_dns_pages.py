"""What the pages of certificates, records and definitions show is what can be written, and what comes of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from homeport.addons import graph
from homeport.addons.base import Addon
from homeport.addons.cert_manager import CertManager
from homeport.addons.cert_manager_issuers import INTERNAL
from homeport.addons.external_dns import ExternalDns
from homeport.addons.gateway_api_crds import GatewayApiCrds
from homeport.addons.pins import pins
from homeport.addons.prometheus_operator_crds import PrometheusOperatorCrds
from homeport.addons.samples import sample_site
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.values import Cloud

ROOT = Path(__file__).resolve().parents[2]
ADDONS: tuple[Addon[Any], ...] = (PrometheusOperatorCrds(), GatewayApiCrds(), CertManager(), ExternalDns())
PAGES = pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def blocks(addon: Addon[Any]) -> list[dict[str, Any]]:
    found = re.findall(r"```yaml\n(.*?)```", page(f"addons/{addon.name}.md"), re.DOTALL)
    return [YAML(typ="safe", pure=True).load(text) for text in found]


@PAGES
def test_every_example_is_a_section_that_plans(addon: Addon[Any]) -> None:
    sections = [block["homeport:addons"] for block in blocks(addon) if "homeport:addons" in block]
    assert sections
    for section in sections:
        args = AddonsArgs.model_validate(section)
        of_others = section.get(addon.name, {}).get("present")
        cloud: Cloud = "none" if of_others else "aws"
        plan = graph.plan(args.sections(), sample_site(cloud, profile=args.profile), CATALOGUE)
        assert (addon.name in plan.sections) is (section[addon.name].get("enabled") is not False)


def settings(model: type[BaseModel], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, info in model.model_fields.items():
        found.add(f"{prefix}{name}")
        for inner in getattr(info.annotation, "__args__", ()):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found |= settings(inner, f"{prefix}{name}.")
    return found


@PAGES
def test_every_setting_stands_in_the_table_and_the_table_names_no_other(addon: Addon[Any]) -> None:
    table = page(f"addons/{addon.name}.md").partition("| setting |")[2].partition("\n\n")[0]
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    rows = {name for cell in first_cells for name in re.findall(r"`([a-z_.]+)`", cell)}
    assert rows == settings(addon.args)


def test_the_certificate_that_is_shown_comes_from_an_issuer_that_is_made() -> None:
    [certificate] = [block for block in blocks(ADDONS[2]) if block.get("kind") == "Certificate"]
    assert certificate["spec"]["issuerRef"] == {
        "group": "cert-manager.io",
        "kind": "ClusterIssuer",
        "name": INTERNAL,
    }


def test_the_versions_that_are_told_are_those_that_are_pinned() -> None:
    gateway, monitors = pins()["gateway-crds-helm"], pins()["prometheus-operator-crds"]
    assert f"`gateway-crds-helm` {gateway.version}" in page("adr/0010-gateway-api-definitions.md")
    text = page("addons/gateway-api-crds.md")
    assert f"version {gateway.app_version.removeprefix('v')}" in text
    assert f"bundle-version: {gateway.app_version}" in text
    assert f"({monitors.version}, measured)" in page("addons/prometheus-operator-crds.md")
    for name in ("cert-manager", "external-dns", "traefik"):
        major, minor = pins()[name].app_version.removeprefix("v").split(".")[:2]
        assert re.search(rf"\| {name} {major}\.{minor} \|", text, re.IGNORECASE), f"{name} {major}.{minor}"
