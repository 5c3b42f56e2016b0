"""Alerts that an add-on brings for itself, where their kind is known.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from homeport.addons.items import Need, Object
from homeport.addons.site import Site
from homeport.kube.manifest import Manifest

#: What everything needs that holds a ServiceMonitor or a PrometheusRule.
MONITOR_KINDS: Final = Need(
    "prometheus-operator-crds/release", "ServiceMonitor and PrometheusRule are kinds of its", optional=True
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert.

    Attributes:
        name: in CamelCase, as Prometheus shows it.
        expr: PromQL; the alert burns for each series that it gives.
        minutes: how long it must hold first.
        severity: critical wakes somebody, warning waits for the morning.
        summary: one sentence; may use {{ $labels.x }}.
        action: what to do first.
    """

    name: str
    expr: str
    minutes: int
    severity: Literal["critical", "warning"]
    summary: str
    action: str


def monitored(site: Site) -> bool:
    """Whether ServiceMonitors and PrometheusRules are known kinds when the add-ons are installed."""
    return "prometheus-operator-crds" in site.installed


def alerts(addon: str, namespace: str, rules: Sequence[Alert]) -> Object:
    """The alerts of an add-on as one object.

    https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
    """
    spec = {"groups": [{"name": addon, "rules": [_rule(rule) for rule in rules]}]}
    manifest = Manifest("monitoring.coreos.com/v1", "PrometheusRule", addon, namespace, {"spec": spec})
    return Object(key="alerts", manifest=manifest, needs=[MONITOR_KINDS])


def _rule(rule: Alert) -> dict[str, object]:
    return {
        "alert": rule.name,
        "expr": rule.expr,
        "for": f"{rule.minutes}m",
        "labels": {"severity": rule.severity},
        "annotations": {"summary": rule.summary, "description": rule.action},
    }
