"""What the EBS CSI driver needs: `VolumeAdmin` and `SnapshotAdmin`.

Statements of our own rather than the managed policy AmazonEBSCSIDriverPolicyV2: that one reaches every disk of the
account that any cluster's driver made, and every instance. AmazonEBSCSIDriverEKSClusterScopedPolicy compares tags with
a session tag, which only Pod Identity sets; here the cluster's name stands in the document, so it holds with IRSA too.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverEKSClusterScopedPolicy.html

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.identity.aws_documents import Conditions, Statement
from homeport.identity.aws_scope import AwsScope
from homeport.identity.permissions import SnapshotAdmin, VolumeAdmin

#: Tags that decide who may touch a disk: the driver may never change them.
_DECIDING_TAGS: Final = [
    "ebs.csi.aws.com/cluster",
    "ebs.csi.aws.com/cluster-name",
    "kubernetes.io/created-for/pvc/name",
]


def volume_statements(permission: VolumeAdmin, scope: AwsScope) -> Iterator[Statement]:
    """Disks: make, attach, grow, tag, delete."""
    volumes = scope.arn("ec2", "volume/*")
    instances = scope.arn("ec2", "instance/*")
    cluster = str(permission.cluster or scope.cluster)
    theirs, new = _tags(permission, scope)
    yield Statement(
        "ReadDisks",
        (
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInstances",
            "ec2:DescribeVolumeStatus",
            "ec2:DescribeVolumes",
            "ec2:DescribeVolumesModifications",
        ),
        ("*",),
    )
    yield Statement("MakeVolumes", ("ec2:CreateVolume",), (volumes,), new)
    # A copy is asked for on both sides: the new volume has the tag in the request, the old one has it already.
    yield Statement("CopyIntoVolumes", ("ec2:CopyVolumes",), (volumes,), new)
    yield Statement("CopyFromVolumes", ("ec2:CopyVolumes",), (scope.arn("ec2", "volume/vol-*"),), theirs)
    yield Statement(
        "KeepVolumes",
        ("ec2:AttachVolume", "ec2:DeleteVolume", "ec2:DetachVolume", "ec2:ModifyVolume"),
        (volumes,),
        theirs,
    )
    # Managed node groups have the first tag, Karpenter's and Auto Mode's instances the second.
    for sid, tag in (("AttachToNodes", "eks:cluster-name"), ("AttachToKarpenterNodes", "eks:eks-cluster-name")):
        yield Statement(
            sid,
            ("ec2:AttachVolume", "ec2:DetachVolume"),
            (instances,),
            {"StringEquals": {f"aws:ResourceTag/{tag}": [cluster]}},
        )
    yield Statement(
        "TagNewVolumes",
        ("ec2:CreateTags",),
        (volumes,),
        {"StringEquals": {"ec2:CreateAction": ["CopyVolumes", "CreateVolume"]}},
    )
    yield Statement(
        "TagVolumes",
        ("ec2:CreateTags", "ec2:DeleteTags"),
        (volumes,),
        {
            **theirs,
            "ForAllValues:StringNotEquals": {"aws:TagKeys": _DECIDING_TAGS},
            "Null": {"aws:TagKeys": ["false"]},
        },
    )
    yield from _keys(permission, scope)


def snapshot_statements(permission: SnapshotAdmin, scope: AwsScope) -> Iterator[Statement]:
    """Snapshots: take, restore, delete."""
    # The ARN of a snapshot has no account: one that names it matches nothing.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    snapshots = f"arn:{scope.partition}:ec2:{scope.region}::snapshot/*"
    theirs, new = _tags(permission, scope)
    yield Statement("ReadSnapshots", ("ec2:DescribeAvailabilityZones", "ec2:DescribeSnapshots"), ("*",))
    yield Statement("TakeSnapshots", ("ec2:CreateSnapshot",), (snapshots,), new)
    yield Statement("TakeSnapshotsOfVolumes", ("ec2:CreateSnapshot",), (scope.arn("ec2", "volume/*"),), theirs)
    yield Statement("RestoreSnapshots", ("ec2:CreateVolume",), (snapshots,), theirs)
    yield Statement("DeleteSnapshots", ("ec2:DeleteSnapshot",), (snapshots,), theirs)
    yield Statement(
        "TagNewSnapshots",
        ("ec2:CreateTags",),
        (snapshots,),
        {"StringEquals": {"ec2:CreateAction": ["CreateSnapshot"]}},
    )


def _tags(permission: VolumeAdmin | SnapshotAdmin, scope: AwsScope) -> tuple[Conditions, Conditions]:
    """Conditions for disks that exist, and for disks that are being made."""
    if permission.scope == "driver":
        tag, value = "ebs.csi.aws.com/cluster", "true"
    else:
        tag, value = "ebs.csi.aws.com/cluster-name", permission.cluster or scope.cluster
    text = str(value)
    return (
        {"StringEquals": {f"aws:ResourceTag/{tag}": [text]}},
        {"StringEquals": {f"aws:RequestTag/{tag}": [text]}},
    )


def _keys(permission: VolumeAdmin, scope: AwsScope) -> Iterator[Statement]:
    """Keys of encrypted disks, through EC2 alone.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
    """
    arns = tuple(str(key.aws) for key in permission.keys)
    if not arns:
        return
    through = {"kms:ViaService": [f"ec2.{scope.region}.{scope.suffix}"]}
    yield Statement(
        "UseKeysOfVolumes",
        ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"),
        arns,
        {"StringEquals": through},
    )
    yield Statement(
        "LendKeysToEc2",
        ("kms:CreateGrant",),
        arns,
        {"Bool": {"kms:GrantIsForAWSResource": ["true"]}, "StringEquals": through},
    )
