"""Policies of the roles that keep the records of zones on Route 53.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeport.globals.documents import account_root, document, statement
from homeport.identity.role_paths import WORKLOADS, principals


def trust(accounts: Sequence[str]) -> dict[str, Any]:
    """Who may take the role on: roles of Kubernetes service accounts in these accounts, if their own policies say so.

    By path, because their names are automatic. With tags, because Pod Identity's sessions hand theirs on.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies-cross-account-resource-access.html
    """
    unique = sorted(set(accounts))
    return document(
        [
            statement(
                "Workloads",
                ["sts:AssumeRole", "sts:TagSession"],
                principals={"AWS": [account_root(account) for account in unique]},
                conditions={"ArnLike": {"aws:PrincipalArn": principals(unique, [WORKLOADS])}},
            )
        ]
    )
