"""An EKS cluster with a stand-in for its network, for tests of what is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from homeport.cluster.eks import EksCluster
from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.eks_sdk import eks
from homeport.cluster.pool import NodePool
from homeport.cluster.pool_args import NodePoolArgs
from homeport.model import DEFER_CHECKS, walk_checks
from homeport.plan import Graph, record
from homeport.values import Protection
from tests.cluster.gke_world import LABELS, NO_DEFAULT_PROVIDERS

REGION = "eu-central-1"
ZONES = ["eu-central-1a", "eu-central-1b"]
OTHER_ZONES = ["eu-central-1b", "eu-central-1c"]
ACCOUNT = "111122223333"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/deploy"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/platform"

COMPONENT = "eks:index:Cluster"
GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ADDON = "aws:eks/addon:Addon"
ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PROVIDER = "pulumi:providers:kubernetes"


@dataclass
class StandInVpc:
    """As much of a network as a cluster needs."""

    vpc_id: pulumi.Output[str]
    private_subnets: Mapping[str, pulumi.Output[str]]
    control_plane_subnet_ids: Sequence[pulumi.Output[str]]
    ready: Sequence[pulumi.Resource]


def stand_in_vpc(opts: pulumi.ResourceOptions) -> StandInVpc:
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16", opts=opts)
    zones = sorted({*ZONES, *OTHER_ZONES})
    private = {zone: aws.ec2.Subnet(f"private-{zone}", vpc_id=vpc.id, opts=opts) for zone in zones}
    intra = [aws.ec2.Subnet(f"intra-{zone}", vpc_id=vpc.id, opts=opts) for zone in zones]
    table = aws.ec2.RouteTable("way-out", vpc_id=vpc.id, opts=opts)
    return StandInVpc(
        vpc_id=vpc.id,
        private_subnets={zone: subnet.id for zone, subnet in private.items()},
        control_plane_subnet_ids=[subnet.id for subnet in intra],
        ready=[table],
    )


def providers(provider: aws.Provider) -> pulumi.ResourceOptions:
    """What a cluster needs: its cloud's provider, and the one of the plugin that builds the component."""
    return pulumi.ResourceOptions(providers=[provider, eks.Provider("eks")])


def given(**changes: Any) -> dict[str, Any]:
    return {
        "name": "stage",
        "account": ACCOUNT,
        "region": REGION,
        "zones": ZONES,
        "version": "1.34",
        "api": {"public": True, "public_cidrs": {"office": "203.0.113.0/24"}},
        "deployer": DEPLOYER,
        "access": {"platform": {"principal": ADMIN, "access": "admin"}},
        **changes,
    }


def args(**changes: Any) -> EksClusterArgs:
    return EksClusterArgs.model_validate(given(**changes))


def found(**changes: Any) -> list[str]:
    """The texts of what is wrong between settings."""
    unchecked = EksClusterArgs.model_validate(given(**changes), context=dict(DEFER_CHECKS))
    return [problem.text() for problem in walk_checks(unchecked)]


def pool(**changes: Any) -> NodePoolArgs:
    counts = {} if "size" in changes else {"min": 1, "max": 6}
    return NodePoolArgs.model_validate({"machines": ["m7i.large"], **counts, **changes})


def graph(
    cluster_args: EksClusterArgs | None = None,
    *,
    pools: Mapping[str, NodePoolArgs] | None = None,
    protection: Protection = "standard",
    then: Callable[[EksCluster, dict[str, NodePool], pulumi.ResourceOptions], object] | None = None,
) -> Graph:
    """What a cluster and its pools declare; `then` adds to the program, and a mapping that it returns is exported."""

    def program() -> Any:
        provider = aws.Provider("aws", region=REGION)
        opts = providers(provider)
        cluster = EksCluster(
            "cluster",
            cluster_args or args(),
            network=stand_in_vpc(pulumi.ResourceOptions(provider=provider)),
            protection=protection,
            labels=LABELS,
            opts=opts,
        )
        made = {name: NodePool(name, one, cluster=cluster, opts=opts) for name, one in (pools or {}).items()}
        return then(cluster, made, opts) if then else None

    return record(program, config=NO_DEFAULT_PROVIDERS)
