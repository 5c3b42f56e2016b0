"""kube-prometheus-stack: Prometheus, Alertmanager, Grafana, and alerts about the cluster and all that runs on it.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, final

from homeport.addons import monitoring_grafana as grafana
from homeport.addons.args import AddonArgs, Profile
from homeport.addons.base import Addon
from homeport.addons.items import Chart, Item, Namespace, Need
from homeport.addons.kube_prometheus_stack_args import KubePrometheusStackArgs
from homeport.addons.kube_prometheus_stack_values import IMAGES, SAFETY, values
from homeport.addons.monitoring_alerting import receiver_secret
from homeport.addons.monitoring_alerts import monitoring_alerts
from homeport.addons.monitoring_names import NAME, NAMESPACE
from homeport.addons.monitoring_objects import MONITORING, nodes_namespace, policies, priority
from homeport.addons.monitoring_pods import storage_class
from homeport.addons.prometheus_rule import monitored
from homeport.addons.site import Site
from homeport.addons.steps import STORAGE
from homeport.problems import Problem

__all__ = ["KubePrometheusStack", "KubePrometheusStackArgs"]


@final
class KubePrometheusStack(Addon[KubePrometheusStackArgs]):
    """See https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack for the chart."""

    name: ClassVar[str] = NAME
    args: ClassVar[type[AddonArgs]] = KubePrometheusStackArgs
    namespace: ClassVar[Namespace] = MONITORING
    profiles: ClassVar[frozenset[Profile]] = frozenset({"standard"})

    def problems(self, args: KubePrometheusStackArgs, site: Site) -> Iterator[Problem]:
        """No place for samples; a host that has neither a record nor a certificate."""
        if storage_class(args, site) is None:
            yield Problem(
                ("storage_class",),
                "needs a storage class: Prometheus and Alertmanager keep what they know on volumes, and this cluster"
                " has no default class that homeport knows of",
                "name one (kubectl get storageclass), for example storage_class: standard; or switch it off:"
                " enabled: false",
            )
        host = args.grafana.host if args.grafana is not None else None
        if host is not None and not host.endswith(f".{site.domain}"):
            yield Problem(
                ("grafana", "host"),
                f"must lie below the stack's domain, {site.domain}: others have neither a record nor a certificate",
                f"write grafana.{site.domain}, or leave it out",
                host,
            )

    def warnings(self, args: KubePrometheusStackArgs, site: Site) -> Iterator[str]:
        """Alerts that reach nobody."""
        alerting = args.alerting
        if not alerting.receivers:
            yield (
                "nobody is told of alerts, Alertmanager only keeps them; name a receiver, for example alerting:"
                " {receivers: {chat: {kind: slack, secret: alertmanager_slack_url}}}, and set its secret: pulumi"
                " config set --secret --path 'homeport:secrets.alertmanager_slack_url'"
            )
        elif alerting.heartbeat is None:
            yield (
                "nobody notices when the monitoring itself is down; name a service that raises the alarm when it"
                " hears nothing, for example alerting: {heartbeat: {secret: alertmanager_heartbeat_url}}"
            )
        unused = alerting.receivers.keys() - {*alerting.told("critical"), *alerting.told("warning")}
        if unused:
            yield f"no alert goes to {', '.join(sorted(unused))}: neither critical nor warning names it"
        if args.grafana is not None and args.grafana.host is not None and site.offers.gateway is None:
            yield f"no gateway serves {args.grafana.host}: Grafana is reached by kubectl port-forward alone"

    def items(self, args: KubePrometheusStackArgs, site: Site) -> Sequence[Item]:
        """The namespace of node-exporter, secrets, rights, policies, alerts, release, and Grafana's host."""
        receivers = receiver_secret(args.alerting)
        needs = [
            Need("namespace-nodes", "node-exporter lives in it", "both"),
            Need("priority", "its pods name the class, and are refused where it is not there"),
            Need(
                "prometheus-operator-crds/release",
                "Prometheus, Alertmanager, ServiceMonitor and PrometheusRule are kinds of its",
                # Somebody else may have brought them: its section then says so, and it has no release.
                optional=monitored(site),
            ),
            Need("cert-manager/release", "the operator does not start without its webhook's certificate"),
            Need(STORAGE, "samples and silences are on volumes, whose disks the driver makes and deletes", "both"),
            *grafana.needs(args),
        ]
        if receivers is not None:
            needs.append(Need("receivers", "Alertmanager does not start without the Secret that it mounts"))
        release = Chart(
            key="release",
            values=values(args, site),
            safety=SAFETY,
            images=IMAGES,
            needs=needs,
            # The chart inside that has definitions is switched off; this is for whoever switches it on.
            skip_crds=True,
            timeout=900,
            owns_cloud_objects=True,
        )
        secrets = [receivers] if receivers is not None else []
        beside = [nodes_namespace(site), priority(), *policies(), monitoring_alerts(grafana=args.grafana is not None)]
        return [*beside, *secrets, *grafana.items(args, site), release]

    def exports(self, args: KubePrometheusStackArgs, site: Site) -> Mapping[str, Any]:
        """Where Prometheus runs."""
        del args, site
        return {"monitoring_namespace": NAMESPACE}
