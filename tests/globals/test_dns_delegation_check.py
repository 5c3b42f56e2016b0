from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from homeport.globals.delegation import Lookup, check_delegation, check_delegations, to_enter
from homeport.globals.globals_output import Zone

DS = "2371 13 2 1F987CC6583E92DF0890718C42 A1B2C3"


def zone(domain: str = "acme.example", ds: str | None = None) -> Zone:
    return Zone(
        cloud="aws", domain=domain, id="Z1", name=domain, name_servers=["ns-2.dns.example", "ns-1.dns.example."], ds=ds
    )


def answers(records: Mapping[str, Sequence[str] | None]) -> Lookup:
    def lookup(domain: str, kind: Literal["NS", "DS"]) -> Sequence[str] | None:
        del domain
        return records.get(kind, ())

    return lookup


GOOD = ["ns-1.dns.example.", "NS-2.dns.example."]


def test_spelling_does_not_matter() -> None:
    found = check_delegation("acme", zone(), answers({"NS": GOOD}))
    assert found.ok
    assert found.finding == "acme.example is delegated to its name servers"


def test_a_zone_that_nobody_delegates_to_says_what_to_enter() -> None:
    found = check_delegation("acme", zone(ds=DS), answers({}))
    assert not found.ok
    assert found.finding == "acme.example is not delegated: the domain above has no NS record for it"
    assert found.fix == (
        "enter these name servers for acme.example at its registrar, or as NS record in the zone above:",
        "  ns-1.dns.example",
        "  ns-2.dns.example",
        "and this DS record for acme.example:",
        "  key tag      2371",
        "  algorithm    13",
        "  digest type  2",
        "  digest       1F987CC6583E92DF0890718C42 A1B2C3",
    )


def test_a_wrong_delegation_names_what_is_missing_and_foreign() -> None:
    found = check_delegation("acme", zone(), answers({"NS": ["ns-1.dns.example", "ns.old.example"]}))
    assert found.finding == (
        "acme.example is delegated wrongly: the domain above misses ns-2.dns.example and names ns.old.example, which"
        " do not serve this zone"
    )


def test_silence_is_not_a_missing_delegation() -> None:
    found = check_delegation("acme", zone(), answers({"NS": None}))
    assert "do not answer: nothing is known" in found.finding


def test_a_ds_record_is_compared_without_spaces_and_case() -> None:
    held = "2371 13 2 1f987cc6583e92df0890718c42a1b2c3"
    assert check_delegation("acme", zone(ds=DS), answers({"NS": GOOD, "DS": [held]})).ok


def test_a_missing_ds_record_is_not_as_bad_as_a_wrong_one() -> None:
    missing = check_delegation("acme", zone(ds=DS), answers({"NS": GOOD}))
    assert missing.finding == "acme.example is delegated, but the domain above holds no DS record"
    wrong = check_delegation("acme", zone(ds=DS), answers({"NS": GOOD, "DS": ["1 13 2 AB"]}))
    assert wrong.finding.endswith("holds another DS record: resolvers that validate refuse its answers")
    assert wrong.fix[0] == "and this DS record for acme.example:"


def test_a_ds_record_of_an_unsigned_zone_is_an_outage() -> None:
    found = check_delegation("acme", zone(), answers({"NS": GOOD, "DS": ["1 13 2 AB"]}))
    assert not found.ok
    assert found.fix == ("set dnssec: delegated, if the zone is signed; or remove the DS record there, now",)


def test_zones_are_checked_from_the_top() -> None:
    zones = {"b": zone("b.acme.example"), "top": zone(), "a": zone("a.acme.example")}
    assert [one.zone for one in check_delegations(zones, answers({"NS": GOOD}))] == ["top", "a", "b"]


def test_name_servers_that_a_plan_cannot_know_still_print() -> None:
    unknown = zone().model_copy(update={"name_servers": ["${dns-acme.nameServers[*]}"], "ds": "${x.dsRecord}"})
    assert to_enter(unknown)[-1] == "and this DS record: ${x.dsRecord}"
