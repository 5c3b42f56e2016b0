"""`AwsStateStore`: where Pulumi keeps state on AWS."""

from __future__ import annotations

import pulumi

from homeport.bootstrap.args import KEY, AwsStateStoreArgs
from homeport.bootstrap.documents import bucket_use, key_use
from homeport.bootstrap.store import StateStore
from homeport.globals.bucket_aws import S3Bucket, S3BucketSpec
from homeport.globals.bucket_documents import tls_only
from homeport.globals.key_args import AwsKeyArgs
from homeport.globals.key_aws import AwsKey


class AwsStateStore(StateStore):
    """A state store on AWS: S3 and a key of KMS.

    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
    """

    def __init__(self, name: str, args: AwsStateStoreArgs, *, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the store.

        Args:
            name: prefix of the children's names.
            args: what it is made from.
            opts: with the aws provider of the account in `providers`.
        """
        super().__init__("homeport:bootstrap:AwsStateStore", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = AwsKey(
            f"{name}-key",
            AwsKeyArgs(),
            key=KEY,
            account=args.account,
            region=args.region,
            more=key_use(args.deployers),
            opts=child,
        )
        bucket = S3Bucket(
            f"{name}-bucket",
            S3BucketSpec(
                name=args.bucket_name,
                region=args.region,
                policy=tls_only(args.bucket_name, bucket_use(args.bucket_name, args.deployers)),
                key=key.arn,
                old_versions_days=args.old_versions_days,
            ),
            opts=child,
        )
        # Three slashes: an ARN is no host.
        self._publish(("s3://", bucket.name), ("awskms:///", key.arn), query=f"?region={args.region}")
