"""The section `kube-prometheus-stack`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from homeport.addons.args import AddonArgs
from homeport.kube.quantity import amount
from homeport.model import Model
from homeport.problems import Problem
from homeport.values import DnsLabel, DnsName, Quantity

#: Receivers of the configuration that are ours.
NOBODY: Final = "nobody"
HEARTBEAT: Final = "heartbeat"
#: Part of a volume that blocks may fill: compaction writes a new block before it deletes the old ones.
_FILLED: Final = 85

#: Name of a secret under `homeport:secrets`.
SecretName = Annotated[str, Field(min_length=1)]


class ReceiverArgs(Model):
    """Who is told of alerts. Its address is a secret, since who knows it can write there.

    https://prometheus.io/docs/alerting/latest/configuration/#receiver-integration-settings
    """

    kind: Literal["slack", "pagerduty", "msteams", "webhook"]
    """slack: an incoming webhook. pagerduty: the integration key of an Events API v2 integration. msteams: a workflow's
    URL. webhook: a URL that takes Alertmanager's JSON."""
    secret: SecretName
    """Name under `homeport:secrets` of the URL or key."""
    channel: str | None = None
    """Slack: channel, "#alerts"; default: the webhook's own."""

    def check(self) -> Iterator[Problem]:
        """Channels are Slack's."""
        if self.channel is not None and self.kind != "slack":
            yield Problem(("channel",), f"is for kind: slack, and this is {self.kind}", "remove it", self.channel)


class HeartbeatArgs(Model):
    """A dead man's switch: a service outside of the cluster that raises the alarm when it hears nothing any more."""

    secret: SecretName
    """Name under `homeport:secrets` of the URL that is to be called by POST."""
    minutes: int = Field(default=5, ge=1, le=60)
    """Minutes between two calls. The service's own patience is to be at least three times as long."""


class AlertingArgs(Model):
    """Who is told of alerts; default: nobody, and Alertmanager keeps them for whoever looks."""

    receivers: dict[DnsLabel, ReceiverArgs] = Field(default_factory=dict[str, ReceiverArgs])
    """Name to receiver."""
    critical: Annotated[list[str], Field(min_length=1)] | None = None
    """Receivers of critical alerts: what cannot wait for the morning. Default: all."""
    warning: Annotated[list[str], Field(min_length=1)] | None = None
    """Receivers of all other alerts but those of severity info and none. Default: all."""
    heartbeat: HeartbeatArgs | None = None
    """Who notices when no alert can come any more; default: nobody."""

    def check(self) -> Iterator[Problem]:
        """Names that are ours, and names that nobody has."""
        for name in sorted({NOBODY, HEARTBEAT} & self.receivers.keys()):
            yield Problem(("receivers", name), "is a name that homeport uses itself", "choose another")
        for field, names in (("critical", self.critical), ("warning", self.warning)):
            for index, name in enumerate(names or ()):
                if name not in self.receivers:
                    yield Problem((field, index), "names no receiver", self._known(name), name)

    def told(self, severity: Literal["critical", "warning"]) -> list[str]:
        """Names of the receivers of a severity."""
        chosen = self.critical if severity == "critical" else self.warning
        return sorted(self.receivers) if chosen is None else list(dict.fromkeys(chosen))

    def _known(self, name: str) -> str:
        if not self.receivers:
            return "name one under receivers first"
        near = difflib.get_close_matches(name, self.receivers, n=1)
        return f"did you mean {near[0]}?" if near else f"choose one of {', '.join(sorted(self.receivers))}"


class GrafanaArgs(Model):
    """Grafana: dashboards, on what Prometheus knows. One user, admin, with a generated password."""

    host: DnsName | None = None
    """Under which the gateway serves it, with HTTPS; default: grafana and the stack's domain."""
    exposed: bool = True
    """Whether the gateway serves it at all; otherwise it is reached by `kubectl port-forward` alone."""
    volume_size: Quantity | None = None
    """Volume for what people make by hand: dashboards, users, preferences. Default: none, so these go with the pod,
    and dashboards come from ConfigMaps with the label grafana_dashboard alone. With a volume an update of Grafana is
    an outage of half a minute."""

    def check(self) -> Iterator[Problem]:
        """A host that nobody serves."""
        if self.host is not None and not self.exposed:
            yield Problem(
                ("host",),
                "is what the gateway serves, and exposed: false says that it does not",
                "remove one of the two",
                self.host,
                related=(("exposed",),),
            )


class KubePrometheusStackArgs(AddonArgs):
    """Prometheus, Alertmanager, Grafana and what they read from nodes and from the Kubernetes API."""

    retention_days: int = Field(default=15, ge=1)
    """Days for which samples are kept."""
    volume_size: Quantity = "50Gi"
    """Volume of each Prometheus. Growing it later takes a step by hand: docs/addons/kube-prometheus-stack.md."""
    retention_size: Quantity | None = None
    """Size at which the oldest samples go, however young they are; default: 85% of the volume."""
    alertmanager_volume_size: Quantity = "10Gi"
    """Volume of each Alertmanager, which holds silences and what was sent. Regional disks of Google Cloud begin at
    10Gi."""
    storage_class: DnsLabel | None = None
    """Class of all volumes; default: the stack's own default class."""
    replicas: int | None = Field(default=None, ge=1, le=3)
    """Number of Prometheus servers, each with all samples, and of Alertmanagers, which share what they sent; default:
    2, with the profile minimal 1."""
    alerting: AlertingArgs = AlertingArgs()
    """Who is told of alerts."""
    grafana: GrafanaArgs | None = GrafanaArgs()
    """Dashboards; null: none."""

    @property
    def kept_mebibytes(self) -> int:
        """Size of all blocks and of the write-ahead log at which the oldest go."""
        if self.retention_size is not None:
            return int(amount(self.retention_size) // 2**20)
        return int(amount(self.volume_size) * _FILLED // 100 // 2**20)

    def check(self) -> Iterator[Problem]:
        """Sizes that do not fit into each other."""
        if self.retention_size is not None and amount(self.retention_size) >= amount(self.volume_size):
            yield Problem(
                ("retention_size",),
                f"must be below volume_size, {self.volume_size}: Prometheus stops when its volume is full",
                f"leave it out, for {_FILLED}% of the volume",
                self.retention_size,
                related=(("volume_size",),),
            )
        elif self.kept_mebibytes < 1:
            field = "volume_size" if self.retention_size is None else "retention_size"
            yield Problem((field,), "is less than Prometheus can work with", "write it in Gi", getattr(self, field))
