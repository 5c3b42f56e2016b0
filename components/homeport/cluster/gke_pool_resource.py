"""Declares the node pools of a GKE cluster."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp

from homeport import options
from homeport.cluster.gke import GkeCluster
from homeport.cluster.gke_pool import GkePool, gke_pool_problems, gke_pools
from homeport.cluster.pool_args import NodePoolArgs
from homeport.problems import SettingsError


def declare_gke_pool(
    name: str, args: NodePoolArgs, *, cluster: GkeCluster, opts: pulumi.ResourceOptions
) -> list[gcp.container.NodePool]:
    """Declare one pool, or with `split_zones` one per zone.

    Args:
        name: of the component that owns them.
        args: what the pool shall be.
        cluster: that it belongs to.
        opts: with the parent.

    Raises:
        SettingsError: GKE would refuse it.
    """
    problems = tuple(gke_pool_problems(name, args, cluster.args))
    if problems:
        raise SettingsError(problem.below(("node_pools", name)) for problem in problems)
    return [
        _declare(name, group, cluster=cluster, opts=opts)
        for group in gke_pools(name, args, cluster.args, cluster.nodes)
    ]


def _declare(name: str, group: GkePool, *, cluster: GkeCluster, opts: pulumi.ResourceOptions) -> gcp.container.NodePool:
    return gcp.container.NodePool(
        # No physical name: an automatic one lets the new pool exist beside the old when one replaces the other.
        f"{name}-pool-{group.suffix}" if group.suffix else f"{name}-pool",
        cluster=cluster.name,
        project=cluster.project,
        location=cluster.region,
        **group.inputs(),
        opts=options.merge(
            opts,
            pulumi.ResourceOptions(
                depends_on=cluster.nodes_wait_for,
                ignore_changes=options.paths(gcp.container.NodePool, *group.ignored()),
                custom_timeouts=pulumi.CustomTimeouts(create="45m", update=f"{group.update_minutes}m", delete="60m"),
            ),
        ),
    )
