"""What the program declares on either cloud, and whom its policies let in."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest
from pydantic import TypeAdapter

from homeport.bootstrap.args import AnyStateStoreArgs
from homeport.bootstrap.names import PROJECT, STACK, settings
from homeport.bootstrap.program import main
from homeport.identity.wildcards import violations
from homeport.plan import Graph, record

DAY = 86400
PLATFORM = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_PlatformAdmin_*"
CI = "arn:aws:iam::222233334444:role/homeport/ci-homeport-deploy"
GCP: dict[str, Any] = {"cloud": "gcp", "project": "acme-admin", "location": "europe-west3"}
AWS: dict[str, Any] = {"cloud": "aws", "account": "333344445555", "region": "eu-central-1"}


def graph(values: dict[str, Any], adopt: dict[str, str] | None = None) -> Graph:
    args: AnyStateStoreArgs = TypeAdapter(AnyStateStoreArgs).validate_python(values)
    config = {key: json.dumps(value) for key, value in settings(args, adopt or {}).items()}
    return record(main, project=PROJECT, stack=STACK, config={"pulumi:disable-default-providers": '["*"]', **config})


@pytest.fixture(scope="module")
def google() -> Graph:
    return graph({**GCP, "deployers": ["group:platform@acme.example"]})


@pytest.fixture(scope="module")
def amazon() -> Graph:
    return graph({**AWS, "deployers": [PLATFORM, CI]})


def test_on_google_cloud_the_bucket_keeps_versions_and_is_encrypted_with_the_key(google: Graph) -> None:
    bucket = google.one(name="store-bucket-bucket").inputs
    assert bucket["name"] == "acme-admin-state"
    assert bucket["location"] == "EUROPE-WEST3"
    assert bucket["publicAccessPrevention"] == "enforced"
    assert bucket["uniformBucketLevelAccess"] is True
    assert bucket["versioning"] == {"enabled": True}
    assert bucket["forceDestroy"] is False
    assert bucket["encryption"] == {"defaultKmsKeyName": "${store-key-key.id}"}
    assert bucket["lifecycleRules"] == [
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7}},
        {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 90, "withState": "ARCHIVED"}},
    ]
    key = google.one(name="store-key-key").inputs
    assert key["rotationPeriod"] == f"{90 * DAY}s"
    assert key["destroyScheduledDuration"] == f"{30 * DAY}s"


def test_deployers_on_google_cloud_get_objects_and_the_key_and_nothing_of_the_project(google: Graph) -> None:
    grants = {
        (found.type.rpartition(":")[2], found.inputs["role"])
        for found in google.resources
        if found.inputs.get("member") == "group:platform@acme.example"
    }
    assert grants == {
        ("BucketIAMMember", "roles/storage.objectUser"),
        ("CryptoKeyIAMMember", "roles/cloudkms.cryptoKeyEncrypterDecrypter"),
    }
    assert not [found for found in google.resources if found.type.startswith("gcp:projects/iAM")]


def test_apis_are_on_before_anything_is_made(google: Graph) -> None:
    for name in ("store-key-ring", "store-bucket-bucket"):
        before = google.depends(google.one(name=name).urn)
        assert {"store-services-admin-cloudkms", "store-services-admin-storage"} <= {
            found.name for found in google.resources if found.urn in before
        }


def test_who_encrypts_for_the_bucket_is_looked_up_once_its_api_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan does not show what a look-up waits for."""
    storage: Any = gcp.storage
    look_up, waited_for = storage.get_project_service_account_output, list[str]()

    def noted(*, project: str, opts: pulumi.InvokeOutputOptions) -> Any:
        waits: Any = opts.depends_on
        waited_for.extend(one._name for one in waits)
        return look_up(project=project, opts=opts)

    monkeypatch.setattr(storage, "get_project_service_account_output", noted)
    graph(GCP)
    assert "store-services-admin-storage" in waited_for


