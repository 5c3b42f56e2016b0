"""How many nodes fit into the private subnets of an AWS network, and what to do where they do not.

An estimate, for the VPC CNI with prefix delegation: a node takes prefixes of 16 addresses for its most pods, one more
that is kept warm, and an address for each of two network interfaces: 130 addresses for 110 pods. AWS's five addresses
lie in the first and the last prefix of a subnet, so that these two cannot be used. Internal load balancers, which take
eight addresses or more each, are not counted, nor is what scattered single addresses cost.
https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from homeport.network.aws_layout import LARGEST, AwsNetworkPlan, Subnet
from homeport.network.plan import carve, free_range, prefix_of, size, smallest_prefix
from homeport.problems import Problem

#: Addresses of a delegated prefix, a /28.
PREFIX_SIZE: Final = 16
#: Prefixes that the VPC CNI keeps ready beyond what is in use (WARM_PREFIX_TARGET).
#: https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/prefix-and-ip-target.md
WARM_PREFIXES: Final = 1
#: Network interfaces of a node, one address each, that its prefixes need.
INTERFACES: Final = 2
#: A quarter of the whole: the largest private subnets that leave the other roles their slots, in three zones at most.
_QUARTER_BITS, _QUARTERS = 2, 3


class PoolNodes(NamedTuple):
    """What a node pool can grow to."""

    nodes: int
    """Most nodes in all zones together, those of an upgrade included."""
    max_pods: int
    """Most pods per node."""
    zones: tuple[str, ...] = ()
    """Its zones; none: all of the cluster's."""


class _Demand(NamedTuple):
    subnet: Subnet
    room: int
    nodes: dict[str, int]
    """Pool to its nodes in this zone."""
    each: dict[str, int]
    """Pool to the addresses of each of its nodes."""

    @property
    def needed(self) -> int:
        return sum(count * self.each[name] for name, count in self.nodes.items())


def node_addresses(max_pods: int) -> int:
    """Addresses that a node takes out of its private subnet."""
    return PREFIX_SIZE * (-(-max_pods // PREFIX_SIZE) + WARM_PREFIXES) + INTERFACES


def zone_capacity(subnet: Subnet, max_pods: int) -> int:
    """Most nodes in one private subnet if each runs `max_pods` pods at most."""
    return _room(subnet) // node_addresses(max_pods)


def capacity(plan: AwsNetworkPlan, max_pods: int) -> int | None:
    """Most nodes in all zones if each runs `max_pods` pods at most; None for an existing VPC, whose ranges are unknown.

    Nodes spread evenly, so that the smallest subnet sets the limit.
    """
    private = plan.of("private")
    return (
        min((zone_capacity(one, max_pods) for one in private.values()), default=0) * len(private) if private else None
    )


def capacity_problems(plan: AwsNetworkPlan, pools: Mapping[str, PoolNodes]) -> Iterator[Problem]:
    """Private subnets that are too small for what the node pools can grow to.

    Args:
        plan: the network.
        pools: name to what the pool can grow to; its nodes spread evenly over its zones.

    Yields:
        Problems with paths relative to the section `network`; of planned subnets the one that lacks most.
    """
    short = [demand for demand in _demands(plan, pools) if demand.needed > demand.room]
    planned = [demand for demand in short if demand.subnet.planned]
    worst = max(planned, key=lambda demand: demand.needed - demand.room, default=None)
    for demand in short:
        if demand.subnet.planned and demand is not worst:
            continue
        shares = ", ".join(f"{name}: {count} x {demand.each[name]}" for name, count in demand.nodes.items() if count)
        yield Problem(
            demand.subnet.source,
            f"{demand.subnet.words}, {demand.subnet.cidr}, has room for {demand.room} addresses of nodes and pods; the"
            f" node pools can take {demand.needed} there with the nodes of an upgrade ({shares})",
            _fix(plan, pools, demand),
            plan.args.cidr if demand.subnet.planned else demand.subnet.cidr,
            related=(("subnets", "private"),) if demand.subnet.planned else (),
        )


def _room(subnet: Subnet) -> int:
    return max(size(subnet.cidr) - 2 * PREFIX_SIZE, 0)


def _demands(plan: AwsNetworkPlan, pools: Mapping[str, PoolNodes]) -> Iterator[_Demand]:
    for zone, subnet in plan.of("private").items():
        here = {name: pool for name, pool in pools.items() if zone in (pool.zones or plan.zones)}
        yield _Demand(
            subnet,
            _room(subnet),
            {name: -(-pool.nodes // len(pool.zones or plan.zones)) for name, pool in here.items()},
            {name: node_addresses(pool.max_pods) for name, pool in here.items()},
        )


def _fix(plan: AwsNetworkPlan, pools: Mapping[str, PoolNodes], demand: _Demand) -> str:
    larger = " or ".join(_larger(plan, demand))
    lower = _lower(pools, demand, plan)
    return f"before the cluster exists, {larger}; else {lower}" if larger else lower


def _larger(plan: AwsNetworkPlan, demand: _Demand) -> Iterator[str]:
    whole, prefix = plan.args.cidr, smallest_prefix(demand.needed + 2 * PREFIX_SIZE)
    if not demand.subnet.planned:
        yield f"use a /{prefix} or larger"
    elif whole is not None:
        if prefix == prefix_of(whole) + _QUARTER_BITS and len(plan.zones) <= _QUARTERS:
            ranges = ", ".join(f'{zone}: "{carve(whole, prefix, i)}"' for i, zone in enumerate(plan.zones))
            yield f"write subnets: {{private: {{{ranges}}}}}"
        wider = prefix - (prefix_of(demand.subnet.cidr) - prefix_of(whole))
        free = free_range(wider, plan.args.peers.values()) if wider >= LARGEST else None
        if free:
            yield f'write cidr: "{free}"'


def _lower(pools: Mapping[str, PoolNodes], demand: _Demand, plan: AwsNetworkPlan) -> str:
    """Which pools to lower, and by how many nodes in all zones, largest first, until the subnet suffices."""
    excess = demand.needed - demand.room
    steps: list[str] = []
    for name in sorted(demand.nodes, key=lambda name: (-demand.nodes[name] * demand.each[name], name)):
        if excess <= 0:
            break
        fewer = min(-(-excess // demand.each[name]), demand.nodes[name])
        zones = len(pools[name].zones or plan.zones)
        steps.append(f"{name} by {pools[name].nodes - zones * (demand.nodes[name] - fewer)}")
        excess -= fewer * demand.each[name]
    return f"lower the most nodes of {' and '.join(steps)}, or their max_pods"
