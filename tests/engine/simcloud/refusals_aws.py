"""What AWS refuses in practice, beyond what an SDK's types say."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.engine.simcloud.cloud import Cloud, CloudError, Live
from tests.engine.simcloud.values import Properties, as_map, plain, strings

_CLUSTER: Final = "aws:eks/cluster:Cluster"
_ROLE: Final = "aws:iam/role:Role"
_BUCKET: Final = "aws:s3/bucket:Bucket"
#: Type, property, pattern, longest. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_NAMES: Final = (
    (r"aws:iam/role:", "name", r"[\w+=,.@-]+", 64),
    (r"aws:iam/(policy|rolePolicy):", "name", r"[\w+=,.@-]+", 128),
    (r"aws:eks/cluster:", "name", r"[0-9A-Za-z][0-9A-Za-z_-]*", 100),
    (r"aws:eks/nodeGroup:", "nodeGroupName", r"[0-9A-Za-z][0-9A-Za-z_-]*", 63),
    (r"aws:s3/bucket:", "bucket", r"[a-z0-9][-.a-z0-9]+[a-z0-9]", 63),
    (r"aws:kms/alias:", "name", r"alias/[0-9A-Za-z/_-]+", 256),
    (r"aws:ecr/repository:", "name", r"[a-z0-9]+([._/-][a-z0-9]+)*", 256),
)
#: Type, property, type of what it names: the dependency that is missing shows here.
_MUST_EXIST: Final = (
    (r"aws:eks/(nodeGroup|addon|accessEntry|accessPolicyAssociation|podIdentityAssociation):", "clusterName", _CLUSTER),
    (r"aws:iam/(rolePolicy|rolePolicyAttachment):", "role", _ROLE),
    (r"aws:eks/(nodeGroup):", "nodeRoleArn", _ROLE),
    (r"aws:eks/(cluster|podIdentityAssociation):", "roleArn", _ROLE),
    (r"aws:eks/accessPolicyAssociation:", "principalArn", "aws:eks/accessEntry:AccessEntry"),
    (r"aws:s3/bucket[A-Z]\w*:", "bucket", _BUCKET),
    (r"aws:cloudtrail/trail:", "s3BucketName", "aws:s3/bucketPolicy:BucketPolicy"),
    (r"aws:kms/alias:", "targetKeyId", "aws:kms/key:Key"),
    (r"aws:ecr/(lifecyclePolicy|repositoryPolicy):", "repository", "aws:ecr/repository:Repository"),
    (r"aws:route53/record:", "zoneId", "aws:route53/zone:Zone"),
    (r"aws:autoscaling/tag:", "autoscalingGroupName", "aws:eks/nodeGroup:NodeGroup"),
)
_EC2_ID: Final = re.compile(r"(vpc|subnet|sg|rtb|igw|nat|eipalloc|lt)-[0-9a-f]{17}")
#: AWS lets go the role of a cluster, and can then not delete the cluster: here that shows at once.
#: Type to the types of what holds on to it, and the error that AWS answers then.
_HELD: Final[Mapping[str, tuple[str, str]]] = {
    "aws:ec2/vpc:Vpc": (
        r"aws:ec2/(subnet|internetGateway|vpcEndpoint|securityGroup|routeTable):",
        "DependencyViolation: The vpc {id} has dependencies and cannot be deleted",
    ),
    "aws:ec2/subnet:Subnet": (
        r"aws:eks/(cluster|nodeGroup):|aws:ec2/(natGateway|vpcEndpoint):|aws:rds/",
        "DependencyViolation: The subnet {id} has dependencies and cannot be deleted",
    ),
    "aws:ec2/securityGroup:SecurityGroup": (
        r"aws:eks/cluster:|aws:ec2/(vpcEndpoint|launchTemplate):|aws:vpc/|aws:rds/",
        "DependencyViolation: resource {id} has a dependent object",
    ),
    "aws:ec2/routeTable:RouteTable": (
        r"aws:ec2/routeTableAssociation:",
        "DependencyViolation: The routeTable {id} has dependencies and cannot be deleted",
    ),
    "aws:ec2/eip:Eip": (r"aws:ec2/natGateway:", "InvalidIPAddress.InUse: Address {id} is in use"),
    _ROLE: (
        r"aws:iam/rolePolic|aws:eks/(cluster|nodeGroup|podIdentityAssociation):",
        "DeleteConflict: Cannot delete entity {id}, must detach all policies first",
    ),
    _CLUSTER: (r"aws:eks/nodeGroup:", "ResourceInUseException: Cluster has nodegroups attached"),
    "aws:route53/zone:Zone": (
        r"aws:route53/record:",
        "HostedZoneNotEmpty: The specified hosted zone {id} contains non-required resource record sets",
    ),
}


def check_new_aws(cloud: Cloud, token: str, given: Properties, *, old: Properties | None) -> None:
    """Refuse what AWS would refuse to create, or to change from `old`.

    Raises:
        CloudError: with AWS's reason.
    """
    for pattern, key, allowed, longest in _NAMES:
        name = given.get(key)
        if not isinstance(name, str) or re.match(pattern, token) is None:
            continue
        if len(name) > longest or re.fullmatch(allowed, name) is None:
            raise CloudError(f"ValidationError: {key} {name!r} must match {allowed}, at most {longest} characters")
    for pattern, key, target in _MUST_EXIST:
        name = given.get(key)
        if re.match(pattern, token) and isinstance(name, str) and not _names_live(cloud, target, name):
            raise CloudError(f"ResourceNotFoundException: {key} {name!r}: there is no live {target} of this name")
    _check_ids(cloud, given)
    if token == "aws:ec2/subnet:Subnet" and old is None:
        _check_subnet(cloud, given)
    if token == _CLUSTER:
        _check_version(given, old)
    if token == "aws:eks/nodeGroup:NodeGroup":
        _check_sizes(given)
    if token == "aws:eks/podIdentityAssociation:PodIdentityAssociation" and old is None:
        _check_association(cloud, given)


def check_delete_aws(cloud: Cloud, resource: Live) -> None:
    """Refuse what AWS would refuse to delete.

    Raises:
        CloudError: with AWS's reason.
    """
    if resource.type == _CLUSTER and plain(resource.properties.get("deletionProtection")) is True:
        # Unlike Google's provider, AWS looks at the cluster itself.
        raise CloudError(f"InvalidRequestException: Cluster {resource.id} has deletion protection enabled")
    if resource.type == "aws:ec2/internetGateway:InternetGateway":
        _check_gateway(cloud, resource)
    if resource.type not in _HELD:
        return
    holders, text = _HELD[resource.type]
    names = {resource.id, resource.properties.get("arn")}
    for other in list(cloud.live.values()):
        same_account = other.scope == resource.scope
        if same_account and re.match(holders, other.type) and names & set(strings(other.properties)):
            raise CloudError(f"{text.format(id=resource.id)} (held by {other.type} {other.id})")


def _names_live(cloud: Cloud, target: str, name: str) -> bool:
    """Whether a live resource of the type is called so: by name, id, ARN, or in what it made."""
    own = [r for r in list(cloud.live.values()) if r.type == target]
    return any(name == r.id or name in set(strings(r.properties)) for r in own)


def _check_ids(cloud: Cloud, given: Properties) -> None:
    wanted = {text for text in strings(given) if _EC2_ID.fullmatch(text)}
    if not wanted:
        return
    there = {text for r in list(cloud.live.values()) for text in (r.id, *strings(r.properties))}
    for text in sorted(wanted - there):
        raise CloudError(f"Invalid{text.partition('-')[0].capitalize()}ID.NotFound: The ID {text!r} does not exist")


def _check_gateway(cloud: Cloud, gateway: Live) -> None:
    """Its network may have no public addresses in use. NAT gateways are where ours are."""
    vpc = gateway.properties.get("vpcId")
    subnets = {
        r.id for r in cloud.live.values() if r.type == "aws:ec2/subnet:Subnet" and r.properties.get("vpcId") == vpc
    }
    for other in list(cloud.live.values()):
        if other.type == "aws:ec2/natGateway:NatGateway" and other.properties.get("subnetId") in subnets:
            raise CloudError(
                f"DependencyViolation: Network {vpc} has some mapped public address(es). Please unmap those public "
                f"address(es) before detaching the gateway (held by {other.id})"
            )


def _check_subnet(cloud: Cloud, given: Properties) -> None:
    own = _network(given.get("cidrBlock"))
    vpc = cloud.named("aws:ec2/vpc:Vpc", str(given.get("vpcId")))
    if own is None or vpc is None:
        return
    whole = _network(plain(vpc.properties.get("cidrBlock")))
    if whole is not None and not own.subnet_of(whole):
        raise CloudError(f"InvalidSubnet.Range: The CIDR '{own}' is invalid: it is not in {whole}")
    for other in _subnets(cloud, vpc.id):
        theirs = _network(plain(other.properties.get("cidrBlock")))
        if theirs is not None and own.overlaps(theirs):
            raise CloudError(f"InvalidSubnet.Conflict: The CIDR '{own}' conflicts with another subnet ({other.id})")


def _subnets(cloud: Cloud, vpc: str) -> Iterator[Live]:
    for other in list(cloud.live.values()):
        if other.type == "aws:ec2/subnet:Subnet" and other.properties.get("vpcId") == vpc:
            yield other


def _network(text: Any) -> ipaddress.IPv4Network | None:
    if not isinstance(text, str):
        return None
    try:
        return ipaddress.IPv4Network(text)
    except ValueError as error:
        raise CloudError(f"InvalidParameterValue: {error}") from None


def _check_version(given: Properties, old: Properties | None) -> None:
    """One minor version at a time, and never back.

    https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
    """
    before, after = (plain(found or {}).get("version") for found in (old, given))
    if not before or not after or before == after:
        return
    minor = [int(str(version).split(".")[1]) for version in (before, after)]
    if minor[1] != minor[0] + 1:
        raise CloudError(
            f"InvalidParameterException: Unsupported Kubernetes minor version update from {before} to {after}"
        )


def _check_sizes(given: Properties) -> None:
    sizes = as_map(given.get("scalingConfig")) or {}
    low, wanted, high = (int(sizes.get(key, 0)) for key in ("minSize", "desiredSize", "maxSize"))
    if low > wanted:
        raise CloudError("InvalidParameterException: Minimum capacity can't be greater than desired size")
    if wanted > high:
        raise CloudError("InvalidParameterException: desired capacity can't be greater than max size")


def _check_association(cloud: Cloud, given: Properties) -> None:
    keys = ("clusterName", "namespace", "serviceAccount")
    for other in list(cloud.live.values()):
        same = all(plain(other.properties.get(key)) == given.get(key) for key in keys)
        if other.type == "aws:eks/podIdentityAssociation:PodIdentityAssociation" and same:
            raise CloudError(f"ResourceInUseException: Association already exists: {other.id}")
