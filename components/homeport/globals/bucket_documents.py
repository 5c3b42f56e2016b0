"""Policies of S3 buckets.

Pure: nothing here imports pulumi. Names of buckets are known before they exist, so documents show them in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeport.globals.documents import Statement, document, statement


def tls_only(bucket: str, more: Sequence[Statement] = ()) -> dict[str, Any]:
    """Refuses every request that is not encrypted on its way, whoever sends it; and what else is given.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
    """
    # The principal and the action are "all" because this denies.
    refuse = statement(
        "TlsOnly",
        ["s3:*"],
        effect="Deny",
        resources=[f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        principals="*",
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
    return document([refuse, *more])


def cloudtrail_writes(bucket: str, account: str, trail_arn: str) -> list[dict[str, Any]]:
    """What CloudTrail needs of its bucket, for this one trail.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    service = {"Service": "cloudtrail.amazonaws.com"}
    ours = {"aws:SourceArn": trail_arn}
    return [
        statement(
            "CloudTrailLooks",
            ["s3:GetBucketAcl"],
            resources=f"arn:aws:s3:::{bucket}",
            principals=service,
            conditions={"StringEquals": ours},
        ),
        statement(
            "CloudTrailWrites",
            ["s3:PutObject"],
            resources=f"arn:aws:s3:::{bucket}/AWSLogs/{account}/*",
            principals=service,
            conditions={"StringEquals": {**ours, "s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
    ]
