"""An API server that stops answering in the middle of an update or a destroy, and is back before the next one.

Order matters: every test leaves a whole stack behind, but the last.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from tests.engine.breaking import assert_nothing_is_orphaned_or_twice, explanation_of
from tests.engine.harness import Engine
from tests.engine.helm import Helm

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]


def _only_what_matters(config: dict[str, Any]) -> None:
    config["protection"] = "none"
    # A Deployment of the program's own is waited for until its time is up, whether the API server answers or not.
    config["apps"] = {name: config["apps"][name] for name in ("dashboard",)}
    config["addons"].update({"profile": "minimal", "sealed-secrets": {"enabled": False}})


@pytest.fixture(scope="module", params=["stage", "stage-eks"])
def engine(request: pytest.FixtureRequest, new_engine: Callable[[str], Engine]) -> Engine:
    """A stack of each cloud, of which nothing is up yet."""
    made = new_engine(request.param)
    made.edit(_only_what_matters)
    return made


def _cut_off(engine: Engine, when: Callable[[], bool]) -> Callable[[subprocess.Popen[bytes]], None]:
    """Lets the API server go away at a moment of a run."""

    def during(process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + 300
        while not when():
            assert process.poll() is None, "it was over before that"
            assert time.monotonic() < until
            time.sleep(0.05)
        engine.control_plane.go_away()

    return during


def test_an_installation_that_was_cut_off_goes_on_once_its_notes_are_gone(engine: Engine) -> None:
    failed = engine.up(during=_cut_off(engine, lambda: engine.has_nodes and _is_being_installed(engine)))
    explanation = explanation_of(failed)
    assert explanation.kind == "unreachable", explanation
    # Whatever was asking it just then; mostly one of the releases.
    assert re.search(r"connection refused|connection reset|EOF", explanation.first.text)
    assert "API does not answer" in explanation.remedy
    assert_nothing_is_orphaned_or_twice(engine)

    engine.control_plane.come_back()
    helm = Helm(engine)
    begun = {name for name in helm.releases() if helm.history(name) == {1: "pending-install"}}
    assert "cert-manager" in begun
    # The provider could tell neither Helm's notes nor the state, so the state knows nothing of what was begun.
    refused = engine.up("--refresh")
    in_the_way = {step.name for step in refused.steps if step.failed}
    # Where one fails early, the others are not tried.
    assert in_the_way
    assert in_the_way <= {f"support-{name}-release" for name in begun}
    assert "cannot re-use a name that is still in use" in refused.errors[0]

    # As docs/charts.md has it. What was installed carries the release's name, so Helm takes it over.
    standing = _deployments(engine, "cert-manager")
    for name in begun:
        helm.forget(name)
    assert set(engine.up("--refresh").must().touched.values()) == {"create"}
    assert _deployments(engine, "cert-manager") == standing
    assert {name: helm.history(name) for name in begun} == {name: {1: "deployed"} for name in begun}
    assert_nothing_is_orphaned_or_twice(engine)
    assert engine.up("--refresh").must().touched == {}


def test_a_destroy_that_was_cut_off_goes_on(engine: Engine) -> None:
    engine.up().must()
    # Helm has begun to remove the application; its own notes, and the load balancer, have yet to go.
    failed = engine.destroy(during=_cut_off(engine, lambda: "dashboard" not in _deployments(engine, "tools")))
    explanation = explanation_of(failed)
    assert explanation.kind == "unreachable", explanation
    assert explanation.first.operation == "delete"
    assert_nothing_is_orphaned_or_twice(engine)

    engine.control_plane.come_back()
    engine.destroy("--refresh").must()
    assert engine.live == {}
    assert engine.resources() == {}
    # What stands in the cluster for load balancers is gone for real.
    assert "traefik" not in _deployments(engine, "traefik")


def _is_being_installed(engine: Engine) -> bool:
    return "cert-manager" in _deployments(engine, "cert-manager")


def _deployments(engine: Engine, namespace: str) -> dict[str, str]:
    """Name to uid; nothing where the API server is not there yet."""
    try:
        answer = engine.control_plane.request("GET", f"/apis/apps/v1/namespaces/{namespace}/deployments")
    except OSError:
        return {}
    found: list[dict[str, Any]] = answer.body["items"] if answer.status == HTTPStatus.OK else []
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in found}
