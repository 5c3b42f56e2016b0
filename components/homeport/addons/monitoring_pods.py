"""What pods of the monitoring have in common: where they run, what they get, what they store.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeport.addons.kube_prometheus_stack_args import KubePrometheusStackArgs
from homeport.addons.site import Site


def replicas(args: KubePrometheusStackArgs, site: Site) -> int:
    """Number of Prometheus servers and of Alertmanagers."""
    return args.replicas or (2 if site.production_sized else 1)


def storage_class(args: KubePrometheusStackArgs, site: Site) -> str | None:
    """Class of the volumes; None where nobody knows one."""
    return args.storage_class or site.storage_class


def claim(args: KubePrometheusStackArgs, site: Site, size: str) -> dict[str, Any]:
    """A template for the volumes of a StatefulSet.

    https://prometheus-operator.dev/docs/platform/storage/
    """
    spec = {
        "storageClassName": storage_class(args, site),
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}},
    }
    return {"volumeClaimTemplate": {"spec": spec}}


def claim_retention(site: Site) -> dict[str, str]:
    """What becomes of claims: they go with the StatefulSet, unless the stack is strictly protected.

    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
    """
    # A replica less is often a mistake, or for a while.
    return {"whenDeleted": "Retain" if site.protection == "strict" else "Delete", "whenScaled": "Retain"}


def disruption_budget(count: int) -> dict[str, Any]:
    """One pod at a time may go. With a single one a budget would hold up every drained node, or say nothing."""
    if count < 2:
        return {"enabled": False}
    # The chart sets minAvailable itself, and maxUnavailable beside it would be an error.
    return {"enabled": True, "minAvailable": count - 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"}


def over_zones(labels: Mapping[str, str]) -> dict[str, Any]:
    """Over zones, without holding a pod back where a zone is full.

    https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
    """
    return {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": dict(labels)},
    }


def resources(cpu: str, memory: str, most: str, *, most_cpu: str = "500m", disk: str = "64Mi") -> dict[str, Any]:
    """Requests and limits.

    Args:
        cpu: that is reserved.
        memory: that is reserved.
        most: memory at which a container is ended.
        most_cpu: at which it is slowed down.
        disk: local disk that is reserved; four times as much ends it.
    """
    number, unit = int(disk[:-2]), disk[-2:]
    return {
        "requests": {"cpu": cpu, "memory": memory, "ephemeral-storage": disk},
        "limits": {"cpu": most_cpu, "memory": most, "ephemeral-storage": f"{number * 4}{unit}"},
    }


def container() -> dict[str, Any]:
    """What a namespace at pod security restricted asks of a container, and a root file system that is read-only."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
