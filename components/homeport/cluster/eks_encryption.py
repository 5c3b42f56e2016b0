"""The key that encrypts an EKS cluster's Kubernetes secrets, declared beside the cluster."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from homeport import options
from homeport.cluster.eks_args import EksClusterArgs
from homeport.globals import documents
from homeport.globals.key_documents import key_policy
from homeport.protection import guard
from homeport.values import Protection


def secrets_key(
    name: str,
    args: EksClusterArgs,
    *,
    cluster_name: str,
    protection: Protection,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str] | None:
    """Declare the key and its alias, unless one is given or encryption is off.

    The key may be used by whom the account's IAM policies allow; the deployer needs kms:CreateGrant on it.
    https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html

    Args:
        name: of the component that owns the children.
        args: what is wanted.
        cluster_name: physical name of the cluster; the alias is alias/eks/NAME.
        protection: of the stack; the key holds state, since without it the cluster's secrets cannot be read.
        opts: with the parent.

    Returns:
        The key's ARN; None with AWS's own key.
    """
    if not args.encryption.enabled:
        return None
    if args.encryption.key is not None:
        return pulumi.Output.from_input(args.encryption.key)
    guarded = guard(protection, "key")
    key = aws.kms.Key(
        f"{name}-secrets-key",
        description=f"Kubernetes secrets of the EKS cluster {cluster_name}",
        enable_key_rotation=True,
        rotation_period_in_days=args.encryption.rotation_days,
        deletion_window_in_days=30,
        policy=documents.to_json(key_policy(args.account, [], [])),
        opts=options.merge(
            opts, pulumi.ResourceOptions(protect=guarded.protect or None, retain_on_delete=guarded.retain or None)
        ),
    )
    aws.kms.Alias(
        f"{name}-secrets-key-alias",
        name=f"alias/eks/{cluster_name}",
        target_key_id=key.key_id,
        opts=opts,
    )
    return key.arn
