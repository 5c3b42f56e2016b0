"""Permissions as IAM policy statements, each scoped to the things it names.

Where an API can scope an action to a resource, the statement does; where the resource only gets its name later (a disk,
a load balancer), a condition on its tags does. What no API can scope is listed in `wildcards`, with AWS's page.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from homeport.identity.aws_disks import snapshot_statements, volume_statements
from homeport.identity.aws_documents import Conditions, Statement
from homeport.identity.aws_load_balancers import load_balancer_statements
from homeport.identity.aws_scope import AwsScope
from homeport.identity.permissions import (
    AutoscalingAdmin,
    BucketReader,
    BucketWriter,
    DnsEditor,
    ImagePuller,
    KeyUser,
    LoadBalancerAdmin,
    Permission,
    RoleAssumer,
    SecretReader,
    SecretWriter,
    SnapshotAdmin,
    VolumeAdmin,
)
from homeport.identity.refs import KeyRef


def statements(permissions: Sequence[Permission], scope: AwsScope) -> list[Statement]:
    """Every statement that the permissions need, in their order.

    Args:
        permissions: without outputs (`Blanks.plain`) and without `problems`.
        scope: the account, region and cluster.
    """
    return [statement for permission in permissions for statement in render(permission, scope)]


def render(permission: Permission, scope: AwsScope) -> Iterator[Statement]:
    """The statements of one permission."""
    match permission:
        case DnsEditor():
            yield from _dns_editor(permission, scope)
        case BucketReader() | BucketWriter():
            yield from _bucket(permission, scope)
        case VolumeAdmin():
            yield from volume_statements(permission, scope)
        case SnapshotAdmin():
            yield from snapshot_statements(permission, scope)
        case SecretReader():
            yield from _secret_reader(permission, scope)
        case SecretWriter():
            yield from _secret_writer(permission, scope)
        case ImagePuller():
            yield from _image_puller(permission, scope)
        case LoadBalancerAdmin():
            yield from load_balancer_statements(permission, scope)
        case AutoscalingAdmin():
            yield from _autoscaling(permission, scope)
        case KeyUser():
            yield Statement(
                "UseKey",
                ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
                (_arn(permission.key),),
            )
        case RoleAssumer():
            # Pod Identity's session tags travel on, and a role that does not take them refuses the whole call.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
            yield Statement("AssumeRole", ("sts:AssumeRole", "sts:TagSession"), (str(permission.role.aws),))


def _dns_editor(permission: DnsEditor, scope: AwsScope) -> Iterator[Statement]:
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    types = "route53:ChangeResourceRecordSetsRecordTypes"
    only: Conditions = (
        {"ForAllValues:StringEquals": {types: list(permission.record_types)}, "Null": {types: ["false"]}}
        if permission.record_types
        else {}
    )
    zones = tuple(f"arn:{scope.partition}:route53:::hostedzone/{_zone_id(zone.aws)}" for zone in permission.zones)
    yield Statement("EditRecords", ("route53:ChangeResourceRecordSets",), zones, only)
    yield Statement("ReadRecords", ("route53:ListResourceRecordSets", "route53:ListTagsForResources"), zones)
    # The id of a change exists only after it was asked for, and tells nothing but whether it is done.
    yield Statement("WaitForRecords", ("route53:GetChange",), (f"arn:{scope.partition}:route53:::change/*",))
    if permission.list_zones:
        yield Statement("FindZones", ("route53:ListHostedZones", "route53:ListHostedZonesByName"), ("*",))


def _zone_id(zone: object) -> str:
    return str(getattr(zone, "zone_id", ""))


def _bucket(permission: BucketReader | BucketWriter, scope: AwsScope) -> Iterator[Statement]:
    writes = isinstance(permission, BucketWriter)
    ref = permission.bucket
    bucket = f"arn:{scope.partition}:s3:::{ref.name}"
    objects = (f"{bucket}/{permission.prefix or ''}*",)
    below: Conditions = {"StringLike": {"s3:prefix": [f"{permission.prefix}*"]}} if permission.prefix else {}
    yield Statement("ListObjects", ("s3:ListBucket",), (bucket,), below)
    yield Statement("FindBucket", ("s3:GetBucketLocation",), (bucket,))
    yield Statement("ReadObjects", ("s3:GetObject",), objects)
    if writes:
        yield Statement(
            "WriteObjects",
            (
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
                "s3:PutObjectTagging",
            ),
            objects,
        )
    if ref.key is not None:
        # A backup bucket may lie in another region, so the service is named without one.
        through: Conditions = {"StringLike": {"kms:ViaService": [f"s3.*.{scope.suffix}"]}}
        actions = ("kms:Decrypt", "kms:GenerateDataKey") if writes else ("kms:Decrypt",)
        yield Statement("UseKeyOfBucket", actions, (_arn(ref.key),), through)


def _secrets(permission: SecretReader | SecretWriter, scope: AwsScope) -> tuple[str, ...]:
    # Secrets Manager ends an ARN with a - and six characters of its own: six ?, so that no longer name fits.
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
    return tuple(scope.arn("secretsmanager", f"secret:{ref.name}-??????") for ref in permission.secrets)


def _secret_reader(permission: SecretReader, scope: AwsScope) -> Iterator[Statement]:
    yield Statement(
        "ReadSecrets",
        (
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetResourcePolicy",
            "secretsmanager:GetSecretValue",
            "secretsmanager:ListSecretVersionIds",
        ),
        _secrets(permission, scope),
    )
    if permission.key is not None:
        yield Statement("UseKeyOfSecretsRead", ("kms:Decrypt",), (_arn(permission.key),), _secrets_manager(scope))


def _secret_writer(permission: SecretWriter, scope: AwsScope) -> Iterator[Statement]:
    yield Statement(
        "WriteSecrets",
        ("secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"),
        _secrets(permission, scope),
    )
    if permission.key is not None:
        # Secrets Manager asks for both when it stores a version.
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        yield Statement(
            "UseKeyOfSecretsWritten",
            ("kms:Decrypt", "kms:GenerateDataKey"),
            (_arn(permission.key),),
            _secrets_manager(scope),
        )


def _secrets_manager(scope: AwsScope) -> Conditions:
    return {"StringEquals": {"kms:ViaService": [f"secretsmanager.{scope.region}.{scope.suffix}"]}}


def _image_puller(permission: ImagePuller, scope: AwsScope) -> Iterator[Statement]:
    ecr = permission.registry.aws
    if ecr is None:
        return
    where = f"arn:{scope.partition}:ecr:{ecr.region or scope.region}:{ecr.account or scope.account}"
    yield Statement("LogInToRegistry", ("ecr:GetAuthorizationToken",), ("*",))
    yield Statement(
        "PullImages",
        ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
        tuple(f"{where}:repository/{name}" for name in ecr.repositories),
    )


def _autoscaling(permission: AutoscalingAdmin, scope: AwsScope) -> Iterator[Statement]:
    # EKS tags the groups behind managed node groups so by itself.
    # https://docs.aws.amazon.com/eks/latest/best-practices/cas.html
    cluster = permission.cluster or scope.cluster
    yield Statement(
        "ReadGroups",
        (
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
        ),
        ("*",),
    )
    yield Statement("ReadNodeGroups", ("eks:DescribeNodegroup",), (scope.arn("eks", f"nodegroup/{cluster}/*"),))
    yield Statement(
        "ResizeGroups",
        ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
        (scope.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*"),),
        {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": ["owned"]}},
    )


def _arn(key: KeyRef) -> str:
    return str(key.aws)
