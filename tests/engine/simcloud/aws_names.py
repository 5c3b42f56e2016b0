"""Ids and ARNs as AWS gives them.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.engine.simcloud.samples import Context
from tests.engine.simcloud.values import Properties

#: Resources of EC2 have a prefix and 17 hexadecimal digits.
_PREFIXES: Final[Mapping[str, str]] = {
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
    "aws:ec2/routeTable:RouteTable": "rtb",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
    "aws:ec2/internetGateway:InternetGateway": "igw",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/eip:Eip": "eipalloc",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
    "aws:ec2/flowLog:FlowLog": "fl",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "a",
}
#: What a type that is named by others of its properties joins, and with what.
_JOINED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "aws:eks/nodeGroup:NodeGroup": (":", ("clusterName", "nodeGroupName")),
    "aws:eks/addon:Addon": (":", ("clusterName", "addonName")),
    "aws:eks/accessEntry:AccessEntry": (":", ("clusterName", "principalArn")),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": ("#", ("clusterName", "principalArn", "policyArn")),
    "aws:iam/rolePolicy:RolePolicy": (":", ("role", "name")),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("/", ("role", "policyArn")),
    "aws:route53/record:Record": ("_", ("zoneId", "name", "type", "setIdentifier")),
    "aws:ec2/route:Route": ("-", ("routeTableId", "destinationCidrBlock", "destinationPrefixListId")),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("", ("repository",)),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("", ("repository",)),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("-", ("vpcId",)),
}
#: Parts of an ARN before and after the account, or all of it; `{name}` and `{id}` stand for the resource's.
_ARNS: Final[Mapping[str, str]] = {
    "aws:cloudtrail/trail:Trail": "cloudtrail:{region}:{account}:trail/{name}",
    "aws:cloudwatch/logGroup:LogGroup": "logs:{region}:{account}:log-group:{name}",
    "aws:ecr/repository:Repository": "ecr:{region}:{account}:repository/{name}",
    "aws:eks/cluster:Cluster": "eks:{region}:{account}:cluster/{name}",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "iam::{account}:oidc-provider/{name}",
    "aws:iam/policy:Policy": "iam::{account}:policy/{name}",
    "aws:iam/role:Role": "iam::{account}:role/{name}",
    "aws:kms/alias:Alias": "kms:{region}:{account}:{name}",
    "aws:kms/key:Key": "kms:{region}:{account}:key/{id}",
    "aws:route53/zone:Zone": "route53:::hostedzone/{id}",
    "aws:s3/bucket:Bucket": "s3:::{name}",
}
#: The provider takes the ARN of these as their id.
_ID_IS_ARN: Final = frozenset(
    {
        "aws:cloudtrail/trail:Trail",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/policy:Policy",
    }
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a resource is called.

    Attributes:
        id: by the provider.
        arn: by AWS.
    """

    id: str
    arn: str


def identity(token: str, context: Context, given: Properties) -> Identity:
    """Id and ARN of a new resource.

    Args:
        token: its type.
        context: `project` is the account.
        given: its inputs, and the name that it has.
    """
    id_ = _id(token, context, given)
    pattern = _ARNS.get(token)
    if pattern is None:
        service, kind = token.split(":")[1].split("/", maxsplit=1)[0], token.rsplit(":", 1)[-1].lower()
        pattern = f"{'ec2' if service == 'vpc' else service}:{{region}}:{{account}}:{kind}/{{id}}"
    arn = (
        f"arn:aws:{pattern.format(region=context.region, account=context.project, name=_name(given, context), id=id_)}"
    )
    return Identity(arn if token in _ID_IS_ARN else id_, arn)


def _name(given: Properties, context: Context) -> str:
    url = given.get("url")
    return url.removeprefix("https://") if isinstance(url, str) else context.name


def _id(token: str, context: Context, given: Properties) -> str:
    if token in _PREFIXES:
        return f"{_PREFIXES[token]}-{context.digest[:17]}"
    if token in _JOINED:
        between, keys = _JOINED[token]
        return between.join(str(given[key]) for key in keys if given.get(key))
    special: Mapping[str, Callable[[], str]] = {
        "aws:kms/key:Key": lambda: str(uuid.UUID(context.digest[:32])),
        "aws:route53/zone:Zone": lambda: f"Z{context.digest[:20].upper()}",
        "aws:budgets/budget:Budget": lambda: f"{context.project}:{context.name}",
        "aws:autoscaling/tag:Tag": lambda: f"{given.get('autoscalingGroupName')},{(given.get('tag') or {}).get('key')}",
    }
    if token in special:
        return special[token]()
    bucket = given.get("bucket")
    return bucket if token.startswith("aws:s3/") and isinstance(bucket, str) else context.name
