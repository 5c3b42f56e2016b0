"""A regional GKE cluster, for node pools of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, final

import pulumi
import pulumi_gcp as gcp
import pulumi_kubernetes as kubernetes

from homeport import options
from homeport.cluster.gke_accounts import node_account
from homeport.cluster.gke_args import GkeClusterArgs, gke_name_problems
from homeport.cluster.gke_encryption import database_encryption
from homeport.cluster.gke_inputs import api_inputs, cluster_inputs, removed_pool_inputs
from homeport.cluster.gke_nodes import NodeIdentity
from homeport.cluster.kubeconfig import gke_kubeconfig, to_text
from homeport.identity.gcp import GkeWorkloadIdentity
from homeport.identity.gcp_principals import workload_pool
from homeport.labels import Labels
from homeport.lookups import gcp_project
from homeport.problems import SettingsError
from homeport.protection import guard
from homeport.values import Protection

#: What belongs to the pool that is removed at once, and what GKE and its node pools change by themselves. A refresh
#: brings it into the state; without this the next update would replace the cluster.
_IGNORED = ("nodeConfig", "initialNodeCount", "nodeVersion", "nodePools")


class GkeNetwork(Protocol):
    """What a GKE cluster needs to know about its network; `homeport.network.gcp.GcpNetwork` is one."""

    @property
    def network(self) -> pulumi.Output[str]:
        """Self link or id of the VPC."""
        ...

    @property
    def subnetwork(self) -> pulumi.Output[str]:
        """Self link or id of the subnet."""
        ...

    @property
    def pods_range(self) -> pulumi.Output[str]:
        """Name of the subnet's secondary range for pods."""
        ...

    @property
    def services_range(self) -> pulumi.Output[str]:
        """Name of the subnet's secondary range for services."""
        ...

    @property
    def control_plane_cidr(self) -> str | None:
        """Range of the control plane's private address, if one is planned."""
        ...

    @property
    def node_tag(self) -> str:
        """Network tag of nodes, the target of firewall rules."""
        ...

    @property
    def ready(self) -> Sequence[pulumi.Resource]:
        """What nodes wait for before they can work."""
        ...


