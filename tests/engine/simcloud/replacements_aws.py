"""Which changes replace a resource of AWS.

Dated: 2026-11-21. Sources:
- `aws:eks/cluster`, `aws:eks/nodeGroup`: `ForceNew` in the provider's schema (commits 00555dc5b3 and 012e0a32f0), from
  which Pulumi's is bridged.
  A cluster without `encryptionConfig` is another one; its other changes the provider takes, and asks EKS for none.
- `aws:ecr/lifecyclePolicy`: the same (commit 00a35305dc).
- all others: the create-only properties of CloudFormation's resource schemas of 2026-10-20, as far as the API knows no
  update of them, in the provider's spelling. Types that CloudFormation does not have (S3's settings, tags of scaling
  groups, policies of access entries, default security groups) by the API: what names the resource cannot change.
- `region`: an argument of every resource since version 7 of the provider.
https://github.com/hashicorp/terraform-provider-aws
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_CLUSTER: Final = """
    name namePrefix roleArn accessConfig.bootstrapClusterCreatorAdminPermissions bootstrapSelfManagedAddons
    kubernetesNetworkConfig.ipFamily kubernetesNetworkConfig.serviceIpv4Cidr outpostConfig remoteNetworkConfig
"""
_NODE_GROUP: Final = """
    amiType capacityType clusterName diskSize instanceTypes launchTemplate.id launchTemplate.name nodeGroupName
    nodeGroupNamePrefix nodeRoleArn remoteAccess subnetIds
"""
_FLOW_LOG: Final = """
    iamRoleArn deliverCrossAccountRole logDestination logDestinationType logFormat maxAggregationInterval trafficType
    vpcId subnetId eniId transitGatewayId destinationOptions
"""

AWS_REPLACING: Final[Mapping[str, str]] = {
    "aws:autoscaling/tag:Tag": "autoscalingGroupName tag.key",
    "aws:budgets/budget:Budget": "name namePrefix accountId",
    "aws:cloudtrail/trail:Trail": "name",
    "aws:cloudwatch/logGroup:LogGroup": "name namePrefix logGroupClass",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "vpcId",
    "aws:ec2/eip:Eip": "domain networkBorderGroup publicIpv4Pool address",
    "aws:ec2/flowLog:FlowLog": _FLOW_LOG,
    "aws:ec2/internetGateway:InternetGateway": "",
    "aws:ec2/launchTemplate:LaunchTemplate": "name namePrefix",
    "aws:ec2/natGateway:NatGateway": "allocationId subnetId connectivityType privateIp",
    "aws:ec2/route:Route": "routeTableId destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId",
    "aws:ec2/routeTable:RouteTable": "vpcId",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "subnetId gatewayId",
    "aws:ec2/securityGroup:SecurityGroup": "name namePrefix description vpcId",
    "aws:ec2/subnet:Subnet": "vpcId availabilityZone availabilityZoneId cidrBlock outpostArn ipv6Native",
    "aws:ec2/vpc:Vpc": "cidrBlock ipv4IpamPoolId ipv4NetmaskLength",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "serviceName serviceRegion vpcEndpointType vpcId",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "policy repository",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "repository",
    "aws:ecr/repository:Repository": "name encryptionConfigurations",
    "aws:eks/accessEntry:AccessEntry": "clusterName principalArn type",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "*",
    "aws:eks/addon:Addon": "clusterName addonName",
    "aws:eks/cluster:Cluster": _CLUSTER,
    "aws:eks/nodeGroup:NodeGroup": _NODE_GROUP,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "clusterName namespace serviceAccount",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "url",
    "aws:iam/policy:Policy": "name namePrefix description path",
    "aws:iam/role:Role": "name namePrefix path",
    "aws:iam/rolePolicy:RolePolicy": "name namePrefix role",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "*",
    "aws:kms/alias:Alias": "name namePrefix",
    "aws:kms/key:Key": "customerMasterKeySpec keyUsage multiRegion customKeyStoreId xksKeyId",
    "aws:secretsmanager/secret:Secret": "name namePrefix",
    "aws:rds/subnetGroup:SubnetGroup": "name namePrefix",
    "aws:route53/record:Record": "zoneId name type setIdentifier",
    "aws:route53/zone:Zone": "name delegationSetId",
    "aws:s3/bucket:Bucket": "bucket bucketPrefix bucketNamespace objectLockEnabled",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "securityGroupId",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "securityGroupId",
}
#: Type and block whose removal replaces, and no other change of it.
REPLACED_WHEN_REMOVED: Final = frozenset({("aws:eks/cluster:Cluster", "encryptionConfig")})
#: Settings of a bucket belong to it.
BUCKET_SETTINGS: Final = re.compile(r"aws:s3/bucket[A-Z]\w*:")
BUCKET_SETTINGS_REPLACING: Final = "bucket expectedBucketOwner"
