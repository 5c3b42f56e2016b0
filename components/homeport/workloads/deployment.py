"""The Deployment of a workload that goes on forever.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeport.kube.manifest import TIMEOUT, Manifest, without_nothing
from homeport.workloads.context import Place
from homeport.workloads.pod import object_labels, pod_template, selector
from homeport.workloads.replicated import ReplicatedArgs, Rollout


def deployment(args: ReplicatedArgs, place: Place, *, container: Mapping[str, Any]) -> Manifest:
    """A Deployment.

    Args:
        args: the workload.
        place: where it runs.
        container: what the kind adds to the container.
    """
    rollout = args.rollout
    spec = {
        # Not said where an autoscaler sets it: every update would set it back.
        "replicas": args.count,
        "selector": {"matchLabels": selector(place)},
        "strategy": _strategy(rollout),
        "minReadySeconds": rollout.min_ready_seconds,
        "progressDeadlineSeconds": rollout.deadline_seconds,
        "revisionHistoryLimit": rollout.history,
        "template": pod_template(args, place, container=container, spread=args.zones),
    }
    return Manifest(
        "apps/v1",
        "Deployment",
        place.app,
        place.namespace,
        {"spec": without_nothing(spec)},
        object_labels(args, place),
        # Otherwise ten minutes, whatever the deadline.
        {TIMEOUT: str(rollout.deadline_seconds)},
    )


def _strategy(rollout: Rollout) -> dict[str, Any]:
    if rollout.strategy == "recreate":
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": f"{rollout.surge}%"}}
