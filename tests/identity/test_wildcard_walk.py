"""Nothing that permissions can become is wider than it must be, and the walk that says so sees what is."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.identity.aws_documents import document
from homeport.identity.aws_scope import AwsScope
from homeport.identity.aws_trust import TrustScope, irsa_trust, pod_identity_trust
from homeport.identity.permissions import BASIC_ROLES, Permission
from homeport.identity.reference import AWS, EXAMPLES, GCP
from homeport.identity.render_aws import statements
from homeport.identity.render_gcp import Grant, render
from homeport.identity.wildcards import AWS_WILDCARDS, GCP_PROJECT_ROLES, role_violation, violations
from tests.identity.permission_strategies import PERMISSIONS, SCOPES

TRUST = TrustScope(
    account="111122223333",
    cluster_arn="arn:aws:eks:eu-central-1:111122223333:cluster/stage-eks",
    namespace="monitoring",
    service_account="loki",
    provider_arn="arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/A",
    issuer="oidc.eks.eu-central-1.amazonaws.com/id/A",
)


@given(permissions=st.lists(PERMISSIONS, min_size=1, max_size=6), scope=SCOPES)
def test_no_policy_is_wider_than_it_must_be(permissions: list[Permission], scope: AwsScope) -> None:
    assert violations(document(statements(permissions, scope))) == []


@given(permission=PERMISSIONS)
def test_no_grant_is_wider_than_it_must_be(permission: Permission) -> None:
    assert violations(render(permission, GCP)) == []


def test_no_trust_is_wider_than_one_service_account() -> None:
    assert violations(pod_identity_trust(TRUST)) == []
    assert violations(irsa_trust(TRUST)) == []


def policy(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource, **more}}


TOO_WIDE: dict[str, tuple[dict[str, Any], str]] = {
    "every action": (policy("*", "arn:aws:s3:::acme"), "Statement[0].Action[0]"),
    "every action of a service": (policy(["s3:*"], "arn:aws:s3:::acme"), "Statement[0].Action[0]"),
    "actions by their beginning": (policy("s3:Get*", "arn:aws:s3:::acme"), "Statement[0].Action[0]"),
    "every resource": (policy("s3:GetObject"), "Statement[0].Resource[0]"),
    "every resource, a tag notwithstanding": (
        policy("ec2:DeleteVolume", Condition={"StringEquals": {"aws:ResourceTag/owner": "me"}}),
        "Statement[0].Resource[0]",
    ),
    "every bucket": (policy("s3:GetObject", "arn:aws:s3:::*"), "Statement[0].Resource[0]"),
    "buckets by their beginning": (policy("s3:GetObject", "arn:aws:s3:::acme*/x"), "Statement[0].Resource[0]"),
    "every zone": (
        policy("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/*"),
        "Statement[0].Resource[0]",
    ),
    "every secret": (
        policy("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:*"),
        "Statement[0].Resource[0]",
    ),
    "every account": (policy("kms:Decrypt", "arn:aws:kms:*:*:key/1"), "Statement[0].Resource[0]"),
    "every disk": (
        policy("ec2:DeleteVolume", "arn:aws:ec2:eu-central-1:111122223333:volume/*"),
        "Statement[0].Resource[0]",
    ),
    "disks with any tag": (
        policy(
            "ec2:DeleteVolume",
            "arn:aws:ec2:eu-central-1:111122223333:volume/*",
            Condition={"StringLike": {"aws:ResourceTag/owner": "*"}},
        ),
        "Statement[0].Resource[0]",
    ),
    "disks without a tag": (
        policy(
            "ec2:DeleteVolume",
            "arn:aws:ec2:eu-central-1:111122223333:volume/*",
            Condition={"Null": {"aws:ResourceTag/owner": "true"}},
        ),
        "Statement[0].Resource[0]",
    ),
    "a listed action on another resource": (
        policy("ecr:BatchGetImage", "arn:aws:ecr:eu-central-1:111122223333:repository/*"),
        "Statement[0].Resource[0]",
    ),
    "all but an action": (
        {"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::acme"}]},
        "Statement[0].NotAction",
    ),
    "all but a resource": (
        {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::acme"}]},
        "Statement[0].NotResource",
    ),
    "trust in everybody": (
        {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]},
        "Statement[0].Principal",
    ),
    "trust in an account": (
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                }
            ]
        },
        "Statement[0].Principal",
    ),
    "trust in an account by names that are nobody's in particular": (
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                    "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}},
                }
            ]
        },
        "Statement[0].Principal",
    ),
    "trust in an account under a condition on something else": (
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                    "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x"}},
                }
            ]
        },
        "Statement[0].Principal",
    ),
    "everybody in a key's policy": (policy("kms:Decrypt", Principal={"AWS": "*"}), "Statement[0].Principal"),
    "text around a name that only AWS can say": (policy("kms:Decrypt", "${key.arn}*"), "Statement[0].Resource[0]"),
    "every region without being listed": (
        policy("eks:DescribeCluster", "arn:aws:eks:*:111122223333:cluster/x"),
        "Statement[0].Resource[0]",
    ),
    "trust in every pod": (
        {
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "pods.eks.amazonaws.com"}}
            ]
        },
        "Statement[0].Condition",
    ),
    "trust in every subject": (
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Principal": {"Federated": TRUST.provider_arn},
                    "Condition": {"StringEquals": {f"{TRUST.issuer}:aud": "sts.amazonaws.com"}},
                }
            ]
        },
        "Statement[0].Condition",
    ),
}


@pytest.mark.parametrize("what", TOO_WIDE)
def test_the_walk_sees(what: str) -> None:
    found, path = TOO_WIDE[what]
    problems = violations(found)
    assert [problem.text().split(": ")[0].split(" = ")[0] for problem in problems] == [path]
    assert all(problem.fix for problem in problems)


@pytest.mark.parametrize(
    "found",
    [
        policy("ec2:DescribeVolumes"),
        policy("s3:GetObject", ["arn:aws:s3:::acme/*", "arn:aws:s3:::acme/loki/*"]),
        policy("s3:GetObject", "arn:aws:s3:::${bucket.bucket}/*"),
        policy("kms:Decrypt", "${cluster-secrets-key.arn}"),
        policy("kms:Decrypt", Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        {
            "Statement": {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/aws-reserved/*/X_????"}},
            }
        },
        {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]},
    ],
)
def test_the_walk_lets_pass_what_is_narrow(found: dict[str, Any]) -> None:
    assert violations(found) == []


def grant(role: str, kind: Any = "project") -> Grant:
    return Grant("x", kind, {"project": "acme-stage"}, role)


@pytest.mark.parametrize("role", sorted(BASIC_ROLES))
def test_basic_roles_are_refused_wherever_they_hang(role: str) -> None:
    assert violations([grant(role, "bucket")])[0].rule == f"{role} is a basic role and opens the whole project"


def test_both_generations_of_basic_roles_are_known() -> None:
    assert {"roles/owner", "roles/editor", "roles/viewer", "roles/admin", "roles/writer", "roles/reader"} == BASIC_ROLES


def test_only_listed_roles_hang_on_a_project() -> None:
    assert violations(grant("roles/dns.reader")) == []
    (problem,) = violations(grant("roles/storage.objectViewer"))
    assert problem.text() == (
        'x = "roles/storage.objectViewer": roles/storage.objectViewer is granted on the whole project, which only '
        "listed roles may be; grant a role of the service on the one resource"
    )
    assert role_violation("roles/storage.objectViewer", on_project=False) is None


def test_every_listed_wildcard_is_used_and_has_a_page_and_a_date() -> None:
    used = {action for statement in statements(EXAMPLES, AWS) for action in statement.actions}
    roles = {found.role for example in EXAMPLES for found in render(example, GCP)}
    for row in (*AWS_WILDCARDS, *GCP_PROJECT_ROLES):
        assert row.right in used | roles, f"{row.right} is listed and not used: remove it"
        assert re.fullmatch(r"https://(docs\.aws\.amazon\.com|cloud\.google\.com)/\S+", row.page)
        assert date.fromisoformat(row.date).year >= 2026
        assert len(row.reason) > 20
