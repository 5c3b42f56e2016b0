"""What a cloud's part of the cluster layer hands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pulumi

from homeport.cluster.base import Cluster
from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.gke_args import GkeClusterArgs
from homeport.model import In
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.gcp_args import GcpNetworkArgs

A = TypeVar("A", GkeClusterArgs, EksClusterArgs, GcpNetworkArgs, AwsNetworkArgs)


@dataclass(frozen=True)
class Made:
    """A cluster with its nodes.

    Attributes:
        cluster: behind the contract that everything above depends on.
        outputs: of this cloud, for the stack.
        snapshots: what brings the definition of snapshot classes, where the cluster does not.
        nodes: what pods wait for: node pools, and what a node needs before pods can resolve names.
        volumes: what makes volumes, where the cluster does not; whatever owns some must go before it.
        vpc: AWS: id of the network.
        opts: with the providers of its cloud.
    """

    cluster: Cluster
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    snapshots: Sequence[pulumi.Resource] = ()
    nodes: Sequence[pulumi.Resource] = ()
    volumes: Sequence[pulumi.Resource] = ()
    vpc: In[str] | None = None
    opts: pulumi.ResourceOptions | None = None


def named(args: A, environment: str) -> A:
    """A section with a name: its own, or the one that the environment lends to it."""
    return args if args.name is not None else args.model_copy(update={"name": environment})
