"""The section `addons` of a stack file, and the add-ons that homeport has.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from pydantic import ConfigDict, Field

from homeport.addons.args import AddonArgs, Profile
from homeport.addons.aws_load_balancer_controller import AwsLoadBalancerController, AwsLoadBalancerControllerArgs
from homeport.addons.base import Addon
from homeport.addons.cert_manager import CertManager, CertManagerArgs
from homeport.addons.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs
from homeport.addons.external_dns import ExternalDns, ExternalDnsArgs
from homeport.addons.gateway_api_crds import GatewayApiCrds, GatewayApiCrdsArgs
from homeport.addons.kube_prometheus_stack import KubePrometheusStack, KubePrometheusStackArgs
from homeport.addons.prometheus_operator_crds import PrometheusOperatorCrds, PrometheusOperatorCrdsArgs
from homeport.addons.sealed_secrets import SealedSecrets, SealedSecretsArgs
from homeport.addons.traefik import Traefik
from homeport.addons.traefik_args import TraefikArgs
from homeport.model import Model

#: Every add-on, in the order in which the documentation names them. Order means nothing to the graph.
CATALOGUE: Final[tuple[Addon[Any], ...]] = (
    PrometheusOperatorCrds(),
    GatewayApiCrds(),
    CertManager(),
    ExternalDns(),
    SealedSecrets(),
    AwsLoadBalancerController(),
    ClusterAutoscaler(),
    Traefik(),
    KubePrometheusStack(),
)


class AddonsArgs(Model):
    """What runs in every cluster for the sake of what runs on it: one section for each add-on, by its name."""

    # Python spells the names with underscores.
    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=True)

    profile: Profile = "standard"
    """Which add-ons are installed unless their sections say otherwise, and how they are sized. minimal: one replica of
    what a cluster cannot do without. standard: two or more of what serves requests, and monitoring."""
    prometheus_operator_crds: PrometheusOperatorCrdsArgs = Field(
        default=PrometheusOperatorCrdsArgs(), alias="prometheus-operator-crds"
    )
    """Definitions of monitors and rules."""
    gateway_api_crds: GatewayApiCrdsArgs = Field(default=GatewayApiCrdsArgs(), alias="gateway-api-crds")
    """Definitions of gateways and routes."""
    cert_manager: CertManagerArgs = Field(default=CertManagerArgs(), alias="cert-manager")
    """Certificates."""
    external_dns: ExternalDnsArgs = Field(default=ExternalDnsArgs(), alias="external-dns")
    """DNS records."""
    sealed_secrets: SealedSecretsArgs = Field(default=SealedSecretsArgs(), alias="sealed-secrets")
    """Secrets that may lie in a repository."""

    aws_load_balancer_controller: AwsLoadBalancerControllerArgs = Field(
        default=AwsLoadBalancerControllerArgs(), alias="aws-load-balancer-controller"
    )
    """Load balancers on AWS."""
    cluster_autoscaler: ClusterAutoscalerArgs = Field(default=ClusterAutoscalerArgs(), alias="cluster-autoscaler")
    """Nodes that come and go, on AWS."""
    traefik: TraefikArgs = Field(default=TraefikArgs(), alias="traefik")
    """The gateway."""
    kube_prometheus_stack: KubePrometheusStackArgs = Field(
        default=KubePrometheusStackArgs(), alias="kube-prometheus-stack"
    )
    """Metrics, alerts and dashboards."""

    def sections(self) -> dict[str, AddonArgs]:
        """Name of an add-on to its section."""
        found = ((info.alias or name, getattr(self, name)) for name, info in type(self).model_fields.items())
        return {name: value for name, value in found if isinstance(value, AddonArgs)}
