"""Stand-ins for charts go through the real engine and provider: they install, become ready, upgrade, fail, go."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from homeport.addons.pins import pins
from tests.engine.charts import CONTENTS, StandInChart, write_chart, write_charts
from tests.engine.harness import Engine
from tests.engine.site import Site

_PROGRAM = """
import pulumi
import pulumi_kubernetes as k8s
provider = k8s.Provider("k", kubeconfig=open({kubeconfig!r}).read())
release = k8s.helm.v3.Release(
    "cert-manager", name="cert-manager", chart="charts/cert-manager-{version}.tgz", namespace="default",
    values={{"replicas": 2}}, timeout=20, cleanup_on_fail=True, wait_for_jobs=True,
    opts=pulumi.ResourceOptions(provider=provider),
)
k8s.apiextensions.CustomResource(
    "issuer", api_version="cert-manager.io/v1", kind="ClusterIssuer",
    metadata={{"name": "main", "annotations": {{"pulumi.com/waitFor": "condition=Ready"}}}}, spec={{}},
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[release], custom_timeouts={{"create": "30s"}}),
)
"""
_FAILING_HOOK = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: check-before
  annotations: {helm.sh/hook: pre-upgrade}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: check, image: registry.example/check:1}]
"""


def test_there_is_a_stand_in_for_every_pinned_chart(tmp_path: Path) -> None:
    folder = write_charts(tmp_path / "charts", pins().values())
    assert {path.name for path in folder.iterdir()} == {f"{pin.chart}-{pin.version}.tgz" for pin in pins().values()}


@pytest.mark.parametrize(("templated", "place"), [(True, "templates"), (False, "crds")])
def test_kinds_are_where_the_real_chart_has_them(tmp_path: Path, templated: bool, place: str) -> None:
    content = StandInChart(CONTENTS["cert-manager"].kinds, templated=templated)
    path = write_chart(tmp_path, "cert-manager", "v1.0.0", "v1.0.0", content)
    with tarfile.open(path) as archive:
        assert f"cert-manager/{place}/certificates.cert-manager.io.yaml" in archive.getnames()


def test_a_next_version_of_a_kind_is_served_beside_the_stored_one(tmp_path: Path) -> None:
    kind = replace(CONTENTS["cert-manager"].kinds[1], also=("v2",), fields=("added",))
    path = write_chart(tmp_path, "cert-manager", "v2.0.0", "v2.0.0", StandInChart((kind,)))
    with tarfile.open(path) as archive:
        member = archive.extractfile("cert-manager/crds/certificates.cert-manager.io.yaml")
        assert member is not None
        versions = json.load(member)["spec"]["versions"]
    assert [(one["name"], one["served"], one["storage"]) for one in versions] == [
        ("v1", True, True),
        ("v2", True, False),
    ]
    spec = versions[1]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert spec["properties"] == {"added": {"type": "string"}}
    assert spec["x-kubernetes-preserve-unknown-fields"]


def _program(engine: Engine, version: str) -> None:
    kubeconfig = engine.site.home / "kubeconfig"
    kubeconfig.write_text(engine.control_plane.kubeconfig())
    (engine.work / "__main__.py").write_text(_PROGRAM.format(kubeconfig=str(kubeconfig), version=version))


@pytest.mark.engine_full
@pytest.mark.timeout(300)
def test_a_stand_in_installs_waits_upgrades_fails_and_goes(new_site: Callable[[], Site]) -> None:
    site = new_site()
    engine = Engine(site, "charts")
    site.control_plane.reset()
    engine.init()
    charts = site.work / "charts"
    charts.mkdir(exist_ok=True)
    content = CONTENTS["cert-manager"]
    for version in ("v1.0.0", "v1.1.0"):
        write_chart(charts, "cert-manager", version, version, content)
    hooked = StandInChart(content.kinds, templated=True, templates={"hook.yaml": _FAILING_HOOK})
    write_chart(charts, "cert-manager", "v1.2.0", "v1.2.0", hooked)

    _program(engine, "v1.0.0")
    assert set(engine.up().must().touched.values()) == {"create"}
    assert engine.up().must().touched == {}
    told = engine.control_plane.request("GET", "/api/v1/namespaces/default/configmaps/cert-manager-told").body
    assert '"replicas":2' in told["data"]["values"]

    _program(engine, "v1.1.0")
    assert engine.up().must().touched == {"cert-manager": "update"}

    engine.control_plane.stand_in.never_ready = "^check-before"
    _program(engine, "v1.2.0")
    failed = engine.up()
    assert failed.code != 0
    assert "cert-manager" in failed.output
    engine.control_plane.stand_in.never_ready = None
    engine.up().must()
    assert engine.up().must().touched == {}
    engine.destroy().must()
    left = engine.control_plane.request("GET", "/apis/apps/v1/namespaces/default/deployments").body["items"]
    assert left == []
