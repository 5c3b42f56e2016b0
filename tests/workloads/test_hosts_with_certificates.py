"""Hosts that the gateway's certificate does not hold for are refused before anybody meets them in a browser."""

from __future__ import annotations

import dataclasses

import pytest

from homeport.addons.exports import GatewayExport
from homeport.addons.samples import sample_site
from homeport.addons.traefik import Traefik
from homeport.addons.traefik_args import TraefikArgs
from homeport.tenancy.args import TenantArgs
from homeport.workloads.crosschecks import app_problems
from homeport.workloads.ground import Ground
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.routes import uncovered
from tests.workloads.places import EXPORTS, GATEWAY, LABELS, web

DOMAIN = "stage.acme.example"
KNOWN = dataclasses.replace(GATEWAY, covered=(DOMAIN, f"*.{DOMAIN}", f"*.api.{DOMAIN}"))


@pytest.mark.parametrize("host", [DOMAIN, f"web.{DOMAIN}", f"v1.api.{DOMAIN}"])
def test_names_of_the_certificate_are_covered(host: str) -> None:
    assert not uncovered(host, KNOWN)


@pytest.mark.parametrize("host", [f"a.b.{DOMAIN}", f"a.v1.api.{DOMAIN}", "acme.example"])
def test_a_wildcard_holds_for_one_label(host: str) -> None:
    assert uncovered(host, KNOWN)


@pytest.mark.parametrize("gateway", [None, GATEWAY])
def test_where_the_certificate_is_not_known_nothing_is_said(gateway: GatewayExport | None) -> None:
    assert not uncovered(f"a.b.{DOMAIN}", gateway)


def test_the_settings_say_what_to_write() -> None:
    ground = Ground(
        environment="stage",
        domain=DOMAIN,
        labels=LABELS,
        tenants={"shop": TenantArgs()},
        exports=dataclasses.replace(EXPORTS, gateway=KNOWN),
    )
    (problem,) = app_problems({"web": web()}, {"web": AppOverlay(hosts=[f"shop.eu.{DOMAIN}"])}, ground)
    assert problem.text() == (
        'apps.web.hosts = "shop.eu.stage.acme.example": has no certificate: the gateway\'s holds for the domain and'
        " names one label below it, and browsers refuse all else; for example shop.stage.acme.example; or name it to"
        ' the gateway: addons: {traefik: {extra_hosts: ["*.eu.stage.acme.example"]}}'
    )


def test_the_gateway_says_which_names_its_certificate_holds() -> None:
    site = sample_site("gcp")
    made = Traefik().exports(TraefikArgs(extra_hosts=[f"*.api.{site.domain}"]), site)["gateway"]
    assert made.covered == (site.domain, f"*.{site.domain}", f"*.api.{site.domain}")
    assert Traefik().exports(TraefikArgs(certificate="of-somebody-else"), site)["gateway"].covered == ()
