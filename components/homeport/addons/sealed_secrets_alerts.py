"""Alerts about sealed-secrets.

Metrics of the controller: https://github.com/bitnami-labs/sealed-secrets/blob/main/pkg/controller/metrics.go
Metrics of the CronJob come from kube-state-metrics:
https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/cronjob-metrics.md

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Final

from homeport.addons.items import Object
from homeport.addons.prometheus_rule import Alert, alerts
from homeport.addons.sealed_secrets_backup import BACKUP
from homeport.addons.sealed_secrets_chart import CONTROLLER, NAMESPACE

_JOB: Final = f'namespace="{NAMESPACE}",cronjob="{BACKUP}"'
_LAST: Final = f"kube_cronjob_status_last_successful_time{{{_JOB}}}"
_MADE: Final = f"kube_cronjob_created{{{_JOB}}}"

_CONTROLLER: Final = (
    Alert(
        name="SealedSecretsControllerDown",
        expr=f'absent(up{{job="{CONTROLLER}-metrics"}} == 1)',
        minutes=15,
        severity="critical",
        summary="Nothing opens SealedSecrets: the controller cannot be scraped.",
        action=f"kubectl -n {NAMESPACE} get pods. Secrets that exist are not touched; new and changed ones wait.",
    ),
    Alert(
        name="SealedSecretNotOpened",
        expr='sealed_secrets_controller_condition_info{condition="Synced"} == -1',
        minutes=15,
        severity="warning",
        summary="The SealedSecret {{ $labels.namespace }}/{{ $labels.name }} cannot be opened.",
        action="It was sealed for another cluster, name or namespace, or its key is not in this cluster.",
    ),
)
_BACKUP: Final = (
    Alert(
        name="SealedSecretsKeysNotKept",
        # A run succeeds only when every key is in the store, so the last success tells all. Before the first there is
        # no such time, and the age of the CronJob counts.
        expr=f"(time() - {_LAST} > 3 * 3600) or ((time() - {_MADE} > 3 * 3600) unless on (namespace, cronjob) {_LAST})",
        minutes=5,
        severity="critical",
        summary="Sealing keys may exist in the cluster alone.",
        action=f"The CronJob {NAMESPACE}/{BACKUP} has not succeeded for three hours: see the log of its last pod.",
    ),
    Alert(
        name="SealedSecretsKeysNotWatched",
        expr=f"absent({_MADE})",
        minutes=180,
        severity="warning",
        summary="Nobody knows whether sealing keys are kept outside of the cluster.",
        action=f"The CronJob {NAMESPACE}/{BACKUP} is gone, or kube-state-metrics does not run.",
    ),
)


def rules(*, backup: bool) -> Object:
    """Rules that Prometheus finds by itself.

    Args:
        backup: whether keys are kept in the store.
    """
    return alerts("sealed-secrets", NAMESPACE, [*_CONTROLLER, *(_BACKUP if backup else ())])
