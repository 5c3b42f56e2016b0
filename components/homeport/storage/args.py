"""Arguments of `StorageClasses`: the section `storage` of a stack file."""

from __future__ import annotations

from typing import Literal

from homeport.model import Model


class StorageArgs(Model):
    """Storage classes of a cluster.

    Their fields are immutable in Kubernetes: a change makes the class anew; volumes stay.
    https://kubernetes.io/docs/concepts/storage/storage-classes/
    """

    default: Literal["regional", "zonal", "fast"] = "regional"
    """Class for claims that name none. regional: a copy in two zones, so that a lost zone does not glue pods to it."""
    reclaim: Literal["delete", "retain"] = "delete"
    """What happens to the disk when its claim is deleted."""
    snapshots: bool = True
    """Also a class for volume snapshots."""
