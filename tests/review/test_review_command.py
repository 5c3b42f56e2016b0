"""`homeport review` on a real repository: all stacks in one comment, exit codes, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from homeport.cli import main
from tests.review.repositories import commit, git, repository, write

ZONE = ["gcp:dns/managedZone:ManagedZone", "zone", {"dnsName": "acme.example."}]
WEB = ["acme:stuff/thing:Thing", "web", {"label": "one"}]


def settings(dev: list[Any], prod: list[Any], broken: list[str] | None = None) -> str:
    return json.dumps({"resources": {"dev": dev, "prod": prod}, "broken": broken or []})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "shop", settings([WEB], [WEB, ZONE]))


def review(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["review", "--base", "main", "--root", str(project), *arguments])


def test_all_stacks_are_in_one_comment_and_a_danger_ends_with_4_until_it_is_accepted(
    project: Path, tmp_path: Path
) -> None:
    commit(project, {"settings.json": settings([WEB], [WEB])})
    file = tmp_path / "comment.md"
    result = review(project, "--output", str(file), "--json")
    assert result.exit_code == 4
    document = json.loads(result.stdout)
    assert [(item["stack"], item["status"]) for item in document["stacks"]] == [
        ("dev", "unchanged"),
        ("prod", "changed"),
    ]
    text = file.read_text(encoding="utf-8")
    assert text.startswith("<!-- homeport-review: shop -->\n")
    assert "Not affected: `dev`." in text
    accepted = review(project, "--accept", f"bug,accept-{document['digest']}")
    assert accepted.exit_code == 0
    assert "1 danger, accepted" in accepted.stdout


def test_one_stack_that_cannot_be_evaluated_is_in_the_comment_and_ends_with_1(project: Path) -> None:
    write(project, {"settings.json": settings([WEB], [WEB, ZONE], ["dev"])})
    result = review(project)
    assert result.exit_code == 1
    assert "## homeport: 1 stack cannot be evaluated" in result.stdout
    assert "the settings are wrong: write a zone" in result.stdout
    assert "Not affected: `prod`." in result.stdout


def test_a_base_that_cannot_be_evaluated_stops_a_repair_only_until_somebody_accepts_it(project: Path) -> None:
    commit(project, {"settings.json": settings([WEB], [WEB], ["dev"])})
    git(project, "branch", "--force", "main")
    commit(project, {"settings.json": settings([WEB], [WEB])})
    result = review(project, "--json")
    assert result.exit_code == 4
    document = json.loads(result.stdout)
    assert document["stacks"][0]["status"] == "not-compared"
    assert review(project, "--accept", f"accept-{document['digest']}").exit_code == 0


def test_new_and_removed_stacks_are_told(project: Path) -> None:
    commit(project, {"Pulumi.new.yaml": "config: {}\n"})
    git(project, "rm", "--quiet", "Pulumi.prod.yaml")
    result = review(project)
    assert result.exit_code == 4
    assert "| `new` | new |" in result.stdout
    assert "| `prod` | gone |" in result.stdout
    assert "stack-removed" in result.stdout
    only = review(project, "-s", "dev")
    assert (only.exit_code, "`prod`" in only.stdout) == (0, False)


def test_a_file_that_cannot_be_written_is_no_traceback(project: Path, tmp_path: Path) -> None:
    result = review(project, "--output", str(tmp_path / "no/comment.md"))
    assert result.exit_code == 1
    assert "cannot write" in result.stderr
