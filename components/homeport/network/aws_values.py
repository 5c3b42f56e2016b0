"""Value types of AWS settings: text with a rule, checked where it is written.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from homeport.model import rule_error
from homeport.network.plan import RFC1918, inside, prefix_of
from homeport.values import Cidr

_ZONE: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+[a-z]")


def _zone(value: str) -> str:
    if not _ZONE.fullmatch(value):
        raise rule_error(
            "must be an availability zone: the region and a letter; EKS takes neither Local Zones nor "
            "Wavelength Zones, and ids such as euc1-az1 are not names",
            "for example eu-central-1a",
        )
    return value


def _prefixed(prefix: str, what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(rf"{prefix}-[0-9a-f]{{8,17}}", value):
            raise rule_error(f"must be the id of {what}", f"for example {prefix}-0123456789abcdef0")
        return value

    return AfterValidator(check)


def _services_cidr(value: str) -> str:
    if not inside(value, *RFC1918) or not 12 <= prefix_of(value) <= 24:
        raise rule_error(
            "must be a range between /12 and /24 in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16: what EKS takes for "
            "Services",
            "for example 172.20.0.0/16",
        )
    return value


#: An availability zone, for example eu-central-1a.
AwsZone = Annotated[str, AfterValidator(_zone)]
#: The range of a cluster's Services as EKS accepts it; for the cluster's arguments.
#: https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
ServicesCidr = Annotated[Cidr, AfterValidator(_services_cidr)]
VpcId = Annotated[str, _prefixed("vpc", "a VPC")]
SubnetId = Annotated[str, _prefixed("subnet", "a subnet")]
AllocationId = Annotated[str, _prefixed("eipalloc", "an Elastic IP's allocation")]
