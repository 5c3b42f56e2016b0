"""Paths of IAM roles: by them a policy of another account tells nodes, workloads and logins apart.

Names of roles are automatic, and nobody knows them before; their paths are fixed. A role's path cannot be changed: it
would be another role.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: Of the roles that people and CI log in with, and of what else the deploying identity may not touch.
LOGINS: Final = "/homeport/"
#: Of the roles that the global layer lends to workloads of other accounts.
LENT: Final = "/homeport/zones/"
#: Of nodes' roles.
NODES: Final = "/homeport-nodes/"
#: Of the roles of Kubernetes service accounts.
WORKLOADS: Final = "/homeport-workloads/"


def principals(accounts: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Patterns of `aws:PrincipalArn` for every role under the paths in the accounts, sorted."""
    return sorted(f"arn:aws:iam::{account}:role{path}*" for account in accounts for path in paths)
