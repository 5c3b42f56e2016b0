"""A namespace with its pod-security level.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from homeport.addons.items import Namespace
from homeport.kube.manifest import Manifest
from homeport.kube.pod_security import level_labels
from homeport.labels import Labels


def namespace_manifest(namespace: Namespace, labels: Labels) -> Manifest:
    """A namespace of add-ons, with the labels that enforce its level."""
    levels = level_labels(namespace.pod_security)
    return Manifest(
        "v1", "Namespace", namespace.name, labels={**labels.kubernetes(), **levels, **dict(namespace.labels)}
    )
