"""Declares the node pools of an EKS cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from homeport import options
from homeport.cluster.eks import EksCluster
from homeport.cluster.eks_pool import EksPool, eks_pools
from homeport.cluster.eks_pool_problems import eks_pool_problems
from homeport.cluster.pool_args import NodePoolArgs
from homeport.labels import CHANGING
from homeport.problems import SettingsError


def declare_eks_pool(
    name: str, args: NodePoolArgs, *, cluster: EksCluster, opts: pulumi.ResourceOptions
) -> list[aws.eks.NodeGroup]:
    """Declare one pool, or with `split_zones` one per zone.

    Args:
        name: of the component that owns them.
        args: what the pool shall be.
        cluster: that it belongs to.
        opts: with the parent.

    Raises:
        SettingsError: EKS would refuse it.
    """
    problems = tuple(eks_pool_problems(name, args, cluster.args))
    if problems:
        raise SettingsError(problem.below(("node_pools", name)) for problem in problems)
    # A launch template with another owner is another version of it, and every node would be rolled.
    lasting = {key: value for key, value in cluster.node_tags.items() if key not in CHANGING}
    groups = eks_pools(name, args, cluster.args, cluster_name=cluster.physical_name, tags=lasting)
    return [_declare(group, cluster=cluster, opts=opts) for group in groups]


def _declare(group: EksPool, *, cluster: EksCluster, opts: pulumi.ResourceOptions) -> aws.eks.NodeGroup:
    template = aws.ec2.LaunchTemplate(f"{group.child}-template", **group.template, opts=opts)
    made = aws.eks.NodeGroup(
        group.child,
        cluster_name=cluster.name,
        node_role_arn=cluster.node_role.arn,
        subnet_ids=[cluster.node_subnets[zone] for zone in group.zones],
        scaling_config=group.scaling,  # pyright: ignore[reportArgumentType]
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        **group.group,
        opts=options.merge(
            opts,
            pulumi.ResourceOptions(
                depends_on=cluster.nodes_wait_for,
                ignore_changes=options.paths(aws.eks.NodeGroup, *group.ignored()),
                custom_timeouts=pulumi.CustomTimeouts(create="45m", update="120m", delete="60m"),
            ),
        ),
    )
    # Tags of a node group do not reach the Auto Scaling group behind it, which is where the autoscaler looks.
    for key, value in group.scale_from_zero.items():
        aws.autoscaling.Tag(
            f"{group.child}-{key.removeprefix('k8s.io/cluster-autoscaler/node-template/')}",
            autoscaling_group_name=made.resources.apply(_group_behind),
            tag={"key": key, "value": value, "propagate_at_launch": False},
            opts=opts,
        )
    for key in sorted(CHANGING & cluster.node_tags.keys()):
        # Machines get them from their group: those that start from now on, which is soon enough for a bill.
        aws.autoscaling.Tag(
            f"{group.child}-{key}",
            autoscaling_group_name=made.resources.apply(_group_behind),
            tag={"key": key, "value": cluster.node_tags[key], "propagate_at_launch": True},
            opts=opts,
        )
    return made


def _group_behind(resources: Sequence[Any]) -> str:
    """Name of the Auto Scaling group that EKS makes for a node group."""
    return resources[0].autoscaling_groups[0].name
