"""Policies of the CI roles on AWS.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from homeport.globals.ci_args import CiIdentity
from homeport.globals.ci_subjects import deploy_subjects, issuer_host, preview_subjects
from homeport.globals.documents import document, statement
from homeport.identity.role_paths import LOGINS

#: IAM path of the roles that people and CI log in with; the deploying role may not touch what lies under it.
LOGIN_PATH: Final = LOGINS

_ROLE_READ: Final = (
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
)
#: Each of them can add rights to a role.
_ROLE_RIGHTS: Final = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DetachRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)
_ROLE_WRITE: Final = (
    "iam:DeleteRole",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
_POLICY: Final = (
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:TagPolicy",
    "iam:UntagPolicy",
)
_PROFILE: Final = (
    "iam:AddRoleToInstanceProfile",
    "iam:CreateInstanceProfile",
    "iam:DeleteInstanceProfile",
    "iam:GetInstanceProfile",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:TagInstanceProfile",
    "iam:UntagInstanceProfile",
)
_OIDC: Final = (
    "iam:CreateOpenIDConnectProvider",
    "iam:DeleteOpenIDConnectProvider",
    "iam:GetOpenIDConnectProvider",
    "iam:TagOpenIDConnectProvider",
    "iam:UntagOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
)


def trust(provider_arn: str, identity: CiIdentity, *, deploy: bool) -> dict[str, Any]:
    """Who may assume a CI role: jobs with a token for the identity's audience and one of its subjects.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    """
    host = issuer_host(identity.issuer_url)
    if deploy:
        conditions: dict[str, dict[str, Any]] = {
            "StringEquals": {f"{host}:aud": identity.audience, f"{host}:sub": deploy_subjects(identity)}
        }
    else:
        conditions = {
            "StringEquals": {f"{host}:aud": identity.audience},
            "StringLike": {f"{host}:sub": preview_subjects(identity)},
        }
    return document(
        [
            statement(
                "Deploy" if deploy else "Preview",
                ["sts:AssumeRoleWithWebIdentity"],
                principals={"Federated": provider_arn},
                conditions=conditions,
            )
        ]
    )


def state_access(bucket: str, key: str | None, *, write: bool) -> dict[str, Any]:
    """Reading, or also writing, the state and its key."""
    objects = ["s3:GetObject", *(["s3:DeleteObject", "s3:PutObject"] if write else [])]
    statements = [
        statement("ListState", ["s3:GetBucketLocation", "s3:ListBucket"], resources=f"arn:aws:s3:::{bucket}"),
        statement("State", objects, resources=f"arn:aws:s3:::{bucket}/*"),
    ]
    if key is not None:
        actions = ["kms:Decrypt", "kms:DescribeKey", *(["kms:Encrypt", "kms:GenerateDataKey"] if write else [])]
        statements.append(statement("StateKey", actions, resources=key))
    return document(statements)


def manage_roles(account: str, boundary: str | None) -> dict[str, Any]:
    """Making the roles of clusters and workloads, never those that people and CI log in with.

    Without a boundary a role may be made that is mightier than its maker; with one, only roles that carry it.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    iam = f"arn:aws:iam::{account}"
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary}} if boundary else None
    rights = [action for action in _ROLE_RIGHTS if not boundary or "Delete" not in action or "Boundary" not in action]
    statements = [
        statement("RoleRights", rights, resources=f"{iam}:role/*", conditions=bounded),
        statement("Roles", [*_ROLE_READ, *_ROLE_WRITE, "iam:PassRole"], resources=f"{iam}:role/*"),
        statement("Policies", _POLICY, resources=f"{iam}:policy/*"),
        statement("InstanceProfiles", _PROFILE, resources=f"{iam}:instance-profile/*"),
        statement("IdentityProviders", _OIDC, resources=f"{iam}:oidc-provider/oidc.eks.*"),
        statement(
            "ServiceRoles",
            ["iam:CreateServiceLinkedRole"],
            resources=f"{iam}:role/aws-service-role/*",
        ),
        statement(
            "NotTheLoginRoles",
            [*_ROLE_RIGHTS, *_ROLE_WRITE, "iam:PassRole"],
            effect="Deny",
            resources=f"{iam}:role{LOGIN_PATH}*",
        ),
    ]
    if boundary:
        statements.append(
            statement(
                "NotTheBoundary",
                [
                    "iam:CreatePolicyVersion",
                    "iam:DeletePolicy",
                    "iam:DeletePolicyVersion",
                    "iam:SetDefaultPolicyVersion",
                ],
                effect="Deny",
                resources=boundary,
            )
        )
    return document(statements)


def assume_roles(roles: Sequence[str]) -> dict[str, Any]:
    """Assuming roles in other accounts."""
    return document([statement("OtherAccounts", ["sts:AssumeRole", "sts:TagSession"], resources=sorted(roles))])


def audiences(identities: Sequence[CiIdentity]) -> list[str]:
    """Audiences that the identity provider of one issuer must accept, sorted."""
    return sorted({identity.audience for identity in identities})
