"""Where the pods of a release run: apart from each other, as far as there is room.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any, Final

_INSTANCE: Final = "app.kubernetes.io/instance"


def spread(instance: str) -> dict[str, Any]:
    """Over zones, without holding a pod back where a zone is full.

    https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
    """
    return {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {_INSTANCE: instance}},
        # Old pods that are about to go must not push the new ones together.
        "matchLabelKeys": ["pod-template-hash"],
    }


def apart(instance: str) -> dict[str, Any]:
    """On nodes of their own, where there are enough: an affinity."""
    term = {"labelSelector": {"matchLabels": {_INSTANCE: instance}}, "topologyKey": "kubernetes.io/hostname"}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
