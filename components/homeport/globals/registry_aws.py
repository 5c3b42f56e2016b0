"""`EcrRegistry`: repositories of ECR under one prefix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from homeport.globals import documents, registry_documents
from homeport.globals.registry_args import AwsRegistryArgs
from homeport.globals.values import AccountId, AwsRegion
from homeport.protection import guard
from homeport.values import Protection


class EcrRegistry(pulumi.ComponentResource):
    """A repository for each image: immutable tags, scanned, cleaned, readable from the clusters' accounts."""

    url: pulumi.Output[str]
    """What images' names begin with: ACCOUNT.dkr.ecr.REGION.amazonaws.com/PREFIX."""
    arns: Mapping[str, pulumi.Output[str]]
    """Image to the ARN of its repository."""
    region: str
    """Region."""

    def __init__(
        self,
        name: str,
        args: AwsRegistryArgs,
        *,
        prefix: str,
        account: AccountId,
        region: AwsRegion,
        pull_accounts: Sequence[AccountId] = (),
        protection: Protection = "standard",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the repositories.

        Args:
            name: prefix of the children's names.
            args: the registry.
            prefix: what the repositories' names begin with.
            account: the account of the provider.
            region: its region, unless `args` says another.
            pull_accounts: accounts whose clusters pull, unless `args` says others.
            protection: how well the repositories are guarded.
            opts: with the aws provider in `providers`.
        """
        super().__init__("homeport:globals:EcrRegistry", name, None, opts)
        self.region = args.region or region
        kept = guard(protection, "registry")
        accounts = pull_accounts if args.pull_accounts is None else args.pull_accounts
        policy = registry_documents.repository_policy([other for other in accounts if other != account], args.push)
        encryption: Any = {"encryption_type": "AES256"}
        if args.key is not None:
            encryption = {"encryption_type": "KMS", "kms_key": args.key}
        arns: dict[str, pulumi.Output[str]] = {}
        for image in args.images:
            key = f"{name}-{image.replace('/', '-')}"
            repository = aws.ecr.Repository(
                key,
                name=f"{prefix}/{image}",
                region=self.region,
                image_tag_mutability="IMMUTABLE" if args.immutable_tags else "MUTABLE",
                image_scanning_configuration={"scan_on_push": args.scanning},
                encryption_configurations=[encryption],
                force_delete=False,
                opts=pulumi.ResourceOptions(parent=self, protect=kept.protect, retain_on_delete=kept.retain),
            )
            aws.ecr.LifecyclePolicy(
                f"{key}-lifecycle",
                repository=repository.name,
                region=self.region,
                policy=documents.to_json(registry_documents.lifecycle_policy(args.cleanup)),
                # Every change replaces it. A new one overwrites the old one, whose deletion would then take it away.
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )
            if policy is not None:
                aws.ecr.RepositoryPolicy(
                    f"{key}-policy",
                    repository=repository.name,
                    region=self.region,
                    policy=documents.to_json(policy),
                    opts=pulumi.ResourceOptions(parent=self),
                )
            arns[image] = repository.arn
        self.arns = arns
        self.url = pulumi.Output.from_input(f"{account}.dkr.ecr.{self.region}.amazonaws.com/{prefix}")
        self.register_outputs({"url": self.url})
