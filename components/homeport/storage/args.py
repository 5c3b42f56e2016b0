"""Arguments of `StorageClasses`: the section `storage` of a stack file."""

from __future__ import annotations

from typing import Literal

from homeport.model import Model

#: What a claim can ask for, on every cloud.
ClassKind = Literal["regional", "zonal", "fast"]


class StorageArgs(Model):
    """Storage classes of a cluster.

    Their fields are immutable in Kubernetes: a change makes the class anew; volumes stay.
    https://kubernetes.io/docs/concepts/storage/storage-classes/
    """

    default: ClassKind | None = None
    """Class for claims that name none; default: regional on Google Cloud where the cluster has two zones or more, else
    zonal. regional: a copy in two zones: a lost zone does not glue pods to it; not on AWS, whose disks lie in one zone.
    zonal: in one zone. fast: one zone, more operations a second."""
    reclaim: Literal["delete", "retain"] = "delete"
    """What happens to the disk, or the snapshot, when its claim is deleted."""
    snapshots: bool = True
    """Also a class for volume snapshots."""
