"""Alertmanager: who is told of what. Addresses are files from a Secret, never part of the configuration.

https://prometheus.io/docs/alerting/latest/configuration/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeport.addons.items import GivenSecret
from homeport.addons.kube_prometheus_stack_args import (
    HEARTBEAT,
    NOBODY,
    AlertingArgs,
    KubePrometheusStackArgs,
    ReceiverArgs,
)
from homeport.addons.monitoring_names import PRIORITY_CLASS
from homeport.addons.monitoring_pods import (
    claim,
    claim_retention,
    disruption_budget,
    over_zones,
    replicas,
    resources,
)
from homeport.addons.site import Site

#: The Secret with the addresses, one key for each receiver.
SECRET: Final = "alertmanager-receivers"  # noqa: S105 - the name of a Secret
_MOUNT: Final = f"/etc/alertmanager/secrets/{SECRET}"

_TEXT: Final = (
    '{{ range .Alerts }}{{ if eq .Status "resolved" }}over: {{ end }}{{ .Annotations.summary }}\n'
    "{{ .Annotations.description }}\n"
    "{{ with .Annotations.runbook_url }}{{ . }}\n{{ end }}{{ end }}"
)
#: Alertmanager's own template of the title, with the cluster before it.
_TITLE: Final = '{{ .CommonLabels.cluster }}: {{ template "slack.default.title" . }}'
_PAGE: Final = '{{ if eq .CommonLabels.severity "critical" }}critical{{ else }}warning{{ end }}'


def values(args: KubePrometheusStackArgs, site: Site) -> dict[str, Any]:
    """What the chart is told of Alertmanager."""
    many = replicas(args, site)
    spec: dict[str, Any] = {
        "replicas": many,
        "retention": "120h",
        "storage": claim(args, site, args.alertmanager_volume_size),
        "persistentVolumeClaimRetentionPolicy": claim_retention(site),
        "resources": resources("20m", "64Mi", "256Mi"),
        "priorityClassName": PRIORITY_CLASS,
        "topologySpreadConstraints": [over_zones({"app.kubernetes.io/name": "alertmanager"})],
        # It reads its files; it asks the Kubernetes API nothing.
        "automountServiceAccountToken": False,
    }
    if receiver_secret(args.alerting) is not None:
        spec["secrets"] = [SECRET]
    return {
        "alertmanagerSpec": spec,
        "serviceAccount": {"automountServiceAccountToken": False},
        "podDisruptionBudget": disruption_budget(many),
        "config": configuration(args.alerting),
    }


def receiver_secret(alerting: AlertingArgs) -> GivenSecret | None:
    """The Secret that holds addresses; None where nobody is told."""
    data = {name: receiver.secret for name, receiver in alerting.receivers.items()}
    if alerting.heartbeat is not None:
        data[HEARTBEAT] = alerting.heartbeat.secret
    if not data:
        return None
    return GivenSecret(key="receivers", secret=SECRET, data=data)


def configuration(alerting: AlertingArgs) -> dict[str, Any]:
    """Alertmanager's configuration file, without anything secret in it.

    What carries another severity than ours, or none, goes where warnings go: an alert that somebody wrote must not get
    lost by a label.
    """
    return {
        "global": {"resolve_timeout": "5m"},
        "route": {
            "receiver": "warning",
            "group_by": ["alertname", "cluster", "namespace"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": [
                _watchdog(alerting),
                {"receiver": NOBODY, "matchers": ['severity =~ "info|none"']},
                {"receiver": "critical", "matchers": ['severity = "critical"'], "repeat_interval": "4h"},
            ],
        },
        "inhibit_rules": _INHIBITED,
        "receivers": list(_receivers(alerting)),
        "templates": ["/etc/alertmanager/config/*.tmpl"],
    }


def _watchdog(alerting: AlertingArgs) -> dict[str, Any]:
    """The alert that always burns: what is sent because of it shows that alerts can be sent."""
    matchers = ['alertname = "Watchdog"']
    if alerting.heartbeat is None:
        return {"receiver": NOBODY, "matchers": matchers}
    return {
        "receiver": HEARTBEAT,
        "matchers": matchers,
        "group_wait": "0s",
        # A group is looked at in these steps; the repetition counts from the last one sent.
        "group_interval": "30s",
        "repeat_interval": f"{alerting.heartbeat.minutes}m",
    }


#: What somebody is told already says it all. InfoInhibitor burns where nothing but informative alerts do.
_INHIBITED: Final[list[dict[str, Any]]] = [
    {
        "source_matchers": ['severity = "critical"'],
        "target_matchers": ['severity =~ "warning|info"'],
        "equal": ["namespace", "alertname"],
    },
    {
        "source_matchers": ['severity = "warning"'],
        "target_matchers": ['severity = "info"'],
        "equal": ["namespace", "alertname"],
    },
    {
        "source_matchers": ['alertname = "InfoInhibitor"'],
        "target_matchers": ['severity = "info"'],
        "equal": ["namespace"],
    },
]


def _receivers(alerting: AlertingArgs) -> Iterator[dict[str, Any]]:
    yield {"name": NOBODY}
    yield _receiver("critical", alerting.told("critical"), alerting.receivers)
    yield _receiver("warning", alerting.told("warning"), alerting.receivers)
    if alerting.heartbeat is not None:
        call = {"url_file": f"{_MOUNT}/{HEARTBEAT}", "send_resolved": False}
        yield {"name": HEARTBEAT, "webhook_configs": [call]}


def _receiver(name: str, told: list[str], receivers: Mapping[str, ReceiverArgs]) -> dict[str, Any]:
    out: dict[str, Any] = {"name": name}
    for one in told:
        kind, config = _integration(receivers[one], f"{_MOUNT}/{one}")
        out.setdefault(kind, []).append(config)
    return out


def _integration(receiver: ReceiverArgs, file: str) -> tuple[str, dict[str, Any]]:
    if receiver.kind == "slack":
        channel = {"channel": receiver.channel} if receiver.channel else {}
        config = {"api_url_file": file, "send_resolved": True, **channel, "title": _TITLE, "text": _TEXT}
        return "slack_configs", config
    if receiver.kind == "pagerduty":
        return "pagerduty_configs", {"routing_key_file": file, "send_resolved": True, "severity": _PAGE}
    if receiver.kind == "msteams":
        return "msteamsv2_configs", {"webhook_url_file": file, "send_resolved": True, "title": _TITLE, "text": _TEXT}
    return "webhook_configs", {"url_file": file, "send_resolved": True}
