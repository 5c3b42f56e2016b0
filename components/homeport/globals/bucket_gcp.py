"""`GcsBucket`: a private bucket of Cloud Storage, and what backups and audit logs ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId
from homeport.globals.backup_args import GcpBackupArgs
from homeport.lookups import looked_up
from homeport.protection import guard
from homeport.values import Protection

_DAY = 86400


class GcsBucket(pulumi.ComponentResource):
    """A bucket without public access or ACLs; old versions, or a retention, guard what is in it."""

    name: pulumi.Output[str]
    """Name in the cloud."""
    url: pulumi.Output[str]
    """gs://NAME."""
    location: str
    """Region, regions or continent."""

    def __init__(
        self,
        name: str,
        args: GcpBackupArgs,
        *,
        bucket: str,
        project: ProjectId,
        region: str,
        protection: Protection = "standard",
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the bucket.

        Args:
            name: prefix of the children's names.
            args: the bucket.
            bucket: its name in the cloud.
            project: its project.
            region: its location, unless `args` says another.
            protection: how well it is guarded.
            ready: what enables the APIs storage and cloudkms.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:GcsBucket", name, None, opts)
        self.location = args.location or region
        kept = guard(protection, "bucket")
        waits: list[pulumi.Resource] = list(ready)
        if args.key is not None:
            waits.append(self._key_grant(name, args.key, project, ready))
        made = gcp.storage.Bucket(
            f"{name}-bucket",
            name=bucket,
            project=project,
            location=self.location.upper(),
            storage_class="STANDARD",
            force_destroy=False,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            versioning={"enabled": not args.retention_days},
            soft_delete_policy={"retention_duration_seconds": args.soft_delete_days * _DAY},
            # Never locked: a locked retention can not be shortened by anybody, for ever.
            retention_policy=(
                {"retention_period": str(args.retention_days * _DAY), "is_locked": False}
                if args.retention_days
                else None
            ),
            encryption={"default_kms_key_name": args.key} if args.key is not None else None,
            lifecycle_rules=_rules(args),
            logging=(
                {"log_bucket": args.log_bucket, "log_object_prefix": bucket} if args.log_bucket is not None else None
            ),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=waits, protect=kept.protect, retain_on_delete=kept.retain
            ),
        )
        self.name = made.name
        self.url = made.url
        self.register_outputs({"name": self.name})

    def _key_grant(self, name: str, key: Any, project: str, ready: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """Cloud Storage encrypts in the name of the project's service agent, which comes with its API."""
        agent = looked_up(
            gcp.storage.get_project_service_account_output(
                project=project, opts=pulumi.InvokeOutputOptions(parent=self, depends_on=list(ready))
            ),
            what=f"the service agent of Cloud Storage in the project {project}",
            fix="the account that deploys needs resourcemanager.projects.get there (roles/browser), and the API "
            f"storage.googleapis.com must be on; see gcloud storage service-agent --project {project}",
        )
        return gcp.kms.CryptoKeyIAMMember(
            f"{name}-agent-key",
            crypto_key_id=key,
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=agent.member,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _rules(args: GcpBackupArgs) -> list[Any]:
    rules: list[Any] = [
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7}},
    ]
    if not args.retention_days:
        rules.append(
            {
                "action": {"type": "Delete"},
                "condition": {"days_since_noncurrent_time": args.old_versions_days, "with_state": "ARCHIVED"},
            }
        )
    if args.colder_after_days is not None:
        rules.append(
            {
                "action": {"type": "SetStorageClass", "storage_class": "NEARLINE"},
                "condition": {"age": args.colder_after_days, "matches_storage_classes": ["STANDARD"]},
            }
        )
    if args.delete_after_days is not None:
        rules.append({"action": {"type": "Delete"}, "condition": {"age": args.delete_after_days, "with_state": "LIVE"}})
    return rules
