"""Flow logs of a VPC: a log group, and a role that may write into it and do nothing else.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
"""

from __future__ import annotations

import json
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from homeport import naming
from homeport.network.aws_args import AwsFlowLogs

_TRAFFIC: Final = {"all": "ALL", "accepted": "ACCEPT", "rejected": "REJECT"}
_SECONDS: Final = {"1m": 60, "10m": 600}

#: The role's name is automatic, so that a replacement can come before what it replaces.
ROLE_NAME: Final = naming.NameRule(
    "flow logs role",
    r"[A-Za-z0-9+=,.@_-]+",
    1,
    64,
    "letters, digits and + = , . @ _ -",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)


def role_name(name: str) -> str:
    """Logical name of the role, to which its automatic name adds a suffix."""
    return f"{name}-flow-logs-role"


def trust_document(account: str, region: str) -> dict[str, Any]:
    """Who may take the role: the flow logs of this account and region, on whoever's behalf they ask, and nobody else.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": f"arn:{partition(region)}:ec2:{region}:{account}:vpc-flow-log/*"},
                },
            }
        ],
    }


def delivery_document(log_group_arn: str) -> dict[str, Any]:
    """What the role may do: write to streams of this log group. It cannot make the group: a deleted one stays away."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "logs:CreateLogStream",
                    "logs:DescribeLogGroups",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                # The suffix stands for the group's streams.
                "Resource": f"{log_group_arn}:*",
            }
        ],
    }


def partition(region: str) -> str:
    """The part of AWS that a region belongs to, as ARNs name it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def log_group_name(base: str) -> str:
    """Physical name of the log group, which people search for."""
    return f"/homeport/{base}/vpc-flow-logs"


def log_group_arn(base: str, account: str, region: str) -> str:
    """ARN of the log group, put together: a plan then shows what the role may write to before the group exists."""
    return f"arn:{partition(region)}:logs:{region}:{account}:log-group:{log_group_name(base)}"


def flow_logs(
    name: str, args: AwsFlowLogs, *, base: str, vpc: aws.ec2.Vpc, region: str, parent: pulumi.Resource
) -> aws.ec2.FlowLog:
    """Declare the flow logs of a VPC.

    Args:
        name: the component's logical name.
        args: what to log, enabled.
        base: first part of physical names.
        vpc: the VPC.
        region: where it lies.
        parent: the component.
    """
    opts = pulumi.ResourceOptions(parent=parent)
    group = aws.cloudwatch.LogGroup(
        f"{name}-flow-logs-group",
        name=log_group_name(base),
        retention_in_days=args.retention_days,
        kms_key_id=args.key,
        opts=opts,
    )
    role = aws.iam.Role(
        role_name(name),
        assume_role_policy=vpc.owner_id.apply(lambda account: _json(trust_document(account, region))),
        opts=opts,
    )
    policy = aws.iam.RolePolicy(
        f"{name}-flow-logs-policy",
        role=role.name,
        policy=vpc.owner_id.apply(lambda account: _json(delivery_document(log_group_arn(base, account, region)))),
        opts=opts,
    )
    return aws.ec2.FlowLog(
        f"{name}-flow-log",
        vpc_id=vpc.id,
        traffic_type=_TRAFFIC[args.traffic],
        max_aggregation_interval=_SECONDS[args.aggregation],
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        tags={"Name": base},
        opts=pulumi.ResourceOptions(
            parent=parent,
            # The role is no use before it has its rights, and nothing refers to them.
            depends_on=[policy],
            # AWS refuses a second flow log from one VPC to one destination, and most changes replace it.
            delete_before_replace=True,
        ),
    )


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)
