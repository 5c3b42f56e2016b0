"""Node pools: one class for every cloud."""

from __future__ import annotations

from typing import final

import pulumi

from homeport.cluster.gke import GkeCluster
from homeport.cluster.gke_pool_resource import declare_gke_pool
from homeport.cluster.pool_args import NodePoolArgs


@final
class NodePool(pulumi.ComponentResource):
    """Machines of one kind that pods run on; its cluster decides how the cloud makes them.

    A pool is apart from its cluster and from every other pool: adding, changing or removing one touches nothing else.
    Its physical name is automatic, so that a change that replaces it brings the new nodes up before the old ones go.

    Args:
        name: logical name; nodes carry it in the label homeport.dev/node-pool.
        args: what it shall be.
        cluster: that it belongs to.
        opts: with the cloud's provider in `providers`.

    Raises:
        SettingsError: the cloud would refuse it.
    """

    names: list[pulumi.Output[str]]
    """Names in the cloud: one, or with `split_zones` one per zone."""
    ready: list[pulumi.Resource]
    """Leaf resources to wait for before pods can run on its nodes."""

    def __init__(
        self,
        name: str,
        args: NodePoolArgs,
        *,
        cluster: GkeCluster,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("homeport:cluster:NodePool", name, None, opts)
        pools = declare_gke_pool(name, args, cluster=cluster, opts=pulumi.ResourceOptions(parent=self))
        self.names = [pool.name for pool in pools]
        self.ready = [*pools]
        self.register_outputs({"names": self.names})
