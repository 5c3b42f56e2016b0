"""Grafana: dashboards behind the gateway, with a generated password and few rights.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from homeport.addons.crds import gateway_kinds
from homeport.addons.exports import GatewayExport
from homeport.addons.items import Item, Need, Object, Password
from homeport.addons.kube_prometheus_stack_args import GrafanaArgs, KubePrometheusStackArgs
from homeport.addons.monitoring_names import (
    DASHBOARD_READER,
    GRAFANA,
    GRAFANA_ADMIN,
    GRAFANA_PORT,
    NAME,
    NAMESPACE,
    PASSWORD_KEY,
    PRIORITY_CLASS,
    USER_KEY,
)
from homeport.addons.monitoring_pods import container, resources, storage_class
from homeport.addons.site import Site
from homeport.kube.manifest import Manifest

_USER: Final = 472
#: Temporary files of the three containers, whose root file systems are read-only.
_TMP: Final = {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108 - a volume of the pod


def host_of(grafana: GrafanaArgs, site: Site) -> str:
    """Under which it is reached."""
    return grafana.host or f"grafana.{site.domain}"


def gateway_of(grafana: GrafanaArgs, site: Site) -> GatewayExport | None:
    """What serves it; None where nothing does."""
    return site.offers.gateway if grafana.exposed else None


def values(args: KubePrometheusStackArgs, site: Site) -> dict[str, Any]:
    """What the chart is told of Grafana.

    https://github.com/grafana-community/helm-charts/tree/main/charts/grafana
    """
    grafana = args.grafana
    if grafana is None:
        return {"enabled": False}
    kept = grafana.volume_size is not None
    volume: dict[str, Any] = {"enabled": False}
    if grafana.volume_size is not None:
        volume = {"enabled": True, "size": grafana.volume_size, "storageClassName": storage_class(args, site)}
    return {
        "replicas": 1,
        # Two pods cannot share a volume; without one they need not.
        "deploymentStrategy": {"type": "Recreate" if kept else "RollingUpdate"},
        "admin": {"existingSecret": GRAFANA_ADMIN, "userKey": USER_KEY, "passwordKey": PASSWORD_KEY},
        # The chart's own role lets it read every Secret of the cluster.
        "rbac": {"useExistingClusterRole": DASHBOARD_READER},
        "persistence": volume,
        # It runs as root, and fsGroup does the same.
        "initChownData": {"enabled": False},
        "testFramework": {"enabled": False},
        "revisionHistoryLimit": 3,
        "priorityClassName": PRIORITY_CLASS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": container(),
        "extraEmptyDirMounts": [_TMP],
        "resources": resources("50m", "192Mi", "768Mi", most_cpu="1", disk="256Mi"),
        "sidecar": {
            "resources": resources("10m", "96Mi", "256Mi", most_cpu="200m"),
            "securityContext": container(),
            # Without a directory for temporary files they end as soon as they begin.
            # https://github.com/grafana/helm-charts/issues/3936
            "dashboards": {"resource": "configmap", "extraMounts": [_TMP]},
            "datasources": {"resource": "configmap", "extraMounts": [_TMP]},
        },
        "grafana.ini": _settings(grafana, site),
    }


def _settings(grafana: GrafanaArgs, site: Site) -> dict[str, Any]:
    """The file grafana.ini: https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/."""
    served = gateway_of(grafana, site) is not None
    host = host_of(grafana, site) if served else f"localhost:{GRAFANA_PORT}"
    return {
        "server": {"root_url": f"{'https' if served else 'http'}://{host}/"},
        "security": {
            # Over `kubectl port-forward` there is no HTTPS, and not every browser makes an exception for localhost.
            "cookie_secure": served,
            "cookie_samesite": "lax",
            "disable_gravatar": True,
            "content_security_policy": True,
            "x_content_type_options": True,
            "x_xss_protection": True,
        },
        "auth.anonymous": {"enabled": False},
        "users": {"allow_sign_up": False, "allow_org_create": False},
        "snapshots": {"external_enabled": False},
        "analytics": {
            "reporting_enabled": False,
            "check_for_updates": False,
            "check_for_plugin_updates": False,
            "feedback_links_enabled": False,
        },
        "news": {"news_feed_enabled": False},
        # Otherwise it fetches whatever is newest of some plugins, each time that it starts.
        "plugins": {"preinstall_disabled": True},
        "log": {"mode": "console"},
        "log.console": {"format": "json"},
    }


def items(args: KubePrometheusStackArgs, site: Site) -> Iterator[Item]:
    """Its password, its rights, who reaches it, and its host."""
    if args.grafana is None:
        return
    yield Password(
        key="grafana-admin",
        secret=GRAFANA_ADMIN,
        user="admin",
        user_key=USER_KEY,
        password_key=PASSWORD_KEY,
    )
    yield Object(key="grafana-role", manifest=_role())
    gateway = gateway_of(args.grafana, site)
    yield Object(key="policy-grafana", manifest=_policy(gateway))
    if gateway is not None:
        yield _route(host_of(args.grafana, site), gateway)


def needs(args: KubePrometheusStackArgs) -> list[Need]:
    """What its pod cannot start without."""
    if args.grafana is None:
        return []
    return [
        Need("grafana-admin", "Grafana does not start without its password"),
        Need("grafana-role", "the chart binds Grafana to it, and dashboards are read by it"),
    ]


def _role() -> Manifest:
    """Dashboards are ConfigMaps of any namespace; Secrets are nobody's dashboards."""
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}]
    return Manifest("rbac.authorization.k8s.io/v1", "ClusterRole", DASHBOARD_READER, body={"rules": rules})


