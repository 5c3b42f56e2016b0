"""Plans an AWS network: its subnets, what is wrong with them, and how many nodes they carry.

The layout and its table: `homeport.network.aws_layout`. Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence

from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_capacity import PoolNodes, capacity, capacity_problems
from homeport.network.aws_layout import AwsNetworkPlan, Role, Subnet, lay_out, slot
from homeport.network.aws_rules import default_services, services_problems, subnet_rules, zone_problems

__all__ = [
    "AwsNetworkPlan",
    "PoolNodes",
    "Role",
    "Subnet",
    "capacity",
    "capacity_problems",
    "default_services",
    "plan_network",
    "services_problems",
    "slot",
    "zone_problems",
]


def plan_network(args: AwsNetworkArgs, zones: Sequence[str]) -> AwsNetworkPlan:
    """The subnets of a network, as given by hand or planned out of `cidr`, and what is wrong with them.

    It never raises: a range that cannot be planned is missing, and a problem says why. What `AwsNetworkArgs.check`
    reports is not reported again.

    Args:
        args: the section `network`.
        zones: the cluster's zones, the first one first; `zone_problems` says what is wrong with them.
    """
    distinct = tuple(dict.fromkeys(zones))
    subnets = lay_out(args, distinct)
    return AwsNetworkPlan(args, distinct, subnets, tuple(subnet_rules(args, distinct, subnets)))
