"""`homeport doctor` on a stack with zones: delegation, what to enter, and no network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from homeport.doctor.dns_lookup import ALL, Ask, Parents
from homeport.doctor.examine import SettingsSeen, examine
from homeport.doctor.finding import Finding, blocking
from homeport.doctor.machine import Ran
from homeport.doctor.show import lines
from homeport.globals.delegation import Lookup
from tests.commands.fake_machine import ROOT, FakeMachine

FILE = "config:\n  homeport:layer: global\n  homeport:dns: {zones: {acme: {}, stage: {}}}\n"
DIGEST = "ab" * 32
OUTPUT = "output globals --json --stack global"
Answers = Mapping[tuple[str, str], Sequence[str] | None]


def zone(domain: str, *servers: str, **more: object) -> dict[str, Any]:
    return {"cloud": "aws", "domain": domain, "id": "Z1", "name": domain, "name_servers": list(servers), **more}


def machine(**zones: dict[str, Any]) -> FakeMachine:
    return FakeMachine(
        programs={"pulumi"},
        answers={
            "whoami --json": Ran(0, '{"url": "gs://state"}'),
            "stack ls --json": Ran(0, '[{"name": "global"}]'),
            OUTPUT: Ran(0, json.dumps({"version": 1, "zones": zones})),
        },
        texts={ROOT / "Pulumi.global.yaml": FILE},
    )


def answering(answers: Answers) -> Lookup:
    def lookup(domain: str, kind: Literal["NS", "DS"]) -> Sequence[str] | None:
        return answers.get((domain, kind), [])

    return lookup


def nothing(root: Path, stack: str) -> SettingsSeen | None:
    return None


def found(on: FakeMachine, answers: Answers) -> dict[str, Finding]:
    findings = examine(on, ROOT, "global", nothing, lambda: answering(answers))
    return {item.name: item for item in findings if item.name.startswith("dns")}


ACME = zone("acme.example", "ns1.dns.example", "ns2.dns.example")
STAGE = zone("stage.acme.example", "ns3.dns.example")
GOOD: Answers = {
    ("acme.example", "NS"): ["ns2.dns.example.", "ns1.dns.example."],
    ("stage.acme.example", "NS"): ["ns3.dns.example."],
}


def test_zones_that_the_world_finds_are_right() -> None:
    assert {name: item.status for name, item in found(machine(acme=ACME, stage=STAGE), GOOD).items()} == {
        "dns acme": "ok",
        "dns stage": "ok",
    }


def test_a_zone_without_delegation_is_told_what_to_enter_and_what_is_below_it_waits() -> None:
    on = machine(acme=ACME | {"ds": "12345 8 2 ABCDEF"}, stage=STAGE)
    seen = found(on, {})
    assert seen["dns acme"].status == "missing"
    for part in ("ns1.dns.example", "ns2.dns.example", "registrar", "key tag      12345", "digest       ABCDEF"):
        assert part in seen["dns acme"].fix
    assert seen["dns stage"].status == "unknown"
    assert "once acme.example above it is" in seen["dns stage"].text


def test_every_line_of_what_to_enter_is_shown_below_the_finding() -> None:
    shown = lines(list(found(machine(acme=ACME), {}).values()), deploy=False)
    assert any(line.strip().startswith("fix: enter these name servers for acme.example") for line in shown)
    assert any(line.strip() == "ns2.dns.example" for line in shown)


def test_a_wrong_answer_of_the_zone_above_is_wrong_and_a_deployment_may_mend_it() -> None:
    seen = found(machine(acme=ACME, stage=STAGE), {**GOOD, ("stage.acme.example", "NS"): ["old.dns.example."]})
    assert seen["dns stage"].status == "wrong"
    assert "old.dns.example" in seen["dns stage"].text
    assert seen["dns stage"].fix.startswith("pulumi up -s global --refresh")
    assert "ns3.dns.example" in seen["dns stage"].fix


def test_a_missing_ds_record_is_to_be_entered() -> None:
    seen = found(machine(acme=ACME | {"ds": "12345 8 2 ABCDEF"}), GOOD)
    assert seen["dns acme"].status == "wrong"
    assert "digest       ABCDEF" in seen["dns acme"].fix


def test_nothing_about_zones_stops_a_deployment() -> None:
    assert blocking(found(machine(acme=ACME), {}).values(), deploy=True) == []


@pytest.mark.parametrize("silent", [("acme.example", "NS"), ("acme.example", "DS")])
def test_without_network_nothing_is_known_and_the_rest_is_still_said(silent: tuple[str, str]) -> None:
    seen = found(machine(acme=ACME), {**GOOD, silent: None})
    assert seen["dns acme"].status == "unknown"
    assert seen["dns acme"].fix


@pytest.mark.parametrize(
    ("ran", "part"),
    [
        (Ran(1, err="error: current stack does not have output property 'globals'"), "output property"),
        (Ran(None), "did not answer"),
        (Ran(0, "nonsense"), "prints no JSON"),
        (Ran(0, '{"version": 9}'), "newer homeport"),
        (Ran(0, '{"zones": {}}'), "no version"),
    ],
)
def test_zones_that_cannot_be_read_are_unknown_and_say_why(ran: Ran, part: str) -> None:
    on = machine()
    on.answers[OUTPUT] = ran
    (finding,) = found(on, {}).values()
    assert finding.status == "unknown"
    assert part in finding.text
    assert finding.fix


def test_a_stack_that_is_not_there_is_not_asked_for_its_zones() -> None:
    on = machine()
    on.answers["stack ls --json"] = Ran(0, "[]")
    (finding,) = found(on, {}).values()
    assert finding.fix == "pulumi up -s global"
    assert not any(OUTPUT in line for line in on.asked)


def test_a_stack_without_zones_asks_nobody() -> None:
    on = machine()
    on.texts[ROOT / "Pulumi.global.yaml"] = "config:\n  homeport:layer: global\n"
    assert found(on, {}) == {}


class FakeResolver(dns.resolver.Resolver):
    """`zones`: what has NS records; every server is at one address."""

    def __init__(self, zones: set[str], error: Exception | None = None) -> None:
        super().__init__(configure=False)
        self.zones = zones
        self.error = error
        self.asked: list[str] = []

    def resolve(self, qname: Any, rdtype: Any = "A", *args: Any, **more: Any) -> Any:
        self.asked.append(f"{qname} {rdtype}")
        if self.error is not None:
            raise self.error
        if rdtype == "NS":
            if str(qname) not in self.zones:
                raise dns.resolver.NXDOMAIN
            return [f"a.{qname}", f"b.{qname}"]
        return ["192.0.2.1" if str(qname).startswith("a.") else "192.0.2.2"]


def reply(section: str, *records: str, rcode: int = dns.rcode.NOERROR) -> dns.message.Message:
    message = dns.message.Message(1)
    message.flags |= dns.flags.QR
    message.set_rcode(dns.rcode.Rcode(rcode))
    sections = {"answer": message.answer, "authority": message.authority}
    for record in records:
        owner, kind, data = record.split(maxsplit=2)
        sections[section].append(dns.rrset.from_text(owner, 300, "IN", kind, data))
    return message


def always(section: str, *records: str, rcode: int = dns.rcode.NOERROR) -> Ask:
    return lambda query, server, seconds: reply(section, *records, rcode=rcode)


def test_a_referral_of_the_zone_above_is_its_delegation() -> None:
    queries: list[dns.message.Message] = []

    def ask(query: dns.message.Message, server: str, seconds: float) -> dns.message.Message:
        queries.append(query)
        return reply("authority", "acme.example. NS ns1.dns.example.", "example. NS a.example.")

    parents = Parents(FakeResolver({"example."}), ask)
    assert parents("acme.example", "NS") == ["ns1.dns.example."]
    assert parents("acme.example", "DS") == []
    assert not queries[0].flags & dns.flags.RD


def test_a_ds_record_is_an_answer() -> None:
    parents = Parents(FakeResolver({"example."}), always("answer", f"acme.example. DS 1 8 2 {DIGEST}"))
    assert parents("acme.example", "DS") == [f"1 8 2 {DIGEST}"]


def test_a_domain_that_is_not_there_has_no_records() -> None:
    parents = Parents(FakeResolver({"."}), always("answer", rcode=dns.rcode.NXDOMAIN))
    assert parents("shop.acme.example", "NS") == []


def test_a_server_that_refuses_or_is_silent_gives_way_to_the_next() -> None:
    asked: list[str] = []

    def ask(query: dns.message.Message, server: str, seconds: float) -> dns.message.Message:
        asked.append(server)
        if len(asked) == 1:
            raise dns.exception.Timeout
        return reply("authority", "acme.example. NS ns1.dns.example.")

    assert Parents(FakeResolver({"example."}), ask)("acme.example", "NS") == ["ns1.dns.example."]
    assert asked == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    "error",
    [
        dns.resolver.NoNameservers(),
        dns.resolver.LifetimeTimeout(timeout=1, errors=[]),
        dns.resolver.NoResolverConfiguration(),
        OSError("unreachable"),
    ],
)
def test_without_a_resolver_nobody_answers_and_nothing_is_raised(error: Exception) -> None:
    assert Parents(FakeResolver(set(), error), always("answer"))("acme.example", "NS") is None


def test_all_servers_refusing_is_no_answer() -> None:
    parents = Parents(FakeResolver({"example."}), always("answer", rcode=dns.rcode.REFUSED))
    assert parents("acme.example", "NS") is None


def test_once_the_time_is_used_up_nobody_is_asked_any_more() -> None:
    now = [0.0]
    resolver = FakeResolver({"example."})
    parents = Parents(resolver, always("authority", "acme.example. NS ns1."), clock=lambda: now[0])
    now[0] = ALL
    assert parents("acme.example", "NS") is None
    assert resolver.asked == []


def test_what_is_no_domain_is_no_answer() -> None:
    assert Parents(FakeResolver({"."}), always("answer"))("a..b", "NS") is None
