from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi

from homeport.globals.ci_args import AwsCiArgs, CiIdentity, Deploy, GcpCiArgs, StateAccess
from homeport.globals.ci_aws import AwsCi
from homeport.globals.ci_gcp import GcpCi
from homeport.plan import Graph

GraphOf = Callable[[Callable[[pulumi.ResourceOptions], Any]], Graph]
ACCOUNT = "111122223333"
IDENTITIES = {
    "homeport": CiIdentity(
        provider="github", repository="acme/homeport", deploy=Deploy(branches=["main"], environments=["prod"])
    ),
    "shop": CiIdentity(provider="gitlab", repository="acme/shop"),
}
STATE_KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def amazon(graph_of: GraphOf, **fields: Any) -> Graph:
    args = AwsCiArgs(state=StateAccess(bucket="acme-state", key=STATE_KEY), **fields)
    return graph_of(lambda opts: AwsCi("ci", IDENTITIES, args, account=ACCOUNT, opts=opts))


def google(graph_of: GraphOf, **fields: Any) -> Graph:
    key = "projects/acme-admin/locations/europe-west3/keyRings/state/cryptoKeys/state"
    args = GcpCiArgs(state=StateAccess(bucket="acme-state", key=key), **fields)
    return graph_of(lambda opts: GcpCi("ci", IDENTITIES, args, projects={"stage": "acme-stage"}, opts=opts))


def test_an_account_gets_one_identity_provider_per_issuer(graph_of: GraphOf) -> None:
    found = amazon(graph_of).find(type="aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert {provider.inputs["url"] for provider in found} == {
        "https://gitlab.com",
        "https://token.actions.githubusercontent.com",
    }


def test_an_identity_provider_that_exists_is_used(graph_of: GraphOf) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"
    graph = amazon(graph_of, oidc_providers={"https://gitlab.com": arn})
    assert len(graph.find(type="aws:iam/openIdConnectProvider:OpenIdConnectProvider")) == 1
    assert json.loads(graph.one(name="ci-shop-preview").inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {
        "Federated": arn
    }


def test_roles_wait_for_the_identity_provider(graph_of: GraphOf) -> None:
    graph = amazon(graph_of)
    role = graph.one(name="ci-homeport-deploy")
    assert graph.one(name="ci-token.actions.githubusercontent.com").urn in role.dependencies


def test_a_repository_without_deploying_jobs_gets_no_deploying_role(graph_of: GraphOf) -> None:
    roles = {role.inputs["name"] for role in amazon(graph_of).find(type="aws:iam/role:Role")}
    assert roles == {"ci-homeport-preview", "ci-homeport-deploy", "ci-shop-preview"}
    accounts = {a.inputs["accountId"] for a in google(graph_of).find(type="gcp:serviceaccount/account:Account")}
    assert accounts == {"homeport-preview", "homeport-deploy", "shop-preview"}


def test_previews_read_the_state_and_write_nothing(graph_of: GraphOf) -> None:
    document = json.loads(amazon(graph_of).one(name="ci-shop-preview-state").inputs["policy"])
    actions = {action for item in document["Statement"] for action in item["Action"]}
    assert actions == {
        "kms:Decrypt",
        "kms:DescribeKey",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
    }
    graph = google(graph_of)
    assert graph.one(name="ci-shop-preview-state").inputs["role"] == "roles/storage.objectViewer"
    assert graph.one(name="ci-shop-preview-state-key").inputs["role"] == "roles/cloudkms.cryptoKeyDecrypter"
    assert graph.one(name="ci-homeport-deploy-state").inputs["role"] == "roles/storage.objectUser"


def test_previews_without_state_access(graph_of: GraphOf) -> None:
    args = AwsCiArgs(state=StateAccess(bucket="acme-state", key=STATE_KEY, preview="none"))
    graph = graph_of(lambda opts: AwsCi("ci", IDENTITIES, args, account=ACCOUNT, opts=opts))
    assert not graph.find(name="ci-shop-preview-state")
    assert graph.find(name="ci-homeport-deploy-state")


def test_the_deploying_role_cannot_touch_the_roles_that_people_log_in_with(graph_of: GraphOf) -> None:
    document = json.loads(amazon(graph_of).one(name="ci-homeport-deploy-roles").inputs["policy"])
    denied = next(item for item in document["Statement"] if item["Effect"] == "Deny")
    assert denied["Resource"] == f"arn:aws:iam::{ACCOUNT}:role/homeport/*"
    assert {"iam:AttachRolePolicy", "iam:PassRole", "iam:UpdateAssumeRolePolicy"} <= set(denied["Action"])
    assert amazon(graph_of).one(name="ci-homeport-deploy").inputs["path"] == "/homeport/"


def test_a_boundary_binds_every_role_that_is_made(graph_of: GraphOf) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    graph = amazon(graph_of, permissions_boundary=boundary)
    assert graph.one(name="ci-homeport-deploy").inputs["permissionsBoundary"] == boundary
    document = json.loads(graph.one(name="ci-homeport-deploy-roles").inputs["policy"])
    rights = next(item for item in document["Statement"] if item["Sid"] == "RoleRights")
    assert rights["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    assert "iam:DeleteRolePermissionsBoundary" not in rights["Action"]
    assert any(item["Effect"] == "Deny" and item["Resource"] == boundary for item in document["Statement"])


def test_google_trusts_deploying_jobs_by_subject_and_previews_by_repository(graph_of: GraphOf) -> None:
    graph = google(graph_of)
    pool = "${ci-homeport-pool.name}"
    assert graph.one(name="ci-homeport-deploy-login-environment-prod").inputs["member"] == (
        f"principal://iam.googleapis.com/{pool}/subject/repo:acme/homeport:environment:prod"
    )
    assert graph.one(name="ci-homeport-preview-login").inputs["member"] == (
        f"principalSet://iam.googleapis.com/{pool}/attribute.repository/acme/homeport"
    )
    provider = graph.one(name="ci-homeport-provider").inputs
    assert provider["attributeCondition"] == 'assertion.repository == "acme/homeport"'
    assert provider["oidc"] == {
        "issuerUri": "https://token.actions.githubusercontent.com",
        "allowedAudiences": ["sts.amazonaws.com", f"https://iam.googleapis.com/{pool}/providers/github"],
    }


def test_each_repository_has_a_pool_of_its_own(graph_of: GraphOf) -> None:
    pools = google(graph_of).find(type="gcp:iam/workloadIdentityPool:WorkloadIdentityPool")
    assert {pool.inputs["workloadIdentityPoolId"] for pool in pools} == {"ci-homeport", "ci-shop"}


def test_the_deploying_account_grants_listed_roles_only(graph_of: GraphOf) -> None:
    graph = google(graph_of, grantable_roles=["roles/logging.logWriter", "roles/dns.reader"])
    grant = graph.one(name="ci-homeport-deploy-stage-grant")
    assert grant.inputs["role"] == "roles/resourcemanager.projectIamAdmin"
    assert grant.inputs["condition"]["expression"] == (
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', [])"
        ".hasOnly(['roles/dns.reader', 'roles/logging.logWriter'])"
    )
    assert not google(graph_of, grantable_roles=[]).find(name="ci-homeport-deploy-stage-grant")


def test_grants_are_additive_and_no_key_is_made(graph_of: GraphOf) -> None:
    types = {resource.type for resource in [*google(graph_of).resources, *amazon(graph_of).resources]}
    assert not {kind for kind in types if "Binding" in kind or "IAMPolicy" in kind or "Key:" in kind}
