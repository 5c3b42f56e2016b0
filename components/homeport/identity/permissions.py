"""What a workload may do, said once for both clouds.

A permission is an intent: `DnsEditor(zones=[...])` says what the workload is for. `render_aws` and `render_gcp` turn it
into policy statements or grants for exactly the things that it names; `WorkloadPermissions` binds those to a
Kubernetes service account. What each becomes on each cloud stands in docs/permissions.md.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.identity.refs import (
    BucketRef,
    KeyRef,
    ObjectPrefix,
    RegistryRef,
    RoleRef,
    SecretRef,
    ZoneRef,
)
from homeport.model import In, Model, rule_error

#: Roles over everything in a project or organisation, the legacy ones among them. Nothing may ever grant them.
#: https://cloud.google.com/iam/docs/roles-overview#basic
BASIC_ROLES: Final = frozenset(
    {"roles/admin", "roles/writer", "roles/reader", "roles/owner", "roles/editor", "roles/viewer"}
)

#: What a custom role for `DnsEditor.gcp_role` needs: records and no right over the zone itself.
DNS_RECORD_PERMISSIONS: Final = (
    "dns.changes.create",
    "dns.changes.get",
    "dns.changes.list",
    "dns.managedZones.get",
    "dns.resourceRecordSets.create",
    "dns.resourceRecordSets.delete",
    "dns.resourceRecordSets.get",
    "dns.resourceRecordSets.list",
    "dns.resourceRecordSets.update",
)

_ROLE: Final = re.compile(r"(roles/[A-Za-z0-9.]+|(projects|organizations)/[^/]+/roles/[A-Za-z0-9_.]+)")


def _gcp_role(value: str) -> str:
    if value in BASIC_ROLES:
        raise rule_error("is a basic role, which opens the whole project", "use roles/dns.admin or a custom role")
    if not _ROLE.fullmatch(value):
        raise rule_error(
            "must be a predefined or custom role", "write roles/SERVICE.NAME or projects/PROJECT/roles/NAME"
        )
    return value


GcpRole = Annotated[str, AfterValidator(_gcp_role)]
RecordType = Literal["A", "AAAA", "CAA", "CNAME", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SRV", "SVCB", "TXT"]
#: Which disks a driver may touch.
DiskScope = Literal["cluster", "driver"]


class DnsEditor(Model):
    """Keeps the records of zones: external-dns, cert-manager's DNS01 solver."""

    kind: Literal["dns-editor"] = "dns-editor"
    """Always dns-editor."""
    zones: Annotated[list[ZoneRef], Field(min_length=1)]
    """Zones whose records it keeps."""
    record_types: list[RecordType] | None = None
    """Only records of these types; default: all. AWS alone: Cloud DNS cannot tell types apart."""
    list_zones: bool = True
    """Whether it looks for its zones by itself. Neither cloud can list some zones only, so this shows it the names of
    all zones of the account or project. Off for a cert-manager whose solver names its zone."""
    gcp_role: GcpRole = "roles/dns.admin"
    """Role on each zone. The predefined one can also delete the zone; a custom role of `DNS_RECORD_PERMISSIONS` cannot.
    Google Cloud alone."""


class _Bucket(Model):
    bucket: BucketRef
    """The bucket."""
    prefix: ObjectPrefix | None = None
    """Only objects whose names begin so; default: all."""
    metadata: bool = False
    """Also the bucket's own properties, for clients that ask for them before they begin (Barman)."""


class BucketReader(_Bucket):
    """Reads objects of a bucket and lists them."""

    kind: Literal["bucket-reader"] = "bucket-reader"
    """Always bucket-reader."""


class BucketWriter(_Bucket):
    """Reads, writes and deletes objects of a bucket: Loki, Velero, database backups, caches."""

    kind: Literal["bucket-writer"] = "bucket-writer"
    """Always bucket-writer."""


