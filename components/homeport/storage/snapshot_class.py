"""A VolumeSnapshotClass as a resource: `apiextensions.CustomResource` of the SDK knows no fields beside `spec`."""

from __future__ import annotations

from typing import Any, final

import pulumi

from homeport.storage.classes import SnapshotClassSpec

_API_VERSION = "snapshot.storage.k8s.io/v1"
_KIND = "VolumeSnapshotClass"


@final
class VolumeSnapshotClass(pulumi.CustomResource):
    """One `snapshot.storage.k8s.io/v1` VolumeSnapshotClass. GKE brings its definition and controller, on EKS an add-on.

    https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/volume-snapshots
    """

    def __init__(
        self, resource_name: str, spec: SnapshotClassSpec, *, labels: dict[str, str], opts: pulumi.ResourceOptions
    ) -> None:
        metadata: dict[str, Any] = {
            "name": spec.name,
            "annotations": {"snapshot.storage.kubernetes.io/is-default-class": "true"},
        }
        if labels:  # the API server drops an empty map, and every update would try to add it again
            metadata["labels"] = labels
        props: dict[str, Any] = {
            "apiVersion": _API_VERSION,
            "kind": _KIND,
            "metadata": metadata,
            "driver": spec.driver,
            "deletionPolicy": spec.deletion_policy,
        }
        super().__init__(f"kubernetes:{_API_VERSION}:{_KIND}", resource_name, props, opts)
