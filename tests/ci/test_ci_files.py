"""The CI files of both forges: valid, pinned, least rights, and their scripts do what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from homeport.review.markdown import marker
from homeport.settings.project import read_project

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"
#: What somebody else chose: it may be put into an environment variable or an input of an action, not into a script.
EXPRESSION = re.compile(r"\$\{\{")


def load(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))  # pyright: ignore[reportUnknownMemberType]


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in load(file)["jobs"].items():
            yield file.name, name, job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for file, name, job in jobs():
        for step in job["steps"]:
            yield f"{file} {name}", step


def gitlab_jobs() -> dict[str, dict[str, Any]]:
    reserved = {"stages", "default", "workflow", "variables"}
    return {name: job for name, job in load(GITLAB).items() if name not in reserved}


def script(file: str, job: str, step: str) -> str:
    found = next(
        item for item in load(ROOT / ".github/workflows" / file)["jobs"][job]["steps"] if item.get("name") == step
    )
    return str(found["run"])


@pytest.mark.parametrize(
    ("schema", "files", "more"),
    [
        ("vendor.github-workflows", WORKFLOWS, []),
        ("vendor.gitlab-ci", [GITLAB], ["--data-transform", "gitlab-ci"]),
    ],
)
def test_the_files_are_what_the_forges_take(schema: str, files: list[Path], more: list[str]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, *map(str, files)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it() -> None:
    lines = [line for file in WORKFLOWS for line in file.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert len(lines) > 10
    pinned: dict[str, set[str]] = {}
    for line in lines:
        found = re.fullmatch(r"\s*(?:- )?uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", line)
        assert found is not None, line
        pinned.setdefault(found[1], set()).add(found[2])
    assert all(len(commits) == 1 for commits in pinned.values())


def test_rights_are_none_but_what_a_job_says() -> None:
    allowed = {
        "preview.yml review": {"contents": "read"},
        "preview.yml preview": {"contents": "read", "id-token": "write"},
        "comment.yml comment": {"actions": "read", "pull-requests": "write"},
        "deploy.yml stage": {"contents": "read", "id-token": "write"},
        "deploy.yml prod": {"contents": "read", "id-token": "write"},
    }
    assert all(load(file)["permissions"] == {} for file in WORKFLOWS)
    assert {f"{file} {name}": job["permissions"] for file, name, job in jobs()} == allowed


def test_what_runs_code_of_a_pull_request_has_no_secret_and_what_may_write_runs_none() -> None:
    texts = {file.name: file.read_text(encoding="utf-8") for file in WORKFLOWS}
    assert all("pull_request_target" not in text and "secrets." not in text for text in texts.values())
    assert "checkout" not in texts["comment.yml"]
    assert all(
        step.get("with", {}).get("persist-credentials") is False
        for _, step in steps()
        if "checkout" in step.get("uses", "")
    )
    review = load(ROOT / ".github/workflows/preview.yml")["jobs"]["review"]
    assert "id-token" not in review["permissions"]
    assert "vars." not in json.dumps(review)
    preview = load(ROOT / ".github/workflows/preview.yml")["jobs"]["preview"]
    assert "head.repo.full_name == github.repository" in preview["if"]


def test_nothing_that_others_chose_is_put_into_a_script() -> None:
    for where, step in steps():
        assert not EXPRESSION.search(step.get("run", "")), where


def test_every_job_ends_in_time_and_one_stack_has_one_update_at_a_time() -> None:
    for file, name, job in jobs():
        assert job["timeout-minutes"] <= 90, name
        if file == "deploy.yml":
            assert job["concurrency"] == {"group": "deploy-${{ matrix.stack }}", "cancel-in-progress": False}
            assert job["environment"] == name
    for name, job in gitlab_jobs().items():
        if name.startswith("deploy-"):
            base = gitlab_jobs()[".deploy"]
            assert (base["resource_group"], base["interruptible"]) == ("deploy-$STACK", False)
            assert job["environment"]["name"] == name.removeprefix("deploy-")


def test_prod_waits_for_stage_and_for_a_person() -> None:
    deploy = load(ROOT / ".github/workflows/deploy.yml")["jobs"]
    assert (deploy["prod"]["needs"], deploy["prod"]["environment"]) == ("stage", "prod")
    prod = gitlab_jobs()["deploy-prod"]
    assert prod["needs"] == ["deploy-stage"]
    assert prod["rules"][0]["when"] == "manual"


def test_the_stacks_are_those_that_have_a_file() -> None:
    shipped = set(read_project(ROOT).stacks()) - {"local"}
    github = {file + name: set(job["strategy"]["matrix"]["stack"]) for file, name, job in jobs() if "strategy" in job}
    assert github["preview.ymlpreview"] == shipped
    assert github["deploy.ymlstage"] | github["deploy.ymlprod"] == shipped - {"global"}
    gitlab = {
        name: set(job["parallel"]["matrix"][0]["STACK"]) for name, job in gitlab_jobs().items() if "parallel" in job
    }
    assert gitlab["preview"] == shipped
    assert gitlab["deploy-stage"] == github["deploy.ymlstage"]
    assert gitlab["deploy-prod"] == github["deploy.ymlprod"]


def test_a_deployment_is_looked_at_before_refreshes_first_and_is_explained() -> None:
    # `homeport up` does all three, and refuses what is not its own.
    command = '-m homeport up --stack "$STACK" --yes -- --non-interactive --color never'
    for lines in (script("deploy.yml", "stage", "Deploy"), "\n".join(gitlab_jobs()[".deploy"]["script"])):
        assert command in lines
        assert "pulumi up" not in lines


def test_every_script_is_one_that_bash_can_read() -> None:
    texts = [step["run"] for _, step in steps() if "run" in step]
    for job in gitlab_jobs().values():
        texts.extend([*job.get("before_script", []), *job.get("script", [])])
    assert len(texts) > 15
    for text in texts:
        ran = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{ran.stderr}\n{text}"


def test_the_jobs_look_for_the_marker_that_comments_of_this_project_have() -> None:
    mark = marker(read_project(ROOT).name)
    assert script("comment.yml", "comment", "Post or update the comment").count(mark) == 1
    assert script("preview.yml", "review", "Review").count(mark) == 1
    assert "\n".join(gitlab_jobs()["comment"]["script"]).count(mark) == 1


FAKE_GH = """#!{python}
import json, os, sys
arguments = sys.argv[1:]
with open("calls", "a") as file:
    file.write(json.dumps(arguments) + "\\n")