class VolumeAdmin(Model):
    """Makes, attaches, grows and deletes disks: the EBS CSI driver. GKE's own driver needs nothing."""

    kind: Literal["volume-admin"] = "volume-admin"
    """Always volume-admin."""
    keys: list[KeyRef] = Field(default_factory=list[KeyRef])
    """Keys of our own that storage classes encrypt with. On Google Cloud the Compute Engine service agent uses a
    disk's key, not a workload: grant it where the key is made."""
    scope: DiskScope = "cluster"
    """cluster: only disks tagged with this cluster's name, which the driver (1.58 or later) does: EKS's add-on gives it
    the name, the chart needs controller.k8sTagClusterId. driver: every disk that any driver of the account made, for
    disks made before.
    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md"""
    cluster: In[str] | None = None
    """Name of the cluster; default: the one that the workload runs in."""


class SnapshotAdmin(Model):
    """Takes, deletes and restores snapshots of disks: the EBS CSI driver. GKE's own driver needs nothing."""

    kind: Literal["snapshot-admin"] = "snapshot-admin"
    """Always snapshot-admin."""
    scope: DiskScope = "cluster"
    """As for VolumeAdmin."""
    cluster: In[str] | None = None
    """Name of the cluster; default: the one that the workload runs in."""


class _Secrets(Model):
    secrets: Annotated[list[SecretRef], Field(min_length=1)]
    """The secrets, each by its name."""
    gcp_project: In[str] | None = None
    """Project of the secrets on Google Cloud; default: the cluster's."""
    key: KeyRef | None = None
    """The key that encrypts them, if it is our own. On AWS whoever reads or writes needs it too."""


class SecretReader(_Secrets):
    """Reads the values of secrets: external-secrets."""

    kind: Literal["secret-reader"] = "secret-reader"
    """Always secret-reader."""


class SecretWriter(_Secrets):
    """Adds versions to secrets that exist, without reading them: the backup of sealed-secrets' keys."""

    kind: Literal["secret-writer"] = "secret-writer"
    """Always secret-writer."""


class ImagePuller(Model):
    """Pulls images: scanners, mirrors. Nodes pull with an identity of their own."""

    kind: Literal["image-puller"] = "image-puller"
    """Always image-puller."""
    registry: RegistryRef
    """Where from."""


class LoadBalancerAdmin(Model):
    """Makes load balancers for Services, Ingresses and Gateways: the AWS Load Balancer Controller. Native on GKE.

    https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/
    """

    kind: Literal["load-balancer-admin"] = "load-balancer-admin"
    """Always load-balancer-admin."""
    vpc: In[str] | None = None
    """Id of the cluster's VPC; needed on AWS."""
    cluster: In[str] | None = None
    """Name of the cluster, the controller's clusterName; default: the one that it runs in."""
    waf: bool = False
    """Also attach web ACLs of WAFv2, for Ingresses that ask for one."""
    shield: bool = False
    """Also protect load balancers with Shield Advanced, for Ingresses that ask for it."""
    cognito: bool = False
    """Also look up user pools, for Ingresses that authenticate with Cognito."""


class AutoscalingAdmin(Model):
    """Changes the size of the cluster's own node groups: cluster-autoscaler. Native on GKE."""

    kind: Literal["autoscaling-admin"] = "autoscaling-admin"
    """Always autoscaling-admin."""
    cluster: In[str] | None = None
    """Name of the cluster; default: the one that it runs in."""


class KeyUser(Model):
    """Encrypts and decrypts with a key: Vault's auto-unseal, SOPS, applications."""

    kind: Literal["key-user"] = "key-user"
    """Always key-user."""
    key: KeyRef
    """The key."""


class RoleAssumer(Model):
    """Takes on an identity of another account or project: external-dns, for zones of the global layer.

    On AWS the workload asks for the role itself (external-dns: --aws-assume-role, cert-manager: the solver's role), and
    keeps what else it may do. On Google Cloud its service account becomes the other one by an annotation, and has no
    right of its own any more: there it stands alone.
    """

    kind: Literal["role-assumer"] = "role-assumer"
    """Always role-assumer."""
    role: RoleRef
    """The identity."""


#: Anything that a workload can be permitted; `kind` tells which.
Permission = Annotated[
    DnsEditor
    | BucketReader
    | BucketWriter
    | VolumeAdmin
    | SnapshotAdmin
    | SecretReader
    | SecretWriter
    | ImagePuller
    | LoadBalancerAdmin
    | AutoscalingAdmin
    | KeyUser
    | RoleAssumer,
    Field(discriminator="kind"),
]
