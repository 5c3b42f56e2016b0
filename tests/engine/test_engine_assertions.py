"""What the scenarios assert with: that it fails where it has to. Needs no engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from homeport.deploy.kinds import Kind
from tests.engine.breaking import Broken, assert_explained
from tests.engine.changing import assert_nothing_that_holds_state_is_replaced
from tests.engine.events import Result, Step, read_events
from tests.engine.simcloud.cloud import Fault

_QUOTA = "Error 403: Insufficient regional quota to satisfy request: resource 'CPUS'"


def _result(tmp_path: Path, type_: str, operation: str, text: str = "") -> Result:
    urn = f"urn:pulumi:s::p::{type_}::thing"
    metadata = {"op": operation, "urn": urn, "type": type_}
    events = [
        {"resourcePreEvent": {"metadata": metadata}},
        {"resOpFailedEvent": {"metadata": metadata}},
        {"diagnosticEvent": {"severity": "error", "urn": urn, "message": text}},
    ]
    path = tmp_path / "events"
    path.write_text("\n".join(json.dumps(event) for event in events))
    found = read_events(path)
    return Result("up", 1, found.steps, found.errors, found.warnings, "", 0, path)


@pytest.mark.parametrize(
    "type_",
    [
        "gcp:container/cluster:Cluster",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:storage/bucket:Bucket",
        "gcp:dns/managedZone:ManagedZone",
        "aws:eks/cluster:Cluster",
        "aws:route53/zone:Zone",
        "aws:s3/bucket:Bucket",
    ],
)
def test_a_replacement_of_what_holds_state_is_found(tmp_path: Path, type_: str) -> None:
    for operation in ("create-replacement", "replace", "delete-replaced"):
        with pytest.raises(AssertionError):
            assert_nothing_that_holds_state_is_replaced(_result(tmp_path, type_, operation))
    assert_nothing_that_holds_state_is_replaced(_result(tmp_path, type_, "update"))


def test_what_holds_nothing_may_be_replaced(tmp_path: Path) -> None:
    for type_ in ("gcp:container/nodePool:NodePool", "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"):
        assert_nothing_that_holds_state_is_replaced(_result(tmp_path, type_, "replace"))


@pytest.mark.parametrize(
    ("resource", "text", "kind", "holds"),
    [
        ("thing", _QUOTA, "quota", True),
        ("thing", _QUOTA, None, True),
        ("another", _QUOTA, "quota", False),
        ("thing", "Error 500", "quota", False),
        ("thing", _QUOTA, "forbidden", False),
    ],
)
def test_an_explanation_of_something_else_is_found(
    tmp_path: Path, resource: str, text: str, kind: Kind | None, holds: bool
) -> None:
    result = _result(tmp_path, "gcp:container/nodePool:NodePool", "create", _QUOTA)
    met = [Broken(Fault("nodePool", "create", text), resource, kind)]
    if holds:
        assert_explained(result, met)
        return
    with pytest.raises(AssertionError):
        assert_explained(result, met)


def test_a_run_of_which_nothing_is_told_is_found(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("")
    silent = Result("up", 1, [Step("create", "u", "t", (), ())], [], [], "", 0, tmp_path / "none")
    with pytest.raises(AssertionError, match="nothing was explained"):
        assert_explained(silent, [])
