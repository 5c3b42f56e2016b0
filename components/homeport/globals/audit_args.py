"""Arguments of audit logs: the sections `gcp.audit` and `aws.audit` of the global stack's file.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from homeport.globals.backup_args import BucketName
from homeport.model import In, Model
from homeport.problems import Problem
from homeport.values import DnsLabel


class GcpAuditArgs(Model):
    """Sinks that copy the audit logs of projects to one place that their administrators cannot change.

    Google keeps Admin Activity logs for 400 days in the project itself, others for 30.
    https://cloud.google.com/logging/docs/audit
    """

    destination: Literal["bucket", "logs"] = "bucket"
    """bucket: Cloud Storage, cheap, kept by a retention policy. logs: a log bucket, searchable."""
    name: BucketName | None = None
    """Name of the bucket, unique in the world with bucket; default: derived from the project."""
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 400
    """How long they are kept; nobody can delete them before."""
    projects: list[DnsLabel] | None = None
    """Names of the section's projects; default: all of them, and the global one."""
    data_access: list[Literal["read", "write"]] = Field(default_factory=list)
    """Also log who read or wrote data, of every service; may be much, and is billed.
    https://cloud.google.com/logging/docs/audit/configure-data-access"""

    def check(self) -> Iterator[Problem]:
        """No kind twice."""
        for index, kind in enumerate(self.data_access):
            if kind in self.data_access[:index]:
                yield Problem(("data_access", index), "stands in the list twice", "remove one of them", kind)


class AwsAuditArgs(Model):
    """A trail of every call to AWS in every region, with signed digests.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
    """

    name: BucketName | None = None
    """Name of the bucket, unique in the world; default: derived from the account."""
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 400
    """How long the logs are kept."""
    object_lock: bool = True
    """Nobody without the right to bypass it can delete a log before; only when the bucket is made."""
    key: In[str] | None = None
    """Encrypt with the key of this name in the section (with services: [cloudtrail]), or with a key by ARN."""
