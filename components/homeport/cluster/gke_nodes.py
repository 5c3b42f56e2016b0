"""What every node of a GKE cluster has in common, whichever pool it belongs to.

The pool that GKE makes with the cluster, and that is removed at once, needs the same: without its own service account
it would ask for the project's default one, which organisations switch off.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeport.model import In

#: One broad scope: what a node may do is decided by the roles of its service account.
#: https://cloud.google.com/kubernetes-engine/docs/how-to/access-scopes
OAUTH_SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)


@dataclass(frozen=True)
class NodeIdentity:
    """Who the nodes of a cluster are.

    Attributes:
        service_account: e-mail address of their service account. A pool is replaced when it changes.
        tag: network tag, the target of firewall rules.
        labels: Google Cloud labels of the machines and disks, for the bill.
    """

    service_account: In[str]
    tag: str
    labels: Mapping[str, str]


def node_config(identity: NodeIdentity, *, secure_boot: bool = True) -> dict[str, Any]:
    """The part of `nodeConfig` that is the same for all nodes, in the SDK's spelling.

    https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/NodeConfig
    """
    return {
        "service_account": identity.service_account,
        "oauth_scopes": list(OAUTH_SCOPES),
        "tags": [identity.tag],
        "resource_labels": dict(identity.labels),
        # Constant: a change of metadata replaces a pool.
        "metadata": {"disable-legacy-endpoints": "true"},
        "image_type": "COS_CONTAINERD",
        "workload_metadata_config": {"mode": "GKE_METADATA"},
        "shielded_instance_config": {"enable_secure_boot": secure_boot, "enable_integrity_monitoring": True},
        "kubelet_config": {"insecure_kubelet_readonly_port_enabled": "FALSE"},
    }
