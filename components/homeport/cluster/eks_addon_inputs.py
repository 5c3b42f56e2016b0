"""What EKS's managed add-ons are asked to be: pure.

Configuration is JSON text that EKS compares as text: keys are sorted, so that nothing changes when nothing changed.
What each takes says `aws eks describe-addon-configuration`; EKS refuses an add-on with a key that its schema does not
know. So only what differs from the add-on's own defaults stands here. Among these are two replicas and a disruption
budget of metrics-server, and the cluster's name in the tags of volumes, which EKS gives its driver itself:
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/2918
https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-field-management.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from homeport.cluster.eks_addon_versions import AddonName

#: Without these nodes do not become ready, or pods on them find neither addresses nor credentials.
BEFORE_NODES: Final[tuple[AddonName, ...]] = ("vpc-cni", "eks-pod-identity-agent", "kube-proxy")
#: These are Deployments: without a node to run on they stay degraded until EKS gives up.
AFTER_NODES: Final[tuple[AddonName, ...]] = ("coredns", "aws-ebs-csi-driver", "snapshot-controller", "metrics-server")

#: Service account whose pods get rights by Pod Identity.
CNI_ACCOUNT: Final = ("kube-system", "aws-node")
EBS_ACCOUNT: Final = ("kube-system", "ebs-csi-controller-sa")

#: Keys that public outputs of `describe-addon-configuration` show, seen on 2026-11-21: `defaultStorageClass.enabled` at
#: v1.63.1-eksbuild.1, those of coredns and vpc-cni on AWS's pages below.
_CONFIGURATION: Final[Mapping[AddonName, Mapping[str, Any]]] = {
    "vpc-cni": {
        # https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
        "enableNetworkPolicy": "true",
        # Addresses in blocks of 16, so that small machines can hold as many pods as large ones.
        # https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html
        "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
    },
    # https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html
    "coredns": {"podDisruptionBudget": {"enabled": True, "maxUnavailable": 1}, "replicaCount": 2},
    "aws-ebs-csi-driver": {
        # Storage classes are homeport's; with this on EKS would mark its own as the default again and again.
        "defaultStorageClass": {"enabled": False},
    },
}


def addon_inputs(name: AddonName, *, version: str) -> dict[str, Any]:
    """The inputs of `eks.Addon` that rest on the arguments alone.

    Conflicts at creation are overwritten: the cluster is made without self-managed add-ons, so what is there comes from
    an interrupted run. At updates the add-on's own fields win over changes by hand, which would otherwise stop every
    later update; what a configuration does not name is left alone by EKS.

    Args:
        name: of the add-on.
        version: to install.
    """
    configuration = _CONFIGURATION.get(name)
    return {
        "addon_name": name,
        "addon_version": version,
        "configuration_values": to_json(configuration) if configuration else None,
        "resolve_conflicts_on_create": "OVERWRITE",
        "resolve_conflicts_on_update": "OVERWRITE",
        # What the add-on made goes with it; kept objects would stop the next one of the same name.
        "preserve": False,
    }


def to_json(configuration: Mapping[str, Any]) -> str:
    """The same text for the same configuration."""
    return json.dumps(configuration, sort_keys=True, separators=(",", ":"))
