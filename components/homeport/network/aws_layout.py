"""Where in `network.cidr` each subnet of an AWS network lies.

Every role has a slot of its own in every zone from a to f, chosen by the zone's letter, so that a planned range never
moves: not when a zone is added, dropped or listed in another order, not when databases are switched on or another range
is given by hand. For a /16, with the zones a, b and c:

| subnets | fraction, each | a | b | c | addresses, each |
|---|---|---|---|---|---|
| private | 1/8 | 10.20.0.0/19 | 10.20.32.0/19 | 10.20.64.0/19 | 8192: 62 nodes of 110 pods |
| private, zones d to f | 1/8 | 10.20.96.0/19 | 10.20.128.0/19 | 10.20.160.0/19 | 8192 |
| public | 1/64 | 10.20.192.0/22 | 10.20.196.0/22 | 10.20.200.0/22 | 1024 |
| intra | 1/128 | 10.20.224.0/23 | 10.20.226.0/23 | 10.20.228.0/23 | 512 |
| databases | 1/256 | 10.20.240.0/24 | 10.20.241.0/24 | 10.20.242.0/24 | 256 |
| free | 1/32 | 10.20.248.0/21 | | | 2048 |

What a whole of another size gives (nodes of 110 pods, in all of three zones):

| whole | private | nodes | public | intra | databases |
|---|---|---|---|---|---|
| /16 | /19 | 186 | /22 | /23 | /24 |
| /17 | /20 | 93 | /23 | /24 | /25 |
| /18 | /21 | 45 | /24 | /25 | /26 |
| /19 | /22 | 21 | /25 | /26 | /27 |
| /20 | /23 | 9 | /26 | /27 | /28 |

AWS takes no VPC larger than /16 and no subnet smaller than /28, and keeps five addresses of each subnet.
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.plan import carve, prefix_of
from homeport.problems import Path, Problem
from homeport.values import Cidr

Role = Literal["private", "public", "intra", "databases"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

#: Prefix lengths of `network.cidr` in which the layout fits.
LARGEST, SMALLEST = 16, 20
#: Letters of zones that have slots: no region has more.
LETTERS: Final = "abcdef"

#: Role to the bits that its slots add to the whole's prefix, and the index of zone a's among blocks of that length.
_SLOTS: Final[dict[Role, tuple[int, int]]] = {
    "private": (3, 0),
    "public": (6, 48),
    "intra": (7, 112),
    "databases": (8, 240),
}


@dataclass(frozen=True, slots=True)
class Subnet:
    """One subnet of the VPC.

    Attributes:
        role: what it is for.
        zone: where it lies.
        cidr: its range.
        planned: whether it comes out of `cidr`; else a field gives it.
    """

    role: Role
    zone: str
    cidr: Cidr
    planned: bool

    @property
    def letter(self) -> str:
        """The zone within its region, for names that are the same in every region."""
        return self.zone[-1]

    @property
    def field(self) -> Path:
        """The field that gives its range, or that would."""
        return ("subnets", self.role, self.zone)

    @property
    def source(self) -> Path:
        """The field that its range comes from, which stands in the settings."""
        return ("cidr",) if self.planned else self.field

    @property
    def words(self) -> str:
        """How to call it in a sentence."""
        return f"the {self.role} subnet of {self.zone}"


@dataclass(frozen=True, slots=True)
class AwsNetworkPlan:
    """The subnets of a network, and what is wrong with them.

    Attributes:
        args: what was planned for.
        zones: where, in the order given; the first holds the single NAT gateway.
        subnets: those to make, by role, then in the order of the zones; none for an existing VPC.
        problems: what is wrong, with paths relative to the section `network`; nothing may be made while there are any.
    """

    args: AwsNetworkArgs
    zones: tuple[str, ...]
    subnets: tuple[Subnet, ...]
    problems: tuple[Problem, ...] = ()

    def of(self, role: Role) -> dict[str, Subnet]:
        """Zone to subnet of a role, in the order of the zones."""
        return {subnet.zone: subnet for subnet in self.subnets if subnet.role == role}

    @property
    def nat_zones(self) -> tuple[str, ...]:
        """Zones with a NAT gateway."""
        if self.args.existing is not None or self.args.nat == "none":
            return ()
        return self.zones if self.args.nat == "per-zone" else self.zones[:1]

    def nat_zone(self, zone: str) -> str | None:
        """The zone whose NAT gateway the private subnet of `zone` uses; None without a way out."""
        return zone if zone in self.nat_zones else next(iter(self.nat_zones), None)


def slot(whole: Cidr, role: Role, zone: str) -> Cidr | None:
    """The range of a role in a zone, whatever else is in use; None where the layout has none."""
    prefix = prefix_of(whole)
    if not LARGEST <= prefix <= SMALLEST or not zone or zone[-1] not in LETTERS:
        return None
    bits, first = _SLOTS[role]
    return carve(whole, prefix + bits, first + LETTERS.index(zone[-1]))


def in_use(args: AwsNetworkArgs) -> tuple[Role, ...]:
    """The roles that the network makes subnets for."""
    if args.existing is not None:
        return ()
    skipped = {*(() if args.public else ("public",)), *(() if args.databases.enabled else ("databases",))}
    return tuple(role for role in ROLES if role not in skipped)


def given(args: AwsNetworkArgs, role: Role) -> dict[str, Cidr]:
    """Zone to the range that a field gives by hand."""
    ranges: dict[str, Cidr] = getattr(args.subnets, role)
    return ranges


def lay_out(args: AwsNetworkArgs, zones: tuple[str, ...]) -> tuple[Subnet, ...]:
    """The subnet of every role in use and zone: as given, or else its slot of `cidr`."""
    out: list[Subnet] = []
    for role in in_use(args):
        for zone in zones:
            by_hand = given(args, role).get(zone)
            cidr = by_hand or (slot(args.cidr, role, zone) if args.cidr else None)
            if cidr is not None:
                out.append(Subnet(role, zone, cidr, planned=by_hand is None))
    return tuple(out)