text = " ".join(arguments)
if "--jq .head.sha" in text:
    print(os.environ["FAKE_SHA"])
elif "--paginate" in text:
    print(os.environ["FAKE_OLD"])
"""


def run_script(text: str, folder: Path, programs: dict[str, str], **env: str) -> subprocess.CompletedProcess[str]:
    bin_ = folder / "bin"
    bin_.mkdir()
    for name, body in programs.items():
        (bin_ / name).write_text(body.replace("{python}", sys.executable), encoding="utf-8")
        (bin_ / name).chmod(0o755)
    path = os.pathsep.join([str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]])
    # As the forges run it.
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, **env, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def calls(folder: Path) -> list[list[str]]:
    file = folder / "calls"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


@pytest.mark.parametrize(("old", "method"), [("41", "PATCH"), ("", "POST")])
def test_the_comment_on_github_is_updated_where_there_is_one(tmp_path: Path, old: str, method: str) -> None:
    (tmp_path / "review").mkdir()
    (tmp_path / "review/number").write_text("7; rm -rf /\n", encoding="utf-8")
    (tmp_path / "review/comment.md").write_text("<!-- homeport-review: homeport -->\ntext\n", encoding="utf-8")
    text = script("comment.yml", "comment", "Post or update the comment")
    env = {"REPOSITORY": "acme/homeport", "HEAD_SHA": "abc", "FAKE_SHA": "abc", "FAKE_OLD": old}
    ran = run_script(text, tmp_path, {"gh": FAKE_GH}, **env)
    assert ran.returncode == 0, ran.stderr
    last = calls(tmp_path)[-1]
    assert last[last.index("--method") + 1] == method
    assert last[4] == ("repos/acme/homeport/issues/comments/41" if old else "repos/acme/homeport/issues/7/comments")
    assert last[-1] == "body=@comment.md"


def test_a_review_cannot_put_its_comment_on_another_pull_request(tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    (tmp_path / "review/number").write_text("8", encoding="utf-8")
    text = script("comment.yml", "comment", "Post or update the comment")
    env = {"REPOSITORY": "acme/homeport", "HEAD_SHA": "abc", "FAKE_SHA": "other", "FAKE_OLD": ""}
    ran = run_script(text, tmp_path, {"gh": FAKE_GH}, **env)
    assert (ran.returncode, len(calls(tmp_path))) == (0, 1)
    assert "nothing is posted" in ran.stdout


FAKE_CURL = """#!{python}
import json, os, sys
arguments = sys.argv[1:]
config = open(arguments[arguments.index("--config") + 1]).read()
assert config == 'header = "PRIVATE-TOKEN: s3cret"\\n', config
with open("calls", "a") as file:
    file.write(json.dumps(arguments) + "\\n")
