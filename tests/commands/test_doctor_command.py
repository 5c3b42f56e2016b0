"""`homeport doctor` on this repository: exit codes, JSON, and settings by the project's own model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from homeport.cli import main
from homeport.doctor.settings import load_settings
from homeport.problems import dotted

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing on PATH, nothing of the developer's own."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "GOOGLE", "CLOUDSDK", "KUBE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("Pulumi.yaml", "Pulumi.stage.yaml", "pyproject.toml", "stacks", "apps"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


def test_a_machine_that_can_plan_is_ready_and_one_that_cannot_deploy_is_not() -> None:
    arguments = ["doctor", "--root", str(ROOT), "-s", "stage"]
    plan = CliRunner().invoke(main, arguments)
    assert plan.exit_code == 0, plan.output
    assert "Ready to plan. To deploy, mend first: pulumi" in plan.output
    deploy = CliRunner().invoke(main, [*arguments, "--deploy"])
    assert deploy.exit_code == 3
    assert "Not ready to deploy: pulumi" in deploy.output


def test_json_is_one_document_with_every_check() -> None:
    result = CliRunner().invoke(main, ["doctor", "--root", str(ROOT), "-s", "stage", "--deploy", "--json"])
    document = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (document["format"], document["stack"], document["deploy"], document["ready"]) == (1, "stage", True, False)
    assert {"python", "packages", "settings", "credentials"} <= {check["name"] for check in document["checks"]}
    assert all(check["fix"] for check in document["checks"] if check["blocks"])


def test_settings_are_loaded_by_the_projects_model(tmp_path: Path) -> None:
    seen = load_settings(ROOT, "stage")
    assert seen is not None
    assert seen.problems == ()
    assert seen.cluster is not None
    assert (seen.cluster.kind, seen.cluster.project) == ("gke", "acme-stage")
    folder = project(tmp_path)
    file = folder / "Pulumi.stage.yaml"
    file.write_text(file.read_text().replace("europe-west3-a", "mars-west3-a"))
    wrong = load_settings(folder, "stage")
    assert wrong is not None
    assert "cluster.zones[0]" in dotted(wrong.problems[0].path)


def test_a_project_of_somebody_else_has_no_settings_to_check(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: theirs\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {aws:region: eu-central-1}\n")
    assert load_settings(tmp_path, "dev") is None
    result = CliRunner().invoke(main, ["doctor", "--root", str(tmp_path), "-s", "dev", "--json"])
    assert result.exit_code == 0
    assert "settings" not in {check["name"] for check in json.loads(result.stdout)["checks"]}


def test_a_model_that_cannot_be_imported_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: theirs\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    (tmp_path / "pyproject.toml").write_text('[tool.homeport]\nsettings = "nowhere_to_be_found:Stack"\n')
    seen = load_settings(tmp_path, "dev")
    assert seen is not None
    assert "nowhere_to_be_found" in seen.problems[0].rule


def test_it_imports_neither_pulumi_nor_a_providers_sdk() -> None:
    script = (
        "import sys\n"
        "from homeport.cli import main\n"
        f"main(['doctor', '--root', {str(ROOT)!r}, '-s', 'stage'], standalone_mode=False)\n"
        "print([name for name in sys.modules if name.split('.')[0].startswith('pulumi')], file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stderr.strip() == "[]"
