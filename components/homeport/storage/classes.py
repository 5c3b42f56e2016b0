"""Which storage classes a cluster gets: pure.

The names are the same on every cloud, so that an application's claims need not change when it moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from homeport.problems import Problem
from homeport.storage.args import ClassKind, StorageArgs
from homeport.values import Cloud

#: Name of the class for each kind.
CLASS_NAMES: Final[Mapping[ClassKind, str]] = {
    "regional": "homeport-regional",
    "zonal": "homeport-zonal",
    "fast": "homeport-fast",
}
#: Name of the class for snapshots.
SNAPSHOT_CLASS_NAME: Final = "homeport-snapshots"

_PD_DRIVER: Final = "pd.csi.storage.gke.io"
_EBS_DRIVER: Final = "ebs.csi.aws.com"
_DRIVERS: Final[Mapping[Cloud, str]] = {"gcp": _PD_DRIVER, "aws": _EBS_DRIVER}
_ZONE_KEY: Final = "topology.gke.io/zone"

#: Kind to parameters of the driver. There is no regional disk on AWS: an EBS volume lies in one zone.
_PD_PARAMETERS: Final[Mapping[ClassKind, Mapping[str, str]]] = {
    "regional": {"type": "pd-balanced", "replication-type": "regional-pd"},
    "zonal": {"type": "pd-balanced"},
    "fast": {"type": "pd-ssd"},
}
#: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
_EBS_PARAMETERS: Final[Mapping[ClassKind, Mapping[str, str]]] = {
    "zonal": {"type": "gp3", "encrypted": "true"},
    # gp3 takes 500 operations a second for each GiB, so the smallest volume has 12 GiB.
    "fast": {"type": "gp3", "encrypted": "true", "iops": "6000", "throughput": "500"},
}

#: Classes that the cloud makes and marks as the default; two defaults would leave the choice to chance.
_SHIPPED_DEFAULTS: Final[Mapping[Cloud, str]] = {"gcp": "standard-rwo", "aws": "gp2"}


@dataclass(frozen=True, slots=True)
class StorageClassSpec:
    """One `storage.k8s.io/v1` StorageClass. Volumes wait for their pod, so that they come up in its zone, and can grow.

    Attributes:
        kind: what it is for.
        name: in the cluster.
        provisioner: CSI driver.
        parameters: of the driver.
        reclaim_policy: Delete or Retain.
        default: whether claims that name no class get it.
        zone_key: node label of `zones`.
        zones: where volumes may lie; empty: anywhere.
    """

    kind: ClassKind
    name: str
    provisioner: str
    parameters: Mapping[str, str]
    reclaim_policy: str
    default: bool
    zone_key: str = ""
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotClassSpec:
    """One `snapshot.storage.k8s.io/v1` VolumeSnapshotClass, the default of its driver.

    https://kubernetes.io/docs/concepts/storage/volume-snapshot-classes/
    """

    name: str
    driver: str
    deletion_policy: str


def classes(
    args: StorageArgs, *, cloud: Cloud, zones: Sequence[str], volume_labels: Mapping[str, str] | None = None
) -> list[StorageClassSpec]:
    """The storage classes of a cluster; exactly one is the default, or there are none.

    Args:
        args: what is wanted.
        cloud: whose volumes they are; there are none where it is unknown.
        zones: of the cluster. Regional volumes lie in the first two: their pods can run in these alone.
        volume_labels: labels of the disks on Google Cloud, their tags on AWS.
    """
    if cloud == "none":
        return []
    default = default_kind(args, cloud=cloud, zones=zones)
    kinds = _PD_PARAMETERS if cloud == "gcp" else _EBS_PARAMETERS
    common = _labelled(cloud, volume_labels or {})
    return [
        StorageClassSpec(
            kind=kind,
            name=CLASS_NAMES[kind],
            provisioner=_DRIVERS[cloud],
            parameters={**parameters, **common},
            reclaim_policy=args.reclaim.capitalize(),
            default=kind == default,
            zone_key=_ZONE_KEY if kind == "regional" else "",
            # https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/regional-pd: exactly two.
            zones=tuple(zones[:2]) if kind == "regional" else (),
        )
        for kind, parameters in kinds.items()
        if kind != "regional" or len(zones) > 1
    ]


def _labelled(cloud: Cloud, labels: Mapping[str, str]) -> dict[str, str]:
    """Parameters that label the disks: each driver has its own way."""
    pairs = [f"{key}={value}" for key, value in sorted(labels.items())]
    if cloud == "gcp":
        return {"labels": ",".join(pairs)} if pairs else {}
    return {f"tagSpecification_{number}": pair for number, pair in enumerate(pairs, start=1)}


def snapshot_class(args: StorageArgs, *, cloud: Cloud) -> SnapshotClassSpec | None:
    """The class for volume snapshots, where there is one."""
    if cloud == "none" or not args.snapshots:
        return None
    return SnapshotClassSpec(SNAPSHOT_CLASS_NAME, _DRIVERS[cloud], args.reclaim.capitalize())


def shipped_default(cloud: Cloud) -> str | None:
    """Name of the class that the cloud marks as the default by itself."""
    return _SHIPPED_DEFAULTS.get(cloud)


def default_kind(args: StorageArgs, *, cloud: Cloud, zones: Sequence[str]) -> ClassKind:
    """What claims get that name no class. On AWS no disk outlives its zone."""
    return args.default or ("regional" if cloud == "gcp" and len(zones) > 1 else "zonal")


def storage_problems(args: StorageArgs, *, cloud: Cloud, zones: Sequence[str]) -> Iterator[Problem]:
    """What the cluster cannot give; paths relative to the section `storage`."""
    if cloud == "none" and args.default is not None:
        yield Problem(
            ("default",),
            "the cluster's cloud is not known, so it keeps the storage classes that it has",
            "remove it, or say whose volumes the cluster can make with cluster.cloud",
            args.default,
        )
    elif cloud == "aws" and args.default == "regional":
        yield Problem(
            ("default",),
            "an EBS volume lies in one zone; AWS has no block storage with a copy in another",
            "write default: zonal, and let software that must outlive a zone keep replicas in several, on pools with "
            "split_zones",
            args.default,
        )
    elif args.default == "regional" and len(zones) < 2:
        yield Problem(
            ("default",),
            f"a regional volume has a copy in each of two zones; the cluster has {len(zones) or 'none'}",
            "name a second zone in cluster.zones, or write default: zonal",
            args.default,
        )
