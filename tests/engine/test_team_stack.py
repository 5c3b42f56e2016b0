"""Applications with a stack of their own on the cluster of a standing `stage`: a stranger's project; layer `apps`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.engine.events import BUILT_IN, Result
from tests.engine.harness import Engine
from tests.engine.site import ROOT

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1200)]

Outputs = dict[str, Any]
PLATFORM = "organization/homeport/stage"
#: What `stage` deploys itself here; the others are left to a stack of layer `apps`.
_KEPT = ("migrate", "api", "web")
_NEWSLETTER = {
    "apps": "create",
    "cluster": "create",
    "cluster-kubernetes": "create",
    "newsletter": "create",
    "newsletter-account": "create",
    "newsletter-budget": "create",
    "newsletter-deployment": "create",
    "newsletter-flows": "create",
    "newsletter-route": "create",
    "newsletter-send": "create",
    "newsletter-send-account": "create",
    "newsletter-send-cron-job": "create",
    "newsletter-send-flows": "create",
    "newsletter-service": "create",
    "postbox": "create",
    "postbox-config": "create",
}


@pytest.fixture(scope="module")
def platform(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage`, up, with some applications."""
    engine = new_engine("stage")
    engine.edit(lambda c: c.update(apps={name: spec for name, spec in c["apps"].items() if name in _KEPT}))
    engine.up().must()
    return engine


@pytest.fixture(scope="module")
def team(platform: Engine, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The stranger's project beside it, with the wheel's package in it; nothing is up yet."""
    folder = tmp_path_factory.mktemp("stranger") / "team-stack"
    ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".venv", "tests")
    shutil.copytree(ROOT / "examples" / "team-stack", folder, ignore=ignored)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = (folder / "dist").glob("homeport-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    with (folder / "__main__.py").open("a", encoding="utf-8") as program:
        # The program's own folder comes first on its path, before the checkout's.
        program.write("\nimport homeport\n\npulumi.log.info(f'homeport comes from {homeport.__file__}')\n")
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    engine = Engine(platform.site, "stage")
    engine.work = folder
    _reads(engine, PLATFORM)
    engine.init()
    return engine


def _touched(result: Result) -> dict[str, str]:
    """Without the stack itself, and without the cluster's, which is read, and forgotten with a destroy."""
    reading = ("pulumi:pulumi:Stack", "pulumi:pulumi:StackReference", BUILT_IN)
    return {step.name: step.operation for step in result.steps if step.type not in reading}


def _reads(team: Engine, stack: str) -> None:
    """Let the team's stack read that one."""
    path = team.work / "Pulumi.stage.yaml"
    lines = path.read_text().splitlines()
    changed = [f"  newsletter:platform: {stack}" if "newsletter:platform:" in line else line for line in lines]
    path.write_text("\n".join(changed) + "\n")


def _objects(platform: Engine, namespace: str = "shop") -> set[str]:
    """Paths below the namespace of what somebody made there."""
    kinds = {
        "/api/v1": ("configmaps", "secrets", "services", "serviceaccounts"),
        "/apis/apps/v1": ("deployments",),
        "/apis/batch/v1": ("jobs", "cronjobs"),
        "/apis/networking.k8s.io/v1": ("networkpolicies", "ingresses"),
        "/apis/policy/v1": ("poddisruptionbudgets",),
        "/apis/gateway.networking.k8s.io/v1": ("httproutes",),
    }
    return {
        f"{plural}/{found['metadata']['name']}"
        for base, plurals in kinds.items()
        for plural in plurals
        for found in platform.control_plane.request("GET", f"{base}/namespaces/{namespace}/{plural}").body["items"]
    }


@contextmanager
def _published(platform: Engine, change: Callable[[Outputs], object]) -> Generator[None]:
    """Let the cluster's stack have published something else for a while, as an older one would."""
    state = platform.export()
    path = platform.site.folder / "state.json"

    def take_over(deployment: dict[str, Any]) -> None:
        path.write_text(json.dumps(deployment))
        platform._run("stack", "import", "--file", str(path), "--stack", platform.stack).must()  # pyright: ignore[reportPrivateUsage]

    older: dict[str, Any] = json.loads(json.dumps(state))
    root = next(one for one in older["deployment"]["resources"] if one["type"] == "pulumi:pulumi:Stack")
    change(root["outputs"])
    take_over(older)
    try:
        yield
    finally:
        take_over(state)


def _no_platform(outputs: Outputs) -> None:
    del outputs["platform"]


def _no_cluster(outputs: Outputs) -> None:
    del outputs["cluster_facts"]


def _older(outputs: Outputs) -> None:
    outputs["platform"]["version"] = 0


def _incomplete(outputs: Outputs) -> None:
    del outputs["platform"]["domain"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_no_platform, "the stack {stack} has published no output platform"),
        (_no_cluster, "the stack {stack} has published no output cluster_facts"),
        (_older, "the output platform of the stack {stack} has version 0; this homeport reads 1"),
        (_incomplete, "the output platform of the stack {stack} is not complete at domain: Field required"),
    ],
)
def test_what_the_clusters_stack_has_not_published_is_said_with_the_way_out(
    platform: Engine, team: Engine, change: Callable[[Outputs], object], said: str
) -> None:
    with _published(platform, change):
        result = team.up()
    assert result.code != 0
    assert said.format(stack=PLATFORM) in result.errors[0]
    assert f"run pulumi up -s {PLATFORM} with this version of homeport first" in result.errors[0]
    assert "Traceback" not in result.output
    assert _touched(result) == {}, "nothing is begun"


