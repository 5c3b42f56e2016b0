"""Charts that fail, hang or are interrupted, and definitions that change: on `local`, through stand-in charts.

Order matters: every test leaves a whole stack behind.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.engine.charts import CONTENTS, write_chart
from tests.engine.events import Result
from tests.engine.harness import Engine
from tests.engine.helm import Helm
from tests.engine.waiting import soon

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1200)]

#: A Job that a tenant's or an add-on's strict namespace takes.
_HOOK = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: check-{when}
  annotations: {{helm.sh/hook: {when}}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      securityContext: {{runAsNonRoot: true, runAsUser: 65532, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
        - name: check
          image: registry.example/check:1
          securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}
"""
_MANAGER = "support-cert-manager-release"


def _settings(config: dict[str, Any]) -> None:
    config["registry"] = "registry.acme.example/apps"
    config["tenants"] = {"tools": {}}
    config["apps"] = {"dashboard": {"tag": "0.3.1"}}
    # An existing cluster: the definitions of sealed-secrets are left to Helm.
    config["addons"].update({"prometheus-operator-crds": {"enabled": True}, "sealed-secrets": {"enabled": True}})


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`local`, of which nothing is up yet, with a chart of a team's own that fails within a minute."""
    made = new_engine("local")
    made.use_existing_cluster()
    made.edit(_settings)
    path = made.work / "stacks" / "apps.py"
    text = path.read_text()
    assert text.count('chart="apps/charts/dashboard",') == 1
    path.write_text(text.replace('chart="apps/charts/dashboard",', 'chart="apps/charts/dashboard", timeout=60,'))
    return made


@pytest.fixture
def helm(engine: Engine) -> Iterator[Helm]:
    """Looks at releases; whatever a test keeps from running runs again after it."""
    yield Helm(engine)
    engine.control_plane.stand_in.failing = None
    engine.control_plane.stand_in.never_ready = None


def _chart(engine: Engine, name: str, version: str, *hooks: str) -> None:
    """Write the next version of an add-on's chart, with such hooks, and choose it."""
    templates = {f"hook-{when}.yaml": _HOOK.format(when=when) for when in hooks}
    write_chart(engine.work / "charts", name, version, version, replace(CONTENTS[name], templates=templates))
    engine.edit(lambda c: c["addons"].setdefault(name, {}).update(version=version))


def _deployed_once(engine: Engine, helm: Helm) -> None:
    """Every release of the state is deployed, in one revision, and there is no other."""
    names = {
        one["outputs"]["name"] for one in engine.resources().values() if one["type"] == "kubernetes:helm.sh/v3:Release"
    }
    assert helm.releases() == names
    for name in names:
        history = helm.history(name)
        assert history[max(history)] == "deployed"
        assert list(history.values()).count("deployed") == 1
        assert not any(status.startswith("pending") for status in history.values())


def _said(result: Result, *parts: str) -> None:
    assert result.code != 0
    for part in parts:
        assert part in result.errors[0], result.errors


def test_a_failing_hook_of_an_installation_names_the_release_and_the_repaired_chart_completes(
    engine: Engine, helm: Helm
) -> None:
    engine.control_plane.stand_in.failing = "^check-"
    _chart(engine, "cert-manager", "v90.0.0", "post-install")
    failed = engine.up()
    _said(failed, "cert-manager/cert-manager", "Use Helm CLI to investigate", "job check-post-install failed")
    assert failed.touched.keys().isdisjoint({"support-cert-manager-issuer-self-signed", "dashboard-release"})
    # It stays to be looked at.
    assert helm.history("cert-manager") == {1: "failed"}
    assert _deployments(engine, "cert-manager") == {"cert-manager"}

    _chart(engine, "cert-manager", "v91.0.0")
    completed = engine.up().must()
    assert completed.touched[_MANAGER] == "update"
    assert {kind for name, kind in completed.touched.items() if name != _MANAGER} == {"create"}
    assert helm.history("cert-manager") == {1: "superseded", 2: "deployed"}
    _deployed_once(engine, helm)
    assert engine.up().must().touched == {}


