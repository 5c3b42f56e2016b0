"""Values of Traefik's chart.

https://github.com/traefik/traefik-helm-chart/blob/master/traefik/VALUES.md

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from homeport.addons.placement import apart, spread
from homeport.addons.prometheus_rule import monitored
from homeport.addons.site import Site
from homeport.addons.traefik_args import Hsts, TraefikArgs
from homeport.addons.traefik_service import PING_PORT, exposure, service
from homeport.values import Cloud

NAME: Final = "traefik"
NAMESPACE: Final = "traefik"
#: The chart's label of its pods: release and namespace.
INSTANCE: Final = f"{NAME}-{NAMESPACE}"
PRIORITY_CLASS: Final = "homeport-gateway"
HTTP_PORT: Final = 8000
HTTPS_PORT: Final = 8443
METRICS_PORT: Final = 9100

#: Seconds for which a proxy that was told to end still takes new connections: until its cloud's load balancer sends
#: none. GKE needs three failed checks of the node, 8 seconds apart; a Network Load Balancer over a minute to
#: deregister a target.
_ACCEPT: Final[Mapping[Cloud, int]] = {"gcp": 40, "aws": 90, "none": 10}
#: Seconds after that for requests which have begun.
_FINISH: Final = 30

#: TLS 1.2 with forward secrecy and authenticated encryption, as Mozilla's intermediate configuration has them; the
#: suites of TLS 1.3 cannot be chosen. https://wiki.mozilla.org/Security/Server_Side_TLS
_CIPHERS: Final = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)

#: Chart values whose override costs safety, with what is lost.
SAFETY: Final = {
    "providers.kubernetesGateway": "routes are no longer served, or tenants may reach Traefik's own services",
    "providers.kubernetesIngress": "Ingresses are no longer served, or tenants may name what is Traefik's own",
    "providers.file": "browsers are no longer told to keep to HTTPS, and old versions of TLS are taken",
    "core.strictTLSOptions": "a tenant's conflicting route can take another host back to weaker TLS",
    "ports.web.http": "plain HTTP is no longer turned to HTTPS",
    "ports.websecure.http": "browsers are no longer told to keep to HTTPS",
    "ports.web.transport": "connections are lost while proxies are replaced",
    "ports.websecure.transport": "connections are lost while proxies are replaced",
    "ports.traefik.expose": "Traefik's own port, with its state, can be reached from outside",
    "service.spec": "the load balancer, and with it the real addresses of clients",
    "service.annotations": "the load balancer, its address, and with it the real addresses of clients",
    "api.dashboard": "everybody who reaches it sees every route and service",
    "accessLog.fields": "tokens in query strings and headers get into the logs",
    "deployment.replicas": "with one proxy, each drained node is an outage",
    "podDisruptionBudget": "drained nodes may take every proxy at once",
    "securityContext": "the container may write to its root, gain rights or keep capabilities",
    "podSecurityContext": "the pod may run as root, and its namespace refuses it",
}


def values(args: TraefikArgs, site: Site) -> dict[str, Any]:
    """Everything that the release gets."""
    return {
        "deployment": {
            "replicas": replicas(args, site),
            "terminationGracePeriodSeconds": _ACCEPT[site.cloud] + _FINISH + 10,
            "minReadySeconds": 10,
        },
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "podDisruptionBudget": _budget(args, site),
        "topologySpreadConstraints": [spread(INSTANCE)],
        "affinity": apart(INSTANCE),
        "priorityClassName": PRIORITY_CLASS,
        "resources": _resources(site),
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "ingressClass": {"enabled": True, "isDefaultClass": True, "name": NAME},
        "gatewayClass": {"enabled": True, "name": NAME},
        # The Gateway is an object of its own: others wait for it, and the chart's could not wait for its certificate.
        "gateway": {"enabled": False},
        "providers": _providers(args, site),
        # Requires 3.7.11; see GHSA-g55h-rg46-x9c5.
        "core": {"strictTLSOptions": True},
        "api": {"dashboard": False},
        "ports": _ports(args, site),
        "service": service(args, site, grace=_ACCEPT[site.cloud]),
        "log": {"format": "json", "level": "INFO"},
        "accessLog": {
            "enabled": True,
            "format": "json",
            # Tokens travel in both.
            "fields": {"headers": {"defaultMode": "drop"}, "queryParameters": {"defaultMode": "drop"}},
        },
        "metrics": {
            "prometheus": {
                "service": {"enabled": monitored(site)},
                # Otherwise the job would be called after the Service.
                "serviceMonitor": {
                    "enabled": monitored(site),
                    "interval": "30s",
                    "jobLabel": "app.kubernetes.io/name",
                },
            }
        },
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
    }


def replicas(args: TraefikArgs, site: Site) -> int:
    """Number of proxies."""
    return args.replicas or (2 if site.production_sized else 1)


def _budget(args: TraefikArgs, site: Site) -> dict[str, Any]:
    # With a single proxy a budget would either hold up every drained node or say nothing.
    return {"enabled": True, "maxUnavailable": 1} if replicas(args, site) > 1 else {"enabled": False}


def _resources(site: Site) -> dict[str, Any]:
    small = {"cpu": "50m", "memory": "96Mi", "ephemeral-storage": "64Mi"}
    large = {"cpu": "200m", "memory": "192Mi", "ephemeral-storage": "64Mi"}
    return {
        "requests": large if site.production_sized else small,
        "limits": {"cpu": "2", "memory": "512Mi", "ephemeral-storage": "256Mi"},
    }


def _providers(args: TraefikArgs, site: Site) -> dict[str, Any]:
    # Only Traefik's own namespace may name what belongs to Traefik; without the list every tenant may.
    own = [NAMESPACE]
    return {
        "kubernetesGateway": {"enabled": True, "crossProviderNamespaces": own},
        "kubernetesIngress": {
            "enabled": True,
            "crossProviderNamespaces": own,
            "strictPrefixMatching": True,
            # Without a load balancer there is no address to copy.
            "publishedService": {"enabled": exposure(args, site) != "cluster"},
        },
        # What its own kinds are for, the file below says: HSTS and TLS versions for every route, Ingress or not.
        "kubernetesCRD": {"enabled": False},
        "file": {"enabled": True, "watch": True, "content": _file(args.hsts)},
    }


def _file(hsts: Hsts | None) -> dict[str, Any]:
    """What holds for every route: headers by a middleware of the entry point, TLS by the default options.

    An entry point's middlewares are put in front of those of every router on it, whichever provider it came from.
    https://doc.traefik.io/traefik/reference/install-configuration/entrypoints/
    """
    content: dict[str, Any] = {
        "tls": {
            "options": {
                "default": {
                    "minVersion": "VersionTLS12",
                    "cipherSuites": list(_CIPHERS),
                    # A name without a certificate is refused, not answered with a self-signed one.
                    "sniStrict": True,
                }
            }
        }
    }
    if hsts is not None:
        headers = {
            "stsSeconds": hsts.max_age_days * 24 * 60 * 60,
            "stsIncludeSubdomains": hsts.include_subdomains,
            "stsPreload": hsts.preload,
        }
        content["http"] = {"middlewares": {"hsts": {"headers": headers}}}
    return content


def _ports(args: TraefikArgs, site: Site) -> dict[str, Any]:
    transport = {
        "lifeCycle": {"requestAcceptGraceTimeout": f"{_ACCEPT[site.cloud]}s", "graceTimeOut": f"{_FINISH}s"},
    }
    return {
        "traefik": {"port": PING_PORT, "expose": {"default": False}},
        "web": {
            "port": HTTP_PORT,
            "exposedPort": 80,
            "transport": transport,
            "http": {"redirections": {"entryPoint": {"to": "websecure", "scheme": "https", "permanent": True}}},
        },
        "websecure": {
            "port": HTTPS_PORT,
            "exposedPort": 443,
            "transport": transport,
            "http": {"tls": {"enabled": True}, "middlewares": ["hsts@file"] if args.hsts is not None else []},
        },
        "metrics": {"port": METRICS_PORT, "expose": {"default": False}},
    }
