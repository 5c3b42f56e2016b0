"""`WorkerArgs`: something that works without being asked, and its manifests.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from homeport.kube.manifest import Manifest
from homeport.problems import Problem
from homeport.workloads.context import Place
from homeport.workloads.deployment import deployment
from homeport.workloads.monitors import Metrics, monitor
from homeport.workloads.pod import file_map, object_labels, service_account
from homeport.workloads.policies import network_policy
from homeport.workloads.probes import Probe, hasty_problems, low_port_problems, rendered
from homeport.workloads.replicated import ReplicatedArgs
from homeport.workloads.scaling import autoscaler, disruption_budget


class WorkerArgs(ReplicatedArgs):
    """Something that takes its work from a queue or a database; nobody connects to it but Prometheus."""

    kind: Literal["worker"] = "worker"
    """Always worker."""
    readiness: Probe | None = None
    """Whether a rollout goes on; default: as soon as the process runs."""
    liveness: Probe | None = None
    """Whether it is started anew; default: only when the process ends."""
    startup: Probe | None = None
    """While it says no, the others are not asked: for workers that take long to start."""
    metrics: Metrics | None = None
    """Where Prometheus asks; its port must be named. Default: nowhere."""

    def check(self) -> Iterator[Problem]:
        """Probes and metrics that can be asked."""
        yield from super().check()
        for name, probe in self._probes():
            if probe.command is None and probe.port is None:
                yield Problem(
                    (name,), "asks a port, and a worker has none of its own", "name the port, or ask with a command"
                )
        if self.metrics is not None and self.metrics.port is None:
            yield Problem(("metrics", "port"), "is needed: a worker serves on no port of its own", "name the port")
        if self.metrics is not None and self.metrics.port is not None:
            yield from low_port_problems(("metrics", "port"), self.metrics.port, self.hardening)
        yield from hasty_problems(self.readiness, self.liveness, None)

    def ports(self) -> dict[str, int]:
        """Name to port of what is asked from outside: metrics, and what only probes ask."""
        found = {"metrics": self.metrics.port} if self.metrics and self.metrics.port else {}
        for name, probe in self._probes():
            if probe.port is not None and probe.port not in found.values():
                found[name] = probe.port
        return found

    def probes(self) -> dict[str, Any]:
        """As a pod has them."""
        return {f"{name}Probe": rendered(probe, None) for name, probe in self._probes()}

    def _probes(self) -> list[tuple[str, Probe]]:
        named = (("readiness", self.readiness), ("liveness", self.liveness), ("startup", self.startup))
        return [(name, probe) for name, probe in named if probe is not None]


def render_worker(args: WorkerArgs, place: Place) -> list[Manifest]:
    """Everything of a worker, except its rights in the cloud."""
    labels = object_labels(args, place)
    files = file_map(args, place)
    metrics = args.metrics
    ports = [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in args.ports().items()]
    container = {**({"ports": ports} if ports else {}), **args.probes()}
    return [
        service_account(args, place),
        *([files] if files else []),
        network_policy(
            args,
            place,
            labels=labels,
            rights=bool(args.permissions),
            metrics_port=metrics.port if metrics else None,
        ),
        deployment(args, place, container=container),
        *([autoscaler(args.autoscale, place, labels)] if args.autoscale else []),
        *([disruption_budget(place, labels)] if args.several else []),
        *([monitor("PodMonitor", metrics, "metrics", place, labels)] if metrics and place.exports.monitors else []),
    ]
