"""What keeps a permission from being granted on one cloud: a reference without that cloud's part, a name it refuses.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from homeport.identity.permissions import (
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
    VolumeAdmin,
)
from homeport.identity.refs import KeyRef
from homeport.model import known, walk_checks
from homeport.problems import Path, Problem
from homeport.values import Cloud


def problems(permissions: Sequence[Permission], cloud: Cloud) -> Iterator[Problem]:
    """What keeps permissions from being granted on a cloud, with paths from the list.

    Args:
        permissions: what a workload may do.
        cloud: where its cluster runs, gcp or aws.
    """
    check = _on_aws if cloud == "aws" else _on_gcp
    for index, permission in enumerate(permissions):
        for problem in (*walk_checks(permission), *check(permission)):
            yield problem.below((index,))
    if cloud == "gcp":
        yield from _not_alone(permissions)


def _not_alone(permissions: Sequence[Permission]) -> Iterator[Problem]:
    """On Google Cloud a service account that takes on another one is nobody itself."""
    if len(permissions) < 2:
        return
    for index, permission in enumerate(permissions):
        if isinstance(permission, RoleAssumer):
            yield Problem(
                (index,),
                f"a service account of GKE that takes on {permission.role.label} has no other right any more, and this"
                " one is to have some",
                "give the service account that alone, and the other rights to the one that is taken on",
            )


def _on_aws(permission: Permission) -> Iterator[Problem]:
    match permission:
        case DnsEditor():
            for index, zone in enumerate(permission.zones):
                if zone.aws is None:
                    yield _absent(("zones", index, "aws"), "AWS", f"the zone {zone.name}", "aws with its zone_id")
        case BucketReader() | BucketWriter():
            yield from _aws_key(permission.bucket.key, ("bucket", "key"))
        case SecretReader() | SecretWriter():
            yield from _aws_key(permission.key, ("key",))
        case VolumeAdmin():
            for index, key in enumerate(permission.keys):
                yield from _aws_key(key, ("keys", index))
        case KeyUser():
            yield from _aws_key(permission.key, ("key",))
        case ImagePuller() if permission.registry.aws is None:
            label = permission.registry.label
            yield _absent(("registry", "aws"), "AWS", f"the registry {label}", "aws with its repositories")
        case RoleAssumer() if permission.role.aws is None:
            yield _absent(("role", "aws"), "AWS", f"the identity {permission.role.label}", "aws, the ARN of a role")
        case LoadBalancerAdmin() if permission.vpc is None:
            yield Problem(
                ("vpc",),
                "without the VPC the controller could open the security groups of every VPC in the region",
                "add vpc, the id of the cluster's VPC, for example the network's vpc_id",
            )
        case _:
            pass


def _on_gcp(permission: Permission) -> Iterator[Problem]:
    match permission:
        case DnsEditor():
            for index, zone in enumerate(permission.zones):
                if zone.gcp is None:
                    path = ("zones", index, "gcp")
                    yield _absent(path, "Google Cloud", f"the zone {zone.name}", "gcp with its project and name")
        case SecretReader() | SecretWriter():
            yield from _gcp_secret_names(permission)
        case KeyUser() if permission.key.gcp is None:
            label = permission.key.label
            yield _absent(("key", "gcp"), "Google Cloud", f"the key {label}", "gcp, its resource name")
        case ImagePuller() if permission.registry.gcp is None:
            fix = "gcp with its project, location and repository"
            yield _absent(("registry", "gcp"), "Google Cloud", f"the registry {permission.registry.label}", fix)
        case RoleAssumer() if permission.role.gcp is None:
            fix = "gcp with its project and email"
            yield _absent(("role", "gcp"), "Google Cloud", f"the identity {permission.role.label}", fix)
        case _:
            pass


def _aws_key(key: KeyRef | None, path: Path) -> Iterator[Problem]:
    if key is not None and key.aws is None:
        yield _absent((*path, "aws"), "AWS", f"the key {key.label}", "aws, its ARN")


def _gcp_secret_names(permission: SecretReader | SecretWriter) -> Iterator[Problem]:
    # https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets
    for index, ref in enumerate(permission.secrets):
        name = known(ref.name)
        if name is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
            yield Problem(
                ("secrets", index, "name"),
                "the id of a secret on Google Cloud is up to 255 letters, digits, - and _",
                f'name it "{re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:255]}" on both clouds',
                name,
            )


def _absent(path: Path, cloud: str, what: str, part: str) -> Problem:
    return Problem(path, f"the cluster runs on {cloud}, and nothing says what {what} is there", f"add {part}")