def test_on_aws_the_bucket_is_private_versioned_and_encrypted_with_the_key(amazon: Graph) -> None:
    assert amazon.one(name="store-bucket-bucket").inputs["bucket"] == "pulumi-state-333344445555-eu-central-1"
    (rule,) = amazon.one(name="store-bucket-encryption").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == "${store-key-key.arn}"
    rules = {found["id"]: found for found in amazon.one(name="store-bucket-lifecycle").inputs["rules"]}
    assert rules.keys() == {"uploads", "old-versions"}
    assert rules["old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
    assert amazon.one(name="store-bucket-versions").inputs["versioningConfiguration"] == {"status": "Enabled"}
    key = amazon.one(name="store-key-key").inputs
    assert key["enableKeyRotation"] is True
    assert amazon.one(name="store-key-alias").inputs["name"] == "alias/pulumi-state"


def documents(found: Graph) -> dict[str, dict[str, Any]]:
    return {
        name: json.loads(found.one(name=name).inputs["policy"]) for name in ("store-key-key", "store-bucket-policy")
    }


def test_policies_let_in_the_deployers_of_their_accounts_and_nobody_else(amazon: Graph) -> None:
    roots = ["arn:aws:iam::111122223333:root", "arn:aws:iam::222233334444:root"]
    for name, sids in (("store-key-key", {"UseState"}), ("store-bucket-policy", {"FindState", "KeepState"})):
        document = documents(amazon)[name]
        assert violations(document) == []
        ours = {one["Sid"]: one for one in document["Statement"] if one.get("Condition", {}).get("ArnLike")}
        assert ours.keys() == sids
        for statement in ours.values():
            assert statement["Principal"] == {"AWS": roots}
            assert statement["Condition"] == {"ArnLike": {"aws:PrincipalArn": [PLATFORM, CI]}}
            assert not [action for action in statement["Action"] if "*" in action or "Policy" in action]


def test_what_is_not_encrypted_on_its_way_is_refused(amazon: Graph) -> None:
    first = documents(amazon)["store-bucket-policy"]["Statement"][0]
    assert (first["Effect"], first["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_without_deployers_nobody_is_let_in_from_elsewhere() -> None:
    found = documents(graph(AWS))
    assert [one["Sid"] for one in found["store-bucket-policy"]["Statement"]] == ["TlsOnly"]
    assert [one["Sid"] for one in found["store-key-key"]["Statement"]] == ["AccountDecides"]
    members = [one.inputs["member"] for one in graph(GCP).resources if "member" in one.inputs]
    assert len(members) == 1, "the service agent of Cloud Storage alone"


def test_the_statements_are_no_wider_than_a_walk_of_policies_allows() -> None:
    """With the condition gone the walk says so: what the test above relies on."""
    document = documents(graph({**AWS, "deployers": [CI]}))["store-bucket-policy"]
    for statement in document["Statement"]:
        statement.pop("Condition")
    assert violations(document)


@pytest.mark.parametrize(("values", "url"), [(GCP, "gcpkms://${"), (AWS, "awskms:///${")])
def test_the_stack_says_where_state_goes_and_what_encrypts_it(values: dict[str, Any], url: str) -> None:
    outputs = graph(values).outputs
    assert outputs["secrets_provider"].startswith(url)
    assert outputs["store"]["bucket"] == outputs["bucket"] or "${" in outputs["bucket"]
    assert outputs["store"]["cloud"] == values["cloud"]
    assert "$secret" not in json.dumps(outputs)


@pytest.mark.parametrize("cloud", ["google", "amazon"])
def test_what_cannot_be_made_again_is_protected(cloud: str, request: pytest.FixtureRequest) -> None:
    found: Graph = request.getfixturevalue(cloud)
    held = {one.name for one in found.resources if one.options.protect}
    assert held == {"store-key-key", "store-bucket-bucket"} | ({"store-key-ring"} if cloud == "google" else set())
    assert not [one.name for one in found.resources if one.options.retain_on_delete]


def test_everything_carries_labels_and_names_its_provider(google: Graph, amazon: Graph) -> None:
    labels = google.one(name="gcp").inputs["defaultLabels"]
    assert json.loads(labels) if isinstance(labels, str) else labels
    for found in (google, amazon):
        assert found.warnings == []
        assert all(one.provider for one in found.resources if one.custom and not one.is_provider)
    assert "managed-by" in json.dumps(amazon.one(name="aws").inputs["defaultTags"])
