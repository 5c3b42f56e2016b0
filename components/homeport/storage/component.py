"""Storage classes of a cluster, one of them the default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import pulumi
import pulumi_kubernetes as kubernetes

from homeport import options
from homeport.cluster.base import Cluster
from homeport.labels import CHANGING, Labels
from homeport.problems import SettingsError
from homeport.storage.args import StorageArgs
from homeport.storage.classes import (
    SNAPSHOT_CLASS_NAME,
    StorageClassSpec,
    classes,
    shipped_default,
    snapshot_class,
    storage_problems,
)
from homeport.storage.snapshot_class import VolumeSnapshotClass

_DEFAULT_ANNOTATION = "storageclass.kubernetes.io/is-default-class"

#: Kubernetes refuses to change them, and the provider knows that of the first two only.
_IMMUTABLE = ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode", "allowedTopologies")


@final
class StorageClasses(pulumi.ComponentResource):
    """The classes of `homeport.storage.classes` in a cluster, and the cloud's own default made an ordinary class.

    Nothing here owns a disk: deleting a class leaves its volumes as they are. When the classes go and the cluster
    stays, the cloud's own class does not become the default again by itself; annotate it by hand.

    Args:
        name: logical name.
        args: what is wanted.
        cluster: in which.
        labels: of the classes and of the disks that they make.
        snapshots_after: what brings the definition of snapshot classes, where it is not part of the cluster: on EKS
            `EksAddons.snapshots`.
        opts: no provider is needed: it is the cluster's.

    Raises:
        SettingsError: the cluster cannot give what is wanted.
    """

    default: str | None
    """Name of the default class; None where the cluster keeps the classes that it has."""
    names: list[str]
    """Names of the classes."""
    snapshot_class: str | None
    """Name of the class for snapshots, if there is one."""
    ready: list[pulumi.Resource]
    """Leaf resources to wait for before a claim can rely on the classes."""

    def __init__(
        self,
        name: str,
        args: StorageArgs,
        *,
        cluster: Cluster,
        labels: Labels | None = None,
        snapshots_after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        problems = tuple(storage_problems(args, cloud=cluster.cloud, zones=cluster.zones))
        if problems:
            raise SettingsError(problem.below(("storage",)) for problem in problems)
        super().__init__("homeport:storage:StorageClasses", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=cluster.provider, deleted_with=cluster.resource)
        specs = classes(args, cloud=cluster.cloud, zones=cluster.zones, volume_labels=_disk_labels(cluster, labels))
        metadata_labels = labels.kubernetes() if labels else {}
        ready: list[pulumi.Resource] = []
        shipped = shipped_default(cluster.cloud)
        if shipped is not None:
            ready.append(_ordinary(f"{name}-shipped-default", shipped, child))
        ready += [_storage_class(f"{name}-{spec.kind}", spec, metadata_labels, child) for spec in specs]
        snapshots = snapshot_class(args, cloud=cluster.cloud)
        if snapshots is not None:
            after = options.merge(child, pulumi.ResourceOptions(depends_on=list(snapshots_after)))
            ready.append(VolumeSnapshotClass(f"{name}-snapshots", snapshots, labels=metadata_labels, opts=after))
        self.default = next((spec.name for spec in specs if spec.default), None)
        self.names = [spec.name for spec in specs]
        self.snapshot_class = SNAPSHOT_CLASS_NAME if snapshots is not None else None
        self.ready = ready
        self.register_outputs({"default": self.default, "names": self.names, "snapshot_class": self.snapshot_class})


def _disk_labels(cluster: Cluster, labels: Labels | None) -> dict[str, str]:
    if labels is None:
        return {}
    all_of_them = labels.aws() if cluster.cloud == "aws" else labels.gcp()
    # A class cannot change, and making it anew leaves a moment without a default.
    return {key: value for key, value in all_of_them.items() if key not in CHANGING}


def _storage_class(
    name: str, spec: StorageClassSpec, labels: dict[str, str], opts: pulumi.ResourceOptions
) -> kubernetes.storage.v1.StorageClass:
    return kubernetes.storage.v1.StorageClass(
        name,
        metadata={
            "name": spec.name,
            "labels": labels or None,
            "annotations": {_DEFAULT_ANNOTATION: "true" if spec.default else "false"},
        },
        provisioner=spec.provisioner,
        parameters=dict(spec.parameters),
        reclaim_policy=spec.reclaim_policy,
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        allowed_topologies=[{"match_label_expressions": [{"key": spec.zone_key, "values": list(spec.zones)}]}]
        if spec.zones
        else None,
        opts=options.merge(
            opts,
            pulumi.ResourceOptions(
                # The name is fixed, so the old class must be gone before the new one can come.
                delete_before_replace=True,
                replace_on_changes=options.paths(kubernetes.storage.v1.StorageClass, *_IMMUTABLE),
            ),
        ),
    )


def _ordinary(name: str, shipped: str, opts: pulumi.ResourceOptions) -> kubernetes.storage.v1.StorageClassPatch:
    """Takes the mark of a default from a class that the cloud made.

    EKS leaves its class alone once it made it. GKE's add-on manager sees to it that the class exists, not to what it
    says (label addonmanager.kubernetes.io/mode: EnsureExists), so the change stays. It does own the annotation, hence
    the force.
    """
    return kubernetes.storage.v1.StorageClassPatch(
        name,
        metadata={
            "name": shipped,
            "annotations": {_DEFAULT_ANNOTATION: "false", "pulumi.com/patchForce": "true"},
        },
        opts=opts,
    )
