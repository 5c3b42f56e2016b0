"""Alerts about sealed-secrets.

Metrics of the controller: https://github.com/bitnami-labs/sealed-secrets/blob/main/pkg/controller/metrics.go
Metrics of the CronJob come from kube-state-metrics:
https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/cronjob-metrics.md

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any

from homeport.addons.items import Need, Object
from homeport.addons.sealed_secrets_backup import BACKUP
from homeport.addons.sealed_secrets_chart import CONTROLLER, MONITORS, NAMESPACE
from homeport.kube.manifest import Manifest


def alerts(*, backup: bool) -> Object:
    """Rules that Prometheus finds by itself.

    Args:
        backup: whether keys are kept in the store.
    """
    groups = [{"name": "sealed-secrets", "rules": [*_controller(), *(_backup() if backup else [])]}]
    return Object(
        key="alerts",
        manifest=Manifest(
            "monitoring.coreos.com/v1", "PrometheusRule", "sealed-secrets", NAMESPACE, {"spec": {"groups": groups}}
        ),
        needs=[Need(f"{MONITORS}/release", "PrometheusRule is one of its kinds", optional=True)],
    )


def _controller() -> list[dict[str, Any]]:
    return [
        _rule(
            "SealedSecretsControllerDown",
            f'absent(up{{job="{CONTROLLER}-metrics"}} == 1)',
            "15m",
            "critical",
            "Nothing opens SealedSecrets: the controller cannot be scraped.",
            "New and changed SealedSecrets wait; Secrets that exist are not touched.",
        ),
        _rule(
            "SealedSecretNotOpened",
            'sealed_secrets_controller_condition_info{condition="Synced"} == -1',
            "15m",
            "warning",
            "The SealedSecret {{ $labels.namespace }}/{{ $labels.name }} cannot be opened.",
            "It was sealed for another cluster, name or namespace, or its key is not in this cluster.",
        ),
    ]


def _backup() -> list[dict[str, Any]]:
    job = f'namespace="{NAMESPACE}",cronjob="{BACKUP}"'
    last = f"kube_cronjob_status_last_successful_time{{{job}}}"
    return [
        _rule(
            "SealedSecretsKeysNotKept",
            # A run succeeds only when every key is in the store, so the last success tells all. Before the first there
            # is no such time, and the age of the CronJob counts.
            f"(time() - {last} > 3 * 3600)"
            f" or ((time() - kube_cronjob_created{{{job}}} > 3 * 3600) unless on (namespace, cronjob) {last})",
            "5m",
            "critical",
            "Sealing keys may exist in the cluster alone.",
            f"The CronJob {NAMESPACE}/{BACKUP} has not succeeded for three hours: see the log of its last pod.",
        ),
        _rule(
            "SealedSecretsKeysNotWatched",
            f"absent(kube_cronjob_created{{{job}}})",
            "3h",
            "warning",
            "Nobody knows whether sealing keys are kept outside of the cluster.",
            f"The CronJob {NAMESPACE}/{BACKUP} is gone, or nothing counts it.",
        ),
    ]


def _rule(name: str, expression: str, after: str, severity: str, summary: str, description: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": after,
        "labels": {"severity": severity},
        "annotations": {"summary": summary, "description": description},
    }
