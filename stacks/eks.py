"""A cluster stack's part on AWS: network, EKS cluster, node pools."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from homeport.cluster.eks import EksCluster
from homeport.cluster.eks_addons import EksAddons
from homeport.cluster.eks_sdk import eks
from homeport.cluster.pool import NodePool
from homeport.labels import Labels
from homeport.network.aws import AwsNetwork
from homeport.network.aws_args import AwsNetworkArgs
from stacks.made import Made, named
from stacks.settings import ClusterStack, EksSection


def build(stack: ClusterStack, section: EksSection, labels: Labels) -> Made:
    """Declare the cluster and what it stands on; say what was made."""
    provider = aws.Provider(
        "aws",
        region=section.region,
        # Credentials of another account would build a second cluster there.
        allowed_account_ids=[section.account],
        default_tags={"tags": labels.aws()},
    )
    opts = pulumi.ResourceOptions(providers=[provider, eks.Provider("eks")])
    assert isinstance(stack.network, AwsNetworkArgs)  # noqa: S101 - the settings' check sees to it
    network = AwsNetwork(
        "network",
        named(stack.network, stack.environment),
        region=section.region,
        zones=section.zones,
        cluster_name=section.name or stack.environment,
        protection=stack.protection,
        opts=opts,
    )
    cluster = EksCluster(
        "cluster",
        named(section, stack.environment),
        network=network,
        protection=stack.protection,
        labels=labels,
        opts=opts,
    )
    pools = {name: NodePool(name, args, cluster=cluster, opts=opts) for name, args in section.node_pools.items()}
    outputs = {
        "network": network.vpc_id,
        "nat_addresses": network.nat_addresses,
        "node_pools": {name: pool.names for name, pool in pools.items()},
    }
    addons = EksAddons("addons", cluster=cluster, pools=list(pools.values()), opts=opts)
    return Made(
        cluster,
        outputs,
        snapshots=addons.snapshots,
        nodes=[*(resource for pool in pools.values() for resource in pool.ready), *addons.ready],
        volumes=addons.volumes,
        vpc=network.vpc_id,
        opts=opts,
    )
