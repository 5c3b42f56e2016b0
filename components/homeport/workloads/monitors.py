"""Where Prometheus asks.

https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from homeport.kube.manifest import Manifest
from homeport.model import Model
from homeport.workloads.context import Place
from homeport.workloads.fields import Port
from homeport.workloads.pod import selector


class Metrics(Model):
    """Where Prometheus asks."""

    port: Port | None = None
    """Port; default: the one that the app serves on."""
    path: Annotated[str, Field(pattern=r"^/\S*$")] = "/metrics"
    """Path."""
    interval: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds between questions."""


def monitor(
    kind: Literal["ServiceMonitor", "PodMonitor"], metrics: Metrics, port: str, place: Place, labels: dict[str, str]
) -> Manifest:
    """What tells Prometheus of the pods: by their Service, or, where there is none, themselves.

    Args:
        kind: which of the two.
        metrics: where to ask.
        port: name of the Service's or container's port.
        place: where they run.
        labels: of the object.
    """
    endpoint = {"port": port, "path": metrics.path, "interval": f"{metrics.interval}s"}
    field = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
    spec: dict[str, Any] = {"selector": {"matchLabels": selector(place)}, field: [endpoint]}
    return Manifest("monitoring.coreos.com/v1", kind, place.app, place.namespace, {"spec": spec}, labels)
