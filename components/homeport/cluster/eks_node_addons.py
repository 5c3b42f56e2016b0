"""The managed add-ons that must be there before the first node: network, credentials, Services."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from homeport import options
from homeport.cluster.eks_addon_inputs import BEFORE_NODES, CNI_ACCOUNT, addon_inputs
from homeport.cluster.eks_addon_versions import AddonName, addon_version
from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.eks_roles import managed_policy
from homeport.identity.aws_trust import TrustScope, pod_identity_trust


def node_addons(
    name: str,
    args: EksClusterArgs,
    *,
    cluster_name: pulumi.Output[str],
    arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Declare vpc-cni, eks-pod-identity-agent and kube-proxy.

    A node that starts before vpc-cni keeps a wrong limit of pods. The three do not wait for each other.

    Args:
        name: of the component that owns the children.
        args: of the cluster.
        cluster_name: the cluster's name, with the cluster as its dependency.
        arn: the cluster's.
        opts: with the parent.
    """
    rights = _cni_rights(name, args, cluster_name=cluster_name, arn=arn, opts=opts)
    return [
        declare_addon(
            f"{name}-{addon}",
            addon,
            args,
            cluster_name=cluster_name,
            after=[rights] if addon == "vpc-cni" else [],
            opts=opts,
        )
        for addon in BEFORE_NODES
    ]


def declare_addon(
    name: str,
    addon: AddonName,
    args: EksClusterArgs,
    *,
    cluster_name: pulumi.Output[str],
    after: list[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> aws.eks.Addon:
    """Declare one managed add-on.

    Args:
        name: logical name.
        addon: which.
        args: of the cluster; they decide the version.
        cluster_name: the cluster's name, with the cluster as its dependency.
        after: what it waits for.
        opts: with the parent.
    """
    version = addon_version(addon, kubernetes=args.version, pins=args.addons)
    return aws.eks.Addon(
        name,
        cluster_name=cluster_name,
        **addon_inputs(addon, version=version),
        opts=options.merge(
            opts,
            pulumi.ResourceOptions(
                depends_on=after,
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m", delete="40m"),
            ),
        ),
    )


def _cni_rights(
    name: str,
    args: EksClusterArgs,
    *,
    cluster_name: pulumi.Output[str],
    arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """Let the CNI's pods, and not the nodes, attach network interfaces.

    The policy is the one that AWS maintains for it: what the CNI needs changes with its versions.
    https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html
    """
    namespace, service_account = CNI_ACCOUNT
    role = aws.iam.Role(
        f"{name}-cni",
        description=f"Kubernetes service account {namespace}/{service_account}",
        assume_role_policy=arn.apply(
            lambda known: pod_identity_trust(
                TrustScope(
                    account=args.account, cluster_arn=known, namespace=namespace, service_account=service_account
                )
            )
        ),
        opts=opts,
    )
    attached = aws.iam.RolePolicyAttachment(
        f"{name}-cni-policy",
        role=role.name,
        policy_arn=managed_policy("AmazonEKS_CNI_Policy", args.region),
        opts=opts,
    )
    return aws.eks.PodIdentityAssociation(
        f"{name}-cni-association",
        cluster_name=cluster_name,
        namespace=namespace,
        service_account=service_account,
        role_arn=role.arn,
        # The role's trust looks at the session's tags.
        disable_session_tags=False,
        opts=options.merge(opts, pulumi.ResourceOptions(depends_on=[attached])),
    )
