"""What a cloud puts into every new cluster of its own, as far as the project meets it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from tests.engine.control_plane import ControlPlane

#: https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes#storageclasses
_GKE_STORAGE_CLASSES: Final = {
    "standard-rwo": ("pd.csi.storage.gke.io", {"type": "pd-balanced"}, True),
    "premium-rwo": ("pd.csi.storage.gke.io", {"type": "pd-ssd"}, False),
    "standard": ("kubernetes.io/gce-pd", {"type": "pd-standard"}, False),
}


#: The only class that EKS makes, and since 1.30 not the default.
#: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html
_EKS_STORAGE_CLASSES: Final = {"gp2": ("kubernetes.io/aws-ebs", {"type": "gp2", "fsType": "ext4"}, False)}


def install_what_gke_ships(control_plane: ControlPlane) -> None:
    """Storage classes, and the kinds of volume snapshots."""
    _install_storage_classes(control_plane, _GKE_STORAGE_CLASSES)
    install_snapshot_kinds(control_plane)


def install_what_eks_ships(control_plane: ControlPlane) -> None:
    """A storage class, and nothing that knows of snapshots."""
    _install_storage_classes(control_plane, _EKS_STORAGE_CLASSES)


def install_what_an_eks_addon_brings(control_plane: ControlPlane, addon: str) -> None:
    """The kinds that an EKS add-on defines, as far as the project meets them."""
    if addon == "snapshot-controller":
        install_snapshot_kinds(control_plane)


def install_snapshot_kinds(control_plane: ControlPlane) -> None:
    """The kinds of volume snapshots, unless they are there: an add-on takes over what it finds."""
    path, kind = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", _snapshot_class_kind()
    if control_plane.request("GET", f"{path}/{kind['metadata']['name']}").status == HTTPStatus.NOT_FOUND:
        control_plane.create(path, kind)


def _install_storage_classes(
    control_plane: ControlPlane, classes: Mapping[str, tuple[str, Mapping[str, str], bool]]
) -> None:
    for name, (provisioner, parameters, default) in classes.items():
        annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
        control_plane.create(
            "/apis/storage.k8s.io/v1/storageclasses",
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": name, "annotations": annotations},
                "provisioner": provisioner,
                "parameters": parameters,
                "volumeBindingMode": "WaitForFirstConsumer",
                "allowVolumeExpansion": True,
            },
        )


def _snapshot_class_kind() -> dict[str, Any]:
    """VolumeSnapshotClass with no more schema than the API server asks for.

    https://github.com/kubernetes-csi/external-snapshotter/tree/master/client/config/crd
    """
    group = "snapshot.storage.k8s.io"
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"volumesnapshotclasses.{group}",
            # The API server guards groups of its own domain; this is the consent that external-snapshotter has.
            "annotations": {
                "api-approved.kubernetes.io": "https://github.com/kubernetes-csi/external-snapshotter/pull/814"
            },
        },
        "spec": {
            "group": group,
            "scope": "Cluster",
            "names": {
                "kind": "VolumeSnapshotClass",
                "plural": "volumesnapshotclasses",
                "singular": "volumesnapshotclass",
                "shortNames": ["vsclass"],
            },
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}],
        },
    }
