"""Outputs of other projects' stacks, saved in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from homeport.plan.saved_outputs import saved_outputs
from homeport.settings.project import ProjectError

NAME = "acme/homeport/stage"


def project(folder: Path, text: str | None = None, named: str = f'"{NAME}" = "saved.json"') -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.homeport.outputs]\n{named}\n", encoding="utf-8")
    if text is not None:
        (folder / "saved.json").write_text(text, encoding="utf-8")
    return folder


def test_outputs_are_those_of_the_file_and_secrets_are_marked(tmp_path: Path) -> None:
    saved = json.dumps({"platform": {"version": 1}, "kubeconfig": "[secret]"})
    assert saved_outputs(project(tmp_path, saved), NAME) == {
        "platform": {"version": 1},
        "kubeconfig": {"$secret": True},
    }


def test_a_stack_that_no_file_is_named_for_is_not_known(tmp_path: Path) -> None:
    assert saved_outputs(project(tmp_path, "{}"), "acme/homeport/prod") is None
    (tmp_path / "pyproject.toml").unlink()
    assert saved_outputs(tmp_path, NAME) is None


@pytest.mark.parametrize(
    ("text", "rule"), [(None, "No such file"), ("{", "is no JSON"), ("[]", "must hold an object, output to value")]
)
def test_a_file_that_cannot_be_read_is_named_with_the_command_that_writes_it(
    tmp_path: Path, text: str | None, rule: str
) -> None:
    with pytest.raises(ProjectError, match=rule) as raised:
        saved_outputs(project(tmp_path, text), NAME)
    assert "pulumi stack output --json -s acme/homeport/stage > saved.json" in str(raised.value)


def test_the_table_must_be_one(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.homeport]\noutputs = "saved.json"\n', encoding="utf-8")
    with pytest.raises(ProjectError, match="must be a table, stack to file"):
        saved_outputs(tmp_path, NAME)
