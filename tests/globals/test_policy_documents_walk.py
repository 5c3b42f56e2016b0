"""Walks every policy document and grant of a full global layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest

from homeport.globals.args import GlobalSections
from homeport.globals.aws import GlobalAws
from homeport.globals.dns import DnsZones
from homeport.globals.gcp import GlobalGcp
from homeport.globals.globals_output import Globals
from homeport.globals.publish import publish
from homeport.globals.service_plan import BOOTSTRAP
from homeport.plan import Graph

GraphOf = Callable[[Callable[[pulumi.ResourceOptions], Any]], Graph]
ACCOUNT = "111122223333"
EMAILS = ["platform@acme.example"]
FULL: dict[str, Any] = {
    "dns": {
        "zones": {
            "acme": {"cloud": "aws", "domain": "acme.example", "dnssec": "signed"},
            "stage": {"cloud": "gcp", "domain": "stage.acme.example", "parent": "acme", "dnssec": "delegated"},
        }
    },
    "ci": {
        "homeport": {
            "provider": "github",
            "repository": "acme/homeport",
            "deploy": {"branches": ["main"], "environments": ["prod"]},
        }
    },
    "gcp": {
        "project": "acme-global",
        "region": "europe-west3",
        "projects": {"stage": "acme-stage", "prod": "acme-prod"},
        "access": {
            preset: {"group": f"{preset}s@acme.example", "preset": preset}
            for preset in ("viewer", "developer", "operator", "admin")
        },
        "ci": {"state": {"bucket": "acme-state"}},
        "registries": {"apps": {"key": "shared", "cleanup": {"keep_recent": 30}}},
        "keys": {"shared": {"users": ["group:platform@acme.example"]}},
        "backups": {"backups": {"key": "shared"}, "held": {"location": "europe-west10", "retention_days": 7}},
        "budgets": {"all": {"amount": 500, "billing_account": "012345-6789AB-CDEF01", "emails": EMAILS}},
        "audit": {"destination": "logs", "data_access": ["read"]},
    },
    "aws": {
        "account": ACCOUNT,
        "region": "eu-central-1",
        "accounts": {"stage": {"id": "444455556666"}},
        "access": {
            preset: {"preset": preset, "permission_sets": [f"Acme{preset}"]}
            for preset in ("viewer", "developer", "operator", "admin")
        },
        "ci": {"state": {"bucket": "acme-state"}},
        "registries": {"apps": {"images": ["web", "shop/worker"], "key": "shared"}},
        "keys": {"shared": {"services": ["cloudtrail"], "users": ["arn:aws:iam::444455556666:role/backup"]}},
        "backups": {"backups": {"key": "shared", "object_lock": True, "retention_days": 7}},
        "budgets": {"all": {"amount": 500, "emails": EMAILS}},
        "audit": {"key": "shared"},
    },
}
#: Actions that AWS cannot scope to a resource:
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
UNSCOPED = {"eks:ListClusters"}


def build(sections: GlobalSections, opts: pulumi.ResourceOptions, protection: Any = "standard") -> None:
    google = amazon = None
    if sections.gcp is not None:
        google = GlobalGcp(
            "gcp-global", sections.gcp, ci=sections.ci, parts=sections.gcp_parts(), protection=protection, opts=opts
        )
    if sections.aws is not None:
        amazon = GlobalAws("aws-global", sections.aws, ci=sections.ci, protection=protection, opts=opts)
    zones = DnsZones(
        "dns",
        sections.dns,
        account=sections.aws.account if sections.aws else None,
        protection=protection,
        ready=google.ready if google else (),
        opts=opts,
    )
    pulumi.export("globals", publish(sections, zones=zones.zones, gcp=google, aws=amazon))


@pytest.fixture(scope="module")
def full(graph_of: GraphOf) -> Graph:
    return graph_of(lambda opts: build(GlobalSections.model_validate(FULL), opts))


def documents(graph: Graph) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for resource in graph.resources:
        for key in ("policy", "assumeRolePolicy"):
            text = resource.inputs.get(key)
            if isinstance(text, str) and text.startswith("{") and "Statement" in text:
                yield resource.name, resource.type, json.loads(text)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]


def test_no_document_allows_every_action(full: Graph) -> None:
    found = list(documents(full))
    assert len(found) > 15
    for name, _, document in found:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                wild = [action for action in statement["Action"] if "*" in action]
                assert wild == [], f"{name}: {wild}"
                assert statement["Action"] == sorted(statement["Action"])


def test_every_resource_is_allowed_only_where_nothing_can_be_named(full: Graph) -> None:
    for name, kind, document in documents(full):
        if kind == "aws:kms/key:Key":  # in a key's policy * is that key
            continue
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow" and "*" in as_list(statement.get("Resource", [])):
                assert set(statement["Action"]) <= UNSCOPED, name


def test_nobody_is_everybody(full: Graph) -> None:
    for name, _, document in documents(full):
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                principal = statement.get("Principal", {})
                assert principal != "*", name
                assert "*" not in json.dumps(principal), name
                if principal == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"} and "sts:AssumeRole" in statement["Action"]:
                    assert statement["Condition"], name


def test_documents_fit_the_limits_of_aws(full: Graph) -> None:
    for resource in full.find(type="aws:iam/rolePolicy:RolePolicy"):
        assert len(resource.inputs["policy"]) <= 10240
    for resource in full.find(type="aws:iam/role:Role"):
        assert len(resource.inputs["assumeRolePolicy"]) <= 2048
        attached = [
            other
            for other in full.find(type="aws:iam/rolePolicyAttachment:RolePolicyAttachment")
            if resource.urn in other.dependencies
        ]
        assert len(attached) <= 10


def test_grants_on_google_cloud_are_additive_and_never_basic(full: Graph) -> None:
    grants = [resource for resource in full.resources if resource.type.lower().endswith("iammember")]
    assert len(grants) > 100
    for grant in grants:
        assert grant.inputs["role"] not in {"roles/owner", "roles/editor", "roles/viewer"}
        assert not str(grant.inputs["member"]).startswith(("user:", "allUsers", "allAuthenticatedUsers"))
    assert not [r.type for r in full.resources if r.type.lower().endswith(("iambinding", "iampolicy"))]


def test_every_child_has_a_provider_and_a_parent(full: Graph) -> None:
    for resource in full.resources:
        if resource.custom and not resource.is_provider:
            assert resource.provider, resource.name
            assert resource.parent != full.root.urn, resource.name
    assert full.warnings == []


def test_what_cannot_be_made_again_is_guarded(graph_of: GraphOf) -> None:
    kinds = {
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:ecr/repository:Repository",
        "aws:route53/zone:Zone",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:kms/keyRing:KeyRing",
        "gcp:storage/bucket:Bucket",
        "gcp:artifactregistry/repository:Repository",
        "gcp:dns/managedZone:ManagedZone",
        "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    }
    for protection, protect in (("none", False), ("standard", True), ("strict", True)):
        sections = GlobalSections.model_validate(FULL)
        graph = graph_of(lambda opts, s=sections, p=protection: build(s, opts, p))
        found = {r.type: r for r in graph.resources if r.type in kinds}
        assert found.keys() == kinds
        for resource in graph.resources:
            assert resource.options.protect == (protect and resource.type in kinds), resource.name


def test_the_same_settings_give_the_same_graph(graph_of: GraphOf) -> None:
    def once() -> str:
        return graph_of(lambda opts: build(GlobalSections.model_validate(FULL), opts)).to_json()

    assert once() == once()


def test_what_is_published_is_what_cluster_stacks_read(full: Graph) -> None:
    read = Globals.parse(full.outputs["globals"])
    assert read.zones["stage"].domain == "stage.acme.example"
    assert read.zones["stage"].ds == "${globals.zones.stage.ds}"
    assert read.gcp is not None
    assert read.aws is not None
    assert read.gcp.registries["apps"].url.startswith("europe-west3-docker.pkg.dev/")
    assert read.gcp.ci["homeport"].deploy == "${gcp-global-ci-homeport-deploy.email}"
    assert read.gcp.access["admin"] == ["admins@acme.example"]
    assert read.aws.ci[ACCOUNT]["homeport"].preview == "${aws-global-ci-homeport-preview.arn}"
    assert set(read.aws.registries["apps"].arns) == {"web", "shop/worker"}
    assert read.aws.backups["backups"].region == "eu-central-1"
    assert "$secret" not in json.dumps(full.outputs["globals"])


def test_either_cloud_stands_alone(graph_of: GraphOf) -> None:
    for cloud, other in (("gcp", "aws"), ("aws", "gcp")):
        section = {cloud: {key: FULL[cloud][key] for key in (("project" if cloud == "gcp" else "account"), "region")}}
        sections = GlobalSections.model_validate(section)
        graph = graph_of(lambda opts, s=sections: build(s, opts))
        assert not [r for r in graph.resources if r.package == other and not r.is_provider]
        assert Globals.parse(graph.outputs["globals"]).model_dump()[other] is None


def test_apis_are_on_before_they_are_used(full: Graph) -> None:
    for kind, api in (
        ("gcp:dns/managedZone:ManagedZone", "dns"),
        ("gcp:artifactregistry/repository:Repository", "artifactregistry"),
        ("gcp:kms/keyRing:KeyRing", "cloudkms"),
        ("gcp:iam/workloadIdentityPool:WorkloadIdentityPool", "iam"),
        ("gcp:storage/bucket:Bucket", "storage"),
        ("gcp:billing/budget:Budget", "billingbudgets"),
    ):
        service = full.one(name=f"gcp-global-services-global-{api}")
        assert service.inputs["disableOnDestroy"] is False
        for resource in full.find(type=kind):
            assert service.urn in full.depends(resource.urn), resource.name
    for api in BOOTSTRAP:
        assert full.find(name=f"gcp-global-services-stage-{api.removesuffix('.googleapis.com')}")
