"""AWS Load Balancer Controller: Network Load Balancers for Services, and Application Load Balancers for Ingresses.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final, final

from homeport.addons.args import AddonArgs
from homeport.addons.aws_account import unknown_account
from homeport.addons.base import Addon
from homeport.addons.crds_chart import DefinitionsChart
from homeport.addons.items import KUBE_SYSTEM, Chart, ImageValues, Item, Namespace, Need, Rights
from homeport.addons.pins import pin_at
from homeport.addons.placement import apart, spread
from homeport.addons.prometheus_rule import MONITOR_KINDS, Alert, alerts, monitored
from homeport.addons.site import Provided, Site
from homeport.identity.permissions import LoadBalancerAdmin
from homeport.problems import Problem
from homeport.values import Cloud

NAME: Final = "aws-load-balancer-controller"

_SAFETY: Final = {
    "clusterName": "what it made before carries the old name, and its rights end at the name",
    "serviceAccount.name": "its rights in the cloud are given to that name alone",
    "enableServiceMutatorWebhook": "no Service of the cluster can be made while the controller is away",
    "enableCertManager": "its webhooks then wait for cert-manager, and cert-manager may wait for them",
    "keepTLSSecret": "every update makes another webhook certificate, and calls fail until all pods have it",
    "webhookConfig.ingressValdationFailurePolicy": "no Ingress can be made or changed while the controller is away",
    "securityContext": "the container may write to its root, gain rights or keep capabilities",
    "podSecurityContext": "the pod may run as root or without a seccomp profile",
}

_KNOWN: Final = Need("definitions", "it watches kinds of its own, and stops where they are not known", "both")
_ALERTS: Final = (
    Alert(
        "LoadBalancerControllerErrors",
        f'sum by (controller) (rate(controller_runtime_reconcile_errors_total{{job="{NAME}"}}[15m])) > 0',
        30,
        "warning",
        "The AWS Load Balancer Controller has failed at {{ $labels.controller }} for half an hour.",
        f"kubectl -n kube-system logs deployment/{NAME} says which object and which call of AWS.",
    ),
    Alert(
        "LoadBalancerControllerDown",
        f'absent(up{{job="{NAME}"}} == 1)',
        15,
        "critical",
        "No pod of the AWS Load Balancer Controller runs: load balancers no longer learn of new pods.",
        f"kubectl -n kube-system describe deployment {NAME}",
    ),
)


class AwsLoadBalancerControllerArgs(AddonArgs):
    """The controller, and what else it may do for Ingresses of the class alb."""

    waf: bool = False
    """Let Ingresses attach web ACLs of WAFv2."""
    shield: bool = False
    """Let Ingresses ask for Shield Advanced."""
    cognito: bool = False
    """Let Ingresses authenticate with Cognito."""


@final
class AwsLoadBalancerController(Addon[AwsLoadBalancerControllerArgs]):
    """See https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/."""

    name: ClassVar[str] = NAME
    args: ClassVar[type[AddonArgs]] = AwsLoadBalancerControllerArgs
    namespace: ClassVar[Namespace] = KUBE_SYSTEM
    clouds: ClassVar[frozenset[Cloud]] = frozenset({"aws"})
    instead_of: ClassVar[Provided | None] = "load-balancers"

    def problems(self, args: AwsLoadBalancerControllerArgs, site: Site) -> Iterator[Problem]:
        """It works by rights that only a cluster of our own can give."""
        del args
        yield from unknown_account(NAME, site)

    def items(self, args: AwsLoadBalancerControllerArgs, site: Site) -> Sequence[Item]:
        """Its rights, its kinds, its release, its alerts."""
        rights = Rights(
            key="rights",
            service_account=NAME,
            permissions=[
                LoadBalancerAdmin(
                    vpc=site.vpc, cluster=site.cluster, waf=args.waf, shield=args.shield, cognito=args.cognito
                )
            ],
        )
        needs = [Need("rights", "it must still be able to delete load balancers while it is removed", "both"), _KNOWN]
        release = Chart(
            key="release",
            values=values(args, site),
            safety=_SAFETY,
            images=[ImageValues("public.ecr.aws/eks/aws-load-balancer-controller", "image.repository")],
            skip_crds=True,
            needs=[*needs, MONITOR_KINDS] if monitored(site) else needs,
        )
        told = [alerts(NAME, KUBE_SYSTEM.name, _ALERTS)] if monitored(site) else []
        return [rights, definitions(args, site), release, *told]


def definitions(args: AwsLoadBalancerControllerArgs, site: Site) -> DefinitionsChart:
    """TargetGroupBinding, IngressClassParams and the controller's own kinds for Gateways.

    Helm installs what lies in a chart's crds/ once and never upgrades it, and there is no chart of these kinds alone:
    they are what is left of this one when all else is dropped.
    https://helm.sh/docs/chart_best_practices/custom_resource_definitions/
    """
    return DefinitionsChart(
        key="definitions",
        # Those that belong to the controller's version, whoever chose that.
        pin=pin_at(NAME, args.version),
        release=f"{NAME}-definitions",
        values={"clusterName": site.cluster},
        alone=True,
        pods=False,
    )


def values(args: AwsLoadBalancerControllerArgs, site: Site) -> dict[str, Any]:
    """Values of the chart.

    https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/main/helm/aws-load-balancer-controller
    """
    return {
        "clusterName": site.cluster,
        # Both given: pods cannot ask the instance metadata for them.
        "region": site.region,
        "vpcId": site.vpc,
        "replicaCount": 2 if site.production_sized else 1,
        "serviceAccount": {"create": True, "name": NAME},
        # Services of ours name their class, so nobody has to wait for a webhook to name it.
        "enableServiceMutatorWebhook": False,
        # Its own certificate: with cert-manager's, each of the two could wait for the other.
        "enableCertManager": False,
        "keepTLSSecret": True,
        "webhookConfig": {"ingressValdationFailurePolicy": "Ignore"},
        # Pods have addresses of the VPC: the way through a node's port would be a detour.
        "defaultTargetType": "ip",
        # Gateways are Traefik's. Off, because this controller would watch all of them too.
        "controllerConfig": {"featureGates": {"ALBGatewayAPI": False, "NLBGatewayAPI": False}},
        # What it has no right to do it must not try.
        "enableShield": args.shield,
        "enableWaf": False,
        "enableWafv2": args.waf,
        "defaultTags": site.labels.aws(),
        "priorityClassName": "system-cluster-critical",
        "podDisruptionBudget": {"maxUnavailable": 1},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "topologySpreadConstraints": [spread(NAME)],
        "affinity": apart(NAME),
        "podSecurityContext": {
            "fsGroup": 65534,
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": {
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
            "limits": {"cpu": "500m", "memory": "384Mi", "ephemeral-storage": "256Mi"},
        },
        "serviceMonitor": {"enabled": monitored(site)},
    }
