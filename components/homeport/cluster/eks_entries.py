"""Access entries as resources: of the deployer first, then of everybody else."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from homeport import options
from homeport.cluster.eks_access import AccessEntry, PrincipalArn, policy_arn
from homeport.model import In


def access_entry(
    name: str,
    entry: AccessEntry,
    *,
    cluster: pulumi.Output[str],
    region: str,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Declare one entry and the policy that goes with it.

    Args:
        name: logical name; the policy gets `-policy`.
        entry: who may do what.
        cluster: the cluster's name.
        region: of the cluster; decides the partition.
        opts: with the parent.

    Returns:
        What to wait for before the principal can work.
    """
    made = aws.eks.AccessEntry(
        name,
        cluster_name=cluster,
        principal_arn=entry.principal,
        kubernetes_groups=sorted(entry.groups) or None,
        type="STANDARD",
        opts=opts,
    )
    if entry.access is None:
        return [made]
    scope = {"type": "namespace", "namespaces": sorted(entry.namespaces)} if entry.namespaces else {"type": "cluster"}
    policy = aws.eks.AccessPolicyAssociation(
        f"{name}-policy",
        cluster_name=cluster,
        # The entry's own output, so that the policy is there after it and gone before it.
        principal_arn=made.principal_arn,
        policy_arn=policy_arn(entry.access, region),
        access_scope=scope,  # pyright: ignore[reportArgumentType]
        # Every change replaces it. A new one of the same policy overwrites the old one, whose deletion would then take
        # the new one: nobody would be let in until the next refresh.
        opts=options.merge(pulumi.ResourceOptions(delete_before_replace=True), opts),
    )
    return [policy]


def deployer_entry(principal: In[PrincipalArn]) -> AccessEntry:
    """The entry of whoever deploys: the component's own, hidden one is switched off."""
    return AccessEntry(principal=principal, access="admin")
