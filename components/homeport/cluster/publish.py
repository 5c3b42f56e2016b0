"""What a stack exports so that others can work in its cluster."""

from __future__ import annotations

from typing import Any

import pulumi

from homeport.cluster.base import Cluster
from homeport.cluster.outputs import VERSION
from homeport.identity.aws import EksWorkloadIdentity
from homeport.identity.gcp import GkeWorkloadIdentity


def publish_cluster(cluster: Cluster) -> dict[str, Any]:
    """The outputs `cluster_facts`, in the shape of `ClusterOutputs`, and `kubeconfig`, a secret.

    A plain dict with outputs as its leaves, not one output: so a plan knows of each what it can know.
    """
    identifier: pulumi.Output[str] = getattr(cluster, "identifier", cluster.name)
    return {
        "cluster_facts": {
            "version": VERSION,
            "name": cluster.name,
            "cloud": cluster.cloud,
            "region": cluster.region,
            "zones": list(cluster.zones),
            "identifier": identifier,
            "identity": _identity(cluster),
        },
        "kubeconfig": cluster.kubeconfig,
    }


def _identity(cluster: Cluster) -> dict[str, Any] | None:
    identity = cluster.identity
    if isinstance(identity, GkeWorkloadIdentity):
        return {"cloud": "gcp", "project": identity.project, "project_number": identity.project_number}
    if isinstance(identity, EksWorkloadIdentity):
        return {
            "cloud": "aws",
            "account": identity.account,
            "cluster_arn": identity.cluster_arn,
            "oidc_provider_arn": identity.oidc_provider_arn,
            "oidc_issuer": identity.oidc_issuer,
        }
    return None
