"""Values of the sealed-secrets chart.

Every path is one of the chart's `values.yaml` at the pinned version:
https://github.com/bitnami-labs/sealed-secrets/tree/main/helm/sealed-secrets

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any, Final

from homeport.addons.crds import owns_definitions
from homeport.addons.crds_chart import DefinitionsChart
from homeport.addons.items import KUBE_SYSTEM, Chart, ImageValues, Need
from homeport.addons.pins import pin_at
from homeport.addons.prometheus_rule import MONITOR_KINDS, monitored
from homeport.addons.sealed_secrets_args import SealedSecretsArgs
from homeport.addons.site import Site

#: kubeseal looks for a controller of this name; ours does, too.
CONTROLLER: Final = "sealed-secrets-controller"
NAMESPACE: Final = "sealed-secrets"
PORT: Final = 8080
METRICS_PORT: Final = 8081
DASHBOARDS: Final = "kube-prometheus-stack"
#: Labels of the controller's pods that the chart selects by.
POD_LABELS: Final = {"app.kubernetes.io/name": "sealed-secrets", "app.kubernetes.io/instance": "sealed-secrets"}

_IMAGE: Final = "ghcr.io/bitnami-labs/sealed-secrets-controller"
#: The chart's own default registry is Docker Hub, whose limit for anonymous pulls hits whole clusters.
_TAG: Final = "0.36.6"
_USER: Final = 65532

_KNOWN: Final = Need("definitions", "it watches SealedSecrets, and stops where they are no known kind", "both")
_SAFETY: Final = {
    "fullnameOverride": "homeport seal cert, kubeseal and the alerts look for the controller by its name",
    "keyrenewperiod": "the room in the secret store was reckoned with addons.sealed-secrets.renewal_days",
    "secretName": "a controller with another key prefix does not find the first key of an older installation",
    "createController": "nothing opens SealedSecrets",
    "rbac.serviceProxier.create": "everybody who is signed in may speak to the controller",
    "podSecurityContext": "its namespace refuses a pod that is less than restricted",
    "containerSecurityContext": "its namespace refuses a pod that is less than restricted",
    "pdb.create": "a budget over its only pod keeps nodes from being drained",
}


def definitions(args: SealedSecretsArgs) -> DefinitionsChart:
    """The kind SealedSecret: the same chart with everything else switched off.

    Helm installs what lies in a chart's crds/ once and never upgrades it; so it is applied as an object of its own,
    which a new chart version upgrades, and which stays when the add-on goes: with it every SealedSecret would go.
    https://helm.sh/docs/chart_best_practices/custom_resource_definitions/
    """
    return DefinitionsChart(
        key="definitions",
        # The definition that belongs to the controller's version, whoever chose that.
        pin=pin_at("sealed-secrets", args.version),
        release="sealed-secrets-definitions",
        # A definition lives in no namespace, so it waits for none.
        namespace=KUBE_SYSTEM.name,
        values={
            "createController": False,
            "rbac": {"create": False, "serviceProxier": {"create": False}},
            "serviceAccount": {"create": False},
        },
        pods=False,
    )


def release(args: SealedSecretsArgs, site: Site, needs: list[Need]) -> Chart:
    """The controller.

    The chart has one replica, fixed: a second would make keys of its own. While it is away, Secrets that exist stay,
    and new SealedSecrets wait; so there is no disruption budget, which would only keep nodes from being drained.

    Args:
        args: the section.
        site: the cluster.
        needs: what must be there before it starts.
    """
    return Chart(
        key="release",
        values=values(args, site),
        safety=_SAFETY,
        images=[ImageValues(_IMAGE, "image.repository", "image.registry")],
        skip_crds=owns_definitions(site),
        needs=[
            *([_KNOWN] if owns_definitions(site) else []),
            *needs,
            *([MONITOR_KINDS] if monitored(site) else []),
        ],
    )


def values(args: SealedSecretsArgs, site: Site) -> dict[str, Any]:
    """What the chart is told."""
    registry, _, repository = _IMAGE.partition("/")
    out: dict[str, Any] = {
        "fullnameOverride": CONTROLLER,
        "image": {"registry": registry, "repository": repository, "tag": _TAG},
        "keyrenewperiod": f"{args.renewal_days * 24}h",
        # So that a key that is put back by hand is known at once, and not after a restart.
        "watchForSecrets": True,
        # Its lines are events about Secrets' names: for machines.
        "logFormat": "json",
        "revisionHistoryLimit": 3,
        "resources": {
            "requests": {"cpu": "20m", "memory": "64Mi", "ephemeral-storage": "16Mi"},
            # A new key of 4096 bits takes seconds of a whole core.
            "limits": {"cpu": "1", "memory": "256Mi", "ephemeral-storage": "64Mi"},
        },
        "podSecurityContext": {
            "fsGroup": _USER,
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsGroup": _USER,
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        # GKE refuses the chart's binding to system:authenticated, and on other clusters it is too wide.
        "rbac": {"serviceProxier": {"create": False}},
        # Ours are stricter: see sealed_secrets_network.
        "networkPolicy": {"enabled": False},
        "pdb": {"create": False},
    }
    if monitored(site):
        out["metrics"] = {"serviceMonitor": {"enabled": True}}
    if DASHBOARDS in site.installed:
        out.setdefault("metrics", {})["dashboards"] = {"create": True, "labels": {"grafana_dashboard": "1"}}
    return out
