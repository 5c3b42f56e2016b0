"""What stands beside Traefik's release: the Gateway, its certificate, a network policy, a priority, alerts.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from homeport.addons.items import Need, Object
from homeport.addons.prometheus_rule import Alert, alerts
from homeport.addons.site import Site
from homeport.addons.traefik_args import TraefikArgs
from homeport.addons.traefik_service import PING_PORT
from homeport.addons.traefik_values import (
    HTTP_PORT,
    HTTPS_PORT,
    INSTANCE,
    METRICS_PORT,
    NAME,
    NAMESPACE,
    PRIORITY_CLASS,
)
from homeport.kube.manifest import Manifest

#: The Gateway that routes name.
GATEWAY: Final = "homeport"
HTTPS: Final = "https"
HTTP: Final = "http"
#: The certificate's Secret, unless something else keeps one.
CERTIFICATE_SECRET: Final = "gateway-tls"  # noqa: S105 - the name of a Secret
#: On every namespace that homeport makes, tenants' and add-ons', and on no other.
_ADMITTED: Final = "homeport.dev/stack"


def gateway(args: TraefikArgs, needs: list[Need]) -> Object:
    """The one Gateway of the cluster.

    Its ports are those on which Traefik listens, by which Traefik finds the entry point; the load balancer has 80 and
    443. The HTTPS listener names no host: a wildcard would leave out the domain itself, and hosts that are not of the
    domain have neither a record nor a certificate.
    https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-gateway/
    """
    routes = {
        "namespaces": {
            "from": "Selector",
            "selector": {"matchExpressions": [{"key": _ADMITTED, "operator": "Exists"}]},
        }
    }
    certificate = {"group": "", "kind": "Secret", "name": args.certificate or CERTIFICATE_SECRET}
    spec: dict[str, Any] = {
        "gatewayClassName": NAME,
        "listeners": [
            {"name": HTTP, "port": HTTP_PORT, "protocol": "HTTP", "allowedRoutes": routes},
            {
                "name": HTTPS,
                "port": HTTPS_PORT,
                "protocol": "HTTPS",
                "allowedRoutes": routes,
                "tls": {"mode": "Terminate", "certificateRefs": [certificate]},
            },
        ],
    }
    manifest = Manifest(
        "gateway.networking.k8s.io/v1",
        "Gateway",
        GATEWAY,
        NAMESPACE,
        {"spec": spec},
        # Traefik programs nothing without the Secret. Our own is there within seconds; who keeps another one may bring
        # it after this update, which must not wait for it.
        wait_for="condition=Programmed" if args.certificate is None else None,
        # external-dns makes records for it.
        owns_cloud_objects=True,
    )
    return Object(key="gateway", manifest=manifest, needs=needs)


def names_of(args: TraefikArgs, site: Site) -> tuple[str, ...]:
    """Names in the certificate: the stack's domain, all names one label below it, and what was asked for."""
    return (site.domain, f"*.{site.domain}", *args.extra_hosts)


def certificate(args: TraefikArgs, site: Site) -> Object:
    """The wildcard certificate of the stack's domain.

    Until it is issued, cert-manager puts a self-signed one in its place. So the Gateway is programmed at once, and no
    first update waits for name servers and Let's Encrypt; a name that is not delegated yet shows in the Certificate
    alone. https://cert-manager.io/docs/reference/annotations/
    """
    spec: dict[str, Any] = {
        "secretName": CERTIFICATE_SECRET,
        "dnsNames": list(names_of(args, site)),
        "issuerRef": {
            "group": "cert-manager.io",
            "kind": "ClusterIssuer",
            "name": site.offers.issuer or site.offers.internal_issuer,
        },
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        "usages": ["digital signature", "server auth"],
        "revisionHistoryLimit": 3,
    }
    manifest = Manifest(
        "cert-manager.io/v1",
        "Certificate",
        GATEWAY,
        NAMESPACE,
        {"spec": spec},
        annotations={"cert-manager.io/issue-temporary-certificate": "true"},
    )
    needs = [Need("cert-manager/release", "Certificate is a kind of its, and its webhook checks each one")]
    return Object(key="certificate", manifest=manifest, needs=needs)


def priority() -> Object:
    """Above every application, below what the cluster itself cannot do without.

    GKE admits its own critical classes only where a quota says so, outside of kube-system.
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
    """
    body = {"value": 1_000_000, "description": "The gateway, without which nobody reaches any application."}
    return Object(key="priority", manifest=Manifest("scheduling.k8s.io/v1", "PriorityClass", PRIORITY_CLASS, body=body))


def policy(site: Site) -> Object:
    """In: HTTP and health checks from anywhere, metrics from Prometheus. Out: anywhere, since any pod may be a backend.

    https://kubernetes.io/docs/concepts/services-networking/network-policies/
    """
    ingress: list[Mapping[str, Any]] = [
        {"ports": [{"protocol": "TCP", "port": port} for port in (HTTP_PORT, HTTPS_PORT, PING_PORT)]}
    ]
    if site.offers.monitoring_namespace is not None:
        prometheus = {"matchLabels": {"kubernetes.io/metadata.name": site.offers.monitoring_namespace}}
        ingress.append(
            {"from": [{"namespaceSelector": prometheus}], "ports": [{"protocol": "TCP", "port": METRICS_PORT}]}
        )
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/instance": INSTANCE}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": [{}],
    }
    return Object(
        key="policy", manifest=Manifest("networking.k8s.io/v1", "NetworkPolicy", NAME, NAMESPACE, {"spec": spec})
    )


def gateway_alerts() -> Object:
    """Errors, certificates, proxies."""
    return alerts(NAME, NAMESPACE, _ALERTS)


_ALERTS: Final = (
    Alert(
        "GatewayServerErrors",
        'sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[5m]))'
        " / sum by (service) (rate(traefik_service_requests_total[5m])) > 0.05"
        " and sum by (service) (rate(traefik_service_requests_total[5m])) > 0.1",
        10,
        "warning",
        "More than 5% of the answers of {{ $labels.service }} have been server errors for ten minutes.",
        "The access log of Traefik has each of them, with the backend that gave it: filter by DownstreamStatus.",
    ),
    Alert(
        "GatewayServerErrorsEverywhere",
        'sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure",code=~"5.."}[5m]))'
        ' / sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure"}[5m])) > 0.2',
        5,
        "critical",
        "A fifth of all answers of the gateway are server errors.",
        "Look for what applications have in common: name resolution, a node, a zone, a database.",
    ),
    Alert(
        "GatewayCertificateExpires",
        "max by (cn, sans) (traefik_tls_certs_not_after) - time() < 7 * 24 * 3600",
        60,
        "critical",
        "The gateway serves a certificate for {{ $labels.sans }} that ends within a week, or is still a temporary one.",
        f"kubectl -n {NAMESPACE} describe certificate; then the CertificateRequest, Order and Challenge that it names.",
    ),
    Alert(
        "GatewayDown",
        f'absent(up{{namespace="{NAMESPACE}",job="{NAME}"}} == 1)',
        5,
        "critical",
        "No proxy of the gateway answers: nobody reaches any application.",
        f"kubectl -n {NAMESPACE} get pods,events",
    ),
)
