"""The page on applications shows what runs, and tells the defaults that are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from homeport.workloads.job import JobArgs
from homeport.workloads.overlay import AppOverlay, applied
from homeport.workloads.probes import Probe
from homeport.workloads.resources import Resources
from homeport.workloads.web_app import WebAppArgs
from tests.workloads.places import container, job, place, rendered, web

PAGE = (Path(__file__).parents[2] / "docs/workloads.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture(scope="module")
def specs() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)  # noqa: S102 - our own page
    return names["specs"]


def test_the_specs_and_their_overlay_render(specs: dict[str, Any]) -> None:
    overlays: dict[str, dict[str, Any]] = YAML(typ="safe").load(blocks("yaml")[0])["homeport:apps"]
    assert overlays.keys() == specs.keys()
    for name, values in overlays.items():
        spec = applied(specs[name], AppOverlay(**values))
        assert isinstance(spec, WebAppArgs | JobArgs)
        assert list(spec.check()) == []
        assert rendered(spec, place(name))


def test_the_program_of_its_own_uses_public_names_and_fields() -> None:
    code = blocks("python")[1]
    names: dict[str, Any] = {}
    exec(code.splitlines()[0], names)  # noqa: S102 - our own page
    given = set(re.findall(r"^        (\w+)=", code, flags=re.MULTILINE))
    assert given == {"app", "tenant", "namespace", "environment", "domain", "labels"}
    assert names["WebAppArgs"](tenant="shop", image="registry.acme.example/apps/web", tag="1.4.2", hosts=[])


def test_the_table_of_defaults_tells_the_defaults() -> None:
    room = container(web())["resources"]
    assert room["requests"] == {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "64Mi"}
    assert Resources().model_dump(exclude_none=True) == {"cpu": "100m", "memory": "128Mi", "disk": "64Mi"}
    args = web()
    assert (args.hardening.user, args.hardening.writable) == (10001, ["/tmp"])  # noqa: S108 - in the container
    assert (args.count, args.rollout.surge, args.rollout.deadline_seconds) == (2, 25, 600)
    assert (args.grace_seconds, args.drain_seconds) == (30, 10)
    assert args.readiness == Probe(http="/")
    assert job().deadline_seconds == 3600
