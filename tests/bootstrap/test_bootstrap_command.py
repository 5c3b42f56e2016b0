"""`homeport bootstrap` before it reaches an engine: what is missing, what is wrong, what comes after."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from homeport.bootstrap.after import next_steps
from homeport.cli import main

ROOT = Path(__file__).resolve().parents[2]
GCP = ("--cloud", "gcp", "--project", "acme-admin", "--location", "europe-west3")
AWS = ("--cloud", "aws", "--account", "999900001111", "--region", "eu-central-1")
KEY = "projects/acme-admin/locations/europe-west3/keyRings/pulumi-state/cryptoKeys/pulumi-state"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, a pulumi that must not be asked, and no login."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "PULUMI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "pulumi"
    program.write_text('#!/bin/sh\n/usr/bin/touch "$HOME/asked"\nexit 1\n')
    program.chmod(0o755)
    # Neither the account of a machine on Google Cloud nor the role of one on AWS.
    monkeypatch.setattr("homeport.commands.bootstrap._PRODUCT", tmp_path / "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def log_in(home: Path) -> None:
    file = home / ".config" / "gcloud" / "application_default_credentials.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"type": "authorized_user"}')


def run(*options: str) -> Result:
    return CliRunner().invoke(main, ["bootstrap", *options], catch_exceptions=False)


def test_without_pulumi_it_says_where_to_get_it(home: Path) -> None:
    (home / "bin" / "pulumi").unlink()
    result = run(*GCP, "--yes")
    assert result.exit_code == 3
    assert "get.pulumi.com" in result.output


@pytest.mark.parametrize(
    ("options", "fix"), [(GCP, "gcloud auth application-default login"), (AWS, "aws configure sso")]
)
def test_without_a_login_nothing_is_begun(home: Path, options: tuple[str, ...], fix: str) -> None:
    result = run(*options, "--yes")
    assert result.exit_code == 3
    assert fix in result.output
    assert not (home / ".homeport").exists()
    assert not (home / "asked").exists()


def test_wrong_options_are_all_said_and_nothing_is_begun(home: Path) -> None:
    result = run("--cloud", "gcp", "--location", "europe", "--account", "1", "--json")
    assert result.exit_code == 2
    assert {found["path"] for found in json.loads(result.stdout)["problems"]} == {
        "--project",
        "--location",
        "--account",
    }
    assert not (home / ".homeport").exists()


def test_an_unknown_cloud_is_refused(home: Path) -> None:
    result = run("--cloud", "azure")
    assert result.exit_code == 2
    assert "gcp" in result.output


def test_a_failing_engine_is_no_traceback_and_leaves_no_empty_folder(home: Path) -> None:
    log_in(home)
    result = run(*GCP, "--yes", "--json")
    assert result.exit_code == 1
    assert "pulumi stack export" in json.loads(result.stdout)["error"]
    assert not (home / ".homeport").exists()


def test_the_program_finds_homeport_from_its_own_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(home)
    monkeypatch.setenv("PYTHONPATH", "components")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of-another-stack")
    (home / "bin" / "pulumi").write_text(
        '#!/bin/sh\n/usr/bin/env >>"$HOME/env"\necho "error: no stack named x" >&2\nexit 6\n'
    )
    run(*GCP, "--yes", "--state", (home / "place").as_uri())
    seen = (home / "env").read_text().splitlines()
    assert f"PYTHONPATH={home / 'components'}" in seen
    assert f"PULUMI_PYTHON_CMD={sys.executable}" in seen
    folder = home / ".homeport" / "bootstrap-gcp"
    # The place is asked with what the caller has, this machine's state with its own passphrase.
    assert f"PULUMI_CONFIG_PASSPHRASE_FILE={folder / 'passphrase'}" in seen
    assert seen.count("PULUMI_CONFIG_PASSPHRASE=of-another-stack") == 1


def test_of_several_errors_the_first_is_told_and_not_their_number(home: Path) -> None:
    log_in(home)
    text = "error: 2 errors occurred:\\n\\t* KMS: not authorized\\n\\t* and then this\\n"
    (home / "bin" / "pulumi").write_text(f"#!/bin/sh\nprintf '{text}' >&2\nexit 1\n")
    said = json.loads(run(*GCP, "--yes", "--json").stdout)["error"]
    assert "KMS: not authorized\n    fix: " in said


def test_without_consent_nothing_is_made(home: Path) -> None:
    log_in(home)
    (home / "bin" / "pulumi").write_text("#!/bin/sh\necho 'error: no stack named x found' >&2\nexit 6\n")
    # A place of one's own, since an empty bucket that is there would be somebody else's.
    result = run(*GCP, "--state", (home / "place").as_uri())
    assert result.exit_code == 2
    assert "add --yes" in result.output
    assert "make the bucket and the key" in result.output
    assert not (home / ".homeport").exists()


def test_a_bucket_that_is_there_already_is_not_taken_over(home: Path) -> None:
    log_in(home)
    (home / "bin" / "pulumi").write_text("#!/bin/sh\necho 'error: no stack named x found' >&2\nexit 6\n")
    result = run(*GCP, "--yes")
    assert result.exit_code == 1
    assert "gs://acme-admin-state is there" in result.output
    assert "--bucket" in result.output


@pytest.mark.parametrize(
    "text",
    [
        "error: could not list bucket: blob (code=NotFound): operation error S3: ListObjectsV2, NoSuchBucket: none",
        'error: unable to open state directory "file:///x": stat /x: no such file or directory',
    ],
)
def test_a_place_that_is_not_there_is_told_from_one_that_is_empty(home: Path, text: str) -> None:
    log_in(home)
    (home / "bin" / "pulumi").write_text(f"#!/bin/sh\necho '{text}' >&2\nexit 1\n")
    named = run(*GCP, "--yes", "--state", (home / "place").as_uri())
    assert named.exit_code == 1
    assert "make the place that --state names" in named.output
    # The bucket that it makes itself may be missing: it goes on, until this pulumi fails.
    assert "left to do" in run(*GCP, "--yes").output


def after(cloud: str = "gcp", **stacks: str) -> list[str]:
    return next_steps(
        cloud,
        state="s3://acme-state?region=eu-central-1" if cloud == "aws" else "gs://acme-admin-state",
        bucket="acme-admin-state",
        key=KEY,
        secrets_provider=f"gcpkms://{KEY}",
        stacks=stacks,
    )


def test_what_comes_next_is_logging_in_and_the_stacks_of_the_project() -> None:
    login, make, ci = after(stage="config: {}\n", **{"global": "config: {}\n"})
    assert "pulumi login gs://acme-admin-state" in login.splitlines()
    assert make.splitlines()[1:] == [
        f'pulumi stack init global --secrets-provider "gcpkms://{KEY}"',
        f'pulumi stack init stage --secrets-provider "gcpkms://{KEY}"',
        "git add Pulumi.global.yaml Pulumi.stage.yaml",
    ]
    assert "homeport set -s global gcp.ci.state.bucket=acme-admin-state" in ci


def test_addresses_with_a_question_mark_are_quoted_for_the_shell() -> None:
    line = next(text for text in after("aws")[0].splitlines() if text.startswith("pulumi login"))
    assert shlex.split(line)[-1] == "s3://acme-state?region=eu-central-1"
    assert "'" in line


def test_stacks_that_are_made_already_are_not_made_again() -> None:
    ours, others = f"secretsprovider: gcpkms://{KEY}\nencryptedkey: A\n", "encryptionsalt: v1:abc\n"
    found = after(stage=ours, prod=others)
    assert not [text for text in found if "stack init" in text]
    assert found[-1].startswith("prod: encrypted otherwise")
    assert "stack init STACK" in after()[1]


def test_the_line_that_lets_ci_in_is_taken_by_the_project_as_it_is(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "Pulumi.global.yaml", "pyproject.toml", "stacks"):
        source = ROOT / name
        copy: Any = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    line = after(**{"global": "config: {}\n"})[-1].splitlines()[-1]
    result = CliRunner().invoke(main, [*shlex.split(line)[1:], "--root", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert f"key: {KEY}" in (tmp_path / "Pulumi.global.yaml").read_text()
