"""Network policies of the namespace of sealed-secrets: closed, but for what its two kinds of pod need.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from homeport.addons.items import Object
from homeport.addons.prometheus_rule import monitored
from homeport.addons.sealed_secrets_chart import METRICS_PORT, NAMESPACE, POD_LABELS, PORT
from homeport.addons.site import Site
from homeport.kube.manifest import Manifest
from homeport.values import Cloud

KEYS_LABELS: Final = {"app.kubernetes.io/name": "sealed-secrets-keys", "app.kubernetes.io/instance": "sealed-secrets"}

#: Where a pod gets the credentials of its service account, with the ports after the node's own translation.
#: https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
#: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
_SIGN_IN: Final[Mapping[Cloud, list[tuple[str, int]]]] = {
    "gcp": [("169.254.169.254/32", 80), ("169.254.169.252/32", 988)],
    "aws": [("169.254.170.23/32", 80)],
    "none": [],
}
#: The API server: the port of its Service, and those behind it where it is another (kubeadm and kind, minikube). Nobody
#: promises its address.
_API: Final = {"ports": [{"protocol": "TCP", "port": port} for port in (443, 6443, 8443)]}
_DNS: Final = {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}


def policies(site: Site, *, backup: bool) -> list[Object]:
    """Everything closed; the controller open for certificates and metrics; the keepers of keys out to cloud and API."""
    found = [
        _policy("closed", "default-deny", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
        _policy("network-controller", "controller", _controller(site)),
    ]
    if backup:
        found.append(_policy("network-keys", "keys", _keys(site)))
    return found


def _controller(site: Site) -> dict[str, Any]:
    # The API server comes from outside of the pods' network when it passes `homeport seal cert` on.
    ingress: list[dict[str, Any]] = [{"ports": [{"protocol": "TCP", "port": PORT}]}]
    if monitored(site):
        scrapers: dict[str, Any] = {
            "from": [{"namespaceSelector": {}}],
            "ports": [{"protocol": "TCP", "port": METRICS_PORT}],
        }
        ingress.append(scrapers)
    return {
        "podSelector": {"matchLabels": POD_LABELS},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": [_API],
    }


def _keys(site: Site) -> dict[str, Any]:
    sign_in = [
        {"to": [{"ipBlock": {"cidr": cidr}}], "ports": [{"protocol": "TCP", "port": port}]}
        for cidr, port in _SIGN_IN[site.cloud]
    ]
    return {
        "podSelector": {"matchLabels": KEYS_LABELS},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [_DNS, _API, *sign_in],
    }


def _policy(key: str, name: str, spec: Mapping[str, Any]) -> Object:
    return Object(key=key, manifest=Manifest("networking.k8s.io/v1", "NetworkPolicy", name, NAMESPACE, {"spec": spec}))
