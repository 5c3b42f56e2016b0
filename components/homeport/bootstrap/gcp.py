"""`GcpStateStore`: where Pulumi keeps state on Google Cloud."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp

from homeport.bootstrap.args import KEY, GcpStateStoreArgs
from homeport.bootstrap.store import StateStore
from homeport.globals.backup_args import GcpBackupArgs
from homeport.globals.bucket_gcp import GcsBucket
from homeport.globals.key_args import GcpKeyArgs
from homeport.globals.key_gcp import GcpKey
from homeport.globals.services import GcpServices

#: The same as `homeport:gcp.ci.state` gives CI: objects and nothing of the bucket itself.
#: https://cloud.google.com/storage/docs/access-control/iam-roles
_OBJECTS = "roles/storage.objectUser"


class GcpStateStore(StateStore):
    """A state store on Google Cloud: Cloud Storage and a key of Cloud KMS.

    The APIs Cloud Resource Manager and Service Usage must be on.
    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#google-cloud-storage
    """

    def __init__(self, name: str, args: GcpStateStoreArgs, *, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the store.

        Args:
            name: prefix of the children's names.
            args: what it is made from.
            opts: with the gcp provider of the project in `providers`.
        """
        super().__init__("homeport:bootstrap:GcpStateStore", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        services = GcpServices(
            f"{name}-services",
            {"admin": ["cloudkms.googleapis.com", "storage.googleapis.com"]},
            projects={"admin": args.project},
            settle_seconds=args.settle_seconds,
            opts=child,
        )
        ready = services.ready["admin"]
        key = GcpKey(
            f"{name}-key",
            GcpKeyArgs.model_validate({"location": args.key_location, "users": args.deployers}),
            key=KEY,
            project=args.project,
            region=args.location,
            ready=ready,
            opts=child,
        )
        bucket = GcsBucket(
            f"{name}-bucket",
            GcpBackupArgs(key=key.id, colder_after_days=None, old_versions_days=args.old_versions_days),
            bucket=args.bucket_name,
            project=args.project,
            region=args.location,
            ready=ready,
            opts=child,
        )
        for member in args.deployers:
            gcp.storage.BucketIAMMember(
                f"{name}-user-{member}", bucket=bucket.name, role=_OBJECTS, member=member, opts=child
            )
        self._publish(("gs://", bucket.name), ("gcpkms://", key.id))
