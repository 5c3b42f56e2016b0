"""How Kubernetes asks a container whether it is well.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from homeport.model import Model
from homeport.problems import Problem
from homeport.workloads.args import Port


class Probe(Model):
    """One probe: exactly one of http, tcp and command."""

    http: Annotated[str, Field(pattern=r"^/\S*$")] | None = None
    """Path that answers with 200 to 399."""
    tcp: bool = False
    """A connection to the port is enough: says that the process listens, not that it works."""
    command: list[str] | None = None
    """Command in the container that ends with 0."""
    port: Port | None = None
    """Port; default: the one that the workload serves on."""
    period: Annotated[int, Field(ge=1, le=3600)] = 10
    """Seconds between questions."""
    timeout: Annotated[int, Field(ge=1, le=3600)] = 3
    """Seconds until no answer is a no."""
    failures: Annotated[int, Field(ge=1, le=1000)] = 3
    """Noes in a row that count."""

    def check(self) -> Iterator[Problem]:
        """One way to ask; no port where none is asked."""
        if sum([self.http is not None, self.tcp, self.command is not None]) != 1:
            yield Problem((), "must say exactly one of http, tcp and command", "for example {http: /healthz}")
        if self.command is not None and self.port is not None:
            yield Problem(("port",), "has no effect: a command is run in the container", "remove it", self.port)
        if self.timeout > self.period:
            yield Problem(
                ("timeout",),
                "is longer than the time between two questions",
                f"write {self.period} or less, or a longer period",
                self.timeout,
                related=(("period",),),
            )


def rendered(probe: Probe, port: int | None) -> dict[str, Any]:
    """As a pod has it.

    Args:
        probe: the probe.
        port: that the workload serves on.
    """
    if probe.http is not None:
        how: dict[str, Any] = {"httpGet": {"path": probe.http, "port": probe.port or port, "scheme": "HTTP"}}
    elif probe.command is not None:
        how = {"exec": {"command": list(probe.command)}}
    else:
        how = {"tcpSocket": {"port": probe.port or port}}
    return {
        **how,
        "periodSeconds": probe.period,
        "timeoutSeconds": probe.timeout,
        "failureThreshold": probe.failures,
    }
