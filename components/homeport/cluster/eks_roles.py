"""The IAM roles of an EKS cluster and its nodes, and the little that they may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from homeport.identity.aws_documents import Statement, document
from homeport.identity.aws_scope import partition_of
from homeport.identity.role_paths import NODES

#: What nodeadm asks on each start, before the node joins; AWS's minimal policy for nodes leaves it out, since it was
#: written for Auto Mode. The action knows no resources.
#: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
_FIND_ITSELF: Final = Statement("FindItself", ("ec2:DescribeInstances",), ("*",))


@dataclass(frozen=True)
class EksRole:
    """A role and what must be there before it can be used.

    Attributes:
        role: the role.
        ready: its rights.
    """

    role: aws.iam.Role
    ready: tuple[pulumi.Resource, ...]


def service_trust(service: str, *actions: str) -> str:
    """The trust policy of a role that an AWS service assumes."""
    return document([Statement("Assume", actions or ("sts:AssumeRole",), principal={"Service": service})])


def cluster_role(name: str, *, region: str, opts: pulumi.ResourceOptions) -> EksRole:
    """Declare the role that the control plane works with.

    https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html

    Args:
        name: of the component that owns the children.
        region: of the cluster; decides the partition.
        opts: with the parent.
    """
    role = aws.iam.Role(
        f"{name}-control-plane",
        description="Control plane of an EKS cluster",
        assume_role_policy=service_trust("eks.amazonaws.com"),
        opts=opts,
    )
    return EksRole(role, tuple(_attach(name, "control-plane", role, ["AmazonEKSClusterPolicy"], region, opts)))


def node_role(name: str, *, region: str, sessions: bool, opts: pulumi.ResourceOptions) -> EksRole:
    """Declare the role of the nodes: to find themselves, to pull images. Nothing for workloads, not even for the CNI.

    EKS makes the access entry of this role with the first node group; one of our own would be refused.

    Args:
        name: of the component that owns the children.
        region: of the cluster; decides the partition.
        sessions: also let Session Manager open tunnels over nodes.
        opts: with the parent.
    """
    role = aws.iam.Role(
        f"{name}-nodes",
        # By it the shared registries of another account know that a node pulls.
        path=NODES,
        description="Nodes of an EKS cluster",
        assume_role_policy=service_trust("ec2.amazonaws.com"),
        opts=opts,
    )
    policies = ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"]
    if sessions:
        policies.append("AmazonSSMManagedInstanceCore")
    inline = aws.iam.RolePolicy(
        f"{name}-nodes-find-themselves",
        role=role.name,
        policy=document([_FIND_ITSELF]),
        opts=opts,
    )
    return EksRole(role, (*_attach(name, "nodes", role, policies, region, opts), inline))


def key_use(name: str, role: aws.iam.Role, key: pulumi.Output[str], opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Let the control plane use the key of Kubernetes secrets, and that key alone."""
    return aws.iam.RolePolicy(
        f"{name}-control-plane-key",
        role=role.name,
        policy=key.apply(
            lambda arn: document(
                [Statement("UseKey", ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"), (arn,))]
            )
        ),
        opts=opts,
    )


def managed_policy(name: str, region: str) -> str:
    """ARN of a policy that AWS maintains."""
    return f"arn:{partition_of(region)}:iam::aws:policy/{name}"


def _attach(
    name: str, what: str, role: aws.iam.Role, policies: Sequence[str], region: str, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    return [
        aws.iam.RolePolicyAttachment(
            f"{name}-{what}-{policy}", role=role.name, policy_arn=managed_policy(policy, region), opts=opts
        )
        for policy in policies
    ]
