"""`homeport charts verify` on a stack of homeport's own, with charts of ours in the place of the real ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from homeport.addons.pins import pins
from homeport.addons.section import CATALOGUE
from homeport.cli import main
from tests.charts.toy_charts import chart, folder_of

pytestmark = pytest.mark.skipif(shutil.which("helm") is None, reason="needs helm on PATH")

ROOT = Path(__file__).resolve().parents[2]
PIN = pins()["cert-manager"]
POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n"
    "  - {name: a, image: '{{ .Values.imageRegistry }}/jetstack/cert-manager-controller:1'}\n"
    "  - {name: b, image: 'docker.io/library/busybox:1'}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("Pulumi.yaml", "pyproject.toml", "__main__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    others = {addon.name: {"enabled": False} for addon in CATALOGUE if addon.name != "cert-manager"}
    config = {
        "homeport:layer": "cluster",
        "homeport:environment": "local",
        "homeport:protection": "none",
        "homeport:domain": "local.acme.example",
        "homeport:cluster": {"kind": "existing", "context": "kind-homeport"},
        "homeport:addons": {"profile": "minimal", **others},
    }
    (tmp_path / "Pulumi.local.yaml").write_text(json.dumps({"config": config}))
    values = "imageRegistry: quay.io\n"
    made = chart("cert-manager", PIN.version, values=values, templates={"config.yaml": POD})
    folder_of(tmp_path / "charts", {("cert-manager", PIN.version): made})
    return tmp_path


def verify(project: Path, *more: str) -> tuple[int, dict[str, Any]]:
    arguments = ["charts", "verify", "--json", "-s", "local", "--root", str(project), "--cache", str(project / "cache")]
    result = CliRunner().invoke(main, [*arguments, *more])
    document: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, document


def test_a_source_can_be_tried_before_it_stands_in_the_file(project: Path) -> None:
    code, document = verify(project, "--source", "charts")
    [told] = document["charts"]
    assert told["chart"] == f"charts/cert-manager-{PIN.version}.tgz"
    assert told["version"] == PIN.version
    assert code == 1, "the toy knows hardly any of our values"
    assert {"where": "values.crds", "rule": "the chart cert-manager knows no such value"}.items() <= next(
        item for item in told["problems"] if item["where"] == "values.crds"
    ).items()
    missing, said = verify(project, "--source", "nowhere")
    assert missing == 1
    assert said["charts"][0]["problems"][0]["rule"] == f"there is no nowhere/cert-manager-{PIN.version}.tgz"


@pytest.mark.parametrize("where", ["option", "file", "shared"])
def test_images_from_elsewhere_are_problems_once_a_registry_is_named(project: Path, where: str) -> None:
    option: list[str] = []
    registry = "registry.acme.example/hub"
    if where == "option":
        option = ["--image-registry", registry]
    elif where == "file":
        path = project / "Pulumi.local.yaml"
        document = json.loads(path.read_text())
        document["config"]["homeport:charts"] = {"image_registry": registry}
        path.write_text(json.dumps(document))
    else:
        base = project / "stacks" / "base.yaml"
        base.write_text(base.read_text() + f"layers:\n  cluster:\n    charts: {{image_registry: {registry}}}\n")
    _, found = verify(project, "--source", "charts", *option)
    rules = [item["rule"] for item in found["charts"][0]["problems"] if "image" in item["rule"]]
    assert rules == [f"takes the image docker.io/library/busybox:1 from elsewhere than {registry}"]


def test_without_a_registry_images_may_come_from_anywhere(project: Path) -> None:
    _, found = verify(project, "--source", "charts")
    assert not [item for item in found["charts"][0]["problems"] if "elsewhere" in item["rule"]]
    assert "docker.io/library/busybox:1" in found["charts"][0]["images"]


def test_a_stack_that_installs_nothing_is_left_as_it_is(project: Path) -> None:
    shutil.copy(ROOT / "Pulumi.global.yaml", project / "Pulumi.global.yaml")
    arguments = ["charts", "verify", "-s", "global", "--root", str(project), "--source", "charts"]
    result = CliRunner().invoke(main, [*arguments, "--cache", str(project / "cache")])
    assert result.exit_code == 0, result.output
    assert "0 releases of 0 stacks: no problems." in result.stdout


def test_settings_that_are_wrong_are_told_as_everywhere(project: Path) -> None:
    code, said = verify(project, "--image-registry", "https://registry.acme.example")
    assert code == 1
    assert said["error"] == "the settings are wrong"
    assert said["problems"][0]["path"].endswith("charts.image_registry")
