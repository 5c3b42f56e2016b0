"""`homeport kubeconfig` against a fake `pulumi`: what it prints, writes, and says when something is missing."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeport.cli import main
from tests.commands.test_kubeconfig_merge import MINE, STAGE, load, names

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake pulumi is a shell script")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a project in it, with nothing on PATH but a fake `pulumi` that prints a kubeconfig."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "KUBE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: homeport\nruntime: python\n")
    (project / "Pulumi.stage.yaml").write_text("config: {homeport:cluster: {kind: gke}}\n")
    (project / "Pulumi.local.yaml").write_text("config: {homeport:cluster: {kind: existing, context: kind-try}}\n")
    monkeypatch.chdir(project)
    pulumi(tmp_path, f"/bin/cat <<'EOF'\n{STAGE}EOF")
    return tmp_path


def pulumi(home: Path, script: str) -> None:
    program = home / "bin" / "pulumi"
    program.write_text(f'#!/bin/sh\necho "$@" >> {home}/asked\n{script}\n')
    program.chmod(0o755)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["kubeconfig", *arguments])


def test_it_prints_the_stacks_kubeconfig(home: Path) -> None:
    result = run("-s", "stage")
    assert result.exit_code == 0
    assert load(result.stdout) == load(STAGE)
    asked = (home / "asked").read_text()
    assert asked == "--non-interactive --color never stack output kubeconfig --show-secrets --stack stage\n"


def test_json_says_the_context(home: Path) -> None:
    document = json.loads(run("-s", "stage", "--json", "--context", "acme").stdout)
    assert document["context"] == "acme"
    assert load(document["kubeconfig"])["current-context"] == "acme"


def test_merging_without_a_file_takes_the_users_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--merge", "-s", "stage").exit_code == 0
    assert names((home / ".kube" / "config").read_text(), "contexts") == ["stage"]
    monkeypatch.setenv("KUBECONFIG", f"{home}/first{os.pathsep}{home}/second")
    assert run("-s", "stage", "--merge").exit_code == 0
    assert (home / "first").exists()
    assert not (home / "second").exists()


def test_a_merged_file_is_its_owners_alone_and_nothing_else_is_left(home: Path) -> None:
    file = home / "kube" / "config"
    file.parent.mkdir()
    file.write_text(MINE)
    file.chmod(0o644)
    result = run("-s", "stage", "--merge", str(file))
    assert result.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["config"]
    assert "added cluster stage, context stage, user stage" in result.output
    assert "current context: stage (was: kind-try)" in result.output
    assert "nothing to change" in run("-s", "stage", "--merge", str(file)).output


def test_a_link_stays_a_link(home: Path) -> None:
    real, link = home / "real", home / "link"
    link.symlink_to(real)
    assert run("-s", "stage", "--merge", str(link)).exit_code == 0
    assert link.is_symlink()
    assert "stage" in real.read_text()


@pytest.mark.parametrize("text", [b"a: [marker-of-a-secret", b"\xff marker-of-a-secret"])
def test_a_file_that_cannot_be_read_is_left_as_it_is(home: Path, text: bytes) -> None:
    file = home / "config"
    file.write_bytes(text)
    result = run("-s", "stage", "--merge", str(file))
    assert result.exit_code == 1
    assert file.read_bytes() == text
    assert str(file) in result.output
    assert "marker" not in result.output
    assert not (home / "config.lock").exists()


def test_a_file_that_kubectl_is_writing_is_left_as_it_is(home: Path) -> None:
    file = home / "config"
    (home / "config.lock").touch()
    result = run("-s", "stage", "--merge", str(file))
    assert result.exit_code == 1
    assert "another program is writing" in result.output
    assert (home / "config.lock").exists()
    assert not file.exists()


def test_a_folder_that_cannot_be_written_is_no_traceback(home: Path) -> None:
    (home / "file").touch()
    result = run("-s", "stage", "--merge", str(home / "file" / "config"), "--json")
    assert result.exit_code == 1
    assert "cannot be written" in json.loads(result.stdout)["error"]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo \"error: current stack does not have output property 'kubeconfig'\" >&2; exit 1", "pulumi up -s stage"),
        ("echo \"error: no stack named 'stage' found\" >&2; exit 6", "pulumi stack init stage && pulumi up -s stage"),
        ("echo 'error: PULUMI_ACCESS_TOKEN must be set' >&2; exit 3", "pulumi login"),
        ("echo 'error: incorrect passphrase' >&2; exit 1", "PULUMI_CONFIG_PASSPHRASE_FILE"),
    ],
)
def test_what_is_missing_is_said_with_its_fix(home: Path, script: str, says: str) -> None:
    pulumi(home, script)
    result = run("-s", "stage")
    assert result.exit_code == 3
    assert says in result.stderr
    assert result.stdout == ""
    document = json.loads(run("-s", "stage", "--json").stdout)
    assert says in document["error"]


def test_without_pulumi_it_says_how_to_install_it(home: Path) -> None:
    (home / "bin" / "pulumi").unlink()
    result = run("-s", "stage")
    assert result.exit_code == 3
    assert "https://www.pulumi.com/docs/iac/download-install/" in result.stderr


def test_an_existing_cluster_names_its_context(home: Path) -> None:
    pulumi(home, "exit 1")
    result = run("-s", "local")
    assert result.exit_code == 3
    assert "kubectl --context kind-try" in result.stderr


def test_an_output_that_is_no_kubeconfig_is_refused(home: Path) -> None:
    pulumi(home, "echo marker-of-a-secret")
    result = run("-s", "stage", "--merge")
    assert result.exit_code == 1
    assert "marker" not in result.output
    assert not (home / ".kube" / "config").exists()