if "--dump-header" in arguments:
    page = arguments[-1].rpartition("page=")[2]
    nextpage = "2" if page == "1" else ""
    open(arguments[arguments.index("--dump-header") + 1], "w").write(f"HTTP/2 200\\r\\nx-next-page: {nextpage}\\r\\n")
    notes = json.loads(os.environ["FAKE_NOTES"]) if page == "2" else []
    print(json.dumps(notes))
elif arguments[-1].endswith("/user"):
    print(json.dumps({"id": 5}))
"""
MARK = "<!-- homeport-review: homeport -->\n"


@pytest.mark.parametrize(
    ("notes", "method", "end"),
    [
        ([{"id": 41, "author": {"id": 5}, "body": f"{MARK}old"}], "PUT", "/notes/41"),
        ([{"id": 41, "author": {"id": 6}, "body": f"{MARK}not ours"}], "POST", "/notes"),
        ([{"id": 41, "author": {"id": 5}, "body": "something else"}], "POST", "/notes"),
    ],
)
def test_the_comment_on_gitlab_is_found_on_any_page_and_only_if_it_is_ours(
    tmp_path: Path, notes: list[Any], method: str, end: str
) -> None:
    (tmp_path / "comment.md").write_text(f"{MARK}new", encoding="utf-8")
    env = {
        "CI_API_V4_URL": "https://gitlab.acme.example/api/v4",
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "REVIEW_TOKEN": "s3cret",
        "FAKE_NOTES": json.dumps(notes),
    }
    ran = run_script("\n".join(gitlab_jobs()["comment"]["script"]), tmp_path, {"curl": FAKE_CURL}, **env)
    assert ran.returncode == 0, ran.stderr
    last = calls(tmp_path)[-1]
    assert last[last.index("--request") + 1] == method
    assert last[-1].endswith(end)
    assert "body@comment.md" in last
    assert all("s3cret" not in argument for call in calls(tmp_path) for argument in call)


@pytest.mark.parametrize(("code", "written"), [(0, True), (4, True), (2, False)])
def test_a_review_that_cannot_run_replaces_the_old_comment(tmp_path: Path, code: int, written: bool) -> None:
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    write = "echo comment > review/comment.md;" if written else ""
    python.write_text(f"#!/bin/sh\n{write} exit {code}\n", encoding="utf-8")
    python.chmod(0o755)
    env = {name: str(tmp_path / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    ran = run_script(script("preview.yml", "review", "Review"), tmp_path, {}, NUMBER="7", BASE="x", LABELS="", **env)
    assert ran.returncode == 0, ran.stderr
    text = (tmp_path / "review/comment.md").read_text(encoding="utf-8")
    assert ("could not run" in text) is not written
    assert (tmp_path / "GITHUB_OUTPUT").read_text(encoding="utf-8") == f"code={code}\n"
    assert (tmp_path / "review/number").read_text(encoding="utf-8") == "7\n"


def test_a_job_on_gitlab_logs_in_to_google_cloud_by_its_token_alone(tmp_path: Path) -> None:
    text = gitlab_jobs()[".pulumi"]["before_script"][0]
    env = {
        "CI_IDENTITY": "signed.token.here",
        "CI_PROJECT_DIR": str(tmp_path / "work"),
        "CI_JOB_ID": "9",
        "GCP_IDENTITY_PROVIDER": "projects/1/locations/global/workloadIdentityPools/ci-homeport/providers/gitlab",
        "GCP_ACCOUNT": "homeport-preview@acme-global.iam.gserviceaccount.com",
    }
    ran = run_script(text, tmp_path, {}, **env)
    assert ran.returncode == 0, ran.stderr
    document = json.loads((tmp_path / "work.google.json").read_text(encoding="utf-8"))
    assert document["audience"].endswith("/workloadIdentityPools/ci-homeport/providers/gitlab")
    assert Path(document["credential_source"]["file"]).read_text(encoding="utf-8") == "signed.token.here"
    assert Path(document["credential_source"]["file"]).stat().st_mode & 0o077 == 0
