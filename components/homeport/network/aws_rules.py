"""What can be wrong with the zones and ranges of an AWS network.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_layout import LETTERS, SMALLEST, Role, Subnet, given, in_use
from homeport.network.plan import free_range, inside, overlaps, prefix_of, share, size, smallest_prefix
from homeport.problems import Path, Problem
from homeport.values import Cidr

#: Addresses that AWS keeps of every subnet. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
RESERVED: Final = 5
#: Addresses that EKS asks for in each subnet of the control plane's interfaces.
#: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#cluster-subnets
CONTROL_PLANE: Final = 6
#: Ranges from which EKS itself would choose for Services; the first unless the VPC shares addresses with it.
SERVICES: Final[tuple[Cidr, ...]] = ("172.20.0.0/16", "10.100.0.0/16")

#: Role to the longest prefix of its subnets, and who asks for it.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
_SMALLEST_SUBNET: Final[dict[Role, tuple[int, str]]] = {
    "private": (28, "AWS takes no smaller subnet"),
    "public": (27, "application load balancers ask for it"),
    "intra": (28, "AWS takes no smaller subnet"),
    "databases": (28, "AWS takes no smaller subnet"),
}


def subnet_rules(args: AwsNetworkArgs, zones: tuple[str, ...], subnets: tuple[Subnet, ...]) -> Iterator[Problem]:
    """Everything that is wrong with the subnets of a network; paths relative to its section."""
    yield from _existing_problems(args, zones)
    yield from _unplanned_problems(args, zones, subnets)
    yield from _zone_names_problems(args, zones)
    yield from _subnet_problems(args, subnets)
    yield from _overlap_problems(args, subnets)
    yield from _intra_problems(args, subnets)


def zone_problems(zones: Sequence[str], *, region: str) -> Iterator[Problem]:
    """What is wrong with a cluster's zones; paths relative to the section that holds `zones` and `region`.

    https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#cluster-subnets
    """
    example = ", ".join(f"{region}{letter}" for letter in "abc")
    if len(set(zones)) < 2:
        yield Problem(
            ("zones",),
            "EKS needs subnets in two zones at least, and the control plane keeps to the zones that it begins with",
            f"name two or three, for example [{example}]",
            ", ".join(zones),
        )
    for index, zone in enumerate(zones):
        if zone[:-1] != region or zone[-1] not in LETTERS:
            yield Problem(
                ("zones", index),
                f"is no zone of {region}: the region and a letter from a to f",
                f"use zones of the region, for example {region}a",
                zone,
                related=(("region",),),
            )
        if zone in zones[:index]:
            yield Problem(("zones", index), "stands in the list twice", "remove one of them", zone)


def default_services(args: AwsNetworkArgs) -> Cidr:
    """The range for Services unless the cluster's arguments give one.

    It depends on the VPC's range alone, so that it cannot change for a running cluster, which would replace it.
    """
    whole = args.whole
    return next((cidr for cidr in SERVICES if whole is None or not share(cidr, whole)), SERVICES[0])


def services_problems(args: AwsNetworkArgs, services: Cidr | None = None) -> Iterator[Problem]:
    """Whether the cluster's range for Services shares addresses with the VPC or its peers.

    EKS refuses the first; with the second, pods reach a Service where they meant a peer.

    Args:
        args: the section `network`.
        services: the cluster's range; default: `default_services`.
    """
    own = services or default_services(args)
    taken = [cidr for cidr in (args.whole, *args.peers.values()) if cidr is not None]
    free = free_range(prefix_of(own), taken)
    instead = f'give the cluster a range for Services that is free, for example "{free}"' if free else ""
    if args.whole is not None and share(own, args.whole):
        yield Problem(
            ("existing", "cidr") if args.existing else ("cidr",),
            f"shares addresses with the cluster's range for Services, {own}, which EKS refuses",
            instead,
            args.whole,
        )
    for name, peer in args.peers.items():
        if share(own, peer):
            yield Problem(
                ("peers", name),
                f"shares addresses with the cluster's range for Services, {own}: pods would not reach the peer there",
                instead + ("; a running cluster's cannot change" if instead else ""),
                peer,
            )


def _existing_problems(args: AwsNetworkArgs, zones: tuple[str, ...]) -> Iterator[Problem]:
    if args.existing is None:
        return
    lacking = [zone for zone in zones if zone not in args.existing.private_subnets]
    if lacking:
        yield Problem(
            ("existing", "private_subnets"),
            f"the cluster's zones have no private subnet here: {', '.join(lacking)}",
            "add " + ", ".join(f"{zone}: subnet-..." for zone in lacking) + "; or take the zones from the cluster",
        )


def _unplanned_problems(args: AwsNetworkArgs, zones: tuple[str, ...], subnets: tuple[Subnet, ...]) -> Iterator[Problem]:
    found = {(subnet.role, subnet.zone) for subnet in subnets}
    lacking = [f"{role}.{zone}" for role in in_use(args) for zone in zones if (role, zone) not in found]
    if args.cidr is not None and lacking and prefix_of(args.cidr) > SMALLEST:
        yield Problem(
            ("cidr",),
            f"too small to plan in: subnets for nodes and pods in several zones need /{SMALLEST} at least",
            f"use a /{SMALLEST} or larger, /16 where there is room; or give each range by hand, in subnets: "
            + ", ".join(lacking),
            args.cidr,
            related=(("subnets",),),
        )


def _zone_names_problems(args: AwsNetworkArgs, zones: tuple[str, ...]) -> Iterator[Problem]:
    named: dict[Path, Sequence[str]] = {("subnets", role): list(given(args, role)) for role in in_use(args)}
    if args.nat != "none":
        named[("nat_allocations",)] = list(args.nat_allocations)
    for path, keys in named.items():
        for zone in keys:
            if zone not in zones:
                yield Problem(
                    (*path, zone),
                    f"is not among the cluster's zones, {', '.join(zones)}, so nothing would be made of it",
                    "correct the zone, or remove the entry",
                )
    unused = [zone for zone in args.nat_allocations if zone in zones[1:]]
    if args.nat == "single" and unused:
        for zone in unused:
            yield Problem(
                ("nat_allocations", zone),
                f"has no effect: nat is single, and its gateway lies in the first zone, {zones[0]}",
                f"name {zones[0]}, or set nat: per-zone",
                related=(("nat",),),
            )


def _subnet_problems(args: AwsNetworkArgs, subnets: tuple[Subnet, ...]) -> Iterator[Problem]:
    whole = args.cidr
    for subnet in subnets:
        prefix, (smallest, why) = prefix_of(subnet.cidr), _SMALLEST_SUBNET[subnet.role]
        if whole is not None and not inside(subnet.cidr, whole):
            yield Problem(
                subnet.field,
                f"lies outside the VPC's range, {whole}",
                _free(whole, max(prefix, prefix_of(whole)), subnets),
                subnet.cidr,
                related=(("cidr",),),
            )
        elif prefix > smallest:
            yield Problem(
                subnet.field,
                f"too small for {subnet.words}: /{smallest} at least, {why}",
                _free(whole, smallest, subnets) if whole else f"use a /{smallest}",
                subnet.cidr,
            )


def _overlap_problems(args: AwsNetworkArgs, subnets: tuple[Subnet, ...]) -> Iterator[Problem]:
    by_name = {f"{subnet.role}.{subnet.zone}": subnet for subnet in subnets}
    for pair in overlaps({name: subnet.cidr for name, subnet in by_name.items()}):
        first, second = by_name[pair.first], by_name[pair.second]
        # The one to change is the one written by hand: a planned range has its fixed place.
        wrong, other = (first, second) if second.planned else (second, first)
        yield Problem(
            wrong.source,
            f"{wrong.words} shares addresses with {other.words}, {other.cidr}",
            _free(args.cidr, prefix_of(wrong.cidr), subnets) if args.cidr else "",
            wrong.cidr,
            related=(other.source,),
        )


def _intra_problems(args: AwsNetworkArgs, subnets: tuple[Subnet, ...]) -> Iterator[Problem]:
    endpoints = len(args.endpoints.services)
    prefix = smallest_prefix(CONTROL_PLANE + endpoints + RESERVED)
    for subnet in subnets:
        if subnet.role == "intra" and prefix < prefix_of(subnet.cidr) <= _SMALLEST_SUBNET["intra"][0]:
            yield Problem(
                subnet.source,
                f"{subnet.words}, {subnet.cidr}, has {size(subnet.cidr) - RESERVED} addresses; the control plane takes"
                f" {CONTROL_PLANE}, and {endpoints} interface endpoints one each",
                f"give subnets.intra a /{prefix} in each zone, or name fewer interface endpoints",
                subnet.cidr if not subnet.planned else args.cidr,
                related=(("endpoints", "interface"),),
            )
            return


def _free(whole: Cidr, prefix: int, subnets: tuple[Subnet, ...]) -> str:
    found = free_range(prefix, [subnet.cidr for subnet in subnets], [whole])
    return (
        f'use a free range of it, for example "{found}"'
        if found
        else f"{whole} has no free /{prefix}: use smaller ones"
    )
