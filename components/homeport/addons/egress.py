"""Where a controller may send packets: name servers, the Kubernetes API, its cloud and the internet over HTTPS.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any, Final

_PORTS: Final[tuple[tuple[str, int], ...]] = (
    ("UDP", 53),
    ("TCP", 53),
    # Tokens: the metadata server of GKE and the agent of EKS Pod Identity; and challenges of ACME over HTTP.
    ("TCP", 80),
    ("TCP", 443),
    # Tokens on GKE without Dataplane V2.
    # https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
    ("TCP", 988),
    # The Kubernetes API behind its Service: 443 on GKE and EKS, 6443 with kubeadm and kind, 8443 with minikube.
    ("TCP", 6443),
    ("TCP", 8443),
)


def controller_egress() -> list[dict[str, Any]]:
    """Rules of a NetworkPolicy. By port alone: the addresses of APIs and name servers are nobody's to know.

    https://kubernetes.io/docs/concepts/services-networking/network-policies/
    """
    return [{"ports": [{"protocol": protocol, "port": port} for protocol, port in _PORTS]}]
