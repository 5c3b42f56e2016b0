"""Permissions as grants on Google Cloud, each on one resource.

Grants are additive: they add one member to one role of one resource and never touch what others granted. What GKE does
by itself (disks, snapshots, load balancers, node counts) needs no grant; `native` says why.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from homeport.identity.permissions import (
    AutoscalingAdmin,
    BucketReader,
    BucketWriter,
    DnsEditor,
    ImagePuller,
    KeyUser,
    LoadBalancerAdmin,
    Permission,
    RoleAssumer,
    SecretReader,
    SecretWriter,
    SnapshotAdmin,
    VolumeAdmin,
)
from homeport.problems import Problem, SettingsError

#: What a grant hangs on; the binding knows the resource class of each.
GrantKind = Literal["zone", "bucket", "secret", "key", "repository", "project", "account"]


@dataclass(frozen=True, slots=True)
class GcpScope:
    """Where a workload runs, as text; a name that only the cloud can say is a mark (see `templates`).

    Attributes:
        project: the cluster's project.
    """

    project: str


@dataclass(frozen=True, slots=True)
class Condition:
    """An IAM condition.

    https://cloud.google.com/iam/docs/conditions-overview

    Attributes:
        title: for people, up to 100 characters; part of the binding's identity.
        expression: in the Common Expression Language.
    """

    title: str
    expression: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for the workload on one resource.

    Attributes:
        key: what names the grant in the program, unique within a workload and independent of the other grants.
        kind: what it hangs on.
        target: arguments that name the resource, as its class spells them.
        role: predefined or custom, never basic.
        condition: None where the role holds without one.
    """

    key: str
    kind: GrantKind
    target: Mapping[str, str]
    role: str
    condition: Condition | None = None


def grants(permissions: Sequence[Permission], scope: GcpScope) -> list[Grant]:
    """Every grant that the permissions need, each once, sorted by key.

    Args:
        permissions: without outputs (`Blanks.plain`) and without `problems`.
        scope: the cluster's project.

    Raises:
        SettingsError: two different things are called the same.
    """
    found: dict[str, Grant] = {}
    called: dict[object, str] = {}
    clashes: list[Problem] = []
    for index, permission in enumerate(permissions):
        for grant in render(permission, scope):
            right = (grant.kind, tuple(sorted(grant.target.items())), grant.role, grant.condition)
            if found.setdefault(grant.key, grant) != grant:
                clashes.append(
                    Problem(
                        ("permissions", index),
                        f'a different {grant.kind} is called "{grant.key}" in this list already',
                        "give one of the two another label",
                    )
                )
            elif called.setdefault(right, grant.key) != grant.key:
                # Google Cloud keeps one of the two, and deleting either takes it from both.
                clashes.append(
                    Problem(
                        ("permissions", index),
                        f'is the same right as "{called[right]}" under another label',
                        "remove one of the two, or give both the same label",
                    )
                )
    if clashes:
        raise SettingsError(clashes)
    return [found[key] for key in sorted(found)]


def render(permission: Permission, scope: GcpScope) -> Iterator[Grant]:
    """The grants of one permission; none where GKE does it by itself."""
    match permission:
        case DnsEditor():
            yield from _dns_editor(permission)
        case BucketReader():
            yield from _bucket(permission, "roles/storage.objectViewer")
        case BucketWriter():
            yield from _bucket(permission, "roles/storage.objectUser")
        case SecretReader():
            yield from _secrets(permission, scope, "roles/secretmanager.secretAccessor")
        case SecretWriter():
            yield from _secrets(permission, scope, "roles/secretmanager.secretVersionAdder")
        case ImagePuller():
            yield from _image_puller(permission)
        case KeyUser():
            target = {"crypto_key_id": str(permission.key.gcp)}
            role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
            yield Grant(f"key-user-{permission.key.label}", "key", target, role)
        case RoleAssumer():
            yield from _role_assumer(permission)
        case VolumeAdmin() | SnapshotAdmin() | LoadBalancerAdmin() | AutoscalingAdmin():
            pass


def native(permission: Permission) -> str | None:
    """Why a permission needs no grant on GKE, with the page that says so; None where it needs one."""
    match permission:
        case VolumeAdmin() | SnapshotAdmin():
            return (
                "GKE runs the disk driver itself, outside the cluster's service accounts: "
                "https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/gce-pd-csi-driver"
            )
        case LoadBalancerAdmin():
            return (
                "GKE's control plane makes load balancers: "
                "https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer"
            )
        case AutoscalingAdmin():
            return (
                "GKE's control plane resizes node pools: "
                "https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-autoscaler"
            )
        case _:
            return None


def _dns_editor(permission: DnsEditor) -> Iterator[Grant]:
    for zone in permission.zones:
        if zone.gcp is None:
            continue
        target = {"project": str(zone.gcp.project), "managed_zone": str(zone.gcp.name)}
        yield Grant(f"dns-editor-{zone.name}", "zone", target, permission.gcp_role)
    if not permission.list_zones:
        return
    # One per project, however many zones: two grants of the same right are one thing for the cloud, and deleting one
    # would take it from the other.
    for project in dict.fromkeys(str(zone.gcp.project) for zone in permission.zones if zone.gcp is not None):
        yield Grant(f"dns-reader-{_plain_key(project)}", "project", {"project": project}, "roles/dns.reader")


def _plain_key(text: str) -> str:
    """A name for a project in the program; one that only the cloud can say has a mark, and its field's name serves."""
    return text if text.isascii() else "project"


def _bucket(permission: BucketReader | BucketWriter, role: str) -> Iterator[Grant]:
    ref = permission.bucket
    target = {"bucket": str(ref.name)}
    key = f"{permission.kind}-{ref.called}" + (f"/{permission.prefix}" if permission.prefix else "")
    condition = None
    if permission.prefix:
        # Listing is asked of the bucket, so the prefix of the request decides; all else is asked of the object.
        # https://cloud.google.com/iam/docs/conditions-attribute-reference#api-attributes
        condition = Condition(
            f"objects below {permission.prefix}"[:100],
            f'resource.name.startsWith("projects/_/buckets/{ref.name}/objects/{permission.prefix}") || '
            f'api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("{permission.prefix}")',
        )
    yield Grant(key, "bucket", target, role, condition)
    if permission.metadata:
        yield Grant(f"bucket-metadata-{ref.called}", "bucket", target, "roles/storage.bucketViewer")


def _secrets(permission: SecretReader | SecretWriter, scope: GcpScope, role: str) -> Iterator[Grant]:
    for ref in permission.secrets:
        target = {"project": str(permission.gcp_project or scope.project), "secret_id": str(ref.name)}
        yield Grant(f"{permission.kind}-{ref.called}", "secret", target, role)


def _image_puller(permission: ImagePuller) -> Iterator[Grant]:
    repository = permission.registry.gcp
    if repository is None:
        return
    target = {
        "project": str(repository.project),
        "location": str(repository.location),
        "repository": str(repository.repository),
    }
    yield Grant(f"image-puller-{permission.registry.label}", "repository", target, "roles/artifactregistry.reader")


def _role_assumer(permission: RoleAssumer) -> Iterator[Grant]:
    account = permission.role.gcp
    if account is None:
        return
    target = {"service_account_id": f"projects/{account.project}/serviceAccounts/{account.email}"}
    yield Grant(f"role-assumer-{permission.role.label}", "account", target, "roles/iam.workloadIdentityUser")
