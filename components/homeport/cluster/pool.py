"""Node pools: one class for every cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import pulumi

from homeport.cluster.pool_args import NodePoolArgs

if TYPE_CHECKING:
    from homeport.cluster.eks import EksCluster
    from homeport.cluster.gke import GkeCluster


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
    args: NodePoolArgs
    """What it was asked to be."""

    def __init__(
        self,
        name: str,
        args: NodePoolArgs,
        *,
        cluster: GkeCluster | EksCluster,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("homeport:cluster:NodePool", name, None, opts)
        self.args = args
        self.names, self.ready = _declare(name, args, cluster, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"names": self.names})


def _declare(
    name: str, args: NodePoolArgs, cluster: GkeCluster | EksCluster, opts: pulumi.ResourceOptions
) -> tuple[list[pulumi.Output[str]], list[pulumi.Resource]]:
    # Imported here, so that a stack loads the SDK of its own cloud alone.
    if cluster.cloud == "gcp":
        from homeport.cluster.gke_pool_resource import declare_gke_pool  # noqa: PLC0415

        pools = declare_gke_pool(name, args, cluster=cluster, opts=opts)
        return [pool.name for pool in pools], [*pools]
    from homeport.cluster.eks_pool_resource import declare_eks_pool  # noqa: PLC0415

    groups = declare_eks_pool(name, args, cluster=cluster, opts=opts)
    return [group.node_group_name for group in groups], [*groups]