def test_a_stranger_deploys_on_the_cluster_and_nothing_of_its_stack_is_touched(platform: Engine, team: Engine) -> None:
    before, objects = platform.resources(), _objects(platform)
    up = team.up().must()
    assert _touched(up) == _NEWSLETTER
    assert f"homeport comes from {team.work / 'homeport'}" in up.output
    assert _objects(platform) - objects == {
        "configmaps/postbox",
        "cronjobs/newsletter-send",
        "deployments/newsletter",
        "httproutes/newsletter",
        "networkpolicies/newsletter",
        "networkpolicies/newsletter-send",
        "poddisruptionbudgets/newsletter",
        "serviceaccounts/newsletter",
        "serviceaccounts/newsletter-send",
        "services/newsletter",
    }
    assert team.up().must().touched == {}
    assert team.refresh().must().touched == {}
    assert platform.refresh().must().touched == {}
    assert platform.up().must().touched == {}
    assert platform.resources().keys() == before.keys()


def test_a_destroy_takes_the_strangers_own_and_leaves_the_rest(platform: Engine, team: Engine) -> None:
    live = platform.cloud.snapshot().keys()
    there = _objects(platform)
    mine = {one for one in there if "newsletter" in one or "postbox" in one}
    destroyed = team.destroy().must()
    assert _touched(destroyed) == dict.fromkeys(_NEWSLETTER, "delete")
    assert team.resources() == {}
    assert mine
    assert _objects(platform) == there - mine
    assert platform.cloud.snapshot().keys() == live
    assert platform.control_plane.request("GET", "/api/v1/namespaces/shop").status == HTTPStatus.OK
    assert platform.up().must().touched == {}


_APPS = """\
config:
  homeport:layer: apps
  homeport:environment: stage
  homeport:protection: none
  homeport:cluster_stack: {cluster_stack}
  homeport:apps:
    {apps}
"""


def _apps_stack(platform: Engine, apps: str, cluster_stack: str = "stage") -> Engine:
    engine = Engine(platform.site, "team")
    settings: Path = engine.work / "Pulumi.team.yaml"
    salt = [line for line in settings.read_text().splitlines() if "encryptionsalt" in line] if settings.exists() else []
    settings.write_text(_APPS.format(apps=apps, cluster_stack=cluster_stack) + "\n".join(salt))
    if not salt:
        engine.init()
    return engine


def test_an_app_that_the_clusters_stack_deploys_already_is_refused(platform: Engine) -> None:
    refused = _apps_stack(platform, "web: {tag: 2.0.0}").up()
    assert refused.code != 0
    assert 'homeport:apps.web = "web"' in refused.errors[0]
    assert "the cluster's own stack deploys an app of this name in the namespace shop already" in refused.errors[0]
    assert "Traceback" not in refused.output


def test_the_global_stack_is_no_clusters_stack(platform: Engine) -> None:
    refused = _apps_stack(platform, "feedback: {tag: 2.1.0}", cluster_stack="global").up()
    assert refused.code != 0
    assert "Pulumi.team.yaml:" in refused.errors[0]
    assert "homeport:cluster_stack" in refused.errors[0]
    assert "the stack global has published no output cluster_facts" in refused.errors[0]


def test_layer_apps_deploys_on_the_cluster_of_another_stack_of_the_project(platform: Engine) -> None:
    engine = _apps_stack(platform, "{feedback: {tag: 2.1.0}, dashboard: {tag: 0.3.1}, cleanup: {tag: 1.4.2}}")
    before = {name: _objects(platform, name) for name in ("shop", "tools")}
    up = engine.up().must()
    assert set(_touched(up).values()) == {"create"}
    assert {"feedback:tools/feedback", "dashboard-release", "cleanup-cron-job"} <= up.touched.keys()
    assert engine.up().must().touched == {}
    new = {name: _objects(platform, name) - before[name] for name in before}
    assert new["shop"] == {"cronjobs/cleanup", "networkpolicies/cleanup", "serviceaccounts/cleanup"}
    assert {"deployments/feedback", "deployments/dashboard"} <= new["tools"]

    engine = _apps_stack(platform, "{feedback: {tag: 2.1.1}, dashboard: {tag: 0.3.1}, cleanup: {tag: 1.4.2}}")
    assert engine.up().must().touched == {"feedback:tools/feedback": "update"}
    assert platform.up().must().touched == {}
    assert set(_touched(engine.destroy().must()).values()) == {"delete"}
    assert engine.resources() == {}
    assert {name: _objects(platform, name) for name in before} == before
    assert platform.refresh().must().touched == {}
