"""Who reaches the state on AWS: statements for the policies of the bucket and of its key.

Pure: nothing here imports pulumi. Each statement trusts the accounts of the deployers and narrows that to the deployers
by a condition. A principal that is named itself has to exist when the policy is written, and is lost when it is made
anew; a condition holds before and after. Within their accounts the deployers need the same rights by policies of their
own, which `homeport:aws.ci.state` of the global stack gives CI.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeport.globals.documents import account_root, statement
from homeport.globals.key_documents import USE


def bucket_use(bucket: str, deployers: Sequence[str]) -> list[dict[str, Any]]:
    """Listing the bucket, and reading, writing and deleting what is in it; nobody: no statement."""
    if not deployers:
        return []
    who = _who(deployers)
    return [
        statement("FindState", ["s3:GetBucketLocation", "s3:ListBucket"], resources=f"arn:aws:s3:::{bucket}", **who),
        statement(
            "KeepState",
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=f"arn:aws:s3:::{bucket}/*",
            **who,
        ),
    ]


def key_use(deployers: Sequence[str]) -> list[dict[str, Any]]:
    """Encrypting and decrypting, for secrets and for the bucket; nobody: no statement."""
    # In a key's own policy the resource * means that key.
    return [statement("UseState", USE, resources="*", **_who(deployers))] if deployers else []


def _who(deployers: Sequence[str]) -> dict[str, Any]:
    accounts = sorted({arn.split(":")[4] for arn in deployers})
    return {
        "principals": {"AWS": [account_root(account) for account in accounts]},
        "conditions": {"ArnLike": {"aws:PrincipalArn": sorted(deployers)}},
    }
