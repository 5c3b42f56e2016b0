"""What stands beside the monitoring's release: namespaces, a priority, network policies.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from homeport.addons.items import Namespace, Object
from homeport.addons.monitoring_names import NAME, NAMESPACE, NODES_NAMESPACE, PRIORITY_CLASS, WEBHOOK_PORT
from homeport.addons.namespace import namespace_manifest
from homeport.addons.site import Site
from homeport.kube.manifest import Manifest

#: No pod of it is more than restricted; node-exporter is, and lives elsewhere.
MONITORING: Final = Namespace(NAMESPACE, "restricted", claims=True)
_NODES: Final = Namespace(NODES_NAMESPACE, "privileged")


def nodes_namespace(site: Site) -> Object:
    """The namespace of node-exporter."""
    return Object(key="namespace-nodes", manifest=namespace_manifest(_NODES, site.labels))


def priority() -> Object:
    """Above every application: who watches must see that there is no room. Below the gateway.

    GKE admits its own critical classes only where a quota says so, outside of kube-system.
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
    """
    body = {"value": 900_000, "description": "Monitoring, which is to see why nothing else runs."}
    return Object(key="priority", manifest=Manifest("scheduling.k8s.io/v1", "PriorityClass", PRIORITY_CLASS, body=body))


def policies() -> Iterator[Object]:
    """Into the namespace: only what lives there itself, and the API server to the operator's webhook.

    Prometheus, Alertmanager and the exporters ask no user for a password. Out they may go anywhere: what they scrape
    and whom they tell is for others to say. https://kubernetes.io/docs/concepts/services-networking/network-policies/
    """
    yield _policy("policy", "own-namespace", {}, [{"from": [{"podSelector": {}}]}])
    webhook = {"app": f"{NAME}-operator", "release": NAME}
    # The API server's address is nobody's to know.
    ports = [{"protocol": "TCP", "port": WEBHOOK_PORT}]
    yield _policy("policy-webhook", "operator-webhook", {"matchLabels": webhook}, [{"ports": ports}])


def _policy(key: str, name: str, pods: dict[str, Any], ingress: list[dict[str, Any]]) -> Object:
    spec = {"podSelector": pods, "policyTypes": ["Ingress"], "ingress": ingress}
    manifest = Manifest("networking.k8s.io/v1", "NetworkPolicy", name, NAMESPACE, {"spec": spec})
    return Object(key=key, manifest=manifest)