@final
class GkeCluster(pulumi.ComponentResource):
    """A regional, VPC-native, private GKE cluster without nodes; a `Cluster`.

    Two steps take it down, unless `protection` is none: an update with `protection: none`, then `pulumi destroy`.

    Args:
        name: logical name; also the physical one where `args` gives none.
        args: what it shall be.
        network: where it lives.
        protection: `standard` and `strict` let the engine and Google refuse to delete it.
        labels: of the cluster, its nodes, disks and key.
        opts: with the Google Cloud provider in `providers`.

    Raises:
        SettingsError: a name derived from the cluster's is too long.
    """

    name: pulumi.Output[str]
    """Name in the cloud."""
    cloud: Literal["gcp"]
    """Always gcp."""
    region: str
    """Region of the control plane and its nodes."""
    zones: list[str]
    """Zones of the nodes."""
    provider: kubernetes.Provider
    """For everything inside the cluster; replaced when, and only when, the cluster is another one."""
    kubeconfig: pulumi.Output[str]
    """A secret; `gke-gcloud-auth-plugin` logs in as whoever runs the command."""
    identity: GkeWorkloadIdentity
    """Binds workloads to permissions."""
    resource: gcp.container.Cluster
    """The cluster itself."""
    ready: list[pulumi.Resource]
    """The cluster itself; nodes are `NodePool.ready`."""
    args: GkeClusterArgs
    """What it was asked to be."""
    project: pulumi.Output[str]
    """Project, known to exist with the cluster in it."""
    nodes: NodeIdentity
    """Who its nodes are, for node pools."""
    nodes_wait_for: list[pulumi.Resource]
    """What must be there before nodes can work: the way out, firewall rules, grants."""
    version: pulumi.Output[str]
    """Kubernetes version of the control plane."""
    identifier: pulumi.Output[str]
    """What tells this cluster from one that is made anew under its name."""
    database_key: pulumi.Output[str] | None
    """Id of the key that encrypts Kubernetes secrets; None where encryption is off."""

    def __init__(
        self,
        name: str,
        args: GkeClusterArgs,
        *,
        network: GkeNetwork,
        protection: Protection = "standard",
        labels: Labels | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        cluster_name = args.name or name
        problems = tuple(gke_name_problems(cluster_name))
        if problems:
            raise SettingsError(problems)
        super().__init__("homeport:cluster:GkeCluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = node_account(
            name,
            cluster_name=cluster_name,
            project=args.project,
            registry_projects=args.registry_projects,
            opts=child,
        )
        encryption = database_encryption(
            name,
            args.encryption,
            project=args.project,
            region=args.region,
            protection=protection,
            labels=labels,
            opts=child,
        )
        gcp_labels = labels.gcp() if labels else {}
        self.args = args
        self.nodes = NodeIdentity(account.email, network.node_tag, gcp_labels)
        guarded = guard(protection, "cluster")
        self.resource = gcp.container.Cluster(
            f"{name}-gke",
            name=cluster_name,
            project=args.project,
            network=network.network,
            subnetwork=network.subnetwork,
            ip_allocation_policy={
                "cluster_secondary_range_name": network.pods_range,
                "services_secondary_range_name": network.services_range,
                "stack_type": "IPV4",
            },
            workload_identity_config={
                "workload_pool": pulumi.Output.from_input(args.project).apply(workload_pool),
            },
            deletion_protection=guarded.deletion_protection,
            resource_labels=gcp_labels,
            **encryption.inputs(),
            **removed_pool_inputs(self.nodes),
            **api_inputs(args.api, control_plane_cidr=network.control_plane_cidr),
            **cluster_inputs(args),
            opts=options.merge(
                child,
                pulumi.ResourceOptions(
                    protect=guarded.protect,
                    retain_on_delete=guarded.retain,
                    depends_on=[*account.ready, *encryption.ready],
                    ignore_changes=options.paths(gcp.container.Cluster, *_IGNORED),
                    # Upgrading a control plane, or leaving a range of addresses, outlasts the provider's own limits.
                    custom_timeouts=pulumi.CustomTimeouts(create="60m", update="120m", delete="60m"),
                ),
            ),
        )
        self.name = self.resource.name
        self.cloud = "gcp"
        self.region = args.region
        self.zones = list(args.zones)
        self.project = self.resource.project
        self.version = self.resource.master_version
        self.database_key = encryption.key
        self.ready = [self.resource]
        self.nodes_wait_for = [*network.ready, *account.ready]
        self.identifier = _identity(self.resource)
        self.kubeconfig = pulumi.Output.secret(_kubeconfig(self.resource, by_dns=args.api.access == "dns"))
        self.provider = kubernetes.Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            cluster_identifier=self.identifier,
            # Nothing of `delete_unreachable`: False is the default, and said aloud it overrules the variable by which
            # people say that a cluster is gone for good (docs/runbooks/lost-cluster.md).
            enable_server_side_apply=True,
            # What an interrupted run left in a cluster of our own is taken over, instead of stopping the next run.
            upsert_existing_objects=True,
            opts=child,
        )
        number = gcp_project(args.project, pulumi.InvokeOptions(parent=self)).number
        self.identity = GkeWorkloadIdentity(self.project, number)
        self.register_outputs(
            {
                "name": self.name,
                "region": self.region,
                "zones": self.zones,
                "project": self.project,
                "version": self.version,
                "kubeconfig": self.kubeconfig,
                "database_key": self.database_key,
            }
        )


def _dns_endpoint(cluster: gcp.container.Cluster) -> pulumi.Output[str | None]:
    """Host name of the cluster's DNS endpoint. GKE gives one to every cluster, whether it may be used or not."""
    return cluster.control_plane_endpoints_config.apply(
        lambda config: config.dns_endpoint_config.endpoint if config and config.dns_endpoint_config else None
    )


def _identity(cluster: gcp.container.Cluster) -> pulumi.Output[str]:
    """What tells this cluster from one that is made anew under its name.

    The name, and with it the id, are the same after a replacement; the CA and the address also change without one, when
    credentials are rotated. The host name of the DNS endpoint holds Google's unique id of the cluster and stays for its
    lifetime. It is unknown exactly while a replacement is planned, and the provider takes that for a change.
    https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation#dns-based_endpoint
    """
    return pulumi.Output.all(_dns_endpoint(cluster), cluster.id).apply(lambda known: known[0] or known[1])


def _kubeconfig(cluster: gcp.container.Cluster, *, by_dns: bool) -> pulumi.Output[str]:
    parts = pulumi.Output.all(
        name=cluster.name,
        dns=_dns_endpoint(cluster) if by_dns else None,
        ip=cluster.endpoint,
        ca=cluster.master_auth.apply(lambda auth: auth.cluster_ca_certificate),
    )
    return parts.apply(
        lambda known: to_text(
            gke_kubeconfig(
                name=known["name"],
                dns_endpoint=known["dns"],
                ip_endpoint=known["ip"],
                ca_certificate=known["ca"],
            )
        )
    )
