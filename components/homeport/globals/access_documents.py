"""Policies of the roles that people assume on AWS.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any

from homeport.globals.access_args import AwsGrant
from homeport.globals.documents import account_root, document, statement


def trust(account: str, grant: AwsGrant) -> dict[str, Any]:
    """Who may assume the role.

    - Permission sets: their roles have a random suffix and are made anew now and then, so they are matched by name.
      https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    - Users: with a second factor.
    - Roles: without that condition, which their sessions could not meet.
    """
    users = sorted(arn for arn in grant.principals if ":user/" in arn)
    roles = sorted(arn for arn in grant.principals if ":role/" in arn)
    statements: list[dict[str, Any]] = []
    if grant.permission_sets:
        reserved = f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/"
        names = sorted(grant.permission_sets)
        statements.append(
            statement(
                "PermissionSets",
                ["sts:AssumeRole"],
                principals={"AWS": account_root(account)},
                conditions={
                    "ArnLike": {
                        "aws:PrincipalArn": [
                            f"{reserved}{region}AWSReservedSSO_{name}_????????????????"
                            for name in names
                            # Identity Center's home region stands in the path, except in us-east-1.
                            for region in ("", "*/")
                        ]
                    }
                },
            )
        )
    if roles:
        statements.append(statement("Roles", ["sts:AssumeRole"], principals={"AWS": roles}))
    if users:
        statements.append(
            statement(
                "UsersWithSecondFactor",
                ["sts:AssumeRole"],
                principals={"AWS": users},
                conditions={"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            )
        )
    return document(statements)


def connect(account: str) -> dict[str, Any]:
    """Finding clusters and getting a kubeconfig; what may be done inside, the cluster's access entries say.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
    """
    return document(
        [
            statement("Clusters", ["eks:DescribeCluster"], resources=f"arn:aws:eks:*:{account}:cluster/*"),
            # Cannot be scoped: it lists clusters.
            statement("Find", ["eks:ListClusters"], resources="*"),
        ]
    )
