"""The column EKS of the parity table. Pure.

What the eks plugin makes inside of its component is not in a plan; the component's inputs are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from homeport.parity_eks_network import in_private_subnets, share_a_security_group, without_public_addresses
from homeport.parity_facts import (
    KEYS,
    LASTING,
    Row,
    at,
    class_named,
    default_classes,
    every,
    every_at,
    every_volume,
    key_of,
    kubeconfig_is_secret,
    shipped_default_is_off,
    snapshot_default,
    some,
    taint_spot,
    volumes_carry,
)
from homeport.parity_gateway import rows_eks
from homeport.plan.graph import Graph, Resource

_CLUSTER, _POOL = "eks:index:Cluster", "aws:eks/nodeGroup:NodeGroup"
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_NAT, _ADDRESS = "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"
_EBS: Final = "ebs.csi.aws.com"
_ADDON, _ROLE = "aws:eks/addon:Addon", "aws:iam/role:Role"
_BOTH, _STAGE, _PROD = ("stage-eks", "prod-eks"), ("stage-eks",), ("prod-eks",)
_cluster, _pools = every_at(_CLUSTER), every_at(_POOL)


def _templates(holds: Callable[[Resource], bool]) -> Callable[[Graph], bool]:
    """Every pool has a launch template of its own, and each holds."""
    return lambda graph: (
        every(graph, _TEMPLATE, holds)
        and every(graph, _POOL, lambda item: key_of(graph, at(item, "launchTemplate.id"), _TEMPLATE) is not None)
    )


def _restricted(graph: Graph) -> bool:
    def holds(item: Resource) -> bool:
        ranges = cast("list[str]", at(item, "publicAccessCidrs") or [])
        return at(item, "endpointPublicAccess") is False or (bool(ranges) and "0.0.0.0/0" not in ranges)

    return every(graph, _CLUSTER, holds)


def _rotated(graph: Graph) -> bool:
    def holds(reference: object) -> bool:
        key = key_of(graph, reference, "aws:kms/key:Key")
        return key is not None and at(key, "enableKeyRotation") is True

    return every(graph, _CLUSTER, lambda item: holds(at(item, "encryptionConfigKeyArn")))


def _logged(graph: Graph) -> bool:
    kept = some(
        graph,
        "aws:cloudwatch/logGroup:LogGroup",
        lambda item: str(at(item, "name")).startswith("/aws/eks/") and bool(at(item, "retentionInDays")),
    )
    return kept and every(
        graph, _CLUSTER, lambda item: {"api", "audit"} <= set(at(item, "enabledClusterLogTypes") or [])
    )


def _addon(name: str, path: str = "", value: object = None) -> Callable[[Graph], bool]:
    def holds(item: Resource) -> bool:
        if at(item, "addonName") != name:
            return False
        given = json.loads(at(item, "configurationValues") or "{}")
        return not path or given.get(path) == value

    return lambda graph: some(graph, _ADDON, holds)


def _tagged(graph: Graph) -> bool:
    return every(graph, "pulumi:providers:aws", lambda item: all(f'"{key}"' in at(item, "defaultTags") for key in KEYS))


def _tags_of_disks(item: Resource) -> bool:
    found = cast("list[dict[str, Any]]", at(item, "tagSpecifications") or [])
    kinds = {spec["resourceType"] for spec in found if spec["tags"].keys() >= LASTING}
    return {"instance", "volume"} <= kinds


def _all_disks_encrypted(item: Resource) -> bool:
    disks = cast("list[dict[str, Any]]", at(item, "blockDeviceMappings") or [])
    return bool(disks) and all(disk.get("ebs", {}).get("encrypted") == "true" for disk in disks)


def _reserved(graph: Graph) -> bool:
    addresses = every(graph, _ADDRESS, lambda item: item.options.protect)
    return addresses and every(graph, _NAT, lambda item: key_of(graph, at(item, "allocationId"), _ADDRESS) is not None)


def _one_per_zone(graph: Graph) -> bool:
    one = [item for item in graph.find(type=_POOL) if len(at(item, "subnetIds") or []) == 1]
    return len({at(item, "subnetIds")[0] for item in one}) >= 2


EKS: Final[Mapping[str, Row]] = {
    "private nodes": ("no public address, neither by subnet nor by launch template", _BOTH, without_public_addresses),
    "API access restricted": ("named ranges, or no public endpoint", _BOTH, _restricted),
    "private API alone": (
        "no public endpoint; people and CI come through Session Manager",
        _PROD,
        lambda graph: (
            _cluster("endpointPublicAccess", False)(graph)
            and _cluster("endpointPrivateAccess", True)(graph)
            and some(
                graph,
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                lambda item: "AmazonSSMManagedInstanceCore" in item.name,
            )
        ),
    ),
    "secrets encrypted with a key of our own, rotated": ("AWS KMS", _BOTH, _rotated),
    "control-plane logs": ("CloudWatch Logs: API server, audit, authenticator; retention ours", _BOTH, _logged),
    "deletion protection": ("by EKS", _BOTH, _cluster("deletionProtection", True)),
    "protected by the engine": (
        "no: not in a plan, which ends at the plugin's component; a transform of `EksCluster` sets `protect` on the"
        " cluster inside of it when the engine runs"
    ),
    "workload identity": (
        "EKS Pod Identity",
        _BOTH,
        lambda graph: (
            _addon("eks-pod-identity-agent")(graph)
            and some(graph, "aws:eks/podIdentityAssociation:PodIdentityAssociation")
        ),
    ),
    "network policy": ("by vpc-cni", _BOTH, _addon("vpc-cni", "enableNetworkPolicy", "true")),
    "managed upgrades": (
        "support policy standard: EKS upgrades at the end of support; else `version` decides",
        _BOTH,
        _cluster("upgradePolicy.supportType", "STANDARD"),
    ),
    "maintenance windows": (
        "no: EKS has none; the control plane and the nodes change when `version` does, so the deployment is the window"
    ),
    "no credentials in the kubeconfig": ("`aws eks get-token` logs in", _BOTH, kubeconfig_is_secret),
    **rows_eks(_BOTH, _PROD),
    "automatic repair": ("node repair", _BOTH, _pools("nodeRepairConfig.enabled", True)),
    "surge upgrades": (
        "new nodes first, at most one unavailable",
        _BOTH,
        lambda graph: (
            _pools("updateConfig.updateStrategy", "DEFAULT")(graph)
            and every(graph, _POOL, lambda item: bool(at(item, "updateConfig.maxUnavailable")))
        ),
    ),
    "blue-green upgrades": (
        "no: a node group has none; a change that replaces it brings the new group up first, or declare a second pool,"
        " drain the first, remove it"
    ),
    "spot": ("spot capacity", _BOTH, lambda graph: some(graph, _POOL, lambda item: at(item, "capacityType") == "SPOT")),
    "taints": ("on spot pools", _BOTH, lambda graph: some(graph, _POOL, taint_spot)),
    "size owned by the autoscaler": (
        "`scalingConfig.desiredSize` ignored; the autoscaler itself is an add-on",
        _BOTH,
        lambda graph: every(graph, _POOL, lambda item: "scalingConfig.desiredSize" in item.options.ignore_changes),
    ),
    "one pool per zone": ("`split_zones`: a group for each zone, for zonal volumes", _PROD, _one_per_zone),
    "several machine types in a pool": (
        "instance types, in order",
        _STAGE,
        lambda graph: some(graph, _POOL, lambda item: len(at(item, "instanceTypes") or []) > 1),
    ),
    "secure boot": (
        "no: EKS's own images do not boot by UEFI Secure Boot; an image of one's own can, and homeport takes none"
    ),
    "metadata hardened": (
        "IMDSv2 alone, one hop",
        _BOTH,
        _templates(
            lambda item: (
                at(item, "metadataOptions.httpTokens") == "required"
                and at(item, "metadataOptions.httpPutResponseHopLimit") == 1
            )
        ),
    ),
    "encrypted disks": (
        "encrypted gp3: boot disks and volumes",
        _BOTH,
        lambda graph: _templates(_all_disks_encrypted)(graph) and every_volume(graph, _EBS, "encrypted", "true"),
    ),
    "nodes run as an identity of their own": (
        "role, minimal policies",
        _BOTH,
        lambda graph: every(graph, _POOL, lambda item: key_of(graph, at(item, "nodeRoleArn"), _ROLE) is not None),
    ),
    "nodes in private subnets": ("a subnet per zone, no route to the internet gateway", _BOTH, in_private_subnets),
    "NAT": ("NAT gateways: one, or one per zone", _BOTH, lambda graph: some(graph, _NAT)),
    "NAT with reserved addresses": ("Elastic IPs, protected", _BOTH, _reserved),
    "flow logs": (
        "of the VPC, all traffic",
        _BOTH,
        lambda graph: some(graph, "aws:ec2/flowLog:FlowLog", lambda item: at(item, "trafficType") == "ALL"),
    ),
    "private ranges for managed databases": (
        "subnets and a subnet group",
        _PROD,
        lambda graph: some(graph, "aws:rds/subnetGroup:SubnetGroup"),
    ),
    "webhook ports open to the control plane": (
        "all, 10250, 9443 and 8080 too: nodes and control plane share EKS's cluster security group",
        _BOTH,
        share_a_security_group,
    ),
    "closed by default": (
        "the VPC's default security group has no rule",
        _BOTH,
        lambda graph: every(
            graph,
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            lambda item: at(item, "ingress") == [] and at(item, "egress") == [],
        ),
    ),
    "one default storage class, encrypted": (
        "encrypted gp3; gp2 is no longer the default",
        _BOTH,
        lambda graph: (
            len(default_classes(graph)) == 1
            and shipped_default_is_off(graph)
            and at(default_classes(graph)[0], "parameters.encrypted") == "true"
        ),
    ),
    "volumes over two zones": (
        "no: an EBS volume stays in its zone; give a stateful pool `split_zones`, let the application replicate, or use"
        " snapshots, or a managed database over zones"
    ),
    "fast storage class": (
        "gp3 with more IOPS",
        _BOTH,
        # Above what every gp3 volume has: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
        lambda graph: class_named(graph, "homeport-fast", lambda item: int(at(item, "parameters.iops") or 0) > 3000),
    ),
    "snapshot class": (
        "the default; the snapshot controller is a managed add-on",
        _BOTH,
        lambda graph: snapshot_default(graph) and _addon("snapshot-controller")(graph),
    ),
    "labels or tags on everything": ("tags, by the provider", _BOTH, _tagged),
    "labels or tags on disks and volumes": (
        "tags of instances, their disks and volumes: all but owner and cost centre, which may change",
        _BOTH,
        lambda graph: volumes_carry(graph) and _templates(_tags_of_disks)(graph),
    ),
    "cost allocation": (
        "no: EKS's split cost allocation data is switched on for an organisation, in its billing settings, not for a"
        " cluster; activate the cost-allocation tags there too"
    ),
}