def test_a_failing_hook_of_an_upgrade_leaves_the_old_revision_running(engine: Engine, helm: Helm) -> None:
    before = helm.history("cert-manager")
    engine.control_plane.stand_in.failing = "^check-"
    _chart(engine, "cert-manager", "v92.0.0", "pre-upgrade")
    failed = engine.up()
    _said(failed, "cert-manager/cert-manager", "Use Helm CLI to investigate", "job check-pre-upgrade failed")
    assert failed.touched == {_MANAGER: "update"}
    assert helm.history("cert-manager") == {**before, 3: "failed"}
    assert _version(engine) == "v91.0.0", "nothing of the new chart is there"

    engine.control_plane.stand_in.failing = None
    _chart(engine, "cert-manager", "v93.0.0", "pre-upgrade")
    assert engine.up().must().touched == {_MANAGER: "update"}
    assert _version(engine) == "v93.0.0"
    _deployed_once(engine, helm)
    assert engine.up().must().touched == {}


def test_a_release_that_never_becomes_ready_fails_in_its_time_and_the_repaired_one_completes(
    engine: Engine, helm: Helm
) -> None:
    engine.control_plane.stand_in.never_ready = "^dashboard-"
    _tag(engine, "0.4.0")
    failed = engine.up()
    _said(failed, "tools/dashboard", "Use Helm CLI to investigate", "context deadline exceeded")
    assert failed.touched == {"dashboard-release": "update"}
    assert max(helm.history("dashboard").items())[1] == "failed"
    assert _tags_of_the_dashboard(engine) == {"0.3.1": {True}, "0.4.0": {False}}, "the old pods still serve"

    engine.control_plane.stand_in.never_ready = None
    _tag(engine, "0.4.1")
    assert engine.up().must().touched == {"dashboard-release": "update"}
    assert soon(lambda: _tags_of_the_dashboard(engine), {"0.4.1": {True}}) == {"0.4.1": {True}}
    _deployed_once(engine, helm)
    assert engine.up().must().touched == {}


