"""A stranger's project, with our wheel in an environment of its own: it plans, and its own tests pass."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, folder: Path) -> str:
    """What a command says; it must succeed. Nothing of this checkout is on its path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The example's folder, and the programs of an environment with our wheel.

    Dependencies are those of this environment, by a path file: an index may be out of reach. They come after what the
    environment itself has, so that `homeport` is the wheel's.
    """
    folder = tmp_path_factory.mktemp("stranger")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist", folder=ROOT)
    [wheel] = (folder / "dist").glob("homeport-*.whl")
    venv = folder / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, folder=folder)
    programs = venv / "bin"
    [site] = (venv / "lib").glob("python3*/site-packages")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    uv = Path(sys.executable).with_name("uv")
    run(uv, "pip", "install", "--offline", "--no-deps", "--python", programs / "python", wheel, folder=folder)
    project = folder / "team-stack"
    ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".venv")
    shutil.copytree(ROOT / "examples" / "team-stack", project, ignore=ignored)
    return project, programs


def test_homeport_is_the_wheels(installed: tuple[Path, Path]) -> None:
    project, programs = installed
    said = run(programs / "python", "-c", "import homeport; print(homeport.__file__)", folder=project)
    assert said.startswith(str(programs.parent))


def test_the_strangers_own_tests_pass(installed: tuple[Path, Path]) -> None:
    project, programs = installed
    said = run(programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", folder=project)
    assert "4 passed" in said


def test_the_strangers_stack_plans(installed: tuple[Path, Path]) -> None:
    project, programs = installed
    plan = json.loads(run(programs / "homeport", "plan", "-s", "stage", "--json", folder=project))
    types = [resource["type"] for resource in plan["resources"]]
    assert types.count("kubernetes:apps/v1:Deployment") == 1
    assert types.count("kubernetes:batch/v1:CronJob") == 1
    assert "newsletter:index:Postbox" in types
    assert "kubeconfig" not in json.dumps(plan["outputs"])


def test_a_plan_says_how_to_save_the_platforms_outputs(installed: tuple[Path, Path], tmp_path: Path) -> None:
    project, programs = installed
    copy = tmp_path / "team-stack"
    shutil.copytree(project, copy)
    (copy / "platform.stage.json").unlink()
    done = subprocess.run(
        [programs / "homeport", "plan", "-s", "stage"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "pulumi stack output --json -s acme/homeport/stage > platform.stage.json" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
