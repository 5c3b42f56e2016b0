"""cluster-autoscaler: adds and removes nodes of EKS's node groups. GKE does that by itself.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, final

from pydantic import Field

from homeport.addons.args import AddonArgs
from homeport.addons.aws_account import unknown_account
from homeport.addons.base import Addon
from homeport.addons.items import KUBE_SYSTEM, Chart, ImageValues, Item, Namespace, Need, Rights
from homeport.addons.overrides import at
from homeport.addons.placement import apart, spread
from homeport.addons.prometheus_rule import MONITOR_KINDS, Alert, alerts, monitored
from homeport.addons.site import Provided, Site
from homeport.identity.permissions import AutoscalingAdmin
from homeport.problems import Problem
from homeport.values import Cloud

NAME: Final = "cluster-autoscaler"

#: Kubernetes minor version to the image that was built from it: the autoscaler simulates that version's scheduler.
#: Read from the project's tags of 2026-07-22. https://github.com/kubernetes/autoscaler/releases
IMAGES: Final[Mapping[str, str]] = {
    "1.32": "v1.32.7",
    "1.33": "v1.33.6",
    "1.34": "v1.34.5",
    "1.35": "v1.35.2",
    "1.36": "v1.36.1",
}

_SAFETY: Final = {
    "autoDiscovery": "it may find no node group, or another cluster's",
    "rbac.serviceAccount.name": "its rights in the cloud are given to that name alone",
    "image.tag": "an image of another minor version foresees another scheduler's decisions",
    "extraArgs.leader-elect": "two autoscalers at once each add the nodes that are missing",
    "securityContext": "the pod may run as root or without a seccomp profile",
    "containerSecurityContext": "the container may write to its root, gain rights or keep capabilities",
}

_ALERTS: Final = (
    Alert(
        "ClusterAutoscalerUnsafe",
        "max(cluster_autoscaler_cluster_safe_to_autoscale) == 0",
        15,
        "critical",
        "cluster-autoscaler has stopped: too many nodes are not ready.",
        "kubectl get nodes; kubectl -n kube-system get configmap cluster-autoscaler-status -o yaml",
    ),
    Alert(
        "ClusterAutoscalerFailedScaleUps",
        "sum by (reason) (increase(cluster_autoscaler_failed_scale_ups_total[30m])) > 0",
        15,
        "warning",
        "AWS gave no node ({{ $labels.reason }}): out of capacity, or over a quota.",
        "Name more machine types in the pool, or ask AWS for a higher quota.",
    ),
    Alert(
        "ClusterAutoscalerPodsWaiting",
        "max(cluster_autoscaler_unschedulable_pods_count) > 0",
        30,
        "warning",
        "Pods have waited half an hour for a place that no node group can give.",
        "kubectl get pods -A --field-selector status.phase=Pending; describe one: its events say what is missing.",
    ),
    Alert(
        "ClusterAutoscalerDown",
        f'absent(up{{job="{NAME}"}} == 1)',
        15,
        "critical",
        "No pod of cluster-autoscaler runs: nodes are neither added nor removed.",
        f"kubectl -n kube-system describe deployment {NAME}",
    ),
)


class ClusterAutoscalerArgs(AddonArgs):
    """How nodes come and go. How many at least and at most stands in the node pools."""

    expander: Literal["least-waste", "most-pods", "random"] = "least-waste"
    """Which group grows where several could: the one with least left over, with room for most waiting pods, or any.
    https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-are-expanders"""
    scale_down: bool = True
    """Whether nodes are removed at all."""
    unneeded_minutes: int = Field(default=10, ge=1)
    """Minutes that a node must be hardly used before it goes."""
    utilization_percent: int = Field(default=50, ge=1, le=99)
    """A node below it is hardly used: the larger of its reserved shares of CPU and memory, without DaemonSets."""


@final
class ClusterAutoscaler(Addon[ClusterAutoscalerArgs]):
    """See https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler/cloudprovider/aws.

    It finds node groups by the tags that EKS puts on the groups behind them. What a node of an empty group would be
    like it learns from EKS (DescribeNodegroup) and from the node-template tags that `NodePool` sets.
    """

    name: ClassVar[str] = NAME
    args: ClassVar[type[AddonArgs]] = ClusterAutoscalerArgs
    namespace: ClassVar[Namespace] = KUBE_SYSTEM
    clouds: ClassVar[frozenset[Cloud]] = frozenset({"aws"})
    instead_of: ClassVar[Provided | None] = "autoscaler"

    def problems(self, args: ClusterAutoscalerArgs, site: Site) -> Iterator[Problem]:
        """It works by rights, and its image must fit the cluster."""
        yield from unknown_account(NAME, site)
        own_tag = isinstance(at(args.values, "image.tag"), str)
        if site.kubernetes is not None and site.kubernetes not in IMAGES and not own_tag:
            yield Problem(
                (),
                f"no image is known for Kubernetes {site.kubernetes}, only for {', '.join(IMAGES)}",
                f"name one: values: {{image: {{tag: v{site.kubernetes}.0}}}}",
            )

    def items(self, args: ClusterAutoscalerArgs, site: Site) -> Sequence[Item]:
        """Its rights, its release, its alerts."""
        rights = Rights(key="rights", service_account=NAME, permissions=[AutoscalingAdmin(cluster=site.cluster)])
        needs = [Need("rights", "it ends when it may not read the node groups")]
        release = Chart(
            key="release",
            values=values(args, site),
            safety=_SAFETY,
            images=[ImageValues("registry.k8s.io/autoscaling/cluster-autoscaler", "image.repository")],
            needs=[*needs, MONITOR_KINDS] if monitored(site) else needs,
        )
        return [rights, release, *([alerts(NAME, KUBE_SYSTEM.name, _ALERTS)] if monitored(site) else [])]


def values(args: ClusterAutoscalerArgs, site: Site) -> dict[str, Any]:
    """Values of the chart.

    https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler/charts/cluster-autoscaler
    """
    out: dict[str, Any] = {
        "fullnameOverride": NAME,
        "cloudProvider": "aws",
        "awsRegion": site.region,
        "autoDiscovery": {"clusterName": site.cluster},
        # The second waits to be elected: it takes over within seconds when the first one's node goes.
        "replicaCount": 2 if site.production_sized else 1,
        "rbac": {"serviceAccount": {"create": True, "name": NAME}},
        "extraArgs": _flags(args),
        "priorityClassName": "system-cluster-critical",
        "podDisruptionBudget": {"maxUnavailable": 1},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "topologySpreadConstraints": [spread(NAME)],
        "affinity": apart(NAME),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {
            "requests": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "64Mi"},
            "limits": {"cpu": "1", "memory": "768Mi", "ephemeral-storage": "256Mi"},
        },
        # Its own namespace: the chart's default is one that may not be there.
        "serviceMonitor": {"enabled": monitored(site), "namespace": KUBE_SYSTEM.name, "interval": "30s"},
    }
    if site.kubernetes in IMAGES:
        out["image"] = {"tag": IMAGES[site.kubernetes]}
    return out


def _flags(args: ClusterAutoscalerArgs) -> dict[str, str]:
    # Text throughout: the chart prints what it gets.
    return {
        "expander": args.expander,
        "leader-elect": "true",
        # Pools with one group for each zone grow evenly.
        "balance-similar-node-groups": "true",
        # Otherwise one pod with an empty directory, or one of the cluster's own, keeps a node for ever.
        "skip-nodes-with-local-storage": "false",
        "skip-nodes-with-system-pods": "false",
        "ignore-daemonsets-utilization": "true",
        "scale-down-enabled": "true" if args.scale_down else "false",
        "scale-down-unneeded-time": f"{args.unneeded_minutes}m",
        "scale-down-utilization-threshold": f"{args.utilization_percent / 100:.2f}",
    }
