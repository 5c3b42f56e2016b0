"""Every yes of the parity table turns into no when the plan loses what it stands for: one input of one resource."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from homeport.parity import capabilities
from homeport.parity_eks import EKS
from homeport.parity_gke import GKE
from homeport.plan.graph import Graph, Options, Resource
from tests.parity.plans import plan

GKE_CLUSTER, GKE_POOL = "gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool"
EKS_CLUSTER, GROUP = "eks:index:Cluster", "aws:eks/nodeGroup:NodeGroup"
TEMPLATE, FIREWALL = "aws:ec2/launchTemplate:LaunchTemplate", "gcp:compute/firewall:Firewall"
SUBNETWORK, SUBNET = "gcp:compute/subnetwork:Subnetwork", "aws:ec2/subnet:Subnet"
ROUTE, ADDON = "aws:ec2/route:Route", "aws:eks/addon:Addon"
CLASS, NAT = "kubernetes:storage.k8s.io/v1:StorageClass", "gcp:compute/routerNat:RouterNat"
SNAPSHOTS = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
KUBERNETES = "pulumi:providers:kubernetes"
RELEASE, DEFINITIONS = "kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
AWS_BALANCER = "values.service.annotations.service~beta~kubernetes~io/aws-load-balancer"
#: Takes an input away.
GONE = object()


@dataclass(frozen=True)
class Change:
    """What a plan loses.

    Attributes:
        type: of the resources.
        path: of the input, or of the option where it begins with `options.`; `~` is a dot inside of a name; empty: the
            resource itself.
        value: what stands there instead.
        name: how the resource's name ends; empty: any.
        all: change each resource that fits; otherwise the last, which shows that every one counts.
        stack: the only one whose plan this is for; empty: all that the cell names.
    """

    type: str
    path: str = ""
    value: Any = GONE
    name: str = ""
    all: bool = False
    stack: str = ""

    def fits(self, resource: Resource) -> bool:
        return resource.type == self.type and resource.name.endswith(self.name)


def changed(graph: Graph, change: Change) -> Graph:
    fitting = [item for item in graph.resources if change.fits(item)]
    assert fitting, f"nothing to change: {change}"
    hit = fitting if change.all else fitting[-1:]
    if not change.path:
        return graph.model_copy(update={"resources": [item for item in graph.resources if item not in hit]})
    resources = [_with(item, change) if item in hit else item for item in graph.resources]
    assert resources != graph.resources, f"no change: {change}"
    return graph.model_copy(update={"resources": resources})


def _with(resource: Resource, change: Change) -> Resource:
    if change.path.startswith("options."):
        options: Options = resource.options.model_copy(update={change.path.removeprefix("options."): change.value})
        return resource.model_copy(update={"options": options})
    inputs: Any = copy.deepcopy(resource.inputs)
    *steps, last = change.path.split(".")
    place = inputs
    for step in steps:
        place = _below(place, step)
    key: Any = int(last) if isinstance(place, list) else last.replace("~", ".")
    if change.value is GONE:
        del place[key]
    else:
        place[key] = change.value
    return resource.model_copy(update={"inputs": inputs})


def _below(place: Any, step: str) -> Any:
    table: Any = place  # a map or a list
    return table[int(step)] if step.isdigit() else table.setdefault(step, {})


DEFAULT_CLASS = "metadata.annotations.storageclass~kubernetes~io/is-default-class"
DEFAULT_SNAPSHOTS = "metadata.annotations.snapshot~storage~kubernetes~io/is-default-class"

#: Capability and cloud to changes, each of which alone makes it untrue.
LOSSES: dict[tuple[str, str], list[Change]] = {
    ("private nodes", "gke"): [
        Change(GKE_CLUSTER, "privateClusterConfig.enablePrivateNodes", False),
        Change(GKE_POOL, "networkConfig.enablePrivateNodes", False),
        Change(GKE_POOL, "networkConfig"),
    ],
    ("private nodes", "eks"): [
        Change(SUBNET, "mapPublicIpOnLaunch", True, name="-private-a"),
        Change(TEMPLATE, "networkInterfaces", [{"associatePublicIpAddress": "true"}]),
        Change(GROUP, "launchTemplate"),
        Change(GROUP, "subnetIds", []),
        Change(GROUP, "subnetIds.0", "subnet-0123456789abcdef0"),
    ],
    ("API access restricted", "gke"): [
        Change(GKE_CLUSTER, "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled", True)
    ],
    ("API access restricted", "eks"): [
        # EKS's own default is a public one, for everybody.
        Change(EKS_CLUSTER, "endpointPublicAccess", stack="prod-eks"),
        Change(EKS_CLUSTER, "publicAccessCidrs", ["203.0.113.0/24", "0.0.0.0/0"], stack="stage-eks"),
        Change(EKS_CLUSTER, "publicAccessCidrs", [], stack="stage-eks"),
    ],
    ("private API alone", "gke"): [Change(GKE_CLUSTER, "privateClusterConfig.enablePrivateEndpoint", False)],
    ("private API alone", "eks"): [
        Change(EKS_CLUSTER, "endpointPublicAccess", True),
        Change(EKS_CLUSTER, "endpointPrivateAccess", False),
        Change("aws:iam/rolePolicyAttachment:RolePolicyAttachment", name="-AmazonSSMManagedInstanceCore"),
    ],
    ("secrets encrypted with a key of our own, rotated", "gke"): [
        Change(GKE_CLUSTER, "databaseEncryption"),
        Change("gcp:kms/cryptoKey:CryptoKey", "rotationPeriod"),
    ],
    ("secrets encrypted with a key of our own, rotated", "eks"): [
        Change(EKS_CLUSTER, "encryptionConfigKeyArn"),
        Change("aws:kms/key:Key", "enableKeyRotation", False),
    ],
    ("control-plane logs", "gke"): [Change(GKE_CLUSTER, "loggingConfig.enableComponents", ["SYSTEM_COMPONENTS"])],
    ("control-plane logs", "eks"): [
        Change(EKS_CLUSTER, "enabledClusterLogTypes", ["api"]),
        Change("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", all=True),
    ],
    ("deletion protection", "gke"): [Change(GKE_CLUSTER, "deletionProtection", False)],
    ("deletion protection", "eks"): [Change(EKS_CLUSTER, "deletionProtection", False)],
    ("protected by the engine", "gke"): [Change(GKE_CLUSTER, "options.protect", False)],
    ("workload identity", "gke"): [Change(GKE_CLUSTER, "workloadIdentityConfig")],
    ("workload identity", "eks"): [
        Change(ADDON, "addonName", "other", name="eks-pod-identity-agent"),
        Change("aws:eks/podIdentityAssociation:PodIdentityAssociation", all=True),
    ],
    ("network policy", "gke"): [Change(GKE_CLUSTER, "datapathProvider", "LEGACY_DATAPATH")],
    ("network policy", "eks"): [Change(ADDON, "configurationValues", "{}", name="vpc-cni")],
    ("managed upgrades", "gke"): [
        Change(GKE_CLUSTER, "releaseChannel.channel", "UNSPECIFIED"),
        Change(GKE_POOL, "management.autoUpgrade", False),
    ],
    ("managed upgrades", "eks"): [Change(EKS_CLUSTER, "upgradePolicy.supportType", "EXTENDED")],
    ("maintenance windows", "gke"): [Change(GKE_CLUSTER, "maintenancePolicy.recurringWindow")],
    ("no credentials in the kubeconfig", "gke"): [Change(KUBERNETES, "kubeconfig", "apiVersion: v1")],
    ("no credentials in the kubeconfig", "eks"): [Change(KUBERNETES, "kubeconfig", "apiVersion: v1")],
    ("Gateway API", "gke"): [
        Change(GATEWAY, "metadata.annotations"),
        Change(DEFINITIONS, name="gateway-api-crds-release"),
    ],
    ("Gateway API", "eks"): [
        Change(GATEWAY, "metadata.annotations"),
        Change(DEFINITIONS, name="gateway-api-crds-release"),
    ],
    ("HTTPS alone, with HSTS", "gke"): [
        Change(RELEASE, "values.ports.web.http.redirections", name="traefik-release"),
        Change(RELEASE, "values.ports.websecure.http.middlewares", [], name="traefik-release"),
    ],
    ("HTTPS alone, with HSTS", "eks"): [
        Change(RELEASE, "values.ports.web.http.redirections", name="traefik-release"),
        Change(RELEASE, "values.ports.websecure.http.middlewares", [], name="traefik-release"),
    ],
    ("reserved addresses for HTTP", "gke"): [
        Change("gcp:compute/address:Address", "options.protect", False, name="traefik-address"),
        Change(RELEASE, "values.service.annotations", {}, name="traefik-release"),
    ],
    ("reserved addresses for HTTP", "eks"): [
        Change("aws:ec2/eip:Eip", "options.protect", False, name="traefik-address-a"),
        Change(RELEASE, AWS_BALANCER + "-eip-allocations", "${x.id}", name="traefik-release"),
    ],
    ("clients' own addresses", "gke"): [
        Change(RELEASE, "values.service.spec.externalTrafficPolicy", "Cluster", name="traefik-release")
    ],
    ("clients' own addresses", "eks"): [
        Change(RELEASE, AWS_BALANCER + "-target-group-attributes", "", name="traefik-release")
    ],
    ("load balancer that cannot be deleted by mistake", "eks"): [
        Change(RELEASE, AWS_BALANCER + "-attributes", "deletion_protection.enabled=false", name="traefik-release")
    ],
    ("automatic repair", "gke"): [Change(GKE_POOL, "management.autoRepair", False)],
    ("automatic repair", "eks"): [Change(GROUP, "nodeRepairConfig.enabled", False)],
    ("surge upgrades", "gke"): [
        Change(GKE_POOL, "upgradeSettings.maxSurge", 0),
        Change(GKE_POOL, "upgradeSettings.strategy", "BLUE_GREEN"),
    ],
    ("surge upgrades", "eks"): [
        Change(GROUP, "updateConfig.updateStrategy", "MINIMAL"),
        Change(GROUP, "updateConfig.maxUnavailable"),
    ],
    ("spot", "gke"): [Change(GKE_POOL, "nodeConfig.spot", False, all=True)],
    ("spot", "eks"): [Change(GROUP, "capacityType", "ON_DEMAND", all=True)],
    ("taints", "gke"): [Change(GKE_POOL, "nodeConfig.taints", [], all=True)],
    ("taints", "eks"): [Change(GROUP, "taints", [], all=True)],
    ("size owned by the autoscaler", "gke"): [
        Change(GKE_POOL, "autoscaling"),
        Change(GKE_POOL, "options.ignore_changes", ["initialNodeCount"]),
    ],
    ("size owned by the autoscaler", "eks"): [Change(GROUP, "options.ignore_changes", [])],
    ("one pool per zone", "gke"): [Change(GKE_POOL, "nodeLocations", ["europe-west3-a"])],
    ("one pool per zone", "eks"): [Change(GROUP, "subnetIds", ["${network-private-a.id}"], all=True)],
    ("several machine types in a pool", "eks"): [Change(GROUP, "instanceTypes", ["m7i.large"], all=True)],
    ("secure boot", "gke"): [Change(GKE_POOL, "nodeConfig.shieldedInstanceConfig.enableSecureBoot", False)],
    ("metadata hardened", "gke"): [
        Change(GKE_POOL, "nodeConfig.workloadMetadataConfig.mode", "GCE_METADATA"),
        Change(GKE_POOL, "nodeConfig.metadata", {}),
    ],
    ("metadata hardened", "eks"): [
        Change(TEMPLATE, "metadataOptions.httpTokens", "optional"),
        Change(TEMPLATE, "metadataOptions.httpPutResponseHopLimit", 2),
    ],
    ("encrypted disks", "gke"): [
        Change(GKE_POOL, "nodeConfig.diskType", "local-ssd"),
        Change(GKE_POOL, "nodeConfig.localSsdCount", 1),
        Change(GKE_POOL, "nodeConfig.ephemeralStorageLocalSsdConfig", {"localSsdCount": 1}),
        Change(CLASS, "parameters.type", "unheard-of"),
    ],
    ("encrypted disks", "eks"): [
        Change(TEMPLATE, "blockDeviceMappings.0.ebs.encrypted", "false"),
        Change(TEMPLATE, "blockDeviceMappings.0.ebs.encrypted"),
        Change(TEMPLATE, "blockDeviceMappings", []),
        Change(CLASS, "parameters.encrypted", "false"),
        Change(CLASS, "parameters.encrypted"),
    ],
    ("nodes run as an identity of their own", "gke"): [
        Change(GKE_POOL, "nodeConfig.serviceAccount", "default"),
        Change(GKE_POOL, "nodeConfig.serviceAccount"),
    ],
    ("nodes run as an identity of their own", "eks"): [
        Change(GROUP, "nodeRoleArn", "arn:aws:iam::111122223333:role/shared")
    ],
    ("nodes in private subnets", "gke"): [
        Change(SUBNETWORK, "privateIpGoogleAccess", False),
        Change(GKE_CLUSTER, "subnetwork", "default"),
    ],
    ("nodes in private subnets", "eks"): [
        Change(GROUP, "subnetIds", ["${network-public-a.id}"]),
        Change(GROUP, "subnetIds.0", "subnet-0123456789abcdef0"),
        Change("aws:ec2/routeTableAssociation:RouteTableAssociation", name="-private-b"),
        Change(
            "aws:ec2/routeTable:RouteTable",
            "routes",
            [{"cidrBlock": "0.0.0.0/0", "gatewayId": "${network-internet-gateway.id}"}],
            name="-private-a",
        ),
        Change(ROUTE, "gatewayId", "${network-internet-gateway.id}", name="-private-a"),
    ],
    ("NAT", "gke"): [Change(NAT, all=True)],
    ("NAT", "eks"): [Change("aws:ec2/natGateway:NatGateway", all=True)],
    ("NAT with reserved addresses", "gke"): [
        Change(NAT, "natIpAllocateOption", "AUTO_ONLY"),
        Change(NAT, "natIps", []),
        Change("gcp:compute/address:Address", "options.protect", False),
    ],
    ("NAT with reserved addresses", "eks"): [
        Change("aws:ec2/natGateway:NatGateway", "allocationId"),
        Change("aws:ec2/eip:Eip", "options.protect", False),
    ],
    ("flow logs", "gke"): [Change(SUBNETWORK, "logConfig")],
    ("flow logs", "eks"): [Change("aws:ec2/flowLog:FlowLog", "trafficType", "REJECT")],
    ("private ranges for managed databases", "gke"): [
        Change("gcp:servicenetworking/connection:Connection", all=True),
        Change("gcp:compute/globalAddress:GlobalAddress", "purpose", "PRIVATE_SERVICE_CONNECT", all=True),
    ],
    ("private ranges for managed databases", "eks"): [Change("aws:rds/subnetGroup:SubnetGroup", all=True)],
    ("webhook ports open to the control plane", "gke"): [
        Change(FIREWALL, name="-webhooks"),
        Change(FIREWALL, "allows.0.ports", ["8080", "8443"], name="-webhooks"),
        Change(FIREWALL, "allows.0.ports", ["8443", "9443"], name="-webhooks"),
        Change(FIREWALL, "allows.0.protocol", "udp", name="-webhooks"),
        Change(FIREWALL, "sourceRanges", ["10.0.0.0/28"], name="-webhooks"),
        Change(FIREWALL, "targetTags", ["others"], name="-webhooks"),
        Change(FIREWALL, "direction", "EGRESS", name="-webhooks"),
        Change(FIREWALL, "disabled", True, name="-webhooks"),
        # Before GKE's own rule for 10250.
        Change(FIREWALL, "priority", 900, name="-deny-ingress"),
        Change(GKE_POOL, "nodeConfig.tags", []),
    ],
    ("webhook ports open to the control plane", "eks"): [
        Change(EKS_CLUSTER, "skipDefaultSecurityGroups", False),
        Change(EKS_CLUSTER, "clusterSecurityGroup", "sg-0123456789abcdef0"),
        Change(TEMPLATE, "vpcSecurityGroupIds", ["sg-0123456789abcdef0"]),
        Change(TEMPLATE, "networkInterfaces", [{"securityGroups": ["sg-0123456789abcdef0"]}]),
    ],
    ("closed by default", "gke"): [
        Change(FIREWALL, name="-deny-ingress"),
        Change(FIREWALL, "denies.0.protocol", "tcp", name="-deny-ingress"),
        Change(FIREWALL, "sourceRanges", ["10.0.0.0/8"], name="-deny-ingress"),
        Change(FIREWALL, "targetTags", ["some"], name="-deny-ingress"),
        Change(FIREWALL, "logConfig", name="-deny-ingress"),
        Change(FIREWALL, "disabled", True, name="-deny-ingress"),
    ],
    ("closed by default", "eks"): [
        Change("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "ingress", [{"protocol": "-1"}]),
        Change("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "egress", [{"protocol": "-1"}]),
    ],
    ("one default storage class, encrypted", "gke"): [
        Change(CLASS, DEFAULT_CLASS, "true", all=True),
        Change("kubernetes:storage.k8s.io/v1:StorageClassPatch", DEFAULT_CLASS, "true"),
        Change(CLASS, "provisioner", "csi.acme.example", all=True),
    ],
    ("one default storage class, encrypted", "eks"): [
        Change(CLASS, DEFAULT_CLASS, "false", all=True),
        Change("kubernetes:storage.k8s.io/v1:StorageClassPatch"),
        Change(CLASS, "parameters.encrypted", "false", all=True),
    ],
    ("volumes over two zones", "gke"): [Change(CLASS, "parameters.replication-type", "none", all=True)],
    ("fast storage class", "gke"): [
        Change(CLASS, "metadata.name", "other", name="-fast"),
        Change(CLASS, "parameters.type", "pd-balanced", name="-fast"),
    ],
    ("fast storage class", "eks"): [
        Change(CLASS, "metadata.name", "other", name="-fast"),
        Change(CLASS, "parameters.iops", "3000", name="-fast"),
        Change(CLASS, "parameters.iops", name="-fast"),
    ],
    ("snapshot class", "gke"): [Change(SNAPSHOTS, DEFAULT_SNAPSHOTS, "false")],
    ("snapshot class", "eks"): [
        Change(SNAPSHOTS, DEFAULT_SNAPSHOTS, "false"),
        Change(ADDON, "addonName", "other", name="snapshot-controller"),
    ],
    ("labels or tags on everything", "gke"): [
        Change(GKE_CLUSTER, "resourceLabels.owner"),
        Change("pulumi:providers:gcp", "defaultLabels", '{"owner": "platform"}'),
    ],
    ("labels or tags on everything", "eks"): [Change("pulumi:providers:aws", "defaultTags", '{"tags": {}}')],
    ("labels or tags on disks and volumes", "gke"): [
        Change(GKE_POOL, "nodeConfig.resourceLabels.owner"),
        Change(CLASS, "parameters.labels", "environment=stage"),
    ],
    ("labels or tags on disks and volumes", "eks"): [
        Change(TEMPLATE, "tagSpecifications.2.tags.environment"),
        Change(TEMPLATE, "tagSpecifications", []),
        Change(CLASS, "parameters.tagSpecification_2"),
    ],
    ("cost allocation", "gke"): [Change(GKE_CLUSTER, "costManagementConfig.enabled", False)],
}

CELLS = {
    (row.name, cloud): cell
    for row in capabilities()
    for cloud, cell in (("gke", row.gke), ("eks", row.eks))
    if cell.holds is not None
}
CASES = [
    pytest.param(CELLS[key].holds, stack, change, id=f"{key[0]}-{stack}-{change.type.rsplit(':', 1)[-1]}-{number}")
    for key, changes in LOSSES.items()
    if key in CELLS
    for stack in CELLS[key].stacks
    for number, change in enumerate(changes)
    if change.stack in {"", stack}
]


def test_every_yes_has_a_loss_that_it_notices() -> None:
    assert LOSSES.keys() == CELLS.keys()
    for key, cell in CELLS.items():
        for stack in cell.stacks:
            assert any(change.stack in {"", stack} for change in LOSSES[key]), f"{key} in {stack}"


@pytest.mark.parametrize(("holds", "stack", "change"), CASES)
def test_a_yes_turns_into_no_when_the_plan_loses_it(holds: Callable[[Graph], bool], stack: str, change: Change) -> None:
    graph = plan(stack)
    assert holds(graph)
    assert not holds(changed(graph, change))


def test_a_node_with_public_addresses_is_noticed_though_its_subnet_keeps_its_name() -> None:
    """The name of a subnet proves nothing; where its traffic goes does."""
    graph = plan("stage-eks")
    (holds,) = [row.eks.holds for row in capabilities() if row.name == "nodes in private subnets"]
    assert holds is not None
    for item in graph.resources:
        if item.type == GROUP:
            assert all("-private-" in subnet for subnet in item.inputs["subnetIds"])
    assert not holds(changed(graph, Change(ROUTE, "gatewayId", "${network-internet-gateway.id}", name="-private-b")))


def test_a_reason_begins_with_no() -> None:
    for column in (GKE, EKS):
        for name, row in column.items():
            assert not isinstance(row, str) or row.startswith("no: "), name
