"""Layer `cluster`: settings -> network -> cluster -> pools -> storage -> outputs."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.base import Cluster
from homeport.cluster.existing import ExistingCluster
from homeport.cluster.gke import GkeCluster
from homeport.cluster.pool import NodePool
from homeport.labels import Labels
from homeport.network.gcp import GcpNetwork
from homeport.storage.component import StorageClasses
from stacks.settings import ClusterStack, GkeSection


def build(stack: ClusterStack, *, labels: Labels) -> dict[str, Any]:
    """Declare everything of a cluster stack.

    Args:
        stack: the settings, checked.
        labels: what every resource carries.

    Returns:
        The stack's outputs.
    """
    if isinstance(stack.cluster, GkeSection):
        cluster, outputs = _gke(stack, stack.cluster, labels)
    else:
        cluster, outputs = ExistingCluster("cluster", stack.cluster), {}
    StorageClasses("storage", stack.storage, cluster=cluster, labels=labels)
    return {
        "cluster": cluster.name,
        "cloud": cluster.cloud,
        "region": cluster.region,
        "zones": list(cluster.zones),
        "domain": stack.domain,
        "kubeconfig": cluster.kubeconfig,
        **outputs,
    }


def _gke(stack: ClusterStack, section: GkeSection, labels: Labels) -> tuple[Cluster, dict[str, Any]]:
    provider = gcp.Provider("gcp", project=section.project, region=section.region, default_labels=labels.gcp())
    opts = pulumi.ResourceOptions(providers=[provider])
    assert stack.network is not None  # noqa: S101 - the settings' check sees to it
    named = {"name": stack.environment}
    network = GcpNetwork(
        "network",
        stack.network.model_copy(update=named if stack.network.name is None else {}),
        project=section.project,
        region=section.region,
        protection=stack.protection,
        opts=opts,
    )
    cluster = GkeCluster(
        "cluster",
        section.model_copy(update=named if section.name is None else {}),
        network=network,
        protection=stack.protection,
        labels=labels,
        opts=opts,
    )
    pools = {name: NodePool(name, args, cluster=cluster, opts=opts) for name, args in section.node_pools.items()}
    return cluster, {
        "network": network.network,
        "nat_addresses": network.nat_addresses,
        "node_pools": {name: pool.names for name, pool in pools.items()},
    }
