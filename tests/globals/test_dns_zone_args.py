from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from homeport.globals.dns_args import DnsArgs, ExistingParent, ZoneArgs
from homeport.globals.dns_plan import absolute, nearest_above, normal_servers, relative


def problems(**zones: dict[str, Any]) -> list[str]:
    parsed = {name: ZoneArgs.model_validate({"cloud": "aws", **zone}) for name, zone in zones.items()}
    return [problem.text() for problem in DnsArgs.model_construct(zones=parsed).check()]


def test_a_zone_below_another_needs_it_as_parent() -> None:
    assert problems(acme={"domain": "acme.example"}, stage={"domain": "stage.acme.example"}) == [
        (
            "zones.stage.parent: stage.acme.example lies in acme.example, the domain of the"
            " zone acme: without a delegation there nobody finds it; add parent: acme; or parent: registrar,"
            " if the name"
            " servers are entered elsewhere by hand"
        )
    ]


def test_delegation_by_hand_is_consent_to_no_record() -> None:
    assert (
        problems(acme={"domain": "acme.example"}, stage={"domain": "stage.acme.example", "parent": "registrar"}) == []
    )


def test_a_parent_must_be_above() -> None:
    assert problems(acme={"domain": "acme.example"}, other={"domain": "other.example", "parent": "acme"}) == [
        (
            'zones.other.parent = "acme": other.example does not lie in acme.example; a zone delegates only'
            " what is below"
            " it; write parent: registrar"
        )
    ]


def test_a_name_that_only_ends_alike_is_not_below() -> None:
    assert problems(acme={"domain": "acme.example"}, other={"domain": "notacme.example"}) == []


def test_the_nearest_zone_above_delegates() -> None:
    assert problems(
        acme={"domain": "acme.example"},
        stage={"domain": "stage.acme.example", "parent": "acme"},
        shop={"domain": "shop.stage.acme.example", "parent": "acme"},
    ) == [
        (
            'zones.shop.parent = "acme": stage.acme.example, the zone stage, lies between: what is delegated'
            " above it is"
            " never asked; write parent: stage"
        )
    ]


def test_an_unknown_parent_shows_the_nearest_name() -> None:
    assert problems(acme={"domain": "acme.example"}, stage={"domain": "stage.acme.example", "parent": "acne"}) == [
        'zones.stage.parent = "acne": there is no zone of this name; there are acme, stage; write acme'
    ]


def test_one_domain_cannot_stand_on_both_clouds() -> None:
    assert problems(first={"domain": "acme.example"}, second={"domain": "acme.example", "cloud": "gcp"}) == [
        (
            'zones.second.domain = "acme.example": the zone first has this domain already; its parent can'
            " delegate to one"
            " of them only; remove one of the two zones"
        )
    ]


def test_a_ds_record_needs_a_signed_parent() -> None:
    assert problems(
        acme={"domain": "acme.example"},
        stage={"domain": "stage.acme.example", "parent": "acme", "dnssec": "delegated"},
    ) == [
        (
            'zones.stage.dnssec = "delegated": the parent zone acme is unsigned, so its DS record proves nothing;'
            " set dnssec: signed for the zone acme first, or leave this one at signed"
        )
    ]


def test_no_zone_is_called_registrar() -> None:
    assert problems(registrar={"domain": "acme.example"}) == [
        "zones.registrar: registrar stands for a parent outside of these zones; give the zone another name"
    ]


def test_an_existing_parent_must_be_above_too() -> None:
    parent = {"domain": "other.example", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}
    assert problems(stage={"domain": "stage.acme.example", "parent": parent}) == [
        (
            'zones.stage.parent.domain = "other.example": stage.acme.example does not lie in it; a zone'
            " delegates only what"
            " is below it; name the zone whose domain ends the domain of this one"
        )
    ]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"hosted_zone_id": "Z0123456789ABCDEFGHIJ", "managed_zone": "acme"}],
)
def test_an_existing_parent_stands_in_one_cloud(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one of both names it; write hosted_zone_id, or managed_zone"):
        ExistingParent.model_validate({"domain": "acme.example", **wrong})


def test_a_wildcard_is_no_zone() -> None:
    with pytest.raises(ValidationError) as caught:
        ZoneArgs(cloud="aws", domain="*.acme.example")
    (error,) = caught.value.errors()
    assert error["msg"] == "a zone is one domain, not a wildcard"
    assert error.get("ctx", {})["fix"] == 'write "acme.example", and a wildcard record inside of the zone'


def test_a_domain_too_long_for_cloud_dns_asks_for_a_name() -> None:
    domain = f"{'a' * 40}.{'b' * 20}.acme.example"
    with pytest.raises(ValidationError, match="set name to a shorter name"):
        ZoneArgs(cloud="gcp", domain=domain)
    assert ZoneArgs(cloud="gcp", domain=domain, name="long").physical_name == "long"
    assert ZoneArgs(cloud="aws", domain=domain).domain == domain


def test_route_53_takes_no_name() -> None:
    with pytest.raises(ValidationError, match="Route 53 knows a zone by its domain alone; remove name"):
        ZoneArgs(cloud="aws", domain="acme.example", name="acme")


label = st.text("abcxyz019", min_size=1, max_size=8)
domain = st.lists(label, min_size=2, max_size=5).map(".".join)


@given(st.dictionaries(label, domain, max_size=6), domain)
def test_the_nearest_zone_above_is_the_longest_suffix(domains: dict[str, str], below: str) -> None:
    found = nearest_above(below, domains)
    labels = below.split(".")
    suffixes = [".".join(labels[index:]) for index in range(1, len(labels))]
    expected = next((suffix for suffix in suffixes if suffix in domains.values()), None)
    assert (domains[found] if found else None) == expected


@given(domain)
def test_spelling_with_and_without_the_final_dot_is_stable(name: str) -> None:
    assert absolute(absolute(name)) == absolute(name) == f"{name}."
    assert relative(absolute(name)) == name


def test_name_servers_of_both_clouds_compare_alike() -> None:
    assert normal_servers(["ns-2.example.", "ns-1.example"]) == normal_servers(["ns-1.example.", "ns-2.example"])
