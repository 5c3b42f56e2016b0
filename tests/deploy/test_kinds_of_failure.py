"""Texts of clouds, Kubernetes, Helm and the engine, as they come, and what each is taken for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from homeport.deploy.explain import explain, explain_text
from homeport.deploy.kinds import Kind, classify
from tests.deploy.engine_events import aftermath, failing

CASES: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("failures.json").read_text("utf-8"))
OF_RESOURCES = CASES["of resources"]
OF_THE_PROGRAM = CASES["of the program or the engine"]


def name_of(case: dict[str, Any]) -> str:
    return f"{case['kind']}: {case['text'][:40]}"


@pytest.mark.parametrize("case", OF_RESOURCES, ids=name_of)
def test_a_text_is_taken_for_what_it_is_and_says_what_to_do(case: dict[str, Any]) -> None:
    type_, text = case["type"], case["text"]
    inputs = {"metadata": {"name": "web", "namespace": "shop"}} if type_.startswith("kubernetes:") else {}
    found = explain([*failing("general-pool", type_, "create", text, inputs=inputs), *aftermath()])
    assert found is not None
    assert found.kind == case["kind"]
    assert (found.first.name, found.first.type, found.first.operation) == ("general-pool", type_, "create")
    assert found.first.text in text
    assert found.others == ()
    assert [word for word in case["remedy"] if word not in found.remedy] == []
    assert "homeport up -s stage" in found.remedy
    assert "\n" not in found.remedy


def test_every_kind_is_met_on_one_cloud_or_another() -> None:
    # The others are the engine's own: they come without a resource.
    assert {case["kind"] for case in OF_RESOURCES} == set(get_args(Kind)) - {"locked", "program"}


@pytest.mark.parametrize("case", OF_THE_PROGRAM, ids=name_of)
def test_what_no_resource_is_to_blame_for_is_the_programs_or_the_engines(case: dict[str, Any]) -> None:
    found = explain([{"diagnosticEvent": {"severity": "error", "message": case["text"]}}], stack="stage")
    assert found is not None
    assert found.first.name == "the program"
    assert found.kind == case["kind"]
    assert [word for word in case["remedy"] if word not in found.remedy] == []


def test_what_the_engine_says_before_its_first_event_is_explained_too() -> None:
    printed = (
        "warning: old\nerror: could not list bucket: googleapi: Error 403: ... does not have "
        "storage.objects.list access, forbidden\n"
    )
    found = explain_text(printed, stack="stage")
    assert found is not None
    assert found.kind == "forbidden"
    assert found.first.text.startswith("could not list bucket")
    assert explain_text("Updating (stage):\n", stack="stage") is None


@pytest.mark.parametrize(
    ("said", "kind", "remedy"),
    [
        ("could not list bucket: blob (code=NotFound): api error NoSuchBucket: none", "other", "homeport bootstrap"),
        ("read meta: storage: bucket doesn't exist", "other", "homeport bootstrap"),
        ("PULUMI_ACCESS_TOKEN must be set for login", "forbidden", "pulumi login gs://BUCKET"),
        ("no stack named 'stage' found", "other", "homeport doctor -s stage"),
        ("current stack does not have output property 'globals'", "other", "homeport up -s OTHER"),
        ("could not list bucket: api error InvalidClientTokenId: the token is invalid", "forbidden", "aws sso login"),
        ("failed to load checkpoint: unexpected end of JSON input", "other", "interrupted-update.md"),
        ("failed to load checkpoint: blob (code=PermissionDenied): Error 403, forbidden", "forbidden", "lacks"),
    ],
)
def test_what_is_wrong_with_the_place_of_the_state_has_its_own_remedies(said: str, kind: str, remedy: str) -> None:
    found = explain_text(f"error: {said}\n", stack="stage")
    assert found is not None
    assert found.kind == kind
    assert remedy in found.remedy


def test_a_bucket_that_a_resource_misses_is_not_the_place_of_the_state() -> None:
    assert classify("NoSuchBucket: The specified bucket does not exist", "aws:s3/bucketPolicy:BucketPolicy") == (
        "other",
        "not_found",
    )


def test_a_provider_that_cannot_be_set_up_speaks_its_clouds_language() -> None:
    text = "Attempted to load application default credentials: could not find default credentials"
    assert classify(text, "pulumi:providers:gcp") == ("forbidden", "login")
    assert classify("no valid credential sources for S3 found", "pulumi:providers:aws") == ("forbidden", "login")


def test_the_family_is_that_of_the_type() -> None:
    text = "Forbidden"
    assert (
        classify(text, "aws:iam/role:Role")[0]
        == classify(text, "kubernetes:core/v1:ConfigMap")[0]
        == classify(text, "gcp:compute/network:Network")[0]
        == "forbidden"
    )
    assert classify("ResourceInUseException: busy", "aws:iam/role:Role")[0] == "busy"
    assert classify("ResourceInUseException: busy", "gcp:compute/network:Network")[0] == "other"


def test_what_a_component_of_a_provider_could_not_be_made_for_is_told_of_the_component() -> None:
    text = (
        "kubernetes:helm.sh/v4:Chart resource 'support-gateway-api-crds-release' has a problem: configured Kubernetes "
        "cluster is unreachable: unable to load schema information from the API server: dial tcp 192.0.2.7:443: connect"
    )
    found = explain([{"diagnosticEvent": {"severity": "error", "message": text}}], stack="stage")
    assert found is not None
    assert (found.first.name, found.first.type) == ("support-gateway-api-crds-release", "kubernetes:helm.sh/v4:Chart")
    assert found.first.text.startswith("configured Kubernetes cluster is unreachable")
    assert found.kind == "unreachable"
    assert "cluster.api.authorized_networks" in found.remedy
