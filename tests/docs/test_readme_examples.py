"""What the README shows is what happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import homeport
from homeport.plan import record
from homeport.problems import SettingsError
from homeport.settings import load
from stacks.settings import Stack

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_program_for_other_teams_plans() -> None:
    (program,) = blocks("python")
    graph = record(lambda: exec(program, {}))  # noqa: S102 - our own README
    types = {resource.type for resource in graph.resources}
    assert {"gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool", "gcp:compute/network:Network"} <= types
    assert all(
        resource.provider for resource in graph.resources if resource.custom and "providers" not in resource.type
    )


def test_the_problem_shown_is_the_text_that_comes(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "Pulumi.stage.yaml").read_text()
    text = text.replace("zones: [europe-west3-a,", "zones: [europe-west4-a,").replace("max: 6", "max: six")
    (tmp_path / "Pulumi.stage.yaml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(Stack, root=tmp_path, stack="stage")
    (shown,) = (block for block in blocks("text") if "problems in the settings" in block)
    assert shown.strip() == str(caught.value).strip()


def test_every_public_name_is_there_and_only_those() -> None:
    for name in homeport.__all__:
        assert getattr(homeport, name).__name__ == name or name == "In"
    assert homeport.__all__ == sorted(homeport.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = homeport.Nothing  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]


def test_every_file_that_the_docs_name_is_there() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
