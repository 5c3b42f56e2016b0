"""Which permissions can be said, and what is said to those that cannot."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pydantic import TypeAdapter, ValidationError

from homeport.identity.per_cloud import problems
from homeport.identity.permissions import (
    BASIC_ROLES,
    BucketReader,
    BucketWriter,
    DnsEditor,
    ImagePuller,
    KeyUser,
    LoadBalancerAdmin,
    Permission,
    RoleAssumer,
    SecretReader,
    SecretWriter,
    VolumeAdmin,
)
from homeport.identity.reference import EXAMPLES
from homeport.identity.refs import BucketRef, KeyRef, RegistryRef, RoleRef, SecretRef, ZoneRef
from homeport.values import Cloud

ADAPTER: TypeAdapter[Permission] = TypeAdapter(Permission)


def refusal(document: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as error:
        ADAPTER.validate_python(document)
    (only,) = error.value.errors(include_input=False, include_url=False)
    context: dict[str, Any] = only.get("ctx", {})
    return "; ".join(text for text in (only["msg"], str(context.get("fix", ""))) if text)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.kind)
def test_a_permission_is_read_back_from_what_a_stack_file_would_hold(example: Permission) -> None:
    assert ADAPTER.validate_python(example.model_dump(mode="json")) == example


def test_the_schema_tells_intents_apart_by_their_kind() -> None:
    schema = ADAPTER.json_schema()
    assert schema["discriminator"]["propertyName"] == "kind"
    assert set(schema["discriminator"]["mapping"]) == {example.kind for example in EXAMPLES}


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (
            {"kind": "bucket-reader", "bucket": {"name": "s3://acme-models"}},
            "must be the bucket's name alone; leave out the scheme or ARN, for example acme-backups",
        ),
        (
            {"kind": "bucket-reader", "bucket": {"name": "acme-*"}},
            "must be a bucket name: 3 or more characters of a-z, 0-9, -, . and _; for example acme-backups",
        ),
        (
            {"kind": "bucket-writer", "bucket": {"name": "acme-models"}, "prefix": "/a/"},
            (
                "must be the beginning of object names: letters, digits and . _ = / -, not first a /, no wildcard; "
                'end it with a / so that it is a folder, for example "loki/"'
            ),
        ),
        (
            {"kind": "secret-reader", "secrets": [{"name": "grafana-*"}]},
            (
                "must be a secret's name: letters, digits and / _ + = . @ -, no wildcard; "
                "name each secret, for example grafana-admin"
            ),
        ),
        (
            {"kind": "secret-reader", "secrets": [{"name": "arn:aws:secretsmanager:eu-central-1:1:secret:a"}]},
            'must be the secret\'s name alone, the same on both clouds; for example "grafana-admin"',
        ),
        (
            {"kind": "key-user", "key": {"label": "a", "aws": "alias/a"}},
            "must be the ARN of a KMS key; rights cannot hang on an alias; write arn:aws:kms:REGION:ACCOUNT:key/ID",
        ),
        (
            {"kind": "key-user", "key": {"label": "a", "gcp": "a"}},
            (
                "must be the resource name of a Cloud KMS key; "
                "write projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY"
            ),
        ),
        (
            {"kind": "image-puller", "registry": {"label": "a", "aws": {"repositories": ["*"]}}},
            (
                "must be the name of a repository, or a namespace followed by /*; "
                "for example acme/web, or acme/* for every repository below acme"
            ),
        ),
        (
            {"kind": "dns-editor", "zones": [{"name": "acme.example"}], "gcp_role": "roles/editor"},
            "is a basic role, which opens the whole project; use roles/dns.admin or a custom role",
        ),
        (
            {"kind": "dns-editor", "zones": [{"name": "acme.example"}], "gcp_role": "dns.admin"},
            "must be a predefined or custom role; write roles/SERVICE.NAME or projects/PROJECT/roles/NAME",
        ),
        (
            {"kind": "key-user", "key": {"label": "A key"}},
            'must be 1 to 63 characters of a-z, 0-9, -, ., _ and /; for example "backups"',
        ),
    ],
    ids=str,
)
def test_what_cannot_be_scoped_is_refused_with_what_to_write(document: dict[str, Any], text: str) -> None:
    assert refusal(document) == text


def test_an_empty_list_grants_nothing_and_is_refused() -> None:
    assert "at least 1 item" in refusal({"kind": "dns-editor", "zones": []})
    assert "at least 1 item" in refusal({"kind": "secret-writer", "secrets": []})


@pytest.mark.parametrize("role", sorted(BASIC_ROLES))
def test_no_basic_role_can_be_asked_for(role: str) -> None:
    assert "basic role" in refusal({"kind": "dns-editor", "zones": [{"name": "acme.example"}], "gcp_role": role})


@pytest.mark.parametrize("model", [BucketRef, SecretRef])
def test_a_name_from_another_resource_needs_a_label(model: type[BucketRef | SecretRef]) -> None:
    name = pulumi.Output.from_input("acme-models")
    with pytest.raises(ValidationError, match='say what to call it, for example label="backups"'):
        model(name=name)
    assert model(name=name, label="models").called == "models"
    assert model(name="acme-models").called == "acme-models"


WITHOUT: list[tuple[Permission, Cloud, str]] = [
    (
        DnsEditor(zones=[ZoneRef(name="acme.example")]),
        "aws",
        (
            "[0].zones[0].aws: the cluster runs on AWS, and nothing says what the zone acme.example is there; "
            "add aws with its zone_id"
        ),
    ),
    (
        DnsEditor(zones=[ZoneRef(name="acme.example")]),
        "gcp",
        (
            "[0].zones[0].gcp: the cluster runs on Google Cloud, and nothing says what the zone acme.example is there; "
            "add gcp with its project and name"
        ),
    ),
    (
        BucketWriter(bucket=BucketRef(name="acme-logs", key=KeyRef(label="logs"))),
        "aws",
        "[0].bucket.key.aws: the cluster runs on AWS, and nothing says what the key logs is there; add aws, its ARN",
    ),
    (
        SecretReader(secrets=[SecretRef(name="a")], key=KeyRef(label="logs")),
        "aws",
        "[0].key.aws: the cluster runs on AWS, and nothing says what the key logs is there; add aws, its ARN",
    ),
    (
        VolumeAdmin(keys=[KeyRef(label="disks")]),
        "aws",
        "[0].keys[0].aws: the cluster runs on AWS, and nothing says what the key disks is there; add aws, its ARN",
    ),
    (
        KeyUser(key=KeyRef(label="app")),
        "gcp",
        (
            "[0].key.gcp: the cluster runs on Google Cloud, and nothing says what the key app is there; "
            "add gcp, its resource name"
        ),
    ),
    (
        ImagePuller(registry=RegistryRef(label="acme")),
        "aws",
        (
            "[0].registry.aws: the cluster runs on AWS, and nothing says what the registry acme is there; "
            "add aws with its repositories"
        ),
    ),
    (
        ImagePuller(registry=RegistryRef(label="acme")),
        "gcp",
        (
            "[0].registry.gcp: the cluster runs on Google Cloud, and nothing says what the registry acme is there; "
            "add gcp with its project, location and repository"
        ),
    ),
    (
        RoleAssumer(role=RoleRef(label="zone-stage")),
        "aws",
        (
            "[0].role.aws: the cluster runs on AWS, and nothing says what the identity zone-stage is there; "
            "add aws, the ARN of a role"
        ),
    ),
    (
        RoleAssumer(role=RoleRef(label="zone-stage")),
        "gcp",
        (
            "[0].role.gcp: the cluster runs on Google Cloud, and nothing says what the identity zone-stage is there; "
            "add gcp with its project and email"
        ),
    ),
    (
        LoadBalancerAdmin(),
        "aws",
        (
            "[0].vpc: without the VPC the controller could open the security groups of every VPC in the region; "
            "add vpc, the id of the cluster's VPC, for example the network's vpc_id"
        ),
    ),
    (
        SecretWriter(secrets=[SecretRef(name="app/db")]),
        "gcp",
        (
            '[0].secrets[0].name = "app/db": the id of a secret on Google Cloud is up to 255 letters, digits, - and _; '
            'name it "app-db" on both clouds'
        ),
    ),
]


@pytest.mark.parametrize(("permission", "cloud", "text"), WITHOUT, ids=lambda value: getattr(value, "kind", ""))
def test_what_a_cloud_needs_and_lacks_is_named(permission: Permission, cloud: Cloud, text: str) -> None:
    assert [problem.text() for problem in problems([permission], cloud)] == [text]


@pytest.mark.parametrize("cloud", ["aws", "gcp"])
def test_complete_permissions_have_no_problem_on_either_cloud(cloud: Cloud) -> None:
    together = [example for example in EXAMPLES if cloud == "aws" or not isinstance(example, RoleAssumer)]
    assert list(problems(together, cloud)) == []


def test_what_the_other_cloud_lacks_is_no_problem() -> None:
    natively: list[Permission] = [
        VolumeAdmin(keys=[KeyRef(label="disks")]),
        LoadBalancerAdmin(),
        BucketReader(bucket=BucketRef(name="acme-logs", key=KeyRef(label="logs"))),
    ]
    assert list(problems(natively, "gcp")) == []


def test_all_problems_come_at_once() -> None:
    asked: list[Permission] = [LoadBalancerAdmin(), KeyUser(key=KeyRef(label="app"))]
    assert [problem.path for problem in problems(asked, "aws")] == [(0, "vpc"), (1, "key", "aws")]
