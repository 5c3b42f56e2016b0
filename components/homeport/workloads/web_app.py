"""`WebAppArgs`: a server of HTTP, and its manifests.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from homeport.kube.manifest import Manifest
from homeport.model import Model
from homeport.problems import Problem
from homeport.values import DnsName
from homeport.workloads.args import Port, WorkloadArgs
from homeport.workloads.context import Place
from homeport.workloads.deployment import deployment
from homeport.workloads.pod import file_map, object_labels, selector, service_account
from homeport.workloads.policies import network_policy
from homeport.workloads.probes import Probe, rendered
from homeport.workloads.routes import route
from homeport.workloads.scaling import Autoscale, autoscaler, count_problems, disruption_budget

#: Port of every Service, whatever the container listens on.
SERVICE_PORT = 80


class Metrics(Model):
    """Where Prometheus asks."""

    port: Port | None = None
    """Port; default: the one that the app serves on."""
    path: Annotated[str, Field(pattern=r"^/\S*$")] = "/metrics"
    """Path."""
    interval: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds between questions."""


class WebAppArgs(WorkloadArgs):
    """A server of HTTP: Deployment, Service, routes, and everything that keeps it up and in its place."""

    kind: Literal["web-app"] = "web-app"
    """Always web-app."""
    port: Port = 8080
    """Port that the container listens on; above 1023, since it does not run as root."""
    hosts: list[DnsName] | None = None
    """Public hosts, in or below the stack's domain; default: the app's name in front of the domain. An empty list: not
    public."""
    paths: Annotated[list[Annotated[str, Field(pattern=r"^/\S*$")]], Field(min_length=1)] = Field(
        default_factory=lambda: ["/"]
    )
    """Path prefixes of those hosts."""
    replicas: Annotated[int, Field(ge=0)] | None = None
    """Number of pods; default: 2, unless it is scaled."""
    autoscale: Autoscale | None = None
    """A number that follows the load, instead."""
    readiness: Probe = Probe(http="/")
    """Whether it gets requests."""
    liveness: Probe = Probe(tcp=True, period=20, failures=6)
    """Whether it is started anew. By default only where it no longer listens: a slow answer must not end in a restart
    that makes the others slower."""
    startup: Probe | None = None
    """While it says no, the others are not asked: for apps that take long to start."""
    metrics: Metrics | None = None
    """Where Prometheus asks; default: nowhere."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """How long an answer to the public may take."""
    drain_seconds: Annotated[int, Field(ge=0, le=300)] = 10
    """How long a pod goes on answering after it was told to stop, until every proxy knows."""

    def check(self) -> Iterator[Problem]:
        """A number of pods or an autoscaler; probes that ask something that exists, and not twice the same."""
        yield from super().check()
        yield from count_problems(self.replicas, self.autoscale)
        if self.port < 1024 and self.hardening.user != 0:
            yield Problem(
                ("port",),
                "a process that is not root cannot listen on it everywhere",
                "listen on 1024 or above, for example 8080; the Service answers on 80 all the same",
                self.port,
            )
        if self.readiness == self.liveness:
            yield Problem(
                ("liveness",),
                "is the same as readiness: a busy app would be restarted instead of left alone",
                "ask something cheaper, or less often, for example {tcp: true}",
                related=(("readiness",),),
            )
        exposed = {self.port, *([self.metrics.port] if self.metrics and self.metrics.port else [])}
        for name in ("readiness", "liveness", "startup"):
            probe: Probe | None = getattr(self, name)
            if probe is not None and probe.port is not None and probe.port not in exposed:
                yield Problem(
                    (name, "port"),
                    f"is not exposed: the container's ports are {', '.join(str(port) for port in sorted(exposed))}",
                    "name one of them, or leave it out",
                    probe.port,
                    related=(("port",),),
                )
        if self.drain_seconds >= self.grace_seconds:
            yield Problem(
                ("grace_seconds",),
                f"leaves no time to stop after {self.drain_seconds} seconds of draining",
                f"write more than {self.drain_seconds}",
                self.grace_seconds,
                related=(("drain_seconds",),),
            )

    def public_hosts(self, app: str, domain: str) -> list[str]:
        """Hosts under which it is reached from outside."""
        return list(self.hosts) if self.hosts is not None else [f"{app}.{domain}"]


def render_web_app(args: WebAppArgs, place: Place) -> list[Manifest]:
    """Everything of a server of HTTP, except its rights in the cloud."""
    labels = object_labels(args, place)
    count = args.replicas if args.replicas is not None else 2
    metrics_port = (args.metrics.port or args.port) if args.metrics else None
    files = file_map(args, place)
    hosts = args.public_hosts(place.app, place.domain)
    return [
        service_account(args, place),
        *([files] if files else []),
        network_policy(
            args,
            place,
            labels=labels,
            rights=bool(args.permissions),
            port=args.port,
            metrics_port=metrics_port,
            public=bool(hosts),
        ),
        deployment(args, place, replicas=None if args.autoscale else count, container=_container(args)),
        _service(args, place, labels),
        *([autoscaler(args.autoscale, place, labels)] if args.autoscale else []),
        # With a single pod it would only block every drain of a node.
        *([disruption_budget(place, labels)] if args.autoscale or count > 1 else []),
        *([route(hosts, args.paths, place, labels, timeout=args.timeout_seconds)] if hosts else []),
        *([_monitor(args.metrics, place, labels)] if args.metrics and place.exports.monitors else []),
    ]


def _container(args: WebAppArgs) -> dict[str, Any]:
    ports = [{"name": "http", "containerPort": args.port, "protocol": "TCP"}]
    if args.metrics and args.metrics.port and args.metrics.port != args.port:
        ports.append({"name": "metrics", "containerPort": args.metrics.port, "protocol": "TCP"})
    # Proxies learn late that a pod is going: it answers on meanwhile. https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
    drain = {"lifecycle": {"preStop": {"sleep": {"seconds": args.drain_seconds}}}} if args.drain_seconds else {}
    startup = {"startupProbe": rendered(args.startup, args.port)} if args.startup else {}
    return {
        "ports": ports,
        "readinessProbe": rendered(args.readiness, args.port),
        "livenessProbe": rendered(args.liveness, args.port),
        **startup,
        **drain,
    }


def _service(args: WebAppArgs, place: Place, labels: dict[str, str]) -> Manifest:
    ports: list[dict[str, Any]] = [
        {"name": "http", "port": SERVICE_PORT, "targetPort": "http", "protocol": "TCP", "appProtocol": "http"}
    ]
    if args.metrics and args.metrics.port and args.metrics.port != args.port:
        ports.append({"name": "metrics", "port": args.metrics.port, "targetPort": "metrics", "protocol": "TCP"})
    return Manifest(
        "v1",
        "Service",
        place.app,
        place.namespace,
        {"spec": {"type": "ClusterIP", "selector": selector(place), "ports": ports}},
        labels,
        # The Deployment is what is waited for: a Service without ready pods is no fault of its own.
        {"pulumi.com/skipAwait": "true"},
    )


def _monitor(metrics: Metrics, place: Place, labels: dict[str, str]) -> Manifest:
    own = metrics.port is not None
    endpoint = {"port": "metrics" if own else "http", "path": metrics.path, "interval": f"{metrics.interval}s"}
    spec = {"selector": {"matchLabels": selector(place)}, "endpoints": [endpoint]}
    return Manifest("monitoring.coreos.com/v1", "ServiceMonitor", place.app, place.namespace, {"spec": spec}, labels)