def _children(pid: int) -> list[int]:
    """Processes that a process has started, and those that they have."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                own = int(stat.parent.name)
                found += [own, *_children(own)]
    return found


def _lose_the_machine_while_helm_works(engine: Engine, helm: Helm) -> None:
    """Kill engine and provider when Helm has noted that it works on the dashboard, whose new pods hang, and unlock.

    A provider whose engine alone is killed ends its work by itself.
    """

    def kill(process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + 300
        while not any(status.startswith("pending") for status in helm.history("dashboard").values()):
            assert time.monotonic() < until
            time.sleep(0.1)
        # Not while the engine writes: half a state file is another story.
        while engine.seconds_since_last_save() < 1:
            time.sleep(0.1)
        children = _children(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    engine.control_plane.stand_in.never_ready = "^dashboard-"
    assert engine.up(during=kill).code == -signal.SIGKILL
    engine.cancel().must()


def test_an_upgrade_that_was_cut_off_says_so_and_goes_on_once_helms_note_of_it_is_gone(
    engine: Engine, helm: Helm
) -> None:
    before = helm.history("dashboard")
    cut_off = max(before) + 1
    _tag(engine, "0.5.0")
    _lose_the_machine_while_helm_works(engine, helm)
    assert helm.history("dashboard")[cut_off] == "pending-upgrade"
    refused = engine.up()
    assert "another operation (install/upgrade/rollback) is in progress" in refused.errors[0]
    assert "kubernetes:helm.sh/v3:Release (dashboard-release)" in refused.output
    assert _tags_of_the_dashboard(engine).get("0.4.1") == {True}, "the old pods still serve"
    engine.control_plane.stand_in.never_ready = None

    # As docs/charts.md has it.
    note = f"/api/v1/namespaces/tools/secrets/sh.helm.release.v1.dashboard.v{cut_off}"
    assert engine.control_plane.request("DELETE", note).status == HTTPStatus.OK
    assert engine.up().must().touched == {"dashboard-release": "update"}
    assert soon(lambda: _tags_of_the_dashboard(engine), {"0.5.0": {True}}) == {"0.5.0": {True}}
    _deployed_once(engine, helm)
    assert engine.up().must().touched == {}


def _tag(engine: Engine, tag: str) -> None:
    engine.edit(lambda c: c["apps"]["dashboard"].update(tag=tag))


def _deployments(engine: Engine, namespace: str) -> set[str]:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    return {one["metadata"]["name"] for one in engine.control_plane.request("GET", path).body["items"]}


def _version(engine: Engine) -> str:
    """Version of the chart whose pod runs."""
    path = "/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager"
    [container] = engine.control_plane.request("GET", path).body["spec"]["template"]["spec"]["containers"]
    return container["image"].rpartition(":")[2]


def _tags_of_the_dashboard(engine: Engine) -> dict[str, set[bool]]:
    """Tag to whether its pods are ready."""
    found: dict[str, set[bool]] = {}
    for pod in engine.control_plane.request("GET", "/api/v1/namespaces/tools/pods").body["items"]:
        [container] = pod["spec"]["containers"]
        ready = {c["type"]: c["status"] for c in pod["status"].get("conditions", [])}.get("Ready") == "True"
        found.setdefault(container["image"].rpartition(":")[2], set()).add(ready)
    return found


#: A kind of each add-on that brings definitions, in a namespace that is there.
_MONITOR = ("monitoring.coreos.com", "servicemonitors", "ServiceMonitor")
_ROUTE = ("gateway.networking.k8s.io", "httproutes", "HTTPRoute")
_SEALED = ("bitnami.com", "sealedsecrets", "SealedSecret")


@pytest.mark.parametrize(
    ("addon", "chart", "of", "version", "touched"),
    [
        ("prometheus-operator-crds", None, _MONITOR, "v1", {"support-prometheus-operator-crds-release"}),
        (
            "gateway-api-crds",
            "gateway-crds-helm",
            _ROUTE,
            "v1",
            {
                f"support-gateway-api-crds-release:{kind}.gateway.networking.k8s.io"
                for kind in ("gatewayclasses", "gateways", "grpcroutes", "httproutes")
            },
        ),
    ],
)
def test_another_version_of_definitions_changes_them_and_keeps_what_is_made_of_them(
    engine: Engine, addon: str, chart: str | None, of: tuple[str, str, str], version: str, touched: set[str]
) -> None:
    group, plural, kind = of
    path = f"/apis/{group}/{version}/namespaces/tools/{plural}"
    spec = {"kept": "as it is"}
    meta = {"name": "somebodys"}
    made = {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": meta, "spec": spec}
    engine.control_plane.create(path, made)
    before = engine.control_plane.request("GET", f"{path}/somebodys").body["metadata"]

    _next_definitions(engine, addon, chart or addon)
    changed = engine.up().must()
    assert changed.touched == dict.fromkeys(touched, "update")
    definition = _definition(engine, f"{plural}.{group}")
    assert [one["name"] for one in definition["versions"]] == [version, "v9"]
    described = definition["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    assert "added" in described

    after = engine.control_plane.request("GET", f"{path}/somebodys").body
    assert (after["metadata"]["uid"], after["metadata"]["generation"]) == (
        before["uid"],
        before["generation"],
    ), "made anew or written"
    assert after["spec"] == spec
    # The new version is served, and the new field is judged.
    assert engine.control_plane.request("GET", f"/apis/{group}/v9/namespaces/tools/{plural}/somebodys").status == 200
    wrong = {**made, "metadata": {"name": "wrong"}, "spec": {"added": 1}}
    assert engine.control_plane.request("POST", path, wrong).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert engine.up().must().touched == {}


def test_definitions_that_helm_keeps_in_crds_stay_as_they_are_where_the_cluster_is_somebody_elses(
    engine: Engine,
) -> None:
    group, plural, _ = _SEALED
    before = _definition(engine, f"{plural}.{group}")
    _next_definitions(engine, "sealed-secrets", "sealed-secrets")
    # In clusters of our own they are upgraded: test_app_changes.
    assert engine.up().must().touched == {"support-sealed-secrets-release": "update"}
    assert _definition(engine, f"{plural}.{group}") == before


def _next_definitions(engine: Engine, addon: str, chart: str) -> None:
    """Choose a chart whose kinds have one more version and one more field."""
    content = CONTENTS[chart]
    kinds = tuple(replace(kind, also=("v9",), fields=("added",)) for kind in content.kinds)
    write_chart(engine.work / "charts", chart, "99.0.0", "99.0.0", replace(content, kinds=kinds))
    engine.edit(lambda c: c["addons"].setdefault(addon, {}).update(version="99.0.0"))


def _definition(engine: Engine, name: str) -> dict[str, Any]:
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
    return engine.control_plane.request("GET", path).body["spec"]
