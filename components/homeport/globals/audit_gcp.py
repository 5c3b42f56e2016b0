"""`GcpAudit`: audit logs of projects, copied to one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import GcpRegion, ProjectId
from homeport.globals.audit_args import GcpAuditArgs
from homeport.globals.backup_args import GcpBackupArgs
from homeport.globals.bucket_gcp import GcsBucket
from homeport.protection import guard
from homeport.values import Protection

_FILTER: Final = 'logName:"cloudaudit.googleapis.com"'


class GcpAudit(pulumi.ComponentResource):
    """A sink for each project, the place that they write to, and each sink's right to write there."""

    destination: pulumi.Output[str]
    """storage.googleapis.com/BUCKET, or logging.googleapis.com/projects/P/locations/L/buckets/B."""

    def __init__(
        self,
        name: str,
        args: GcpAuditArgs,
        *,
        bucket: str,
        project: ProjectId,
        region: GcpRegion,
        projects: Mapping[str, ProjectId],
        protection: Protection = "standard",
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the sinks.

        Args:
            name: prefix of the children's names.
            args: what is kept, and how long.
            bucket: name of the bucket.
            project: project of the bucket.
            region: its location.
            projects: name to project whose logs are copied.
            protection: how well the bucket is guarded.
            ready: what enables the APIs logging and storage.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:GcpAudit", name, None, opts)
        self._prefix = name
        self._project = project
        child = pulumi.ResourceOptions(parent=self)
        if args.destination == "bucket":
            kept = GcsBucket(
                f"{name}-logs",
                GcpBackupArgs(
                    retention_days=args.retention_days,
                    delete_after_days=args.retention_days + 1,
                    colder_after_days=30 if args.retention_days >= 60 else None,
                ),
                bucket=bucket,
                project=project,
                region=region,
                protection=protection,
                ready=ready,
                opts=child,
            )
            self.destination = pulumi.Output.concat("storage.googleapis.com/", kept.name)
        else:
            self.destination = self._log_bucket(bucket, region, args.retention_days, protection, ready)
        for key, project_id in projects.items():
            sink = gcp.logging.ProjectSink(
                f"{name}-{key}",
                name=f"homeport-{name}-{key}",
                project=project_id,
                destination=self.destination,
                filter=_FILTER,
                unique_writer_identity=True,
                disabled=False,
                description="Audit logs, for keeping",
                opts=child,
            )
            # Google gives a sink into a log bucket of its own project no identity: it needs none.
            if args.destination == "bucket" or project_id != project:
                self._grant(key, args, bucket, sink)
            self._data_access(key, project_id, args)
        self.register_outputs({"destination": self.destination})

    def _log_bucket(
        self, bucket: str, region: str, days: int, protection: Protection, ready: Sequence[pulumi.Resource]
    ) -> pulumi.Output[str]:
        kept = guard(protection, "bucket")
        made = gcp.logging.ProjectBucketConfig(
            f"{self._prefix}-logs",
            project=self._project,
            location=region,
            bucket_id=bucket,
            retention_days=days,
            locked=False,
            description="Audit logs",
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=list(ready), protect=kept.protect, retain_on_delete=kept.retain
            ),
        )
        return pulumi.Output.concat("logging.googleapis.com/", made.id)

    def _grant(self, key: str, args: GcpAuditArgs, bucket: str, sink: gcp.logging.ProjectSink) -> None:
        child = pulumi.ResourceOptions(parent=self)
        if args.destination == "bucket":
            gcp.storage.BucketIAMMember(
                f"{self._prefix}-{key}-writer",
                bucket=self.destination.apply(lambda where: where.removeprefix("storage.googleapis.com/")),
                role="roles/storage.objectCreator",
                member=sink.writer_identity,
                opts=child,
            )
        else:
            # A log bucket has no policy of its own: the role on the project, for this bucket alone.
            gcp.projects.IAMMember(
                f"{self._prefix}-{key}-writer",
                project=self._project,
                role="roles/logging.bucketWriter",
                member=sink.writer_identity,
                condition={
                    "title": "audit-log-bucket",
                    "description": "This log bucket alone",
                    "expression": f"resource.name.endsWith('/buckets/{bucket}')",
                },
                opts=child,
            )

    def _data_access(self, key: str, project: str, args: GcpAuditArgs) -> None:
        if args.data_access:
            gcp.projects.IAMAuditConfig(
                f"{self._prefix}-{key}-data",
                project=project,
                service="allServices",
                audit_log_configs=[{"log_type": f"DATA_{kind.upper()}"} for kind in sorted(args.data_access)],
                opts=pulumi.ResourceOptions(parent=self),
            )
