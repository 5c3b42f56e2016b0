"""A cluster stack whose global layer is missing, older or newer: what it and doctor say, and that nothing is made."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]

#: The stack `global` publishes what a test says; every other stack is what it is.
_PROGRAM = """
import pulumi

if pulumi.get_stack() == "global":
    {publishes}
else:
    from stacks.program import main

    pulumi.run(main)
"""


@dataclass(frozen=True)
class Case:
    """A global stack that does not serve the cluster stack.

    Attributes:
        name: of the case.
        publishes: statement of the global stack's program.
        says: setting, and what is wrong with it; of each problem.
        fix: what to do, as the update says and, where it is no other, doctor.
        doctor: status, text and fix, where they are not those of the first problem.
        see: the other settings that the update names.
    """

    name: str
    publishes: str
    says: Sequence[tuple[str, str]]
    fix: str
    doctor: tuple[str, str, str] | None = None
    see: str = ""


def _export(**value: object) -> str:
    return f"pulumi.export('globals', {value!r})"


def _zone(domain: str, **more: Any) -> dict[str, Any]:
    return {"cloud": "gcp", "domain": domain, "id": "z", "name": "z", "name_servers": [], **more}


_GLOBAL = 'homeport:global = "global"'
_DOMAIN = 'homeport:domain = "stage.acme.example"'
_AGAIN = "run pulumi up -s global with this version first"
_INCOMPLETE = "the output globals of the stack global is not complete at zones.acme"
_STAGE = "the zone stage (stage.acme.example) of the stack global"
CASES = [
    Case(
        "without outputs",
        "pass",
        [(_GLOBAL, "the stack global has published no output globals")],
        _AGAIN,
        (
            "missing",
            "global is not deployed yet; this stack reads its output globals",
            "make up STACK=global   (or: pulumi up -s global)",
        ),
    ),
    Case(
        "of an older homeport",
        _export(version=0, zones={}),
        [(_GLOBAL, "the output globals of the stack global has version 0, not 1")],
        _AGAIN,
    ),
    Case(
        "of a newer homeport",
        _export(version=2, zones=[]),
        [
            (
                _GLOBAL,
                "the stack global was deployed by a newer homeport: its output globals has version 2, this one reads 1",
            )
        ],
        "upgrade homeport here to the version that deployed it",
    ),
    Case(
        "not complete",
        _export(version=1, zones={"acme": {"cloud": "gcp", "id": "z", "name": "z"}}),
        [
            (_GLOBAL, f"{_INCOMPLETE}.domain: Field required"),
            (_GLOBAL, f"{_INCOMPLETE}.name_servers: Field required"),
        ],
        _AGAIN,
    ),
    Case(
        "without a zone for the domain",
        _export(version=1, zones={"zeta": _zone("zeta.example")}),
        [
            (
                _DOMAIN,
                "lies in no zone of the stack global, which has: zeta.example; nobody would find what runs there",
            )
        ],
        "choose a domain in one of them, or add a zone to homeport:dns.zones in Pulumi.global.yaml and run pulumi up"
        " -s global",
        see="homeport:global",
    ),
    Case(
        "with a zone that is not lent",
        _export(version=1, zones={"stage": _zone("stage.acme.example", project="acme-global")}),
        [
            (
                _GLOBAL,
                f"{_STAGE} is kept by workloads of these projects: none; this cluster's project is acme-stage",
            )
        ],
        "in Pulumi.global.yaml name acme-stage in homeport:gcp.projects, and that name in"
        " homeport:dns.zones.stage.editors if there is such a list; then run pulumi up -s global",
        see="homeport:domain, homeport:cluster.project",
    ),
]


def _doctor(engine: Engine) -> tuple[str, str, str]:
    """Status, text and fix of what doctor says of the global layer."""
    ran = subprocess.run(
        ["homeport", "doctor", "-s", engine.stack, "--deploy", "--json"],
        cwd=engine.work,
        env=engine.site.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 3, ran.stderr
    found = next(check for check in json.loads(ran.stdout)["checks"] if check["name"] == "global layer")
    assert found["blocks"]
    return found["status"], found["text"], found["fix"]


def _nothing_is_made(engine: Engine) -> bool:
    asked = engine.cloud.since(0)
    kinds = {one["type"] for one in engine.resources().values()}
    return not asked and kinds <= {"pulumi:pulumi:Stack", "pulumi:pulumi:StackReference"}


@pytest.fixture(scope="module")
def stage(new_site: Callable[[], Site]) -> Engine:
    """`stage`, where no stack `global` is; each test leaves behind what the next one finds."""
    engine = Engine(new_site(), "stage")
    engine.init()
    return engine


def test_without_a_global_stack_the_message_names_it_and_the_command(stage: Engine) -> None:
    assert _doctor(stage) == (
        "missing",
        "global is not in the place of the state; this stack reads it",
        "pulumi stack init global\nmake up STACK=global   (or: pulumi up -s global)",
    )
    result = stage.up()
    assert result.code != 0
    assert result.errors[0] == 'unknown stack "organization/homeport/global"'
    # The engine ends the program, which can say no more: so it has said it before.
    hint = (
        "reading the global layer from the stack organization/homeport/global; if it is not there: pulumi up -s global"
    )
    assert hint in result.output
    assert _nothing_is_made(stage)


@pytest.fixture(scope="module")
def shared(stage: Engine) -> Engine:
    """The stack `global`, made."""
    engine = Engine(stage.site, "global")
    engine.init()
    return engine


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_global_stack_that_does_not_serve_is_refused_before_anything_is_made(
    stage: Engine, shared: Engine, case: Case
) -> None:
    (stage.work / "__main__.py").write_text(_PROGRAM.format(publishes=case.publishes))
    shared.up().must()
    status, text, fix = _doctor(stage)
    result = stage.up()
    assert result.code != 0
    count = "1 problem" if len(case.says) == 1 else f"{len(case.says)} problems"
    see = f"\n    see: {case.see}" if case.see else ""
    problems = [f"Pulumi.stage.yaml: {place}\n    {rule}\n    fix: {case.fix}{see}" for place, rule in case.says]
    said = re.sub(r"(?m)^(Pulumi\.stage\.yaml):\d+:\d+:", r"\1:", result.errors[0])
    assert said == f"{count} in the settings:\n\n" + "\n\n".join(problems)
    assert "Traceback" not in result.output
    assert _nothing_is_made(stage)
    first = case.says[0][0].removeprefix("homeport:").partition(" ")[0]
    assert (status, text, fix) == (case.doctor or ("wrong", f"{first}: {case.says[0][1]}", case.fix))
