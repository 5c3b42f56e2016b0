"""What a section for the gateway can have wrong, and what it is told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from homeport.addons.traefik import Traefik
from homeport.addons.traefik_args import Hsts, TraefikArgs
from homeport.values import Cloud
from tests.addons.gateway_sites import BESIDE, gateway_site


def told(cloud: Cloud = "gcp", site: dict[str, Any] | None = None, **args: Any) -> list[str]:
    return [problem.text() for problem in Traefik().problems(TraefikArgs(**args), gateway_site(cloud, **(site or {})))]


@pytest.mark.parametrize("cloud", ["gcp", "aws", "none"])
def test_the_defaults_are_right_on_every_cloud(cloud: Cloud) -> None:
    assert told(cloud) == []


@pytest.mark.parametrize("cloud", ["gcp", "aws"])
@pytest.mark.parametrize("reach", ["internal", "cluster"])
def test_only_a_public_gateway_has_reserved_addresses(cloud: Cloud, reach: str) -> None:
    assert told(cloud, address="reserved", exposure=reach) == [
        (
            'address = "reserved": only a public gateway has addresses that can be reserved, and this one\'s'
            " exposure is"
            f" {reach}; write exposure: public, or remove address"
        )
    ]


@pytest.mark.parametrize(
    ("cloud", "site"),
    [
        ("none", {}),
        ("gcp", {"project": None}),
        ("aws", {"account": None, "public_subnets": 0}),
        ("aws", {"public_subnets": 0}),
    ],
)
def test_addresses_are_reserved_only_where_homeport_made_the_network(cloud: Cloud, site: dict[str, Any]) -> None:
    assert told(cloud, site, address="reserved", exposure="public") == [
        (
            'address = "reserved": addresses can be reserved only for a cluster that homeport made on GKE or EKS, with'
            " public subnets there; write address: automatic"
        )
    ]


def test_gkes_own_definitions_are_refused_because_kinds_are_missing() -> None:
    site = {"provides": frozenset({"gateway-api-crds"}), "installed": BESIDE - {"gateway-api-crds"}}
    assert told("gcp", site) == [
        (
            "(the whole file): Traefik watches every kind of the Gateway API's standard channel, version 1.5 or"
            " later, and"
            " what GKE installs by itself leaves GRPCRoute out: Traefik would serve no Gateway at all; let the add-on"
            " gateway-api-crds install them: set gateway_api: false in homeport:cluster"
        )
    ]


def test_without_definitions_it_says_how_to_have_them() -> None:
    assert told("aws", {"installed": BESIDE - {"gateway-api-crds"}}) == [
        (
            "(the whole file): Traefik watches every kind of the Gateway API's standard channel, version 1.5 or"
            " later, and"
            " nothing installs them; switch them on: gateway-api-crds: {enabled: true}; where the cluster has them from"
            " somebody else, {present: true}"
        )
    ]


def test_without_cert_manager_it_asks_for_a_certificate() -> None:
    without = {"installed": BESIDE - {"cert-manager"}}
    assert told("gcp", without) == [
        (
            "certificate: HTTPS needs a certificate, and without cert-manager nobody issues one; switch it on:"
            " cert-manager: {enabled: true}; or name a Secret of type kubernetes.io/tls in the namespace traefik:"
            " certificate: gateway-tls"
        )
    ]
    assert told("gcp", without, certificate="company-tls") == []


def test_names_in_somebody_elses_certificate_are_not_ours_to_add() -> None:
    assert told(certificate="company-tls", extra_hosts=["*.api.stage.acme.example"]) == [
        (
            "extra_hosts: are names for a certificate by cert-manager, and here the Secret is somebody else's; remove"
            " them, or remove certificate"
        )
    ]


@pytest.mark.parametrize("host", ["www.acme.example", "stage.acme.example", "notstage.acme.example"])
def test_further_names_lie_below_the_domain(host: str) -> None:
    assert told(extra_hosts=["*.api.stage.acme.example", host]) == [
        (
            f'extra_hosts[1] = "{host}": must lie below the stack\'s domain, stage.acme.example, whose zone proves it;'
            " choose a name below it"
        )
    ]


@pytest.mark.parametrize("host", ["*.*.stage.acme.example", "a.*.acme.example", "Stage.acme.example", "*", "*."])
def test_a_name_has_one_asterisk_in_front_or_none(host: str) -> None:
    with pytest.raises(ValidationError, match="must be a DNS name in lower case, or one with an asterisk"):
        TraefikArgs(extra_hosts=[host])


def test_a_long_clusters_name_asks_for_one_for_the_load_balancer() -> None:
    assert told("aws", {"cluster": "a-cluster-with-a-rather-long-name"}) == [
        (
            "(the whole file): the cluster lends its name to the load balancer: the name of a Network Load"
            " Balancer derived"
            ' from it, "a-cluster-with-a-rather-long-name-gateway", has 41 characters; 32 are allowed; set'
            " load_balancer_name"
        )
    ]
    assert told("aws", {"cluster": "a-cluster-with-a-rather-long-name"}, load_balancer_name="web") == []


@pytest.mark.parametrize("name", ["under_score", "-web", "web-", "internal-web"])
def test_a_load_balancers_name_is_what_aws_takes(name: str) -> None:
    [text] = told("aws", load_balancer_name=name)
    assert text.startswith(f'load_balancer_name = "{name}": ')
    assert "must be letters, digits and -" in text


def test_settings_without_an_effect_are_refused() -> None:
    assert told("gcp", load_balancer_name="web") == [
        'load_balancer_name = "web": has an effect only on a load balancer on AWS; remove it'
    ]
    assert told("gcp", exposure="cluster", source_ranges=["192.0.2.0/24"]) == [
        (
            "source_ranges: is a setting of a load balancer, and with exposure cluster there is none; remove it,"
            " or write"
            " exposure: internal"
        )
    ]


@pytest.mark.parametrize("given", [{"max_age_days": 30}, {"include_subdomains": False}])
def test_browsers_preload_only_what_holds_for_long_and_everywhere(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="needs include_subdomains and max_age_days of 365 or more"):
        Hsts(preload=True, **given)
    assert Hsts(preload=True).preload
