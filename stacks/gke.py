"""A cluster stack's part on Google Cloud: network, GKE cluster, node pools."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke import GkeCluster
from homeport.cluster.pool import NodePool
from homeport.labels import Labels
from homeport.network.gcp import GcpNetwork
from homeport.network.gcp_args import GcpNetworkArgs
from stacks.made import Made, named
from stacks.settings import ClusterStack, GkeSection


def build(stack: ClusterStack, section: GkeSection, labels: Labels) -> Made:
    """Declare the cluster and what it stands on; say what was made."""
    provider = gcp.Provider("gcp", project=section.project, region=section.region, default_labels=labels.gcp())
    opts = pulumi.ResourceOptions(providers=[provider])
    assert isinstance(stack.network, GcpNetworkArgs)  # noqa: S101 - the settings' check sees to it
    network = GcpNetwork(
        "network",
        named(stack.network, stack.environment),
        project=section.project,
        region=section.region,
        protection=stack.protection,
        opts=opts,
    )
    cluster = GkeCluster(
        "cluster",
        named(section, stack.environment),
        network=network,
        protection=stack.protection,
        labels=labels,
        opts=opts,
    )
    pools = {name: NodePool(name, args, cluster=cluster, opts=opts) for name, args in section.node_pools.items()}
    outputs = {
        "network": network.network,
        "nat_addresses": network.nat_addresses,
        "node_pools": {name: pool.names for name, pool in pools.items()},
    }
    return Made(cluster, outputs, nodes=[resource for pool in pools.values() for resource in pool.ready], opts=opts)
