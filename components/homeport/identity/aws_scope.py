"""The AWS account, region and cluster that a policy is for.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass


def partition_of(region: str) -> str:
    """The partition of a region: the second part of every ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass(frozen=True, slots=True)
class AwsScope:
    """Where a policy holds, as text; names that only AWS can say are marks (see `templates`).

    Attributes:
        account: twelve digits.
        region: for example eu-central-1.
        cluster: name of the EKS cluster.
    """

    account: str
    region: str
    cluster: str

    @property
    def partition(self) -> str:
        """aws, aws-cn or aws-us-gov."""
        return partition_of(self.region)

    @property
    def suffix(self) -> str:
        """The domain of service names."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"
