"""Policies of ECR repositories.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from homeport.globals.documents import account_root, document, statement
from homeport.globals.registry_args import Cleanup
from homeport.identity.role_paths import NODES, WORKLOADS, principals

#: https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-iam-awsmanpol.html
PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
PUSH: Final = (
    *PULL,
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


def repository_policy(pull_accounts: Sequence[str], push: Sequence[str]) -> dict[str, Any] | None:
    """Who of other accounts may pull and push; None where nobody may.

    Nodes and workloads pull, told by the paths of their roles; their own policies must allow it too.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
    """
    statements: list[dict[str, Any]] = []
    if pull_accounts:
        accounts = sorted(set(pull_accounts))
        roots = [account_root(account) for account in accounts]
        who = {"ArnLike": {"aws:PrincipalArn": principals(accounts, [NODES, WORKLOADS])}}
        statements.append(statement("Pull", PULL, principals={"AWS": roots}, conditions=who))
    if push:
        statements.append(statement("Push", PUSH, principals={"AWS": sorted(push)}))
    return document(statements) if statements else None


def lifecycle_policy(cleanup: Cleanup) -> dict[str, Any]:
    """Which images ECR deletes.

    The rule for any image must come last, or it hides the others.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    rules: list[dict[str, Any]] = [
        {
            "rulePriority": 1,
            "description": f"untagged images older than {cleanup.untagged_days} days",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": cleanup.untagged_days,
            },
            "action": {"type": "expire"},
        }
    ]
    if cleanup.keep_recent is not None:
        rules.append(
            {
                "rulePriority": 2,
                "description": f"all but the {cleanup.keep_recent} most recent images",
                "selection": {
                    "tagStatus": "any",
                    "countType": "imageCountMoreThan",
                    "countNumber": cleanup.keep_recent,
                },
                "action": {"type": "expire"},
            }
        )
    return {"rules": rules}
