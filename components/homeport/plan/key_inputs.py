"""Which inputs say most about a resource: what the tree shows of it.

Paths are camelCase with dots; a name that stands for a list or map of objects is followed into each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from homeport.plan.graph import SECRET_KEY, UNKNOWN_KEY, Resource

#: By type token. Types that are not here show their scalars.
_BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "gcp:compute/firewall:Firewall": ("direction", "priority", "allows.ports", "denies.protocol", "sourceRanges"),
    "gcp:compute/globalAddress:GlobalAddress": ("purpose", "address", "prefixLength"),
    "gcp:compute/network:Network": ("name", "autoCreateSubnetworks", "routingMode"),
    "gcp:compute/router:Router": ("region", "network"),
    "gcp:compute/routerNat:RouterNat": ("natIpAllocateOption", "sourceSubnetworkIpRangesToNat", "minPortsPerVm"),
    "gcp:compute/subnetwork:Subnetwork": ("ipCidrRange", "secondaryIpRanges.ipCidrRange", "region"),
    "gcp:container/cluster:Cluster": (
        "name",
        "location",
        "releaseChannel.channel",
        "minMasterVersion",
        "privateClusterConfig.enablePrivateNodes",
    ),
    "gcp:container/nodePool:NodePool": (
        "nodeConfig.machineType",
        "nodeConfig.spot",
        "nodeLocations",
        "autoscaling.totalMinNodeCount",
        "autoscaling.totalMaxNodeCount",
        "nodeCount",
    ),
    "gcp:kms/cryptoKey:CryptoKey": ("name", "rotationPeriod"),
    "gcp:projects/iAMMember:IAMMember": ("role", "member"),
    "gcp:projects/service:Service": ("service",),
    "gcp:serviceaccount/account:Account": ("accountId", "displayName"),
    "gcp:serviceaccount/iAMMember:IAMMember": ("role", "member"),
    "gcp:storage/bucket:Bucket": ("name", "location", "storageClass"),
    "gcp:dns/managedZone:ManagedZone": ("dnsName", "visibility"),
    "gcp:dns/recordSet:RecordSet": ("name", "type", "rrdatas"),
    "aws:ec2/vpc:Vpc": ("cidrBlock",),
    "aws:ec2/subnet:Subnet": ("cidrBlock", "availabilityZone"),
    "aws:ec2/securityGroup:SecurityGroup": ("description",),
    "aws:eks/cluster:Cluster": ("name", "version"),
    "aws:eks/nodeGroup:NodeGroup": (
        "instanceTypes",
        "capacityType",
        "scalingConfig.minSize",
        "scalingConfig.maxSize",
    ),
    "aws:eks/addon:Addon": ("addonName", "addonVersion"),
    "aws:iam/role:Role": ("name", "description"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("policyArn",),
    "kubernetes:apps/v1:Deployment": ("metadata.namespace", "spec.replicas", "spec.template.spec.containers.image"),
    "kubernetes:apps/v1:StatefulSet": ("metadata.namespace", "spec.replicas", "spec.template.spec.containers.image"),
    "kubernetes:batch/v1:CronJob": ("metadata.namespace", "spec.schedule"),
    "kubernetes:core/v1:Service": ("metadata.namespace", "spec.type", "spec.ports.port"),
    "kubernetes:helm.sh/v3:Release": ("chart", "version", "namespace"),
    "kubernetes:storage.k8s.io/v1:StorageClass": (
        "provisioner",
        "parameters.type",
        "volumeBindingMode",
        "reclaimPolicy",
        "allowVolumeExpansion",
    ),
    "pulumi:providers:aws": ("region", "allowedAccountIds"),
    "pulumi:providers:gcp": ("project", "region"),
    "pulumi:providers:kubernetes": ("context", "clusterIdentifier", "kubeconfig"),
    "pulumi:pulumi:StackReference": ("name",),
}
#: Every Kubernetes object says little at its top.
_KUBERNETES: Final = ("metadata.namespace", "metadata.name")
#: How many scalars a type without an entry shows, and how long a text among them may be.
_SCALARS: Final = 4
_LONGEST: Final = 60


def key_inputs(resource: Resource) -> list[tuple[str, Any]]:
    """Pairs of path and value, most telling first; what is not set is left out."""
    paths = _BY_TYPE.get(resource.type)
    if paths is None and resource.type.startswith("kubernetes:"):
        paths = _KUBERNETES
    if paths is None:
        return list(_scalars(resource.inputs))
    out: list[tuple[str, Any]] = []
    for path in paths:
        found = list(_follow(resource.inputs, list(path.split("."))))
        if found:
            out.append((path, found[0] if len(found) == 1 else found))
    return out


def _follow(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if path:
            for item in items:
                yield from _follow(item, path)
        else:
            yield items
    elif not path:
        yield value
    elif isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if UNKNOWN_KEY in fields or SECRET_KEY in fields:
            yield fields
        elif path[0] in fields:
            yield from _follow(fields[path[0]], path[1:])


def _scalars(inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    shown = 0
    for key, value in inputs.items():
        if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > _LONGEST):
            continue
        if shown == _SCALARS:
            return
        shown += 1
        yield key, value
