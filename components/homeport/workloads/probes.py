"""How Kubernetes asks a container whether it is well.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import Field

from homeport.model import Model
from homeport.problems import Problem
from homeport.workloads.args import Hardening
from homeport.workloads.fields import Port

#: From here on everybody may listen.
_FREE_PORTS: Final = 1024


class Probe(Model):
    """One probe: exactly one of http, tcp and command."""

    http: Annotated[str, Field(pattern=r"^/\S*$")] | None = None
    """Path that answers with 200 to 399."""
    tcp: bool = False
    """A connection to the port is enough: says that the process listens, not that it works."""
    command: Annotated[list[str], Field(min_length=1)] | None = None
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


def hasty_problems(readiness: Probe | None, liveness: Probe | None, port: int | None) -> Iterator[Problem]:
    """Whether a busy container would be restarted rather than left alone, which makes the others busier.

    Asking the same is fine where liveness gives it more time.
    https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    """
    if readiness is None or liveness is None or _question(readiness, port) != _question(liveness, port):
        return
    away = readiness.period * readiness.failures
    if liveness.period * liveness.failures <= away:
        yield Problem(
            ("liveness",),
            f"asks the same as readiness and gives up no later, after {liveness.period * liveness.failures} seconds:"
            " whatever takes it out of service restarts it too",
            f"ask something that says less, for example {{tcp: true}}, or make period times failures more than {away}",
            related=(("readiness",),),
        )


def _question(probe: Probe, port: int | None) -> tuple[object, ...]:
    asked = None if probe.command is not None else probe.port or port
    return probe.http, probe.tcp, tuple(probe.command or ()), asked


def low_port_problems(path: tuple[str, ...], port: int, hardening: Hardening) -> Iterator[Problem]:
    """Whether a process that is not root can listen on a port."""
    if port < _FREE_PORTS and hardening.user != 0 and not hardening.low_ports:
        yield Problem(
            path,
            "a process that is not root cannot listen on it on every node",
            "listen on 1024 or above, for example 8080 (the Service answers on 80 all the same),"
            " or hardening: {low_ports: true}",
            port,
        )
