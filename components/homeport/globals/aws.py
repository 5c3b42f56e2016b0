"""`GlobalAws`: what clusters on AWS share."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from homeport.globals.access_aws import AwsAccess
from homeport.globals.args import GlobalAwsArgs
from homeport.globals.audit_aws import AwsAudit
from homeport.globals.bucket_aws import S3Bucket, S3BucketSpec
from homeport.globals.bucket_documents import tls_only
from homeport.globals.budgets import AwsBudget
from homeport.globals.ci_args import CiIdentity
from homeport.globals.ci_aws import AwsCi
from homeport.globals.key_aws import AwsKey
from homeport.globals.registry_aws import EcrRegistry
from homeport.globals.values import AccountId
from homeport.values import Protection


class GlobalAws(pulumi.ComponentResource):
    """The account-global layer on AWS: each part is there when its section is."""

    keys: Mapping[str, AwsKey]
    """Shared keys."""
    registries: Mapping[str, EcrRegistry]
    """Registries of images."""
    backups: Mapping[str, S3Bucket]
    """Buckets for backups."""
    access: Mapping[AccountId, AwsAccess]
    """Account to the roles that people assume there."""
    ci: Mapping[AccountId, AwsCi]
    """Account to what CI logs in with there."""

    def __init__(
        self,
        name: str,
        args: GlobalAwsArgs,
        *,
        ci: Mapping[str, CiIdentity],
        accounts: Mapping[str, aws.Provider] | None = None,
        protection: Protection = "standard",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the layer.

        Args:
            name: prefix of the children's names.
            args: the section.
            ci: repositories whose jobs log in.
            accounts: name of an account with clusters to a provider that reaches it, for CI's and people's roles there.
            protection: how well what holds state is guarded.
            opts: with the aws provider of the global account in `providers`.
        """
        super().__init__("homeport:globals:GlobalAws", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.keys = {
            key: AwsKey(
                f"{name}-key-{key}",
                one,
                key=key,
                account=args.account,
                region=args.region,
                protection=protection,
                opts=child,
            )
            for key, one in args.keys.items()
        }
        self.registries = {
            key: EcrRegistry(
                f"{name}-registry-{key}",
                one.model_copy(update={"key": self._key(one.key)}),
                prefix=key,
                account=args.account,
                region=args.region,
                pull_accounts=[account.id for account in args.accounts.values()],
                protection=protection,
                opts=child,
            )
            for key, one in args.registries.items()
        }
        self.backups = {key: self._backup(name, key, args, protection) for key in args.backups}
        self._roles(name, args, ci, accounts or {})
        for key, one in args.budgets.items():
            AwsBudget(f"{name}-budget-{key}", one, budget=key, opts=child)
        if args.audit is not None:
            AwsAudit(
                f"{name}-audit",
                args.audit.model_copy(update={"key": self._key(args.audit.key)}),
                bucket=args.audit_name,
                account=args.account,
                region=args.region,
                protection=protection,
                opts=child,
            )
        self.register_outputs({})

    def _roles(
        self,
        name: str,
        args: GlobalAwsArgs,
        ci: Mapping[str, CiIdentity],
        accounts: Mapping[str, aws.Provider],
    ) -> None:
        access: dict[AccountId, AwsAccess] = {}
        logins: dict[AccountId, AwsCi] = {}
        places = [
            ("", args.account, pulumi.ResourceOptions(parent=self)),
            *(
                (f"-{key}", args.accounts[key].id, pulumi.ResourceOptions(parent=self, providers=[provider]))
                for key, provider in accounts.items()
            ),
        ]
        for suffix, account, opts in places:
            if args.access:
                access[account] = AwsAccess(f"{name}-access{suffix}", args.access, account=account, opts=opts)
            if ci:
                logins[account] = AwsCi(f"{name}-ci{suffix}", ci, args.ci, account=account, opts=opts)
        self.access = access
        self.ci = logins

    def _backup(self, name: str, key: str, args: GlobalAwsArgs, protection: Protection) -> S3Bucket:
        one = args.backups[key]
        bucket = args.bucket_name(key)
        return S3Bucket(
            f"{name}-backup-{key}",
            S3BucketSpec(
                name=bucket,
                region=one.region or args.region,
                policy=tls_only(bucket),
                key=self._key(one.key),
                colder_after_days=one.colder_after_days,
                delete_after_days=one.delete_after_days,
                old_versions_days=one.old_versions_days,
                object_lock=one.object_lock,
                retention_days=one.retention_days,
                log_bucket=one.log_bucket,
            ),
            protection=protection,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _key(self, key: pulumi.Input[str] | None) -> pulumi.Input[str] | None:
        """A key by name as its ARN; anything else as it is."""
        return self.keys[key].arn if isinstance(key, str) and key in self.keys else key
