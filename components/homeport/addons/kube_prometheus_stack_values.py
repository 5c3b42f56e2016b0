"""Values of the chart kube-prometheus-stack and of the charts inside of it.

Every path is one of a `values.yaml` at the pinned version, or is read by a template of it:
https://github.com/prometheus-community/helm-charts/tree/kube-prometheus-stack-88.5.3/charts/kube-prometheus-stack

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any, Final

from homeport.addons import monitoring_alerting as alerting
from homeport.addons import monitoring_grafana as grafana
from homeport.addons.items import ImageValues
from homeport.addons.kube_prometheus_stack_args import KubePrometheusStackArgs
from homeport.addons.monitoring_names import NODES_NAMESPACE, PRIORITY_CLASS
from homeport.addons.monitoring_pods import (
    claim,
    claim_retention,
    container,
    disruption_budget,
    over_zones,
    replicas,
    resources,
)
from homeport.addons.site import Site


def _image(image: str, path: str) -> ImageValues:
    return ImageValues(image, f"{path}.repository", f"{path}.registry")


IMAGES: Final = [
    _image("quay.io/prometheus-operator/prometheus-operator", "prometheusOperator.image"),
    _image(
        "quay.io/prometheus-operator/prometheus-config-reloader", "prometheusOperator.prometheusConfigReloader.image"
    ),
    _image("quay.io/thanos/thanos", "prometheusOperator.thanosImage"),
    _image("quay.io/prometheus/prometheus", "prometheus.prometheusSpec.image"),
    _image("quay.io/prometheus/alertmanager", "alertmanager.alertmanagerSpec.image"),
    _image("docker.io/grafana/grafana", "grafana.image"),
    _image("quay.io/kiwigrid/k8s-sidecar", "grafana.sidecar.image"),
    _image("registry.k8s.io/kube-state-metrics/kube-state-metrics", "kube-state-metrics.image"),
    _image("quay.io/prometheus/node-exporter", "prometheus-node-exporter.image"),
]

#: Chart values whose override costs safety, with what is lost.
SAFETY: Final = {
    "crds.enabled": "its kinds then have two owners, this chart and prometheus-operator-crds",
    "prometheus.prometheusSpec.storageSpec": "all samples go with the pod",
    "prometheus.prometheusSpec.retentionSize": "Prometheus stops when its volume is full",
    "prometheus.prometheusSpec.persistentVolumeClaimRetentionPolicy": "disks stay behind, or go too soon",
    "prometheus.prometheusSpec.replicas": "with one, nobody watches while its node is drained",
    "prometheus.prometheusSpec.enableAdminAPI": "everybody who reaches Prometheus can delete its samples",
    "prometheus.prometheusSpec.securityContext": "its namespace refuses a pod that is less than restricted",
    "alertmanager.alertmanagerSpec.storage": "silences go with the pod, and what was sent is sent again",
    "alertmanager.alertmanagerSpec.secrets": "receivers have no address",
    "alertmanager.config": "who is told of alerts is no longer what the section alerting says",
    "prometheusOperator.admissionWebhooks": "rules with errors are taken, or its certificate is made by hooks",
    "defaultRules.create": "nobody is told of what goes wrong with the cluster itself",
    "grafana.admin": "the password is another one on each update, or stands in the values",
    "grafana.adminPassword": "the password stands in the values, where it can be read",
    "grafana.rbac": "Grafana may read every Secret of the cluster",
    "grafana.sidecar.dashboards.resource": "it asks for Secrets, which it may not read",
    "grafana.grafana\\.ini.auth\\.anonymous": "everybody who reaches Grafana sees all metrics",
    "grafana.grafana\\.ini.security": "sessions and embedded pages are less guarded",
    "grafana.containerSecurityContext": "its namespace refuses a pod that is less than restricted",
    "kube-state-metrics.collectorsExclude": "it may read every Secret of the cluster",
    "prometheus-node-exporter.namespaceOverride": "the namespace of the others refuses pods that see the node",
    "prometheus-node-exporter.hostPID": "it sees every process of the node",
}


def values(args: KubePrometheusStackArgs, site: Site) -> dict[str, Any]:
    """What the chart is told."""
    return {
        "crds": {"enabled": False},
        "prometheusOperator": _operator(),
        "prometheus": _prometheus(args, site),
        "alertmanager": alerting.values(args, site),
        "grafana": grafana.values(args, site),
        "kube-state-metrics": _state_metrics(),
        "prometheus-node-exporter": _node_exporter(),
        **_control_plane(site),
    }


def _control_plane(site: Site) -> dict[str, Any]:
    """What is watched of the cluster itself.

    A managed control plane shows its API server alone; of what one runs oneself, kubeadm, kind and minikube bind
    these to the loopback device. So does EKS with kube-proxy, and GKE's Dataplane V2 has none.
    """
    hidden = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")
    on_gke = site.cloud == "gcp"
    return {
        **{part: {"enabled": False} for part in hidden},
        "coreDns": {"enabled": not on_gke},
        "kubeDns": {"enabled": on_gke},
    }


def _operator() -> dict[str, Any]:
    return {
        "admissionWebhooks": {
            # Its certificate by cert-manager: otherwise hooks of Helm make one, which never renews it.
            "certManager": {"enabled": True},
            "patch": {"enabled": False},
            # An operator that is away must not hold up everybody's alerts; what it then let pass, it rejects later,
            # and an alert says so.
            "failurePolicy": "Ignore",
        },
        "priorityClassName": PRIORITY_CLASS,
        "revisionHistoryLimit": 3,
        "resources": resources("20m", "96Mi", "256Mi"),
        "containerSecurityContext": container(),
        "prometheusConfigReloader": {
            "enableProbe": True,
            "resources": resources("10m", "32Mi", "96Mi", most_cpu="100m"),
        },
    }


def _prometheus(args: KubePrometheusStackArgs, site: Site) -> dict[str, Any]:
    many = replicas(args, site)
    # Otherwise it would take monitors and rules with this release's label alone.
    everybodys = ("serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig")
    memory = ("1Gi", "4Gi") if site.production_sized else ("512Mi", "2Gi")
    spec: dict[str, Any] = {
        **{f"{kind}SelectorNilUsesHelmValues": False for kind in everybodys},
        "replicas": many,
        "externalLabels": {"cluster": site.cluster, "environment": site.environment},
        "retention": f"{args.retention_days}d",
        # Prometheus counts in powers of two: its MB is a mebibyte.
        "retentionSize": f"{args.kept_mebibytes}MB",
        "storageSpec": claim(args, site, args.volume_size),
        "persistentVolumeClaimRetentionPolicy": claim_retention(site),
        "resources": resources("200m", *memory, most_cpu="2"),
        "priorityClassName": PRIORITY_CLASS,
        "topologySpreadConstraints": [over_zones({"app.kubernetes.io/name": "prometheus"})],
    }
    return {"prometheusSpec": spec, "podDisruptionBudget": disruption_budget(many)}


def _state_metrics() -> dict[str, Any]:
    return {
        # Who lists Secrets can read them; the metrics about them are few and nobody's.
        "collectorsExclude": ["secrets"],
        "selfMonitor": {"enabled": True},
        "priorityClassName": PRIORITY_CLASS,
        "revisionHistoryLimit": 3,
        "resources": resources("20m", "96Mi", "512Mi"),
        "containerSecurityContext": container(),
    }


def _node_exporter() -> dict[str, Any]:
    return {
        "namespaceOverride": NODES_NAMESPACE,
        "hostPID": False,
        # On the node's address, which networks of clusters keep inside; not on every address that a node has.
        "service": {"listenOnAllInterfaces": False},
        "priorityClassName": PRIORITY_CLASS,
        "revisionHistoryLimit": 3,
        # Also on nodes from which others are driven away: those are the ones to look at.
        "tolerations": [{"operator": "Exists"}],
        "resources": resources("20m", "32Mi", "128Mi"),
        "containerSecurityContext": container(),
    }
