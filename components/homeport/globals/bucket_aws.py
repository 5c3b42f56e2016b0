"""`S3Bucket`: a private bucket of S3 with versions, and what backups and audit logs ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from homeport.globals import documents
from homeport.globals.values import AwsRegion
from homeport.protection import guard
from homeport.values import Protection


@dataclass(frozen=True, slots=True)
class S3BucketSpec:
    """What a bucket is.

    Attributes:
        name: in the cloud.
        region: region.
        policy: of the bucket.
        key: KMS key; None: SSE-S3.
        colder_after_days: to Standard-IA; None: never.
        delete_after_days: None: never.
        old_versions_days: old versions go after so many days.
        object_lock: only when the bucket is made.
        retention_days: governance retention of new objects; 0: none.
        log_bucket: takes access logs; None: none.
    """

    name: str
    region: AwsRegion
    policy: Mapping[str, Any]
    key: pulumi.Input[str] | None = None
    colder_after_days: int | None = None
    delete_after_days: int | None = None
    old_versions_days: int = 30
    object_lock: bool = False
    retention_days: int = 0
    log_bucket: pulumi.Input[str] | None = None


class S3Bucket(pulumi.ComponentResource):
    """A bucket without public access or ACLs, over TLS alone, versioned and encrypted."""

    name: pulumi.Output[str]
    """Name in the cloud."""
    arn: pulumi.Output[str]
    """ARN."""
    policy: pulumi.Resource
    """The bucket's policy: what writes to the bucket in a service's name waits for it."""

    def __init__(
        self,
        name: str,
        spec: S3BucketSpec,
        *,
        protection: Protection = "standard",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the bucket.

        Args:
            name: prefix of the children's names.
            spec: what it is.
            protection: how well it is guarded.
            opts: with the aws provider in `providers`.
        """
        super().__init__("homeport:globals:S3Bucket", name, None, opts)
        kept = guard(protection, "bucket")
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=spec.name,
            region=spec.region,
            force_destroy=False,
            object_lock_enabled=spec.object_lock,
            opts=pulumi.ResourceOptions(parent=self, protect=kept.protect, retain_on_delete=kept.retain),
        )
        child = pulumi.ResourceOptions(parent=self)
        where: Any = {"bucket": bucket.bucket, "region": spec.region}
        block = aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            **where,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership", **where, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        versioning = aws.s3.BucketVersioning(
            f"{name}-versions", **where, versioning_configuration={"status": "Enabled"}, opts=child
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption", **where, rules=[_encryption(spec.key)], opts=child
        )
        # After versioning: rules about old versions need it, and S3 refuses two changes of a bucket at once.
        after_versions = pulumi.ResourceOptions(parent=self, depends_on=[versioning])
        aws.s3.BucketLifecycleConfiguration(f"{name}-lifecycle", **where, rules=_rules(spec), opts=after_versions)
        if spec.retention_days:
            aws.s3.BucketObjectLockConfiguration(
                f"{name}-retention",
                **where,
                rule={"default_retention": {"mode": "GOVERNANCE", "days": spec.retention_days}},
                opts=after_versions,
            )
        if spec.log_bucket is not None:
            aws.s3.BucketLogging(
                f"{name}-logging", **where, target_bucket=spec.log_bucket, target_prefix=f"{spec.name}/", opts=child
            )
        self.policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            **where,
            policy=documents.to_json(spec.policy),
            # S3 refuses a policy while the public access block is being set.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[block]),
        )
        self.name = bucket.bucket
        self.arn = bucket.arn
        self.register_outputs({"name": self.name})


def _encryption(key: pulumi.Input[str] | None) -> Any:
    if key is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    # A bucket key: one call to KMS for many objects.
    return {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key},
        "bucket_key_enabled": True,
    }


def _rules(spec: S3BucketSpec) -> list[Any]:
    rules: list[Any] = [
        {
            "id": "uploads",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
        },
        {
            "id": "old-versions",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrent_version_expiration": {"noncurrent_days": max(spec.old_versions_days, spec.retention_days)},
        },
    ]
    if spec.colder_after_days is not None:
        rules.append(
            {
                "id": "colder",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "transitions": [{"days": spec.colder_after_days, "storage_class": "STANDARD_IA"}],
            }
        )
    if spec.delete_after_days is not None:
        rules.append(
            {
                "id": "delete",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"days": spec.delete_after_days},
            }
        )
    return rules
