"""Alerts about the monitoring itself, where the chart has none: without an exporter its alerts are silent, not green.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.addons.items import Object
from homeport.addons.monitoring_names import GRAFANA, NAME, NAMESPACE, NODES_NAMESPACE
from homeport.addons.prometheus_rule import Alert, alerts

_LOOK: Final = f"kubectl -n {NAMESPACE} get pods,events"


def monitoring_alerts(*, grafana: bool) -> Object:
    """Rules that Prometheus finds by itself.

    Args:
        grafana: whether there is one.
    """
    return alerts(NAME, NAMESPACE, list(_rules(grafana=grafana)))


def _rules(*, grafana: bool) -> Iterator[Alert]:
    yield Alert(
        "KubeStateMetricsDown",
        f'absent(up{{job="kube-state-metrics",namespace="{NAMESPACE}"}} == 1)',
        10,
        "critical",
        "Nobody sees whether pods, jobs and claims are well: kube-state-metrics cannot be scraped.",
        _LOOK,
    )
    yield Alert(
        "NodeExporterDown",
        f'absent(up{{job="node-exporter",namespace="{NODES_NAMESPACE}"}} == 1)',
        15,
        "warning",
        "Nobody sees how nodes are: no node-exporter can be scraped.",
        f"kubectl -n {NODES_NAMESPACE} get pods,events",
    )
    yield Alert(
        "PrometheusOperatorDown",
        f'absent(up{{job="{NAME}-operator",namespace="{NAMESPACE}"}} == 1)',
        15,
        "warning",
        "New monitors, rules and receivers are not taken: the operator cannot be scraped. What is there goes on.",
        _LOOK,
    )
    if grafana:
        yield Alert(
            "GrafanaDown",
            f'absent(up{{job="{GRAFANA}",namespace="{NAMESPACE}"}} == 1)',
            15,
            "warning",
            "Nobody sees dashboards: Grafana cannot be scraped.",
            _LOOK,
        )
