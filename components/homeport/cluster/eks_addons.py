"""The managed add-ons of EKS that run on nodes, and so can only come after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import pulumi

from homeport.cluster.eks import EksCluster
from homeport.cluster.eks_addon_inputs import AFTER_NODES, EBS_ACCOUNT
from homeport.cluster.eks_addon_versions import AddonName
from homeport.cluster.eks_node_addons import declare_addon
from homeport.cluster.eks_pool_problems import hosts_node_addons, no_host_problem
from homeport.cluster.pool import NodePool
from homeport.identity.binding import WorkloadPermissions
from homeport.identity.permissions import SnapshotAdmin, VolumeAdmin
from homeport.problems import SettingsError


@final
class EksAddons(pulumi.ComponentResource):
    """CoreDNS, the EBS CSI driver, the snapshot controller and metrics-server; GKE has their like built in.

    Apart from the cluster, since they wait for its pools, which wait for it. They wait for every pool that they can run
    on, so that on the way back they go before their nodes do, and not for each other: each of them retries until names
    resolve.

    Args:
        name: logical name.
        cluster: that they belong to.
        pools: of the cluster.
        opts: with the AWS provider in `providers`.

    Raises:
        SettingsError: no pool has a node for them from the start.
    """

    ready: list[pulumi.Resource]
    """Leaf resources to wait for before workloads can resolve names and get volumes."""
    snapshots: list[pulumi.Resource]
    """What brings the definition of snapshot classes."""
    volumes: list[pulumi.Resource]
    """What makes volumes. Whatever owns some must go before it, or their disks stay."""

    def __init__(
        self,
        name: str,
        *,
        cluster: EksCluster,
        pools: Sequence[NodePool],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        hosts = [pool for pool in pools if hosts_node_addons(pool.args)]
        if not hosts:
            raise SettingsError([no_host_problem()])
        super().__init__("homeport:cluster:EksAddons", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        nodes = [resource for pool in hosts for resource in pool.ready]
        namespace, service_account = EBS_ACCOUNT
        rights = WorkloadPermissions(
            f"{name}-ebs",
            cluster=cluster,
            namespace=namespace,
            service_account=service_account,
            permissions=[VolumeAdmin(), SnapshotAdmin()],
            opts=child,
        )
        made = {
            addon: declare_addon(
                f"{name}-{addon}",
                addon,
                cluster.args,
                cluster_name=cluster.name,
                after=[*nodes, *_extra(addon, rights)],
                opts=child,
            )
            for addon in AFTER_NODES
        }
        self.ready = list(made.values())
        self.snapshots = [made["snapshot-controller"]]
        self.volumes = [made["aws-ebs-csi-driver"]]
        self.register_outputs({})


def _extra(addon: AddonName, rights: WorkloadPermissions) -> list[pulumi.Resource]:
    return rights.ready if addon == "aws-ebs-csi-driver" else []
