"""How many pods there are, and how they are replaced.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from homeport.kube.manifest import Manifest
from homeport.model import Model
from homeport.problems import Problem
from homeport.workloads.context import Place
from homeport.workloads.pod import selector


class Autoscale(Model):
    """A number of pods that follows the load.

    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
    """

    min: Annotated[int, Field(ge=1)] = 2
    """Fewest pods; one of them can always be away, so two."""
    max: Annotated[int, Field(ge=1)]
    """Most pods."""
    cpu: Annotated[int, Field(ge=1, le=1000)] | None = 75
    """Percent of the reserved CPU that the pods use on average; null: not looked at."""
    memory: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Percent of the reserved memory; of use only where memory is given back."""

    def check(self) -> Iterator[Problem]:
        """Room to scale, and something to scale by."""
        if self.max <= self.min:
            yield Problem(
                ("max",),
                f"must be more than min, which is {self.min}",
                f"write {self.min + 1} or more, or replicas: {self.min} instead of autoscale",
                self.max,
                related=(("min",),),
            )
        if self.cpu is None and self.memory is None:
            yield Problem(("cpu",), "there is nothing to scale by", "set cpu or memory")


def autoscaler(scale: Autoscale, place: Place, labels: dict[str, str]) -> Manifest:
    """The HorizontalPodAutoscaler of a Deployment."""
    measures = [(name, share) for name, share in (("cpu", scale.cpu), ("memory", scale.memory)) if share is not None]
    spec: dict[str, Any] = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": place.app},
        "minReplicas": scale.min,
        "maxReplicas": scale.max,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": share}},
            }
            for name, share in measures
        ],
        # Up at once, down only after ten quiet minutes: a dip in traffic is rarely the end of it.
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}},
    }
    return Manifest("autoscaling/v2", "HorizontalPodAutoscaler", place.app, place.namespace, {"spec": spec}, labels)


def disruption_budget(place: Place, labels: dict[str, str]) -> Manifest:
    """One pod at a time may be taken away on purpose; one that is not ready anyway never blocks a drain.

    https://kubernetes.io/docs/tasks/run-application/configure-pdb/
    """
    spec = {
        "maxUnavailable": 1,
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
        "selector": {"matchLabels": selector(place)},
    }
    return Manifest("policy/v1", "PodDisruptionBudget", place.app, place.namespace, {"spec": spec}, labels)


def count_problems(replicas: int | None, autoscale: Autoscale | None) -> Iterator[Problem]:
    """A number of pods, or an autoscaler that sets it."""
    if replicas is not None and autoscale is not None:
        yield Problem(
            ("replicas",),
            "the autoscaler sets the number of pods; every update would set it back",
            "remove replicas, or autoscale",
            replicas,
            related=(("autoscale",),),
        )
