"""`homeport diff` and `homeport review` on real repositories: revisions, work trees, exit codes, errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from homeport.cli import main
from homeport.review import git as review_git
from tests.review.repositories import commit, git, repository, write

ZONE = "gcp:dns/managedZone:ManagedZone"
TOPIC = "gcp:pubsub/topic:Topic"
LABELS = ["acme:stuff/thing:Thing", "web", {"label": "one"}]


def settings(dev: Any = None, prod: Any = None, **more: Any) -> str:
    return json.dumps({"resources": {"dev": dev or [LABELS], "prod": prod or [LABELS]}, **more})


def relabelled(label: str) -> list[Any]:
    return [[LABELS[0], "web", {"label": label}]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "shop", settings())


def run(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--root", str(project)], prog_name="homeport")


def work_trees(project: Path) -> int:
    return len(git(project, "worktree", "list", "--porcelain").split("\n\n"))


def test_the_work_tree_as_it_is_is_compared_and_nothing_stays_behind(project: Path) -> None:
    write(project, {"settings.json": settings(dev=relabelled("two"))})
    before = git(project, "status", "--porcelain")
    result = run(project, "diff", "-s", "dev", "--base", "main")
    assert result.exit_code == 0, result.output
    assert "label: one -> two" in result.stdout
    assert "1 changed" in result.stdout
    assert "not committed" in result.stdout
    assert git(project, "status", "--porcelain") == before
    assert work_trees(project) == 1


def test_a_danger_ends_with_4_and_json_is_one_document(project: Path) -> None:
    commit(project, {"settings.json": settings(dev=[LABELS, [ZONE, "zone", {"dnsName": "acme.example."}]])})
    git(project, "tag", "v1")
    commit(project, {"settings.json": settings()})
    result = run(project, "diff", "-s", "dev", "--base", "v1", "--json")
    assert result.exit_code == 4
    document = json.loads(result.stdout)
    assert [(item["kind"], item["name"]) for item in document["flags"]] == [("stateful-removal", "zone")]
    assert document["summary"]["removed"] == 1
    assert document["head"] == {"commit": git(project, "rev-parse", "HEAD"), "dirty": False}
    text = run(project, "diff", "-s", "dev", "--base", "v1")
    assert text.exit_code == 4
    assert text.stdout.splitlines()[0].startswith("danger: stateful-removal (1)")


def test_an_alias_makes_the_same_rename_harmless(project: Path) -> None:
    commit(project, {"settings.json": settings(dev=[[TOPIC, "old", {}]])})
    commit(project, {"settings.json": settings(dev=[[TOPIC, "new", {}, False, ["old"]]])})
    result = run(project, "diff", "-s", "dev", "--base", "HEAD~1")
    assert result.exit_code == 0, result.output
    assert "1 renamed" in result.stdout


def test_what_the_base_branch_did_since_is_not_held_against_this_one(project: Path) -> None:
    commit(project, {"note.md": "mine"})
    git(project, "checkout", "--quiet", "main")
    commit(project, {"settings.json": settings(dev=relabelled("theirs"))})
    git(project, "checkout", "--quiet", "work")
    result = run(project, "diff", "-s", "dev", "--base", "main")
    assert "nothing differs" in result.stdout
    assert "has moved on since" in result.stdout


@pytest.mark.parametrize("revision", ["nope", "--help-me", "-o", "HEAD:settings.json"])
def test_an_unknown_revision_is_a_wrong_command_line(project: Path, revision: str) -> None:
    result = run(project, "diff", "-s", "dev", f"--base={revision}")
    assert result.exit_code == 2
    assert f"no revision '{revision}'" in result.stderr


def test_an_unknown_revision_is_answered_with_the_nearest(project: Path, tmp_path: Path) -> None:
    git(project, "update-ref", "refs/remotes/origin/stable", "HEAD")
    assert "is it origin/stable?" in run(project, "diff", "-s", "dev", "--base", "stable").stderr
    assert "is it main?" in run(project, "diff", "-s", "dev", "--base", "mian").stderr
    result = run(project, "diff", "-s", "dev", "--base", "mian", "--json")
    assert "is it main?" in json.loads(result.stdout)["error"]


def test_a_shallow_clone_is_told_how_to_get_the_rest(project: Path, tmp_path: Path) -> None:
    commit(project, {"note.md": "one"})
    commit(project, {"note.md": "two"})
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--no-single-branch", f"file://{project}", "clone")
    for base in ("nope", "origin/main"):
        result = run(tmp_path / "clone", "diff", "-s", "dev", "--base", base)
        assert result.exit_code == 2
        assert "git fetch --unshallow" in result.stderr
        assert "fetch-depth: 0" in result.stderr


def test_without_repository_or_git_something_is_missing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "plain"
    write(plain, {"Pulumi.yaml": "name: shop\nruntime: python\n", "__main__.py": ""})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    result = run(plain, "diff", "-s", "dev", "--base", "main")
    assert (result.exit_code, "is in no git repository" in result.stderr) == (3, True)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(project, "review", "--base", "main")
    assert (result.exit_code, "git is not on PATH" in result.stderr) == (3, True)


def test_a_repository_without_commits_has_nothing_to_compare(tmp_path: Path) -> None:
    write(tmp_path, {"Pulumi.yaml": "name: shop\nruntime: python\n", "__main__.py": ""})
    git(tmp_path, "init", "--quiet")
    assert "no commit yet" in run(tmp_path, "diff", "-s", "dev", "--base", "main").stderr


def test_a_stack_without_file_in_either_revision_names_those_that_have_one(project: Path) -> None:
    result = run(project, "diff", "-s", "nope", "--base", "main")
    assert result.exit_code == 1
    assert "stacks with a file: dev, prod" in result.stderr


def test_variables_that_git_gives_to_hooks_lead_nowhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert run(project, "diff", "-s", "dev", "--base", "main").exit_code == 0


def test_hooks_of_the_repository_do_not_run(project: Path, tmp_path: Path) -> None:
    hook = project / ".git/hooks/post-checkout"
    write(project, {".git/hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/ran\n"})
    hook.chmod(0o755)
    run(project, "diff", "-s", "dev", "--base", "main")
    assert not (tmp_path / "ran").exists()


def test_a_project_below_the_top_of_its_repository_is_found_in_both(tmp_path: Path) -> None:
    top = repository(tmp_path / "top", settings())
    (top / "infra").mkdir()
    for name in ("Pulumi.yaml", "__main__.py", "settings.json", "Pulumi.dev.yaml"):
        git(top, "mv", name, f"infra/{name}")
    commit(top)
    commit(top, {"infra/settings.json": settings(dev=relabelled("two"))})
    result = run(top / "infra", "diff", "-s", "dev", "--base", "HEAD~1")
    assert "label: one -> two" in result.stdout
    new = run(top / "infra", "diff", "-s", "dev", "--base", "main")
    assert "the stack is new" in new.stdout


def test_a_base_that_cannot_be_evaluated_is_said_and_ends_with_1(project: Path) -> None:
    commit(project, {"settings.json": settings(broken=["dev"])})
    commit(project, {"settings.json": settings()})
    result = run(project, "diff", "-s", "dev", "--base", "HEAD~1")
    assert result.exit_code == 1
    assert result.stderr.startswith("base ")
    assert "write a zone" in result.stderr
    head = run(project, "diff", "-s", "dev", "--base", "main")
    assert head.exit_code == 0


def test_the_base_is_evaluated_by_its_own_homeport_and_by_this_one_where_that_cannot(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import homeport  # noqa: PLC0415

    fake = "import json\ndef main(arguments, **_):\n    print(json.dumps({'format': 99, 'resources': []}))\n"
    commit(project, {"components/homeport/__init__.py": "", "components/homeport/cli.py": fake})
    commit(project, {"settings.json": settings(dev=relabelled("two"))})
    # As if this homeport were the one of the repository's head.
    real = Path(str(homeport.__file__)).resolve().parents[1]
    own = project / "components"

    def sources(of: review_git.Revisions, tree: Path) -> tuple[Path, Path]:
        return tree / own.relative_to(of.top), real

    monkeypatch.setattr("homeport.review.evaluate._sources", sources)
    result = run(project, "diff", "-s", "dev", "--base", "HEAD~1")
    assert result.exit_code == 0, result.output
    assert "label: one -> two" in result.stdout
    assert "writes plans of format 99, this one reads 1" in result.stdout


def test_a_base_that_ends_its_process_is_no_traceback(project: Path) -> None:
    program = (project / "__main__.py").read_text(encoding="utf-8")
    commit(project, {"__main__.py": "import os\nos._exit(7)\n"})
    commit(project, {"__main__.py": program})
    result = run(project, "diff", "-s", "dev", "--base", "HEAD~1")
    assert result.exit_code == 1
    assert "the evaluation ended with 7" in result.stderr
    assert work_trees(project) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_comparison_leaves_no_work_tree(project: Path, tmp_path: Path, number: int) -> None:
    commit(
        project,
        {"__main__.py": f"import pathlib, time\npathlib.Path({str(tmp_path)!r}, 'on').touch()\ntime.sleep(60)\n"},
    )
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    code = "from homeport.cli import main; main()"
    command = [sys.executable, "-c", code, "diff", "-s", "dev", "--base", "HEAD", "--root", str(project)]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        while not (tmp_path / "on").exists():
            assert process.poll() is None
            time.sleep(0.05)
        assert work_trees(project) == 2
        process.send_signal(number)
        process.communicate()
        assert process.returncode != 0
    assert work_trees(project) == 1
    assert list(tmp_path.glob("homeport-base-*")) == []


def test_what_a_killed_run_left_is_removed_a_day_later(project: Path, tmp_path: Path) -> None:
    left = tmp_path / "homeport-base-left"
    git(project, "worktree", "add", "--quiet", "--detach", str(left / "tree"))
    run(project, "diff", "-s", "dev", "--base", "main")
    assert work_trees(project) == 2
    os.utime(left / "tree", (0, 0))
    run(project, "diff", "-s", "dev", "--base", "main")
    assert work_trees(project) == 1
    assert not left.exists()


def test_encrypted_values_are_named_when_their_text_differs_and_never_shown(project: Path) -> None:
    stack = "config:\n  homeport:secrets:\n    token: {secure: AAAA-%s}\n    kept: {secure: BBBB}\n"
    commit(project, {"Pulumi.dev.yaml": stack % "one"})
    commit(project, {"Pulumi.dev.yaml": stack % "two"})
    result = run(project, "diff", "-s", "dev", "--base", "HEAD~1")
    assert "homeport:secrets.token" in result.stdout
    assert "kept" not in result.stdout
    assert "AAAA" not in result.output
    review = run(project, "review", "--base", "HEAD~1")
    assert "homeport:secrets.token: encrypted anew or changed" in review.stdout
    assert "AAAA" not in review.output


def test_a_comparison_works_in_a_thread(project: Path) -> None:
    import threading  # noqa: PLC0415

    found: list[bool] = []

    def compare() -> None:
        with review_git.base_tree(review_git.revisions(project, "main")) as tree:
            found.append((tree / "Pulumi.yaml").is_file())

    thread = threading.Thread(target=compare)
    thread.start()
    thread.join()
    assert found == [True]
