"""`homeport doctor` for a cluster stack that reads the global layer: it is there, whole, and for this stack."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from homeport.doctor.finding import Finding
from homeport.doctor.global_layer import global_layer
from homeport.doctor.machine import Ran
from homeport.doctor.stack_file import StackFile, stack_file
from tests.commands.fake_machine import ROOT, FakeMachine

ASKED = "stack output globals --json --stack"
STAGE = StackFile(layer="cluster", kind="gke", project="acme-stage", shared="global", domain="stage.acme.example")


def zone(domain: str, cloud: str = "gcp", **more: Any) -> dict[str, Any]:
    return {"cloud": cloud, "domain": domain, "id": "z", "name": "z", "name_servers": [], **more}


PUBLISHED: dict[str, Any] = {
    "version": 1,
    "zones": {
        "acme": zone("acme.example"),
        "stage": zone(
            "stage.acme.example",
            project="acme-global",
            editor={
                "identity": "zone-stage@acme-global.iam.gserviceaccount.com",
                "project": "acme-global",
                "owners": ["acme-stage"],
            },
        ),
        "eks": zone("eks.acme.example", "aws"),
    },
}


def finding(ran: Ran, file: StackFile = STAGE, *, stack: str = "stage", answers: bool = True) -> Finding:
    machine = FakeMachine(programs={"pulumi"}, answers={f"{ASKED} {'/'.join([*stack.split('/')[:-1], 'global'])}": ran})
    return global_layer(machine, ROOT, stack, file, answers=answers)


def of(published: Any, **file: Any) -> Finding:
    return finding(Ran(0, json.dumps(published)), replace(STAGE, **file))


def test_a_deployed_global_stack_with_the_zone_is_ok() -> None:
    found = of(PUBLISHED)
    assert (found.status, found.text) == ("ok", "global is deployed; stage.acme.example lies in its zone stage")


@pytest.mark.parametrize(
    ("said", "text", "fix"),
    [
        (
            "error: no stack named 'global' found",
            "global is not in the place of the state; this stack reads it",
            "pulumi stack init global\nmake up STACK=global   (or: pulumi up -s global)",
        ),
        (
            "error: current stack does not have output property 'globals'",
            "global is not deployed yet; this stack reads its output globals",
            "make up STACK=global   (or: pulumi up -s global)",
        ),
    ],
)
def test_a_missing_global_stack_stops_a_deployment_with_the_command_that_makes_it(
    said: str, text: str, fix: str
) -> None:
    found = finding(Ran(255, err=said))
    assert (found.status, found.text, found.fix) == ("missing", text, fix)
    assert found.blocks(deploy=True)
    assert not found.blocks(deploy=False), "a plan evaluates the global stack itself"


def test_it_is_looked_for_in_the_organisation_of_the_stack() -> None:
    assert finding(Ran(0, json.dumps(PUBLISHED)), stack="acme/homeport/stage").status == "ok"


def test_without_login_nothing_can_be_told() -> None:
    assert finding(Ran(0, ""), answers=False).status == "unknown"


def test_other_troubles_of_the_cli_come_with_their_own_fix() -> None:
    found = finding(Ran(255, err="error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE"))
    assert found.status == "wrong"
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" in found.fix


@pytest.mark.parametrize(
    ("published", "text"),
    [
        ({**PUBLISHED, "version": 2}, "was deployed by a newer homeport"),
        ({"version": 1, "zones": {"acme": {"cloud": "gcp"}}}, "is not complete at zones.acme"),
        ({"version": 1, "zones": {}}, "lies in no zone of the stack global"),
        ([], "has published no output globals"),
    ],
)
def test_an_output_that_a_cluster_stack_would_refuse_is_wrong_before_it_does(published: Any, text: str) -> None:
    found = of(published)
    assert found.status == "wrong"
    assert text in found.text
    assert found.fix


def test_a_zone_on_another_cloud_or_closed_to_the_cluster_is_wrong() -> None:
    assert "stands on AWS" in of(PUBLISHED, domain="x.eks.acme.example").text
    assert "this cluster's project is acme-qa" in of(PUBLISHED, project="acme-qa").text
    assert of(PUBLISHED, kind="existing", project=None, domain="x.eks.acme.example").status == "ok"


def test_text_that_is_no_json_is_wrong() -> None:
    assert finding(Ran(0, "oops")).text == "the output globals of the stack global is no JSON"


def test_facts_are_read_from_a_stack_file() -> None:
    text = "config:\n  homeport:layer: cluster\n  homeport:global: shared\n  homeport:domain: x.acme.example\n"
    assert (stack_file(text).shared, stack_file(text).domain) == ("shared", "x.acme.example")
    assert stack_file("config:\n  homeport:layer: cluster\n").shared is None
