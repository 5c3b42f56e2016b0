"""The states that are kept of releases: there is one of this version, and none shows a secret or a machine."""

from __future__ import annotations

import json
import re

import pytest

from tests.engine.golden_states import LARGEST, STACKS, STATES, kept_state, this_version, versions

KEPT = [(version, stack) for version in versions() for stack in STACKS]


def test_there_are_states_of_this_version() -> None:
    assert this_version() in versions(), "run: make golden-states"


@pytest.mark.parametrize(("version", "stack"), KEPT)
def test_a_kept_stack_has_its_settings_and_a_small_state(version: str, stack: str) -> None:
    assert "encryptionsalt:" in (STATES / version / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    assert (STATES / version / "base.yaml").is_file()
    assert (STATES / version / f"{stack}.json.gz").stat().st_size < LARGEST


@pytest.mark.parametrize(("version", "stack"), KEPT)
def test_a_kept_state_shows_no_secret_and_no_machine(version: str, stack: str) -> None:
    state = kept_state(version, stack)
    text = json.dumps(state)
    for trace in (
        "plaintext",
        "127.0.0.1",
        "localhost",
        "/home/",
        "/root/",
        "/private/",
        "sourcePosition",
        "stackTrace",
    ):
        assert trace not in text, trace
    # One is in each: the kubeconfig of a cluster, or the labels that Google Cloud's provider keeps secret.
    assert re.search(r'"ciphertext": "v1:', text)
    assert state["deployment"]["secrets_providers"]["type"] == "passphrase"
    assert not state["deployment"].get("pending_operations")
