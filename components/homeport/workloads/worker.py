"""`WorkerArgs`: something that works without being asked, and its manifests.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from homeport.kube.manifest import Manifest
from homeport.problems import Problem
from homeport.workloads.args import WorkloadArgs
from homeport.workloads.context import Place
from homeport.workloads.deployment import deployment
from homeport.workloads.pod import file_map, object_labels, service_account
from homeport.workloads.policies import network_policy
from homeport.workloads.probes import Probe, rendered
from homeport.workloads.scaling import Autoscale, autoscaler, count_problems, disruption_budget


class WorkerArgs(WorkloadArgs):
    """Something that takes its work from a queue or a database; nobody connects to it."""

    kind: Literal["worker"] = "worker"
    """Always worker."""
    replicas: Annotated[int, Field(ge=0)] | None = None
    """Number of pods; default: 2, unless it is scaled."""
    autoscale: Autoscale | None = None
    """A number that follows the load, instead."""
    readiness: Probe | None = None
    """Whether a rollout goes on; default: as soon as the process runs."""
    liveness: Probe | None = None
    """Whether it is started anew; default: only when the process ends."""

    def check(self) -> Iterator[Problem]:
        """A number of pods or an autoscaler; probes that can be asked."""
        yield from super().check()
        yield from count_problems(self.replicas, self.autoscale)
        for name in ("readiness", "liveness"):
            probe: Probe | None = getattr(self, name)
            if probe is not None and probe.command is None and probe.port is None:
                yield Problem(
                    (name,), "asks a port, and a worker has none of its own", "name the port, or ask with a command"
                )
        if self.readiness is not None and self.readiness == self.liveness:
            yield Problem(
                ("liveness",),
                "is the same as readiness: a busy worker would be restarted instead of left alone",
                "ask something cheaper, or less often",
                related=(("readiness",),),
            )


def render_worker(args: WorkerArgs, place: Place) -> list[Manifest]:
    """Everything of a worker, except its rights in the cloud."""
    labels = object_labels(args, place)
    count = args.replicas if args.replicas is not None else 2
    files = file_map(args, place)
    probes: dict[str, Any] = {
        name: rendered(probe, None)
        for name, probe in (("readinessProbe", args.readiness), ("livenessProbe", args.liveness))
        if probe is not None
    }
    return [
        service_account(args, place),
        *([files] if files else []),
        network_policy(args, place, labels=labels, rights=bool(args.permissions)),
        deployment(args, place, replicas=None if args.autoscale else count, container=probes),
        *([autoscaler(args.autoscale, place, labels)] if args.autoscale else []),
        *([disruption_budget(place, labels)] if args.autoscale or count > 1 else []),
    ]
