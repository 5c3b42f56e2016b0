"""Node pools on EKS, pure: what EKS is asked for. What is wrong with one: `eks_pool_problems`.

Nothing here imports pulumi.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.pool_args import POOL_LABEL, BlueGreen, Disk, NodePoolArgs

#: Amazon Linux 2023 rather than Bottlerocket: one root disk, and every add-on and agent is tested on it.
#: https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html
_AMI_TYPES: Final[Mapping[tuple[str, bool], str]] = {
    ("amd64", False): "AL2023_x86_64_STANDARD",
    ("arm64", False): "AL2023_ARM_64_STANDARD",
    ("amd64", True): "AL2023_x86_64_NVIDIA",
    ("arm64", True): "AL2023_ARM_64_NVIDIA",
}
#: Root device of Amazon Linux.
_ROOT: Final = "/dev/xvda"
_BOUNDARY: Final = "homeport"


@dataclass(frozen=True)
class EksPool:
    """One managed node group and its launch template, in the SDK's spelling.

    Attributes:
        child: logical name; also the beginning of the physical one.
        zones: zones of its nodes.
        scaling: fewest, most and initial number of nodes.
        autoscaled: whether an autoscaler owns the number of nodes.
        group: further inputs of `eks.NodeGroup` that rest on the arguments alone.
        template: inputs of `ec2.LaunchTemplate` that rest on the arguments alone.
        scale_from_zero: tags by which cluster-autoscaler knows what a node would be like while there is none.
    """

    child: str
    zones: tuple[str, ...]
    scaling: dict[str, int]
    autoscaled: bool
    group: dict[str, Any]
    template: dict[str, Any]
    scale_from_zero: dict[str, str]

    def ignored(self) -> list[str]:
        """Property paths that the autoscaler changes; none where the number is fixed."""
        return ["scalingConfig.desiredSize"] if self.autoscaled else []


def pool_zones(pool: NodePoolArgs, cluster: EksClusterArgs) -> tuple[str, ...]:
    """Zones of a pool's nodes: its own, or all of the cluster's."""
    return tuple(pool.zones or cluster.zones)


def child_names(name: str, pool: NodePoolArgs, cluster: EksClusterArgs) -> list[str]:
    """Names of a pool's groups, to which an automatic suffix is added: one, or one per zone."""
    if not pool.split_zones:
        return [f"{name}-pool"]
    return [f"{name}-pool-{zone[-1]}" for zone in pool_zones(pool, cluster)]


def starting_nodes(pool: NodePoolArgs) -> int:
    """Nodes that a pool begins with, in total."""
    return pool.size if pool.size is not None else (pool.min or 0)


def eks_pools(
    name: str, pool: NodePoolArgs, cluster: EksClusterArgs, *, cluster_name: str, tags: Mapping[str, str]
) -> list[EksPool]:
    """What a pool without problems is on EKS.

    Args:
        name: the pool's name.
        pool: what it shall be.
        cluster: the cluster that it belongs to.
        cluster_name: physical name of that cluster.
        tags: of its machines and their disks, for the bill; default tags of the provider do not reach them.

    Returns:
        One group, or with `split_zones` one per zone, each with its share of the totals.
    """
    zones = pool_zones(pool, cluster)
    groups = [(zone,) for zone in zones] if pool.split_zones else [zones]
    return [
        EksPool(
            child=child,
            zones=group,
            scaling=_scaling(pool, shares=len(groups)),
            autoscaled=pool.autoscaled,
            group=_group(name, child, pool, cluster),
            template=_template(pool, cluster, {"Name": f"{cluster_name}-{name}", **tags}),
            scale_from_zero=_scale_from_zero(name, pool),
        )
        for child, group in zip(child_names(name, pool, cluster), groups, strict=True)
    ]


