"""`homeport init`: all or nothing, nothing that somebody edited, and a second run that changes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import homeport.commands.init as init_command
from homeport.cli import main
from homeport.init.change import apply_changes, plan_changes
from homeport.init.render import EXAMPLE, shipped

ROOT = Path(__file__).resolve().parents[2]
ZETA = ("--organisation", "zeta", "--domain", "zeta.example", "--cost-centre", "77")
GOOGLE = ("--gcp-region", "us-east1", "--gcp-projects", "global=zeta-global,stage=zeta-stage,prod=zeta-prod")
ON_GOOGLE = (*ZETA, "--cloud", "gcp", *GOOGLE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What somebody has who has just cloned homeport, as far as settings go."""
    (tmp_path / "stacks").mkdir()
    for name in ("Pulumi.yaml", "pyproject.toml", "stacks/base.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name, text in shipped().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(project: Path, options: Sequence[str], given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["init", "--dir", str(project), *options], input=given)


def contents(project: Path) -> dict[str, bytes]:
    return {str(path.relative_to(project)): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_one_cloud_leaves_no_file_of_the_other_and_no_trace_of_the_example(project: Path) -> None:
    before = contents(project)
    result = run(project, [*ON_GOOGLE, "--yes"])
    assert result.exit_code == 0, result.output
    after = contents(project)
    assert set(before) - set(after) == {"Pulumi.stage-eks.yaml", "Pulumi.prod-eks.yaml"}
    for name in ("Pulumi.yaml", "pyproject.toml"):
        assert after[name] == before[name]
    written = b"".join(text for name, text in after.items() if name != "pyproject.toml")
    assert b"acme" not in written.replace(b"acme: {email: ", b"")  # the protocol of certificates
    assert "remove    Pulumi.stage-eks.yaml: an unchanged example" in result.output
    assert "homeport plan -s stage" in result.output
    assert "homeport up -s global" in result.output


def test_a_second_run_changes_nothing_and_needs_no_consent(project: Path) -> None:
    assert run(project, [*ON_GOOGLE, "--yes"]).exit_code == 0
    before = contents(project)
    result = run(project, ON_GOOGLE)
    assert result.exit_code == 0, result.output
    assert contents(project) == before
    assert "replace" not in result.output


def test_what_stack_init_added_is_no_edit_and_stays(project: Path) -> None:
    assert run(project, [*ON_GOOGLE, "--yes"]).exit_code == 0
    file = project / "Pulumi.stage.yaml"
    file.write_text("secretsprovider: passphrase\nencryptionsalt: v1:abc=\n" + file.read_text())
    before = contents(project)
    assert run(project, [*ON_GOOGLE, "--yes"]).exit_code == 0
    assert contents(project) == before


def test_an_edited_file_stops_everything(project: Path) -> None:
    file = project / "Pulumi.prod.yaml"
    file.write_text(file.read_text() + "  # ours\n")
    before = contents(project)
    result = run(project, [*ON_GOOGLE, "--yes"])
    assert result.exit_code == 1
    assert contents(project) == before
    assert "Pulumi.prod.yaml" in result.output
    assert "move it away" in result.output


def test_an_edited_example_of_the_other_cloud_is_kept_and_said(project: Path) -> None:
    file = project / "Pulumi.stage-eks.yaml"
    file.write_text(file.read_text() + "  # ours\n")
    result = run(project, [*ON_GOOGLE, "--yes"])
    assert result.exit_code == 0, result.output
    assert file.read_text().endswith("# ours\n")
    assert not (project / "Pulumi.prod-eks.yaml").exists()
    assert "kept      Pulumi.stage-eks.yaml: edited by somebody; with the new stacks/base.yaml it has" in result.output


def test_nothing_is_written_without_consent(project: Path) -> None:
    before = contents(project)
    result = run(project, ON_GOOGLE)
    assert result.exit_code == 2
    assert "replace   Pulumi.stage.yaml" in result.output
    assert "add --yes" in result.output
    assert contents(project) == before


def test_missing_answers_are_listed_with_their_options(project: Path) -> None:
    result = run(project, ["--cloud", "both", "--yes"])
    assert result.exit_code == 2
    for name in ("organisation", "domain", "gcp-region", "gcp-projects", "aws-region", "aws-accounts", "office"):
        assert f"add --{name}, for example" in result.output


def test_a_terminal_is_asked_until_the_answer_is_right(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init_command, "_on_terminal", lambda: True)
    typed = ["Zeta Ltd", "zeta", "zeta.example", "gcp", "us-east1", "", "", "", "77", "y"]
    result = run(project, [], "\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    assert "must be a DNS label" in result.output
    assert "--organisation" not in result.output
    assert "project: zeta-stage" in (project / "Pulumi.stage.yaml").read_text()


def test_whoever_says_no_gets_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init_command, "_on_terminal", lambda: True)
    before = contents(project)
    result = run(project, ON_GOOGLE, "n\n")
    assert result.exit_code == 1
    assert contents(project) == before


def test_json_is_one_document(project: Path) -> None:
    result = run(project, [*ON_GOOGLE, "--yes", "--json"])
    document = json.loads(result.stdout)
    assert {entry["file"]: entry["action"] for entry in document["files"]}["Pulumi.prod-eks.yaml"] == "remove"
    assert document["next"]
    problems = json.loads(run(project, ["--json", "--cloud", "gpc"]).stdout)["problems"]
    assert "--cloud" in {problem["path"] for problem in problems}


def test_a_problem_that_only_the_settings_know_names_the_answer_and_nothing_is_written(project: Path) -> None:
    before = contents(project)
    options = [*ON_GOOGLE, "--repository", "zeta/*", "--yes"]
    result = run(project, options)
    assert result.exit_code == 2, result.output
    assert "--repository" in result.output
    assert "would trust the jobs of more than one repository" in result.output
    assert contents(project) == before


def test_a_failure_half_way_puts_everything_back(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = EXAMPLE.model_copy(update={"cloud": "gcp", "domain": "zeta.example"})
    changes = plan_changes(project, answers)
    before = contents(project)
    replace = Path.replace
    left = iter([True, True, True, False])

    def failing(self: Path, target: Path) -> Path:
        if not next(left, True):
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OSError, match="No space"):
        apply_changes(changes)
    assert contents(project) == before


def test_a_folder_without_stack_files_gets_them(project: Path) -> None:
    for name in shipped():
        (project / name).unlink()
    result = run(project, [*ON_GOOGLE, "--yes", "--repository", "zeta/infra/homeport", "--ci", "gitlab"])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in project.glob("Pulumi.*.yaml")) == [
        "Pulumi.global.yaml",
        "Pulumi.local.yaml",
        "Pulumi.prod.yaml",
        "Pulumi.stage.yaml",
    ]
