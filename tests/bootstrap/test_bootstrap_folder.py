"""The folder in which the state is until it moves."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from homeport.bootstrap.args import AwsStateStoreArgs
from homeport.bootstrap.folder import PARENT, Folder

ARGS = AwsStateStoreArgs(account="012345678901", region="eu-central-1", cost_centre="1000")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / PARENT / "bootstrap-aws")
    made.prepare()
    return made


def stack_file(folder: Folder) -> Path:
    return folder.path / "Pulumi.admin.yaml"


def test_nobody_else_reads_the_passphrase_and_no_repository_takes_the_folder(folder: Folder) -> None:
    assert stat.S_IMODE(folder.passphrase.stat().st_mode) == 0o600
    assert len(folder.passphrase.read_text()) > 30
    assert (folder.path / ".gitignore").read_text() == "*\n"


def test_the_passphrase_stays_the_same_as_long_as_the_folder_is_there(folder: Folder) -> None:
    before = folder.passphrase.read_text()
    folder.prepare()
    assert folder.passphrase.read_text() == before


def test_text_that_looks_like_a_number_stays_text(folder: Folder) -> None:
    folder.write_settings(ARGS)
    store = yaml.safe_load(stack_file(folder).read_text())["config"]["homeport-bootstrap:store"]
    assert store["account"] == "012345678901"
    assert store["cost_centre"] == "1000"
    assert folder.recorded() == store


def test_what_the_engine_notes_in_the_file_stays_unless_the_state_says_otherwise(folder: Folder) -> None:
    folder.write_settings(ARGS)
    noted = {**yaml.safe_load(stack_file(folder).read_text()), "encryptionsalt": "v1:abc"}
    stack_file(folder).write_text(yaml.safe_dump(noted))
    folder.write_settings(ARGS)
    assert json.loads(stack_file(folder).read_text())["encryptionsalt"] == "v1:abc"
    folder.write_settings(ARGS, notes={"secretsprovider": "awskms:///k", "encryptedkey": "AAAA"})
    written = json.loads(stack_file(folder).read_text())
    assert "encryptionsalt" not in written
    assert written["secretsprovider"] == "awskms:///k"


def test_what_is_taken_over_is_said_once(folder: Folder) -> None:
    folder.write_settings(ARGS, adopt={"store-bucket-bucket": "acme-state"})
    assert "homeport-bootstrap:adopt" in stack_file(folder).read_text()
    folder.write_settings(ARGS)
    assert "homeport-bootstrap:adopt" not in stack_file(folder).read_text()


def test_clearing_leaves_nothing_and_takes_nothing_else(folder: Folder) -> None:
    other = folder.path.parent / "bootstrap-gcp"
    other.mkdir()
    folder.clear()
    assert list(folder.path.parent.iterdir()) == [other]
    other.rmdir()
    folder.prepare()
    folder.clear()
    assert not folder.path.parent.exists()


def test_clearing_can_be_taken_up_again(folder: Folder) -> None:
    (folder.path / "state.moved").mkdir()
    (folder.path / "state.moved" / "left-over").write_text("x")
    folder.clear()
    assert not folder.path.exists()


def test_a_folder_without_a_run_records_nothing(tmp_path: Path) -> None:
    assert Folder(tmp_path / "none").recorded() == {}


def test_locks_say_who_works(folder: Folder) -> None:
    lock = folder.state / ".pulumi" / "locks" / "organization" / "homeport-bootstrap" / "admin" / "a.json"
    lock.parent.mkdir(parents=True)
    lock.write_text('{"pid": 1, "hostname": "here"}')
    assert list(folder.locks()) == [{"pid": 1, "hostname": "here"}]
    lock.write_text("")
    assert list(folder.locks()) == [{}]
