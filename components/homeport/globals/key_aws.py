"""`AwsKey`: a shared KMS key."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from homeport.globals import documents
from homeport.globals.key_args import AwsKeyArgs
from homeport.globals.key_documents import key_policy
from homeport.globals.values import AccountId, AwsRegion
from homeport.protection import guard
from homeport.values import Protection


class AwsKey(pulumi.ComponentResource):
    """A key that rotates, its alias and its policy."""

    arn: pulumi.Output[str]
    """ARN of the key."""
    region: str
    """Region."""

    def __init__(
        self,
        name: str,
        args: AwsKeyArgs,
        *,
        key: str,
        account: AccountId,
        region: AwsRegion,
        protection: Protection = "standard",
        more: Sequence[documents.Statement] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the key.

        Args:
            name: prefix of the children's names.
            args: the key.
            key: its alias is alias/KEY.
            account: the account of the provider.
            region: its region, unless `args` says another.
            protection: how well it is guarded.
            more: statements of its policy besides those of `args`.
            opts: with the aws provider in `providers`.
        """
        super().__init__("homeport:globals:AwsKey", name, None, opts)
        self.region = args.region or region
        kept = guard(protection, "key")
        made = aws.kms.Key(
            f"{name}-key",
            description=f"Shared key {key}",
            region=self.region,
            key_usage="ENCRYPT_DECRYPT",
            customer_master_key_spec="SYMMETRIC_DEFAULT",
            enable_key_rotation=True,
            rotation_period_in_days=args.rotation_days,
            deletion_window_in_days=args.deletion_days,
            multi_region=args.multi_region,
            policy=documents.to_json(key_policy(account, args.users, args.services, more)),
            opts=pulumi.ResourceOptions(
                parent=self, protect=kept.protect, retain_on_delete=kept.retain, import_=args.import_id
            ),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{key}",
            region=self.region,
            target_key_id=made.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = made.arn
        self.register_outputs({"arn": self.arn})
