"""The project's own stacks, in a repository of their own: what a change to them is told as."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.review.repositories import commit, git

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    wanted = ("Pulumi*", "__main__.py", "pyproject.toml", "requirements.txt", "stacks", "apps", "components")
    names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *wanted).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def diff(folder: Path, stack: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "homeport", "diff", "-s", stack, "--base", "main", "--json", "--root", str(folder)]
    ran = subprocess.run(command, cwd=folder / "components", capture_output=True, text=True, check=False)
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def test_another_range_and_no_protection_are_told_as_what_they_are(copy: Path) -> None:
    file = copy / "Pulumi.stage.yaml"
    text = file.read_text(encoding="utf-8")
    assert "protection: standard" in text
    assert "region: europe-west3" in text
    changed = text.replace("protection: standard", "protection: none").replace(
        "cidr: 10.20.0.0/16", "cidr: 10.24.0.0/16"
    )
    file.write_text(changed, encoding="utf-8")
    try:
        code, document = diff(copy, "stage")
    finally:
        file.write_text(text, encoding="utf-8")
    assert code == 4, document
    found = {(item["kind"], item["type"]) for item in document["flags"]}
    assert ("lost-protection", "gcp:container/cluster:Cluster") in found
    assert ("stateful-replacement", "gcp:compute/subnetwork:Subnetwork") in found
    assert document["summary"]["added"] == document["summary"]["removed"] == 0
    assert document["head"]["dirty"] is True
