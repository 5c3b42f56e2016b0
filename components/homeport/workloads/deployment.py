"""The Deployment of a workload that goes on forever.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeport.kube.manifest import Manifest, without_nothing
from homeport.workloads.args import WorkloadArgs
from homeport.workloads.context import Place
from homeport.workloads.pod import object_labels, pod_template, selector


def deployment(args: WorkloadArgs, place: Place, *, replicas: int | None, container: Mapping[str, Any]) -> Manifest:
    """A Deployment.

    Args:
        args: the workload.
        place: where it runs.
        replicas: number of pods; None where an autoscaler sets it.
        container: what the kind adds to the container.
    """
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": selector(place)},
        "strategy": {
            "type": "RollingUpdate",
            # Never fewer than asked for: a new pod must be ready before an old one goes.
            "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"},
        },
        # A pod that dies in its first seconds stops the rollout rather than taking the place of one that works.
        "minReadySeconds": 5,
        "progressDeadlineSeconds": 600,
        "revisionHistoryLimit": 3,
        "template": pod_template(args, place, container=container),
    }
    return Manifest(
        "apps/v1",
        "Deployment",
        place.app,
        place.namespace,
        {"spec": without_nothing(spec)},
        object_labels(args, place),
    )
