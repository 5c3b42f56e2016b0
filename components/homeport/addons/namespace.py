"""A namespace with its pod-security level.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from homeport.addons.items import Namespace
from homeport.kube.manifest import Manifest
from homeport.labels import Labels

_MODES = ("enforce", "audit", "warn")


def namespace_manifest(namespace: Namespace, labels: Labels) -> Manifest:
    """Enforce a level by labels.

    https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/
    """
    levels = {f"pod-security.kubernetes.io/{mode}": namespace.pod_security for mode in _MODES}
    return Manifest(
        "v1", "Namespace", namespace.name, labels={**labels.kubernetes(), **levels, **dict(namespace.labels)}
    )
