"""Add-ons through the real engine: every kind of object is taken, charts come from where they should, and all goes."""

from __future__ import annotations

import base64
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.charts.toy_charts import chart, folder_of, http_mirror, oci_registry
from tests.engine.control_plane import ControlPlane
from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = pytest.mark.engine

SEEN: Final = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
data:
  values: {{ toJson .Values | quote }}
"""
CHARTS: Final = {
    ("toy", version): chart(
        version=version, values="size: 10Gi\nlimits:\n  cpu: 1\nkept: true\n", templates={"seen.yaml": SEEN}
    )
    for version in ("1.2.3", "1.2.4")
}
PROGRAM: Final = Path(__file__).with_name("addons_program.py")


@pytest.fixture(scope="module")
def toys(new_site: Callable[[], Site]) -> Engine:
    """A stack with toy add-ons on a cluster of somebody else's; nothing is up yet."""
    site = new_site()
    (site.work / "__main__.py").write_text(PROGRAM.read_text())
    (site.work / "Pulumi.toys.yaml").write_text("config:\n  toys:source: charts\n")
    folder_of(site.work / "charts", CHARTS)
    engine = Engine(site, "toys")
    engine.init()
    site.have_cluster()
    return engine


class _Controller:
    """Says of every Toy that it is ready, once told to: what an operator would do."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.seen = threading.Event()
        self.held_back = 0.0

    def work(self, process: subprocess.Popen[bytes]) -> None:
        path = "/apis/acme.example/v1/namespaces/toys/toys/first"
        while process.poll() is None and not self.seen.is_set():
            found = self.plane.request("GET", path)
            if found.status == 200:
                # The engine must still be waiting: nothing said yet that it is ready.
                time.sleep(2)
                assert process.poll() is None
                body = {**found.body, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
                if self.plane.request("PUT", f"{path}/status", body).status == 200:
                    self.seen.set()
            time.sleep(0.2)


def values(engine: Engine, release: str) -> str:
    found = engine.control_plane.request("GET", f"/api/v1/namespaces/toys/configmaps/{release}-values")
    assert found.status == 200, found
    return found.body["data"]["values"]


def test_all_of_it_comes_up(toys: Engine) -> None:
    controller = _Controller(toys.control_plane)
    result = toys.up(
        during=lambda process: threading.Thread(target=controller.work, args=(process,), daemon=True).start()
    )
    result.must()
    assert controller.seen.is_set(), "nobody waited for the custom resource"
    order = [step.name for step in result.steps]
    assert order.index("support-namespace-toys") < order.index("support-toy-release")
    assert order.index("support-toy-definition") < order.index("support-toy-custom") < order.index("support-toy-after")


def test_a_folder_is_found_from_the_project_and_null_removes_a_charts_default(toys: Engine) -> None:
    assert values(toys, "toy") == '{"kept":true,"size":"20Gi"}'


def test_a_generated_password_lies_in_the_cluster_and_nowhere_in_the_logs(toys: Engine) -> None:
    secret = toys.control_plane.request("GET", "/api/v1/namespaces/toys/secrets/admin").body
    password = base64.b64decode(secret["data"]["password"]).decode()
    assert len(password) == 32
    assert base64.b64decode(secret["data"]["username"]).decode() == "admin"
    for name, text in toys.logs():
        assert password not in text, name


def test_nothing_changes_when_nothing_was_changed(toys: Engine) -> None:
    assert toys.up().must().touched == {}
    assert toys.up("--refresh").must().touched == {}


def test_another_chart_version_is_one_update(toys: Engine) -> None:
    toys._run("config", "set", "toys:version", "1.2.4", "--stack", "toys").must()
    assert toys.up().must().touched == {"support-toy-release": "update"}


def test_a_mirror_over_http_takes_the_place_of_the_folder(toys: Engine) -> None:
    with http_mirror(CHARTS) as (address, asked):
        toys._run("config", "set", "toys:source", address, "--stack", "toys").must()
        assert toys.up().must().touched == {"support-toy-release": "update"}
        assert any(path.endswith(".tgz") for path in asked)


def test_a_registry_takes_the_place_of_the_mirror(toys: Engine) -> None:
    pki = toys.control_plane.ca_file.parent
    with oci_registry(CHARTS, tls=(pki / "apiserver.crt", pki / "apiserver.key")) as (address, asked):
        toys._run("config", "set", "toys:source", address, "--stack", "toys").must()
        assert toys.up().must().touched == {"support-toy-release": "update"}
        assert any("/blobs/" in path for path in asked)


def test_all_of_it_goes(toys: Engine) -> None:
    toys.destroy().must()
    left: dict[str, Any] = toys.control_plane.request("GET", "/api/v1/namespaces/toys").body
    assert left.get("reason") == "NotFound"
    assert toys.control_plane.request("GET", "/apis/acme.example/v1").status == 404