def _policy(gateway: GatewayExport | None) -> Manifest:
    """In: the gateway. Out: name servers, the Kubernetes API, and what it shows, in its own namespace.

    Whoever may write data sources could otherwise send requests to any address of the network from here.
    """
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": NAME}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [
            {"to": [{"podSelector": {}}]},
            # The API behind its Service: 443 on GKE and EKS, 6443 with kubeadm and kind, 8443 with minikube.
            {"ports": [_port("UDP", 53), _port("TCP", 53), *(_port("TCP", port) for port in (443, 6443, 8443))]},
        ],
    }
    if gateway is not None:
        proxy = {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": gateway.proxy_namespace}},
            "podSelector": {"matchLabels": dict(gateway.proxy_labels)},
        }
        spec["ingress"] = [{"from": [proxy], "ports": [_port("TCP", GRAFANA_PORT)]}]
    return Manifest("networking.k8s.io/v1", "NetworkPolicy", "grafana", NAMESPACE, {"spec": spec})


def _port(protocol: str, port: int) -> dict[str, Any]:
    return {"protocol": protocol, "port": port}


def _route(host: str, gateway: GatewayExport) -> Object:
    spec = {
        "parentRefs": [
            {
                "group": "gateway.networking.k8s.io",
                "kind": "Gateway",
                "name": gateway.name,
                "namespace": gateway.namespace,
                "sectionName": gateway.https,
            }
        ],
        "hostnames": [host],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [{"group": "", "kind": "Service", "name": GRAFANA, "port": 80, "weight": 1}],
            }
        ],
    }
    manifest = Manifest(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        "grafana",
        NAMESPACE,
        {"spec": spec},
        # external-dns makes records for it, and removes them when it sees the route go.
        owns_cloud_objects=True,
    )
    return Object(
        key="grafana-route",
        manifest=manifest,
        needs=[
            gateway_kinds("HTTPRoute is a kind of its"),
            Need(gateway.item, "it attaches to the Gateway", "both"),
            Need("external-dns/release", "it removes the host's records when the route goes", "destroy", optional=True),
        ],
    )
