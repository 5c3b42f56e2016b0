"""Arguments of backup buckets: the sections `gcp.backups` and `aws.backups` of the global stack's file.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport import naming
from homeport.cluster.gke_args import GcpRegion
from homeport.globals.values import AwsRegion
from homeport.model import In, Model, known, rule_error
from homeport.problems import Problem

_BUCKET_PATTERN: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])"
#: Both clouds take these; dots are refused because TLS certificates do not cover them.
BUCKET: Final = naming.NameRule(
    "bucket",
    _BUCKET_PATTERN,
    3,
    63,
    "a-z, 0-9 and -, begin and end with a letter or digit",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
)


def _bucket(value: str) -> str:
    broken = BUCKET.violation(value)
    if broken:
        raise rule_error(broken, "names of buckets are unique in the world; for example acme-backups-eu")
    if re.match(r"goog|xn--|sthree-", value) or value.endswith(("-s3alias", "--ol-s3")):
        raise rule_error("is a name that the clouds keep for themselves", "begin it with your organisation's name")
    return value


#: Name of a bucket, unique in the world.
BucketName = Annotated[str, AfterValidator(_bucket)]


class BackupArgs(Model):
    """What both clouds' backup buckets share."""

    name: BucketName | None = None
    """Name in the cloud, unique in the world; default: derived from the project or account. Changing it makes a new
    one."""
    key: In[str] | None = None
    """Encrypt with the key of this name in the section, or with a key in full (ARN or resource name); default: the
    cloud's
    own key."""
    colder_after_days: Annotated[int, Field(ge=30, le=3650)] | None = 30
    """Objects move to a class that is cheap to keep and dear to read (Nearline, S3 Standard-IA); null: never."""
    delete_after_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    """Objects are deleted when they are so old; null: never, the backup tools do it."""
    old_versions_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """What was overwritten or deleted can be brought back for so many days."""
    retention_days: Annotated[int, Field(ge=0, le=3650)] = 0
    """Nobody, not even the backup tool, can delete or overwrite an object that is younger; 0: off. Choose less than the
    tools' own retention, or their cleaning fails."""
    log_bucket: In[str] | None = None
    """Bucket, in the same cloud and region, that takes a log line of each access; the cloud's log writer must be
    allowed
    there."""

    def check(self) -> Iterator[Problem]:
        """Deleting comes after what forbids it, and after moving."""
        if self.delete_after_days is not None and self.delete_after_days < self.retention_days:
            yield Problem(
                ("delete_after_days",),
                f"comes before the {self.retention_days} days in which nothing can be deleted",
                f"use {self.retention_days} or more, or lower retention_days",
                self.delete_after_days,
                related=(("retention_days",),),
            )
        cold = self.colder_after_days
        if self.delete_after_days is not None and cold is not None and self.delete_after_days < cold + 30:
            yield Problem(
                ("colder_after_days",),
                "the colder class bills 30 days at least, and objects are deleted before them",
                f"set colder_after_days: null, or delete_after_days to {cold + 30} or more",
                cold,
                related=(("delete_after_days",),),
            )


class GcpBackupArgs(BackupArgs):
    """A bucket of Cloud Storage for backups.

    With `retention_days` the bucket keeps no versions: within the retention nothing is overwritten or deleted, and
    Google long refused both together.
    https://cloud.google.com/storage/docs/bucket-lock
    """

    location: GcpRegion | Literal["EU", "US", "ASIA", "EUR4", "NAM4", "ASIA1"] | None = None
    """Region, two regions or a continent; default: the section's region. Another one than the clusters' survives the
    loss
    of theirs. Changing it makes a new bucket."""
    soft_delete_days: Annotated[int, Field(ge=0)] = 7
    """Deleted objects, versions included, can be brought back for so many days: 0, or 7 to 90."""

    def check(self) -> Iterator[Problem]:
        """Google's limits."""
        yield from super().check()
        if self.soft_delete_days != 0 and not 7 <= self.soft_delete_days <= 90:
            yield Problem(
                ("soft_delete_days",),
                "must be 0 or 7 to 90 days",
                "write 7, or 0 to switch it off",
                self.soft_delete_days,
            )
        key = known(self.key)
        if key and "/" in key and self.location and f"/locations/{self.location.lower()}/" not in _continent(key):
            yield Problem(
                ("key",),
                f"the key must lie where the bucket lies, {self.location}",
                "use a key of the same location (the continents EU and US are europe and us for keys)",
                key,
                related=(("location",),),
            )


class AwsBackupArgs(BackupArgs):
    """A bucket of S3 for backups.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """

    region: AwsRegion | None = None
    """Region; default: the section's. Another one than the clusters' survives the loss of theirs. Changing it makes a
    new
    bucket."""
    object_lock: bool = False
    """Make the bucket able to hold objects against deletion; only when it is made. Needed by retention_days."""

    def check(self) -> Iterator[Problem]:
        """Retention stands on object lock."""
        yield from super().check()
        if self.retention_days and not self.object_lock:
            yield Problem(
                ("retention_days",),
                "S3 holds objects against deletion by object lock alone, which the bucket gets when it is made",
                "add object_lock: true (a bucket that exists is made anew), or remove retention_days",
                self.retention_days,
                related=(("object_lock",),),
            )


def _continent(key: str) -> str:
    return key.replace("/locations/europe/", "/locations/eu/")
