"""Plans a GKE network: its ranges, what is wrong with them, and how many nodes they carry.

The layout and its table: `homeport.network.gcp_layout`. Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_capacity import Capacity, capacity, capacity_problems
from homeport.network.gcp_layout import NetworkPlan, Range, Role, lay_out, slot
from homeport.network.gcp_rules import range_problems

__all__ = [
    "Capacity",
    "NetworkPlan",
    "Range",
    "Role",
    "capacity",
    "capacity_problems",
    "plan_network",
    "slot",
]


def plan_network(args: GcpNetworkArgs) -> NetworkPlan:
    """The ranges of a network, as given by hand or planned out of `cidr`, and what is wrong with them.

    It never raises: a range that cannot be planned is missing, and a problem says why. What `GcpNetworkArgs.check`
    reports is not reported again.
    """
    ranges = lay_out(args)
    return NetworkPlan(args, ranges, tuple(range_problems(args, ranges)))
