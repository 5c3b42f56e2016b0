"""`AwsAudit`: a trail of every call in every region of an account."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from homeport.globals.audit_args import AwsAuditArgs
from homeport.globals.bucket_aws import S3Bucket, S3BucketSpec
from homeport.globals.bucket_documents import cloudtrail_writes, tls_only
from homeport.globals.values import AccountId, AwsRegion
from homeport.values import Protection


class AwsAudit(pulumi.ComponentResource):
    """A trail, and the bucket that it writes to."""

    trail: pulumi.Output[str]
    """ARN of the trail."""
    bucket: pulumi.Output[str]
    """Name of the bucket."""

    def __init__(
        self,
        name: str,
        args: AwsAuditArgs,
        *,
        bucket: str,
        account: AccountId,
        region: AwsRegion,
        protection: Protection = "standard",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the trail.

        Args:
            name: prefix of the children's names.
            args: how long logs are kept.
            bucket: name of the bucket.
            account: the account of the provider.
            region: home region of the trail.
            protection: how well the bucket is guarded.
            opts: with the aws provider in `providers`.
        """
        super().__init__("homeport:globals:AwsAudit", name, None, opts)
        trail = f"homeport-{name}"
        # Known before it exists: the bucket's policy names the trail, and the trail needs the policy.
        arn = f"arn:aws:cloudtrail:{region}:{account}:trail/{trail}"
        kept = S3Bucket(
            f"{name}-logs",
            S3BucketSpec(
                name=bucket,
                region=region,
                policy=tls_only(bucket, cloudtrail_writes(bucket, account, arn)),
                key=args.key,
                colder_after_days=30 if args.retention_days >= 60 else None,
                delete_after_days=args.retention_days + 1,
                old_versions_days=30,
                object_lock=args.object_lock,
                retention_days=args.retention_days if args.object_lock else 0,
            ),
            protection=protection,
            opts=pulumi.ResourceOptions(parent=self),
        )
        made = aws.cloudtrail.Trail(
            f"{name}-trail",
            name=trail,
            region=region,
            s3_bucket_name=kept.name,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            kms_key_id=args.key,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[kept.policy]),
        )
        self.trail = made.arn
        self.bucket = kept.name
        self.register_outputs({"trail": self.trail})
