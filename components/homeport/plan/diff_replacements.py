"""Which change of an input makes the provider delete a resource and make another. Pure.

Dated 2026-11-21. What each table rests on:
- `gcp:container/*`: the google-beta provider (source of 2026-08) was asked property by property for its plan.
- other `gcp:*`: `ForceNew` in the schemas of the google provider, commit e03b7622a2 of 2026-08-21.
- `aws:eks/*`: `ForceNew` in the schema of the aws provider, and EKS's documentation; other `aws:*`: the arguments that
  the provider's documentation says force a new resource.
- `kubernetes:*`: the provider's own list, `provider/pkg/provider/diff.go` of 2026-07.
A type without a table is not judged: only `pulumi preview` asks the provider itself.
https://github.com/hashicorp/terraform-provider-google https://github.com/hashicorp/terraform-provider-aws
https://github.com/pulumi/pulumi-kubernetes
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeport.plan.diff_values import ABSENT, Change

#: Stands for every input of a type.
EVERYTHING: Final = "*"

_ADDRESS: Final = "name address addressType description ipVersion network prefixLength purpose project"
_REDIS: Final = (
    "name alternativeLocationId authorizedNetwork connectMode customerManagedKey locationId region reservedIpRange tier"
    " transitEncryptionMode project"
)

_CLOUDS: Final[Mapping[str, str]] = {
    "gcp:container/cluster:Cluster": "name project location network subnetwork description initialNodeCount"
    " enableAutopilot enableTpu enableKubernetesAlpha ipAllocationPolicy.clusterSecondaryRangeName"
    " ipAllocationPolicy.servicesSecondaryRangeName networkingMode privateClusterConfig.masterIpv4CidrBlock"
    " datapathProvider defaultMaxPodsPerNode confidentialNodes nodeConfig.serviceAccount",
    "gcp:container/nodePool:NodePool": "name namePrefix cluster project location initialNodeCount maxPodsPerNode"
    " networkConfig.podRange placementPolicy queuedProvisioning nodeConfig.metadata nodeConfig.spot"
    " nodeConfig.preemptible nodeConfig.serviceAccount nodeConfig.oauthScopes"
    " nodeConfig.shieldedInstanceConfig.enableSecureBoot nodeConfig.bootDiskKmsKey nodeConfig.localSsdCount"
    " nodeConfig.ephemeralStorageLocalSsdConfig nodeConfig.localNvmeSsdBlockConfig nodeConfig.guestAccelerators"
    " nodeConfig.minCpuPlatform nodeConfig.reservationAffinity nodeConfig.advancedMachineFeatures.threadsPerCore"
    " nodeConfig.nodeGroup nodeConfig.soleTenantConfig nodeConfig.maxRunDuration",
    "gcp:compute/network:Network": "name autoCreateSubnetworks description networkProfile project",
    "gcp:compute/subnetwork:Subnetwork": "name network description region reservedInternalRange project ipCidrRange",
    "gcp:compute/firewall:Firewall": "name direction project",
    "gcp:compute/router:Router": "name network region encryptedInterconnectRouter project",
    "gcp:compute/routerNat:RouterNat": "name router endpointTypes initialNatIps region type project",
    "gcp:compute/address:Address": f"{_ADDRESS} networkTier region subnetwork",
    "gcp:compute/globalAddress:GlobalAddress": _ADDRESS,
    "gcp:compute/disk:Disk": "name image snapshot sourceDisk type zone project diskEncryptionKey architecture",
    "gcp:compute/regionDisk:RegionDisk": "name replicaZones snapshot sourceDisk type region project diskEncryptionKey",
    "gcp:servicenetworking/connection:Connection": "network service",
    "gcp:kms/keyRing:KeyRing": EVERYTHING,
    "gcp:kms/cryptoKey:CryptoKey": "keyRing name purpose destroyScheduledDuration importOnly cryptoKeyBackend",
    "gcp:serviceaccount/account:Account": "accountId project",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": "workloadIdentityPoolId project",
    "gcp:projects/service:Service": "service project",
    "gcp:projects/serviceIdentity:ServiceIdentity": EVERYTHING,
    "gcp:dns/managedZone:ManagedZone": "dnsName name visibility project",
    "gcp:dns/recordSet:RecordSet": "managedZone name type project",
    "gcp:storage/bucket:Bucket": "name location project enableObjectRetention hierarchicalNamespace"
    " customPlacementConfig.dataLocations",
    "gcp:artifactregistry/repository:Repository": "format repositoryId kmsKeyName location mode project",
    "gcp:secretmanager/secret:Secret": "replication secretId project",
    "gcp:sql/databaseInstance:DatabaseInstance": "name region encryptionKeyName settings.collation project",
    "gcp:redis/instance:Instance": _REDIS,
    "gcp:memorystore/instance:Instance": "instanceId location authorizationMode kmsKey mode transitEncryptionMode"
    " zoneDistributionConfig desiredAutoCreatedEndpoints project",
    "gcp:filestore/instance:Instance": "name location zone project tier protocol kmsKeyName networks",
    "gcp:pubsub/topic:Topic": "name project",
    "gcp:pubsub/subscription:Subscription": "name topic enableMessageOrdering filter project",
    "gcp:alloydb/cluster:Cluster": "clusterId location encryptionConfig.kmsKeyName project",
    "gcp:bigquery/dataset:Dataset": "datasetId location project",
    "aws:eks/cluster:Cluster": "name roleArn bootstrapSelfManagedAddons"
    " accessConfig.bootstrapClusterCreatorAdminPermissions kubernetesNetworkConfig.ipFamily"
    " kubernetesNetworkConfig.serviceIpv4Cidr outpostConfig.controlPlaneInstanceType remoteNetworkConfig",
    "eks:index:Cluster": "name kubernetesServiceIpAddressRange ipFamily bootstrapSelfManagedAddons",
    "aws:eks/nodeGroup:NodeGroup": "clusterName nodeGroupName nodeGroupNamePrefix nodeRoleArn subnetIds capacityType"
    " instanceTypes amiType diskSize remoteAccess launchTemplate.id launchTemplate.name",
    "aws:eks/addon:Addon": "clusterName addonName",
    "aws:eks/accessEntry:AccessEntry": "clusterName principalArn type",
    "aws:ec2/vpc:Vpc": "cidrBlock ipv4IpamPoolId instanceTenancy",
    "aws:ec2/subnet:Subnet": "vpcId cidrBlock availabilityZone availabilityZoneId outpostArn",
    "aws:ec2/eip:Eip": "domain address publicIpv4Pool networkBorderGroup",
    "aws:ec2/natGateway:NatGateway": "allocationId subnetId connectivityType",
    "aws:ec2/securityGroup:SecurityGroup": "name namePrefix description vpcId",
    "aws:ec2/launchTemplate:LaunchTemplate": "name namePrefix",
    "aws:iam/role:Role": "name namePrefix path",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "url",
    "aws:kms/key:Key": "customerMasterKeySpec keyUsage multiRegion customKeyStoreId",
    "aws:route53/zone:Zone": "name delegationSetId",
    "aws:s3/bucket:Bucket": "bucket bucketPrefix objectLockEnabled",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "bucket",
    "aws:ecr/repository:Repository": "name encryptionConfigurations",
    "aws:rds/instance:Instance": "engine username dbName storageEncrypted kmsKeyId availabilityZone characterSetName"
    " timezone snapshotIdentifier customIamInstanceProfile ncharCharacterSetName",
    "aws:rds/cluster:Cluster": "clusterIdentifier clusterIdentifierPrefix engine masterUsername databaseName"
    " storageEncrypted kmsKeyId availabilityZones dbSubnetGroupName snapshotIdentifier",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId atRestEncryptionEnabled kmsKeyId port"
    " subnetGroupName dataTieringEnabled snapshotArns snapshotName",
    "aws:efs/fileSystem:FileSystem": "creationToken encrypted kmsKeyId performanceMode availabilityZoneName",
    "aws:dynamodb/table:Table": "name hashKey rangeKey",
    "aws:secretsmanager/secret:Secret": "name namePrefix",
    "aws:cloudwatch/logGroup:LogGroup": "name namePrefix logGroupClass",
    "random:index/randomPassword:RandomPassword": EVERYTHING,
    "random:index/randomString:RandomString": EVERYTHING,
    "random:index/randomId:RandomId": EVERYTHING,
    "random:index/randomBytes:RandomBytes": EVERYTHING,
    "random:index/randomPet:RandomPet": EVERYTHING,
}

_SELECTOR: Final = "spec.selector"
_METADATA: Final = "metadata.name metadata.namespace"
#: Group and kind, in any version.
_KUBERNETES: Final[Mapping[tuple[str, str], str]] = {
    ("apps", "Deployment"): _SELECTOR,
    ("apps", "DaemonSet"): _SELECTOR,
    ("apps", "StatefulSet"): f"{_SELECTOR} spec.podManagementPolicy spec.revisionHistoryLimit spec.serviceName"
    " spec.volumeClaimTemplates",
    ("batch", "Job"): f"{_SELECTOR} spec.completions spec.parallelism spec.template",
    ("core", "PersistentVolumeClaim"): f"{_SELECTOR} spec.accessModes spec.storageClassName spec.volumeName",
    ("core", "PersistentVolume"): "spec.csi spec.hostPath spec.local spec.nfs spec.gcePersistentDisk"
    " spec.awsElasticBlockStore",
    ("core", "ResourceQuota"): "spec.scopes",
    ("core", "Secret"): "type",
    ("core", "Service"): "spec.clusterIP",
    ("rbac.authorization.k8s.io", "RoleBinding"): "roleRef",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "roleRef",
    ("storage.k8s.io", "StorageClass"): "parameters provisioner",
}

#: Blocks whose removal from a program the provider does not see: what the cloud has stays (facts of the same date).
_KEPT_WHEN_REMOVED: Final[Mapping[str, frozenset[str]]] = {
    "gcp:container/cluster:Cluster": frozenset({"privateClusterConfig", "workloadIdentityConfig"}),
}

#: Inputs of a provider that say where its resources are: another value is another place.
_PROVIDER_PLACES: Final[Mapping[str, frozenset[str]]] = {
    "gcp": frozenset({"project", "region", "zone"}),
    "aws": frozenset({"region", "allowedAccountIds", "assumeRoles", "profile"}),
    "eks": frozenset({"region", "profile"}),
    "kubernetes": frozenset({"clusterIdentifier", "context", "cluster", "namespace"}),
}
_KUBERNETES_TYPE: Final = re.compile(r"kubernetes:([^/:]+)(?:/[^:]+)?:(\w+)")


def replaces(token: str, change: Change) -> bool:
    """Whether the provider replaces a resource of the type for the change of this input."""
    rules = table(token)
    if EVERYTHING in rules:
        return True
    if unseen(token, change):
        return False
    if token == "gcp:compute/subnetwork:Subnetwork" and change.keys == ("ipCidrRange",):  # noqa: S105 - a type's
        return not _grows(change.before, change.after)
    if token == "gcp:secretmanager/secret:Secret" and change.keys[:1] == ("replication",):  # noqa: S105
        return change.keys[:2] != ("replication", "auto")
    if token == "aws:eks/cluster:Cluster" and change.keys[:1] == ("encryptionConfig",):  # noqa: S105
        return change.after is ABSENT
    return any(_within(change.keys, rule.split(".")) for rule in rules)


def unseen(token: str, change: Change) -> bool:
    """Whether the provider does not see that this block is gone."""
    return change.after is ABSENT and ".".join(change.keys) in _KEPT_WHEN_REMOVED.get(token, ())


def table(token: str) -> frozenset[str]:
    """Paths of inputs whose change replaces a resource of the type; empty for a type that is not judged."""
    if found := _KUBERNETES_TYPE.fullmatch(token):
        return frozenset(f"{_METADATA} {_KUBERNETES.get((found[1], found[2]), '')}".split())
    return _TABLES.get(token, frozenset())


def tabled() -> frozenset[str]:
    """Types of clouds that have a table."""
    return frozenset(_TABLES)


def moves_everything(package: str, change: Change) -> bool:
    """Whether a provider's resources are elsewhere with this change of its configuration."""
    return change.keys[0] in _PROVIDER_PLACES.get(package, ())


def ignored(change: Change, paths: Sequence[str]) -> bool:
    """Whether `ignore_changes` or `replace_on_changes` names the place of a change, or something around it."""
    return any(
        path == "*" or _within(change.keys, [part for part in re.split(r"[.\[\]]+", path) if part and part != "*"])
        for path in paths
    )


_TABLES: Final[Mapping[str, frozenset[str]]] = {token: frozenset(paths.split()) for token, paths in _CLOUDS.items()}


def _within(keys: Sequence[str], rule: Sequence[str]) -> bool:
    """Whether the change is at the rule's place, inside of it, or takes something around it away or puts it there."""
    shorter = min(len(keys), len(rule))
    return bool(rule) and tuple(keys[:shorter]) == tuple(rule[:shorter])


def _grows(before: Any, after: Any) -> bool:
    """Whether a subnet's range is extended, the only change of it that Google makes in place."""
    try:
        return ipaddress.ip_network(before).subnet_of(ipaddress.ip_network(after))  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        return False
