"""Policies of KMS keys on AWS.

Pure: nothing here imports pulumi. In a key's own policy the resource `*` means that key alone:
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from homeport.globals.documents import Statement, account_root, document, statement

#: The key that carries the policy.
_THIS_KEY: Final = "*"

#: What administers a key. Allowed to the account's root, which hands the decision to the account's IAM policies:
#: without it nobody could change the key's policy any more.
ADMINISTER: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:CreateGrant",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
#: What encrypts and decrypts with a symmetric key.
USE: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)

#: AWS services that use a key in their own name.
KeyService = Literal["cloudtrail"]


def key_policy(
    account: str, users: Sequence[str], services: Sequence[KeyService], more: Sequence[Statement] = ()
) -> dict[str, Any]:
    """Policy of a symmetric key.

    Args:
        account: of the key; its IAM policies decide about administration and use.
        users: ARNs from this or other accounts that use the key by this policy alone.
        services: AWS services that write with it for this account.
        more: what else is given.
    """
    statements: list[Statement] = [
        statement(
            "AccountDecides",
            {*ADMINISTER, *USE},
            resources=_THIS_KEY,
            principals={"AWS": account_root(account)},
        )
    ]
    if users:
        statements += [
            statement("Use", USE, resources=_THIS_KEY, principals={"AWS": sorted(users)}),
            statement(
                "GrantToServices",
                ["kms:CreateGrant"],
                resources=_THIS_KEY,
                principals={"AWS": sorted(users)},
                conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        ]
    if "cloudtrail" in services:
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        statements.append(
            statement(
                "CloudTrailWrites",
                ["kms:DescribeKey", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
                resources=_THIS_KEY,
                principals={"Service": "cloudtrail.amazonaws.com"},
                conditions={"StringEquals": {"aws:SourceAccount": account}},
            )
        )
    return document([*statements, *more])


def dnssec_key_policy(account: str) -> dict[str, Any]:
    """Policy of a key that signs a zone of this account on Route 53.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC
    """
    service = {"Service": "dnssec-route53.amazonaws.com"}
    ours = {"StringEquals": {"aws:SourceAccount": account}}
    return document(
        [
            statement(
                "AccountDecides",
                {*ADMINISTER, "kms:Sign", "kms:Verify"},
                resources=_THIS_KEY,
                principals={"AWS": account_root(account)},
            ),
            statement(
                "Route53Signs",
                ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
                resources=_THIS_KEY,
                principals=service,
                conditions=ours,
            ),
            statement(
                "Route53Grants",
                ["kms:CreateGrant"],
                resources=_THIS_KEY,
                principals=service,
                conditions={**ours, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        ]
    )
