"""What workloads say that go on forever: how many pods there are, and how they are replaced.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from homeport.model import Model
from homeport.problems import Problem
from homeport.workloads.args import WorkloadArgs
from homeport.workloads.scaling import Autoscale, count_problems

#: Pods where neither a number nor an autoscaler is given: one of them can always be away.
DEFAULT_REPLICAS = 2


class Rollout(Model):
    """How pods are replaced. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy."""

    strategy: Literal["rolling", "recreate"] = "rolling"
    """rolling: a new pod must be ready before an old one goes. recreate: the old ones go first, with a gap between: for
    what must never run twice."""
    surge: Annotated[int, Field(ge=1, le=100)] = 25
    """Percent of the pods, rounded up, that stand beside the old ones while they roll."""
    min_ready_seconds: Annotated[int, Field(ge=0, le=3600)] = 5
    """How long a new pod must have been ready to count: one that dies in its first seconds stops the rollout."""
    deadline_seconds: Annotated[int, Field(ge=30, le=7200)] = 600
    """How long an update of the stack waits for it before it fails. What is running stays running."""
    history: Annotated[int, Field(ge=0, le=20)] = 3
    """Old revisions that are kept for `kubectl rollout undo`."""

    def check(self) -> Iterator[Problem]:
        """A pod can count before time is up."""
        if self.min_ready_seconds >= self.deadline_seconds:
            yield Problem(
                ("min_ready_seconds",),
                f"is as long as the whole rollout may take, {self.deadline_seconds} seconds",
                f"write less than {self.deadline_seconds}",
                self.min_ready_seconds,
                related=(("deadline_seconds",),),
            )


class ReplicatedArgs(WorkloadArgs):
    """What `WebAppArgs` and `WorkerArgs` share."""

    replicas: Annotated[int, Field(ge=0)] | None = None
    """Number of pods; default: 2, unless it is scaled."""
    autoscale: Autoscale | None = None
    """A number that follows the load, instead."""
    rollout: Rollout = Rollout()
    """How pods are replaced."""
    zones: Literal["preferred", "required"] = "preferred"
    """Whether pods rather run unevenly spread over zones than not at all, or wait for a node in the right one. Required
    is for what cannot lose half of itself; its node pool must be able to grow in every zone."""

    def check(self) -> Iterator[Problem]:
        """A number of pods or an autoscaler."""
        yield from super().check()
        yield from count_problems(self.replicas, self.autoscale)

    @property
    def count(self) -> int | None:
        """Number of pods; None where an autoscaler sets it."""
        if self.autoscale is not None:
            return None
        return DEFAULT_REPLICAS if self.replicas is None else self.replicas

    @property
    def several(self) -> bool:
        """Whether there is more than one pod."""
        return self.count is None or self.count > 1
