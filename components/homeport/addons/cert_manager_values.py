"""Values of the cert-manager chart.

Every path is one of the chart's `values.yaml` at the pinned version:
https://github.com/cert-manager/cert-manager/blob/v1.21.1/deploy/charts/cert-manager/values.yaml

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from homeport.addons.crds import has_gateway_api
from homeport.addons.egress import controller_egress
from homeport.addons.items import ImageValues
from homeport.addons.prometheus_rule import monitored
from homeport.addons.site import Site

NAME: Final = "cert-manager"
NAMESPACE: Final = "cert-manager"
#: The controller's: what rights hang on.
SERVICE_ACCOUNT: Final = "cert-manager"
PRIORITY_CLASS: Final = "system-cluster-critical"
#: Members of a component: the chart's labels of its pods.
_CONTROLLER, _WEBHOOK, _CAINJECTOR = "controller", "webhook", "cainjector"
_USER: Final = 65532

IMAGES: Final = [
    ImageValues(f"quay.io/jetstack/cert-manager-{image}", f"{part}image.name", "imageRegistry")
    for part, image in (
        ("", "controller"),
        ("webhook.", "webhook"),
        ("cainjector.", "cainjector"),
        ("acmesolver.", "acmesolver"),
        ("startupapicheck.", "startupapicheck"),
    )
]

SAFETY: Final = {
    "crds.enabled": "its kinds are no longer upgraded with it, and a new cluster does not get them",
    "crds.keep": "every certificate, issuer and request of the cluster goes with the release",
    "enableCertificateOwnerRef": "a Secret goes with its Certificate, also by mistake, and takes HTTPS with it",
    "startupapicheck.enabled": "issuers are made before the webhook answers, and the first update fails",
    "serviceAccount.name": "its rights in the cloud hang on that service account",
    "global.leaderElection.namespace": "clusters that close kube-system (GKE Autopilot) let no replica become the"
    " leader",
    "webhook.replicaCount": "while the only webhook is away, nobody can change a certificate or issuer",
    "webhook.securePort": "the firewall of a private control plane lets it reach 10250 alone",
    "webhook.timeoutSeconds": "a slow webhook holds up every change of a certificate",
    "securityContext": "its namespace refuses a pod that is less than restricted",
    "containerSecurityContext": "its namespace refuses a pod that is less than restricted",
    "networkPolicy.enabled": "its pods may reach, and be reached by, everything",
}


def values(site: Site, annotations: Mapping[str, Any] | Any | None = None) -> dict[str, Any]:
    """What the chart is told.

    Args:
        site: the cluster.
        annotations: of the controller's service account.
    """
    many = site.production_sized
    out: dict[str, Any] = {
        "crds": {"enabled": True, "keep": True},
        "global": {
            "leaderElection": {"namespace": NAMESPACE},
            "priorityClassName": PRIORITY_CLASS,
            "revisionHistoryLimit": 3,
        },
        "serviceAccount": {"name": SERVICE_ACCOUNT, **({"annotations": annotations} if annotations else {})},
        **_part(_CONTROLLER, 2 if many else 1, memory="128Mi"),
        "webhook": _part(_WEBHOOK, 3 if many else 1, memory="64Mi"),
        # It keeps the metadata of all Secrets in memory.
        "cainjector": _part(_CAINJECTOR, 2 if many else 1, memory="128Mi"),
        "startupapicheck": {"securityContext": _pod(), "resources": _resources("32Mi")},
        "prometheus": {
            # Its series are about certificates in other namespaces than its own; their labels stay theirs.
            "servicemonitor": {"enabled": True, "honorLabels": True} if monitored(site) else {"enabled": False}
        },
    }
    if has_gateway_api(site):
        out["config"] = {
            "apiVersion": "controller.config.cert-manager.io/v1alpha1",
            "kind": "ControllerConfiguration",
            "gatewayAPI": {"enabled": True},
        }
    return out


def _part(component: str, replicas: int, *, memory: str) -> dict[str, Any]:
    """A Deployment of the chart; the three have the same switches."""
    out: dict[str, Any] = {
        "replicaCount": replicas,
        "resources": _resources(memory),
        "securityContext": _pod(),
        "networkPolicy": {"enabled": True, "egress": controller_egress()},
        "podDisruptionBudget": {"enabled": False},
    }
    if replicas > 1:
        # A pod that never became ready must not keep a node from being drained.
        out["podDisruptionBudget"] = {
            "enabled": True,
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        }
        out["topologySpreadConstraints"] = [_over_zones(component)]
        out["affinity"] = _on_nodes_of_their_own(component)
    return out


def _over_zones(component: str) -> dict[str, Any]:
    """As far as there is room.

    https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
    """
    return {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": _pods_of(component),
        # Old pods that are about to go must not push the new ones together.
        "matchLabelKeys": ["pod-template-hash"],
    }


def _on_nodes_of_their_own(component: str) -> dict[str, Any]:
    """As far as there are enough."""
    term = {"labelSelector": _pods_of(component), "topologyKey": "kubernetes.io/hostname"}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}


def _pods_of(component: str) -> dict[str, Any]:
    return {"matchLabels": {"app.kubernetes.io/instance": NAME, "app.kubernetes.io/component": component}}


def _pod() -> dict[str, Any]:
    """The chart's own, with a user that the files of no image belong to."""
    return {
        "fsGroup": _USER,
        "runAsGroup": _USER,
        "runAsNonRoot": True,
        "runAsUser": _USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _resources(memory: str) -> dict[str, Any]:
    return {
        "requests": {"cpu": "20m", "memory": memory, "ephemeral-storage": "16Mi"},
        # Keys of 4096 bits and thousands of certificates come in bursts.
        "limits": {"cpu": "1", "memory": "512Mi", "ephemeral-storage": "64Mi"},
    }
