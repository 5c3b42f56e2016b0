"""VPC endpoints: which AWS services a cluster calls, and how AWS names their endpoints.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

#: What a cluster cannot do without once its nodes have no way to the internet: service to what calls it.
#: https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
NEEDED: Final[Mapping[str, str]] = {
    "autoscaling": "the cluster autoscaler",
    "ec2": "nodes that join, the VPC CNI, the EBS CSI driver",
    "ecr.api": "image pulls",
    "ecr.dkr": "image pulls",
    "eks": "nodes that look their cluster up",
    "eks-auth": "EKS Pod Identity",
    "elasticloadbalancing": "the load balancer controller",
    "sts": "IAM roles for service accounts",
}

#: What `interface: cluster` adds, so that logs, secrets and the session-manager path work too.
#: `ec2messages` is not among them: agents from 3.3.40.0 on (2024) use `ssmmessages` alone, newer regions lack it.
#: https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
USEFUL: Final[Mapping[str, str]] = {
    "kms": "keys of encrypted volumes and secrets",
    "logs": "logs sent to CloudWatch",
    "secretsmanager": "secrets read by workloads",
    "ssm": "Session Manager, AMI look-ups of Karpenter",
    "ssmmessages": "Session Manager",
}

#: The preset `cluster`.
CLUSTER: Final[tuple[str, ...]] = tuple(sorted({**NEEDED, **USEFUL}))

#: The gateway endpoint without which no image can be pulled: ECR keeps layers in S3.
#: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
NEEDED_GATEWAY: Final = "s3"

#: Services whose endpoints are not regional, and the region that AWS serves them from.
#: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
_GLOBAL: Final[Mapping[str, str]] = {"iam": "us-east-1", "route53": "us-east-1"}


@dataclass(frozen=True, slots=True)
class EndpointService:
    """How AWS names the other side of an endpoint.

    Attributes:
        name: full service name, for example com.amazonaws.eu-central-1.ecr.api.
        region: region of the service where it is not the VPC's own; None otherwise.
    """

    name: str
    region: str | None = None


def endpoint_service(service: str, region: str) -> EndpointService:
    """The full name of a service, given its short one.

    Args:
        service: short name, for example ecr.api.
        region: the VPC's region. China's names follow no single rule and are not covered.
    """
    home = _GLOBAL.get(service)
    if home is None:
        return EndpointService(f"com.amazonaws.{region}.{service}")
    return EndpointService(f"com.amazonaws.{service}", home if home != region else None)


def missing(services: Iterable[str]) -> tuple[str, ...]:
    """What is needed without a way to the internet and not among `services`, sorted."""
    return tuple(sorted(set(NEEDED) - set(services)))
