"""Outputs of other stacks: what is known of them is known, the rest is named, secrets stay secret."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from homeport.plan import record
from tests.plan.things import Thing

SHARED: Mapping[str, Any] = {
    "zone": {"name": "acme.example", "servers": ["${zone.nameServers[*]}"], "ttl": 300},
    "key": "projects/${project.number}/key",
    "size": {"$unknown": True},
    "token": {"$secret": True},
    "mixed": {"user": "me", "password": {"$secret": True}},
    "none": None,
    "flag": True,
}
NAME = "organization/homeport/global"


def outputs(stack: str) -> Mapping[str, Any] | None:
    """The outputs of the stack that is known."""
    return SHARED if stack == NAME else None


def test_known_outputs_are_plain_values_before_any_resource() -> None:
    async def program() -> None:
        zone: Any = (await pulumi.StackReference(NAME).get_output_details("zone")).value
        Thing("t", label=zone["name"], size=zone["ttl"])

    assert record(program, stack_outputs=outputs).one(name="t").inputs == {"label": "acme.example", "size": 300}


def test_what_the_other_stack_cannot_know_is_named_by_the_reference() -> None:
    def program() -> None:
        reference = pulumi.StackReference(NAME)
        pulumi.export("key", reference.get_output("key"))
        pulumi.export("size", reference.require_output("size"))
        pulumi.export("zone", reference.get_output("zone"))
        pulumi.export("server", reference.get_output("zone").apply(lambda zone: zone["servers"][0] + ":53"))
        pulumi.export("flag", reference.get_output("flag"))
        pulumi.export("missing", reference.get_output("missing"))

    graph = record(program, stack_outputs=outputs)
    assert graph.outputs == {
        "key": f"${{{NAME}.outputs.key}}",
        "size": f"${{{NAME}.outputs.size}}",
        "zone": {"name": "acme.example", "servers": [f"${{{NAME}.outputs.zone.servers[0]}}"], "ttl": 300},
        "server": f"${{{NAME}.outputs.zone.servers[0]}}:53",
        "flag": True,
    }
    assert graph.warnings == []


def test_nothing_computed_from_a_name_looks_real_even_in_plain_code() -> None:
    async def program() -> None:
        key: Any = (await pulumi.StackReference(NAME).get_output_details("key")).value
        pulumi.export("hash", hashlib.sha1(key.encode()).hexdigest())  # noqa: S324
        pulumi.export("length", len(key))
        pulumi.export("part", key.split("/")[-1])
        pulumi.export("whole", f"key={key}")
        Thing("t", tags={key: "as a key"}, data=[len(key), "fine"])

    graph = record(program, stack_outputs=outputs)
    unknown = {"$unknown": True}
    name = f"${{{NAME}.outputs.key}}"
    assert graph.outputs == {"hash": unknown, "length": unknown, "part": unknown, "whole": f"key={name}"}
    assert graph.one(name="t").inputs == {"tags": {name: "as a key"}, "data": [unknown, "fine"]}


def test_secret_outputs_stay_secret_and_the_others_do_not_become_so() -> None:
    def program() -> None:
        reference = pulumi.StackReference(NAME)
        pulumi.export("token", reference.get_output("token"))
        pulumi.export("mixed", reference.get_output("mixed"))
        pulumi.export("flag", reference.get_output("flag"))

    secret = {"$secret": True}
    assert record(program, stack_outputs=outputs).outputs == {"token": secret, "mixed": secret, "flag": True}


@pytest.mark.parametrize("source", [None, outputs])
def test_a_stack_that_is_not_known_gives_unknowns_and_a_warning(source: Any) -> None:
    async def program() -> None:
        reference = pulumi.StackReference("organization/other/prod")
        details = await reference.get_output_details("x")
        pulumi.export("details", [details.value, details.secret_value])
        Thing("t", label=reference.get_output("x"))

    graph = record(program, stack_outputs=source)
    assert graph.one(name="t").inputs == {"label": {"$unknown": True}}
    assert graph.outputs == {"details": [None, None]}
    assert graph.warnings == [
        'the outputs of stack "organization/other/prod" are not known here: all that depends on them is not'
    ]


def test_a_reference_is_a_resource_that_is_only_read() -> None:
    graph = record(lambda: pulumi.StackReference("shared", stack_name=NAME), stack_outputs=outputs)
    reference = graph.one(name="shared")
    assert reference.type == "pulumi:pulumi:StackReference"
    assert reference.external == NAME


def test_each_stack_is_asked_for_once() -> None:
    asked: list[str] = []

    def source(stack: str) -> Mapping[str, Any]:
        asked.append(stack)
        return SHARED

    def program() -> None:
        pulumi.export("a", pulumi.StackReference(NAME).get_output("key"))
        pulumi.export("b", pulumi.StackReference("again", stack_name=NAME).get_output("key"))

    record(program, stack_outputs=source)
    assert asked == [NAME]
