"""A cluster that another stack made."""

from __future__ import annotations

from typing import final

import pulumi
import pulumi_kubernetes as kubernetes

from homeport.cluster.outputs import AwsIdentityFacts, ClusterOutputs, GcpIdentityFacts
from homeport.identity.aws import EksWorkloadIdentity
from homeport.identity.gcp import GkeWorkloadIdentity
from homeport.identity.unknown import UnknownIdentity
from homeport.values import Cloud


@final
class ClusterReference(pulumi.ComponentResource):
    """A cluster of another stack, from what that stack published; a `Cluster`. Nothing of it is made or deleted.

    Args:
        name: logical name.
        facts: its output `cluster_facts`.
        kubeconfig: its output `kubeconfig`.
        opts: no provider is needed.
    """

    name: pulumi.Output[str]
    """Name in the cloud."""
    cloud: Cloud
    """Where it runs."""
    region: str | None
    """Region."""
    zones: list[str]
    """Zones of its nodes."""
    provider: kubernetes.Provider
    """For everything inside the cluster; replaced when, and only when, the cluster is another one."""
    kubeconfig: pulumi.Output[str]
    """A secret; an exec plugin logs in as whoever runs the command, who needs rights of their own in the cluster."""
    identity: GkeWorkloadIdentity | EksWorkloadIdentity | UnknownIdentity
    """Binds workloads to permissions of the cluster's cloud."""
    resource: None
    """None: the cluster is not ours to delete."""
    ready: list[pulumi.Resource]
    """Empty: it is there."""
    identifier: pulumi.Output[str]
    """What tells this cluster from one that is made anew under its name."""

    def __init__(
        self,
        name: str,
        facts: ClusterOutputs,
        *,
        kubeconfig: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("homeport:cluster:ClusterReference", name, None, opts)
        self.name = pulumi.Output.from_input(facts.name)
        self.cloud = facts.cloud
        self.region = facts.region
        self.zones = list(facts.zones)
        self.identifier = pulumi.Output.from_input(facts.identifier)
        self.kubeconfig = pulumi.Output.secret(kubeconfig)
        self.identity = _identity(facts)
        self.resource = None
        self.ready = []
        self.provider = kubernetes.Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            # Without it, a rotated certificate or a new address would replace, that is delete, everything inside.
            cluster_identifier=facts.identifier,
            enable_server_side_apply=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"name": self.name, "region": self.region, "zones": self.zones})


def _identity(facts: ClusterOutputs) -> GkeWorkloadIdentity | EksWorkloadIdentity | UnknownIdentity:
    match facts.identity:
        case GcpIdentityFacts(project=project, project_number=number):
            return GkeWorkloadIdentity(project, number)
        case AwsIdentityFacts() as known:
            return EksWorkloadIdentity(
                account=known.account,
                region=facts.region or known.cluster_arn.split(":")[3],
                cluster_name=facts.name,
                cluster_arn=known.cluster_arn,
                oidc_provider_arn=known.oidc_provider_arn,
                oidc_issuer=known.oidc_issuer,
            )
        case None:
            return UnknownIdentity(facts.name)
