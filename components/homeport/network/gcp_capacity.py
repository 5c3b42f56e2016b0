"""How many nodes and services fit into the ranges of a GKE network, and what to do where they do not.

Each node takes a block of the pods range that holds at least twice its most pods (110: 256 addresses, a /24), and an
address of the nodes range, where Google keeps 4.
https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr
https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from homeport.network.gcp_args import FEWEST_NAT_PORTS, MOST_NAT_ADDRESSES
from homeport.network.gcp_free import FreeSpace
from homeport.network.gcp_layout import LARGEST, NetworkPlan, Range
from homeport.network.plan import prefix_of, size, smallest_prefix
from homeport.problems import Problem, dotted

#: Addresses of a subnet's primary range that Google keeps.
RESERVED_IN_SUBNET: Final = 4
#: Source ports that one address of Cloud NAT offers: those above the well-known ones.
#: https://cloud.google.com/nat/docs/ports-and-addresses#ports
PORTS_PER_NAT_ADDRESS: Final = 64512


@dataclass(frozen=True, slots=True)
class Capacity:
    """What fits into a network.

    Attributes:
        nodes: most nodes in all; None where the ranges are not known (an existing network).
        by_pods: most nodes for which the pods range has a block.
        by_nodes: most nodes for which the nodes range has an address.
        services: most Kubernetes Services with an address of their own.
    """

    nodes: int | None
    by_pods: int | None
    by_nodes: int | None
    services: int | None


def pod_block(max_pods: int) -> int:
    """Addresses that a node takes out of the pods range: 256 for 110 pods, 128 for 64, 64 for 32, 512 for 256."""
    return 2 ** (32 - smallest_prefix(2 * max_pods))


def capacity(plan: NetworkPlan, max_pods: int) -> Capacity:
    """What fits into the network if every node runs `max_pods` pods at most."""
    by_pods = size(plan.pods) // pod_block(max_pods) if plan.pods else None
    by_nodes = max(size(plan.nodes) - RESERVED_IN_SUBNET, 0) if plan.nodes else None
    known = [limit for limit in (by_pods, by_nodes) if limit is not None]
    return Capacity(min(known, default=None), by_pods, by_nodes, size(plan.services) if plan.services else None)


def capacity_problems(plan: NetworkPlan, pools: Mapping[str, tuple[int, int]]) -> Iterator[Problem]:
    """Ranges that are too small for what the node pools can grow to.

    Args:
        plan: the network.
        pools: node pool to its most nodes, those of an upgrade included, and its most pods per node.

    Yields:
        Problems with paths relative to the section `network`; each names a range that would do and pools to lower.
    """
    nodes = {name: count for name, (count, _) in pools.items()}
    addresses = {name: count * pod_block(most_pods) for name, (count, most_pods) in pools.items()}
    blocks = {name: pod_block(most_pods) for name, (_, most_pods) in pools.items()}
    total = sum(nodes.values())
    free = FreeSpace(plan.args, plan.ranges)
    if "nodes" in plan.ranges:
        found = plan.ranges["nodes"]
        room = size(found.cidr) - RESERVED_IN_SUBNET
        if total > room:
            yield Problem(
                found.field,
                f"{_placed(found)}has addresses for {max(room, 0)} nodes (Google keeps {RESERVED_IN_SUBNET}), and the "
                f"node pools can have {total} with those of an upgrade",
                _fix(
                    plan, found, free, total + RESERVED_IN_SUBNET, _lower(nodes, dict.fromkeys(nodes, 1), total - room)
                ),
                found.cidr,
                related=_related(found),
            )
    if "pods" in plan.ranges:
        found = plan.ranges["pods"]
        needed, room = sum(addresses.values()), size(found.cidr)
        if needed > room:
            yield Problem(
                found.field,
                f"{_placed(found)}has {room} addresses, and the {total} nodes that the node pools can have with those "
                f"of an upgrade take {needed} for their pods ({_shares(nodes, blocks)})",
                _fix(plan, found, free, needed, _lower(addresses, blocks, needed - room)),
                found.cidr,
                related=_related(found),
            )
    yield from _nat_problems(plan, nodes)


def _nat_problems(plan: NetworkPlan, nodes: Mapping[str, int]) -> Iterator[Problem]:
    nat, total = plan.args.nat, sum(nodes.values())
    if plan.args.existing is not None or not nat.enabled or nat.addresses == 0 or total == 0:
        return
    room = nat.addresses * (PORTS_PER_NAT_ADDRESS // nat.min_ports_per_vm)
    if total <= room:
        return
    options: list[str] = []
    needed = -(-total // (PORTS_PER_NAT_ADDRESS // nat.min_ports_per_vm))
    if needed <= MOST_NAT_ADDRESSES:
        options.append(f"write {needed}")
    ports = 2 ** ((nat.addresses * PORTS_PER_NAT_ADDRESS // total).bit_length() - 1)
    if ports >= FEWEST_NAT_PORTS:
        options.append(f"lower nat.min_ports_per_vm to {ports}")
    options.append(_lower(nodes, dict.fromkeys(nodes, 1), total - room))
    yield Problem(
        ("nat", "addresses"),
        f"so many reserved addresses serve {room} nodes at {nat.min_ports_per_vm} ports each, and the node pools can "
        f"have {total} with those of an upgrade",
        ", or ".join(options),
        nat.addresses,
        related=(("nat", "min_ports_per_vm"),) if "min_ports_per_vm" in nat.model_fields_set else (),
    )


def _placed(found: Range) -> str:
    return "planned out of cidr, " if found.planned else ""


def _related(found: Range) -> tuple[tuple[str | int, ...], ...]:
    return (("cidr",),) if found.planned else ()


def _shares(nodes: Mapping[str, int], blocks: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {count} x {blocks[name]}" for name, count in nodes.items() if count)


def _fix(plan: NetworkPlan, found: Range, free: FreeSpace, needed: int, lower: str) -> str:
    prefix = smallest_prefix(needed)
    options: list[str] = []
    exact = free.for_role(found.role, prefix)
    if exact:
        options.append(f'write {dotted(found.field)}: "{exact}" (/{prefix} or larger)')
    if found.planned and plan.args.cidr:
        bits = prefix_of(found.cidr) - prefix_of(plan.args.cidr)
        whole = free.whole(prefix - bits) if prefix - bits >= LARGEST else None
        if whole:
            options.append(f'write cidr: "{whole}"')
    if options:
        options[-1] += ", before the cluster exists"
    return ", or ".join([*options, lower])


def _lower(used: Mapping[str, int], per_node: Mapping[str, int], excess: int) -> str:
    """Which pools to lower, and by how many nodes, largest first, until `excess` is gone."""
    steps: list[str] = []
    for name in sorted(used, key=lambda name: (-used[name], name)):
        if excess <= 0:
            break
        nodes = min(-(-excess // per_node[name]), used[name] // per_node[name])
        if nodes:
            steps.append(f"{name} by {nodes}")
            excess -= nodes * per_node[name]
    return f"lower the most nodes of {' and '.join(steps)}"
