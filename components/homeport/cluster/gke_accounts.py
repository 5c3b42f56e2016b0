"""The service account of a GKE cluster's nodes, and the little that it may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId, node_account_id
from homeport.model import In, known


@dataclass(frozen=True)
class NodeAccount:
    """Who nodes are.

    Attributes:
        email: of the service account.
        ready: its grants.
    """

    email: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...]


def node_account(
    name: str,
    *,
    cluster_name: str,
    project: In[ProjectId],
    registry_projects: Sequence[In[ProjectId]],
    opts: pulumi.ResourceOptions,
) -> NodeAccount:
    """Declare the service account with what nodes need: to log, to be measured, to pull images. Nothing for workloads.

    Grants are additive (`IAMMember`): a binding would throw out members that others granted.
    https://cloud.google.com/kubernetes-engine/docs/how-to/service-accounts

    Args:
        name: of the component that owns the children.
        cluster_name: physical name of the cluster; the account's id is derived from it.
        project: of the cluster.
        registry_projects: whose Artifact Registry nodes may read; empty: the cluster's own.
        opts: with the parent.
    """
    account = gcp.serviceaccount.Account(
        f"{name}-nodes",
        project=project,
        account_id=node_account_id(cluster_name),
        display_name=f"Nodes of the GKE cluster {cluster_name}",
        opts=opts,
    )
    grants = [
        gcp.projects.IAMMember(
            f"{name}-nodes-run",
            project=project,
            role="roles/container.defaultNodeServiceAccount",
            member=account.member,
            opts=opts,
        )
    ]
    grants += [
        gcp.projects.IAMMember(
            f"{name}-nodes-pull{suffix}",
            project=registry,
            role="roles/artifactregistry.reader",
            member=account.member,
            opts=opts,
        )
        for suffix, registry in _registries(project, registry_projects)
    ]
    return NodeAccount(account.email, tuple(grants))


def _registries(own: In[ProjectId], registry_projects: Sequence[In[ProjectId]]) -> list[tuple[str, In[ProjectId]]]:
    """Each with a suffix by which its grant stays the same when another comes or goes."""
    if not registry_projects:
        return [("", own)]
    return [(f"-{known(registry) or index}", registry) for index, registry in enumerate(registry_projects)]
