"""How HTTP comes in: a route on the cluster's gateway, or an Ingress where there is none.

https://gateway-api.sigs.k8s.io/reference/spec/#httproute

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeport.addons.exports import GatewayExport
from homeport.kube.manifest import Manifest
from homeport.workloads.context import Place


def route(
    hosts: Sequence[str], paths: Sequence[str], place: Place, labels: dict[str, str], *, timeout: int
) -> Manifest:
    """What brings a public workload's hosts to its Service.

    Args:
        hosts: at least one.
        paths: prefixes; at least one.
        place: with a gateway, or a class for Ingress.
        labels: of the object.
        timeout: seconds that an answer may take.

    Raises:
        LookupError: there is neither a gateway nor an Ingress class.
    """
    if place.exports.gateway is not None:
        return _http_route(hosts, paths, place, labels, place.exports.gateway, timeout)
    if place.exports.ingress_class is not None:
        return _ingress(hosts, paths, place, labels, place.exports.ingress_class)
    raise LookupError("no add-on brings a gateway or an Ingress controller")


def uncovered(host: str, gateway: GatewayExport | None) -> bool:
    """Whether a host is known to have no certificate: a wildcard holds for one label, not for those below it.

    https://www.rfc-editor.org/rfc/rfc9525#section-6.3

    Args:
        host: for example web.stage.acme.example.
        gateway: that serves it.
    """
    if gateway is None or not gateway.covered:
        return False
    return host not in gateway.covered and f"*.{host.partition('.')[2]}" not in gateway.covered


def _http_route(
    hosts: Sequence[str],
    paths: Sequence[str],
    place: Place,
    labels: dict[str, str],
    gateway: GatewayExport,
    timeout: int,
) -> Manifest:
    spec: dict[str, Any] = {
        # The HTTPS listener alone: plain HTTP is answered with a redirect by the gateway itself.
        "parentRefs": [
            {
                "group": "gateway.networking.k8s.io",
                "kind": "Gateway",
                "name": gateway.name,
                "namespace": gateway.namespace,
                "sectionName": gateway.https,
            }
        ],
        "hostnames": list(hosts),
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": path}} for path in paths],
                "backendRefs": [{"group": "", "kind": "Service", "name": place.app, "port": 80, "weight": 1}],
                "timeouts": {"request": f"{timeout}s"},
            }
        ],
    }
    return Manifest(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        place.app,
        place.namespace,
        {"spec": spec},
        labels,
        # external-dns makes records for it, and removes them when it sees the route go.
        owns_cloud_objects=True,
    )


def _ingress(
    hosts: Sequence[str], paths: Sequence[str], place: Place, labels: dict[str, str], ingress_class: str
) -> Manifest:
    backend = {"service": {"name": place.app, "port": {"name": "http"}}}
    rules = [
        {"host": host, "http": {"paths": [{"path": path, "pathType": "Prefix", "backend": backend} for path in paths]}}
        for host in hosts
    ]
    issuer = place.exports.issuer or place.exports.internal_issuer
    return Manifest(
        "networking.k8s.io/v1",
        "Ingress",
        place.app,
        place.namespace,
        {
            "spec": {
                "ingressClassName": ingress_class,
                "tls": [{"hosts": list(hosts), "secretName": f"{place.app}-tls"}],
                "rules": rules,
            }
        },
        labels,
        {"cert-manager.io/cluster-issuer": issuer} if issuer else {},
        owns_cloud_objects=True,
    )
