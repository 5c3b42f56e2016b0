"""Inputs whose change makes a provider replace a resource, type by type. Pure.

Dated 2026-11-21. What each table rests on:
- `gcp:container/*`: the google-beta provider (source of 2026-08) was asked property by property for its plan.
- other `gcp:*`: `ForceNew` in the schemas of the google provider, commit e03b7622a2 of 2026-08-21.
- `aws:eks/*`: `ForceNew` in the schemas of the aws provider, commits 00555dc5b3 and 012e0a32f0; other `aws:*`: the
  create-only properties of CloudFormation's resource schemas of 2026-10-20 for what this project makes, for other types
  the arguments that the provider's documentation says force a new resource.
- `kubernetes:*`: the provider's own list, `provider/pkg/provider/diff.go` of 2026-07.
A type without a table is not judged: only `pulumi preview` asks the provider itself.
https://github.com/hashicorp/terraform-provider-google https://github.com/hashicorp/terraform-provider-aws
https://github.com/pulumi/pulumi-kubernetes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Stands for every input of a type.
EVERYTHING: Final = "*"

_ADDRESS: Final = "name address addressType description ipVersion network prefixLength purpose project"
_REDIS: Final = (
    "name alternativeLocationId authorizedNetwork connectMode customerManagedKey locationId region reservedIpRange tier"
    " transitEncryptionMode project"
)

CLOUDS: Final[Mapping[str, str]] = {
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
    " kubernetesNetworkConfig.serviceIpv4Cidr outpostConfig remoteNetworkConfig namePrefix",
    "eks:index:Cluster": "name kubernetesServiceIpAddressRange ipFamily bootstrapSelfManagedAddons",
    "aws:eks/nodeGroup:NodeGroup": "clusterName nodeGroupName nodeGroupNamePrefix nodeRoleArn subnetIds capacityType"
    " instanceTypes amiType diskSize remoteAccess launchTemplate.id launchTemplate.name",
    "aws:eks/addon:Addon": "clusterName addonName",
    "aws:eks/accessEntry:AccessEntry": "clusterName principalArn type",
    "aws:ec2/vpc:Vpc": "cidrBlock ipv4IpamPoolId ipv4NetmaskLength",
    "aws:ec2/subnet:Subnet": "vpcId cidrBlock availabilityZone availabilityZoneId outpostArn ipv6Native",
    "aws:ec2/eip:Eip": "domain address publicIpv4Pool networkBorderGroup",
    "aws:ec2/natGateway:NatGateway": "allocationId subnetId connectivityType privateIp",
    "aws:ec2/securityGroup:SecurityGroup": "name namePrefix description vpcId",
    "aws:ec2/launchTemplate:LaunchTemplate": "name namePrefix",
    "aws:iam/role:Role": "name namePrefix path",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "url",
    "aws:kms/key:Key": "customerMasterKeySpec keyUsage multiRegion customKeyStoreId xksKeyId",
    "aws:route53/zone:Zone": "name delegationSetId",
    "aws:s3/bucket:Bucket": "bucket bucketPrefix bucketNamespace objectLockEnabled",
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
    "aws:autoscaling/tag:Tag": "autoscalingGroupName tag.key",
    "aws:budgets/budget:Budget": "accountId name namePrefix",
    "aws:cloudtrail/trail:Trail": "name",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "vpcId",
    "aws:ec2/flowLog:FlowLog": "deliverCrossAccountRole destinationOptions eniId iamRoleArn logDestination"
    " logDestinationType logFormat maxAggregationInterval subnetId trafficType transitGatewayId vpcId",
    "aws:ec2/route:Route": "destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId routeTableId",
    "aws:ec2/routeTable:RouteTable": "vpcId",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "gatewayId subnetId",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "serviceName serviceRegion vpcEndpointType vpcId",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "policy repository",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": EVERYTHING,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "clusterName namespace serviceAccount",
    "aws:iam/policy:Policy": "description name namePrefix path",
    "aws:iam/rolePolicy:RolePolicy": "name namePrefix role",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": EVERYTHING,
    "aws:kms/alias:Alias": "name namePrefix",
    "aws:rds/subnetGroup:SubnetGroup": "name namePrefix",
    "aws:route53/record:Record": "name setIdentifier type zoneId",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "securityGroupId",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "securityGroupId",
    "gcp:billing/budget:Budget": "billingAccount",
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": "project"
    " workloadIdentityPoolId workloadIdentityPoolProviderId",
    "gcp:logging/projectSink:ProjectSink": "name project",
    "gcp:monitoring/notificationChannel:NotificationChannel": "project",
    "random:index/randomPassword:RandomPassword": EVERYTHING,
    "random:index/randomString:RandomString": EVERYTHING,
    "random:index/randomId:RandomId": EVERYTHING,
    "random:index/randomBytes:RandomBytes": EVERYTHING,
    "random:index/randomPet:RandomPet": EVERYTHING,
}

_SELECTOR: Final = "spec.selector"
METADATA: Final = "metadata.name metadata.namespace"
#: Group and kind, in any version.
KUBERNETES: Final[Mapping[tuple[str, str], str]] = {
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
KEPT_WHEN_REMOVED: Final[Mapping[str, frozenset[str]]] = {
    "gcp:container/cluster:Cluster": frozenset({"privateClusterConfig", "workloadIdentityConfig"}),
}

#: Inputs of a provider that say where its resources are: another value is another place.
PROVIDER_PLACES: Final[Mapping[str, frozenset[str]]] = {
    "gcp": frozenset({"project", "region", "zone"}),
    "aws": frozenset({"region", "allowedAccountIds", "assumeRoles", "profile"}),
    "eks": frozenset({"region", "profile"}),
    "kubernetes": frozenset({"clusterIdentifier", "context", "cluster", "namespace"}),
}
