"""`WebAppArgs`: a server of HTTP, and its manifests.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from homeport.kube.manifest import Manifest
from homeport.problems import Problem
from homeport.values import DnsName
from homeport.workloads.context import Place
from homeport.workloads.deployment import deployment
from homeport.workloads.fields import Port, RoutePath
from homeport.workloads.monitors import Metrics, monitor
from homeport.workloads.pod import file_map, object_labels, selector, service_account
from homeport.workloads.policies import network_policy
from homeport.workloads.probes import Probe, hasty_problems, low_port_problems, rendered
from homeport.workloads.replicated import ReplicatedArgs
from homeport.workloads.routes import route
from homeport.workloads.scaling import autoscaler, disruption_budget

#: Port of every Service, whatever the container listens on.
SERVICE_PORT: Final = 80
#: Port of the Service for Prometheus, where that asks another one of the container.
METRICS_PORT: Final = 9090


class WebAppArgs(ReplicatedArgs):
    """A server of HTTP: Deployment, Service, routes, and everything that keeps it up and in its place."""

    kind: Literal["web-app"] = "web-app"
    """Always web-app."""
    port: Port = 8080
    """Port that the container listens on; above 1023, since it does not run as root, unless `hardening.low_ports`."""
    hosts: Annotated[list[DnsName], Field(max_length=16)] | None = None
    """Public hosts, in or below the stack's domain; default: the app's name in front of the domain. An empty list: not
    public."""
    paths: Annotated[list[RoutePath], Field(min_length=1, max_length=16)] = Field(default_factory=lambda: ["/"])
    """Path prefixes of those hosts; the app sees them as they came."""
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
    """How long an answer to the public may take, where the gateway heeds it: Traefik up to 3.7 does not."""
    drain_seconds: Annotated[int, Field(ge=0, le=300)] = 10
    """How long a pod goes on answering after it was told to stop, until every proxy knows."""

    def check(self) -> Iterator[Problem]:
        """Ports that can be listened on; probes that ask something that exists, and not twice the same."""
        yield from super().check()
        yield from low_port_problems(("port",), self.port, self.hardening)
        if self.metrics is not None and self.metrics.port is not None:
            yield from low_port_problems(("metrics", "port"), self.metrics.port, self.hardening)
        for name in ("hosts", "paths"):
            values: list[str] = getattr(self, name) or []
            for index, value in enumerate(values):
                if value in values[:index]:
                    yield Problem((name, index), "is there twice", "remove one of them", value)
        yield from hasty_problems(self.readiness, self.liveness, self.port)
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
        deployment(args, place, container=_container(args)),
        _service(args, place, labels),
        *([autoscaler(args.autoscale, place, labels)] if args.autoscale else []),
        # A single pod may be away anyway: a budget of one would say nothing, one of none would block every drain.
        *([disruption_budget(place, labels)] if args.several else []),
        *([route(hosts, args.paths, place, labels, timeout=args.timeout_seconds)] if hosts else []),
        *([_monitor(args, args.metrics, place)] if args.metrics and place.exports.monitors else []),
    ]


def _container(args: WebAppArgs) -> dict[str, Any]:
    ports: list[dict[str, Any]] = [{"name": "http", "containerPort": args.port, "protocol": "TCP"}]
    if _own_metrics_port(args):
        ports.append({"name": "metrics", "containerPort": _own_metrics_port(args), "protocol": "TCP"})
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
    if _own_metrics_port(args):
        ports.append({"name": "metrics", "port": METRICS_PORT, "targetPort": "metrics", "protocol": "TCP"})
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


def _own_metrics_port(args: WebAppArgs) -> int | None:
    """The port that Prometheus asks, where it is not the app's."""
    port = args.metrics.port if args.metrics else None
    return None if port == args.port else port


def _monitor(args: WebAppArgs, metrics: Metrics, place: Place) -> Manifest:
    port = "metrics" if _own_metrics_port(args) else "http"
    return monitor("ServiceMonitor", metrics, port, place, object_labels(args, place))