def _scaling(pool: NodePoolArgs, *, shares: int) -> dict[str, int]:
    least, most = (pool.size, pool.size) if pool.size is not None else (pool.min or 0, pool.max or 0)
    # EKS takes no maximum of 0.
    return {
        "min_size": least // shares,
        "max_size": max(most // shares, 1),
        "desired_size": starting_nodes(pool) // shares,
    }


def _group(name: str, child: str, pool: NodePoolArgs, cluster: EksClusterArgs) -> dict[str, Any]:
    return {
        # A prefix lets the new group exist beside the old when one replaces the other.
        "node_group_name_prefix": f"{child}-",
        "ami_type": _AMI_TYPES[pool.arch, pool.gpu is not None and pool.gpu.driver != "none"],
        "capacity_type": "SPOT" if pool.spot else "ON_DEMAND",
        "instance_types": list(pool.machines),
        "labels": {POOL_LABEL: name, **pool.labels},
        "taints": [
            {"key": taint.key, **({"value": taint.value} if taint.value else {}), "effect": taint.cloud_effect()}
            for taint in pool.taints
        ],
        "update_config": _update_config(pool),
        "node_repair_config": {"enabled": True},
        # Nodes follow the control plane in the same update, after it. Without it they would stay behind for ever.
        "version": cluster.version,
        # A drain that a disruption budget holds up fails the update, instead of ending the pods all the same.
        "force_update_version": False,
    }


def _update_config(pool: NodePoolArgs) -> dict[str, Any]:
    """New nodes first, or with no surge old nodes first.

    https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
    """
    upgrade = pool.upgrade
    if isinstance(upgrade, BlueGreen):
        raise NotImplementedError("EKS has no blue-green upgrade; eks_pool_problems finds that")
    if upgrade.max_surge == 0:
        return {"max_unavailable": upgrade.max_unavailable, "update_strategy": "MINIMAL"}
    return {"max_unavailable": max(upgrade.max_surge, upgrade.max_unavailable), "update_strategy": "DEFAULT"}


def _template(pool: NodePoolArgs, cluster: EksClusterArgs, tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "update_default_version": True,
        # Pods cannot reach the node's credentials: an answer does not survive the hop into a pod's network.
        # https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
        "metadata_options": {
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
            "instance_metadata_tags": "disabled",
        },
        "block_device_mappings": [{"device_name": _ROOT, "ebs": _root_disk(pool.disk)}],
        "tag_specifications": [
            {"resource_type": kind, "tags": dict(tags)} for kind in ("instance", "network-interface", "volume")
        ],
        "user_data": user_data(pool.max_pods or cluster.max_pods),
    }


def _root_disk(disk: Disk) -> dict[str, Any]:
    ebs: dict[str, Any] = {
        "volume_type": "gp3",
        "volume_size": disk.size_gb,
        "encrypted": "true",
        "delete_on_termination": "true",
    }
    if disk.type == "ssd":
        # Above the 3000 operations and 125 MiB a second that every gp3 disk has.
        # https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
        ebs |= {"iops": 6000, "throughput": 500}
    return ebs


def user_data(max_pods: int) -> str:
    """What EKS merges into its own settings of a node, in base64.

    Without it EKS takes its own guess from the machine type, which differs between the types of one pool.
    https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-user-data
    """
    lines = [
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"',
        "",
        f"--{_BOUNDARY}",
        "Content-Type: application/node.eks.aws",
        "",
        "apiVersion: node.eks.aws/v1alpha1",
        "kind: NodeConfig",
        "spec:",
        "  kubelet:",
        "    config:",
        f"      maxPods: {max_pods}",
        "",
        f"--{_BOUNDARY}--",
        "",
    ]
    return base64.b64encode("\n".join(lines).encode()).decode()


def _scale_from_zero(name: str, pool: NodePoolArgs) -> dict[str, str]:
    """Tags of the group behind the pool, as cluster-autoscaler reads them.

    https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
    """
    if not pool.autoscaled or pool.min != 0:
        return {}
    prefix = "k8s.io/cluster-autoscaler/node-template"
    labels = {POOL_LABEL: name, **pool.labels}
    return {
        **{f"{prefix}/label/{key}": value for key, value in labels.items()},
        **{f"{prefix}/taint/{taint.key}": f"{taint.value}:{taint.effect}" for taint in pool.taints},
    }
