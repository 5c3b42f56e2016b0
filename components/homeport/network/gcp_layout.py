"""Where in `network.cidr` each range of a GKE network lies.

Every role has a slot of its own, so that a planned range never moves: not when a peer, a pool or a database is added,
not when another range is given by hand. In fractions of the whole, and for a /16:

| slot | fraction | of 10.20.0.0/16 | addresses |
|---|---|---|---|
| pods | first half | 10.20.0.0/17 | 32768: 128 nodes of 110 pods |
| free, for a second range of pods | third quarter | 10.20.128.0/18 | 16384 |
| nodes | 13th sixteenth | 10.20.192.0/20 | 4096, 4 of them Google's |
| services | 14th sixteenth | 10.20.208.0/20 | 4096 |
| databases | 15th sixteenth | 10.20.224.0/20 | 4096 |
| control plane | first /28 of the 16th sixteenth | 10.20.240.0/28 | 16 |
| free, for proxy-only subnets and the like | the rest of it | 10.20.240.16 to 10.20.255.255 | 4080 |

What a whole of another size gives (nodes of the cluster at 110 and at 32 pods each):

| whole | pods | nodes of 110 | nodes of 32 | nodes, services, databases |
|---|---|---|---|---|
| /12 | /13 | 2048 | 8192 | /16 each |
| /14 | /15 | 512 | 2048 | /18 each |
| /15 | /16 | 256 | 1024 | /19 each |
| /16 | /17 | 128 | 512 | /20 each |
| /17 | /18 | 64 | 256 | /21 each |
| /18 | /19 | 32 | 128 | /22 each |
| /19 | /20 | 16 | 64 | /23 each |
| /20 | /21 | 8 | 32 | /24 each |

A whole larger than /12 would give services more than GKE takes (/16), one smaller than /20 databases less than they
need (/24). https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.plan import carve, prefix_of
from homeport.problems import Path, Problem
from homeport.values import Cidr

Role = Literal["nodes", "pods", "services", "control_plane", "databases"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

#: Prefix lengths of `network.cidr` in which the layout fits.
LARGEST, SMALLEST = 12, 20
#: The control plane's range has one size.
CONTROL_PLANE_PREFIX: Final = 28

#: Role to the bits that its slot adds to the whole's prefix, and the slot's index among blocks of that length.
_SLOTS: Final[dict[Role, tuple[int, int]]] = {
    "pods": (1, 0),
    "nodes": (4, 12),
    "services": (4, 13),
    "databases": (4, 14),
    "control_plane": (4, 15),
}

#: Role to the field that gives its range by hand.
FIELDS: Final[dict[Role, Path]] = {
    "nodes": ("nodes",),
    "pods": ("pods",),
    "services": ("services",),
    "control_plane": ("control_plane",),
    "databases": ("databases", "cidr"),
}


@dataclass(frozen=True, slots=True)
class Range:
    """One range of the network.

    Attributes:
        role: what it is for.
        cidr: the range.
        planned: whether it comes out of `cidr`; else a field gives it.
    """

    role: Role
    cidr: Cidr
    planned: bool

    @property
    def field(self) -> Path:
        """The field that gives it, or that would."""
        return FIELDS[self.role]

    @property
    def source(self) -> Path:
        """The field that it comes from, which stands in the settings."""
        return ("cidr",) if self.planned else self.field

    @property
    def words(self) -> str:
        """How to call it in a sentence."""
        return self.role.replace("_", " ")


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """The ranges of a network, and what is wrong with them.

    Attributes:
        args: what was planned for.
        ranges: role to range, for every role that is in use and that the arguments allow to plan.
        problems: what is wrong, with paths relative to the section `network`; nothing may be made while there are any.
    """

    args: GcpNetworkArgs
    ranges: dict[Role, Range]
    problems: tuple[Problem, ...] = ()

    def cidr(self, role: Role) -> Cidr | None:
        """The range of a role; None where it is not in use, unknown, or somebody else's (`existing`)."""
        found = self.ranges.get(role)
        return found.cidr if found else None

    @property
    def nodes(self) -> Cidr | None:
        """Primary range of the subnet."""
        return self.cidr("nodes")

    @property
    def pods(self) -> Cidr | None:
        """Secondary range for pods."""
        return self.cidr("pods")

    @property
    def services(self) -> Cidr | None:
        """Secondary range for services."""
        return self.cidr("services")

    @property
    def control_plane(self) -> Cidr | None:
        """Range of the control plane's private address."""
        return self.cidr("control_plane")

    @property
    def databases(self) -> Cidr | None:
        """Range of managed databases; None unless `databases.enabled`."""
        return self.cidr("databases")


def slot(whole: Cidr, role: Role) -> Cidr | None:
    """The range of a role in a whole, whatever else is in use; None where the whole is too small or too large."""
    prefix = prefix_of(whole)
    if not LARGEST <= prefix <= SMALLEST:
        return None
    bits, index = _SLOTS[role]
    block = carve(whole, prefix + bits, index)
    return carve(block, CONTROL_PLANE_PREFIX, 0) if role == "control_plane" else block


def given(args: GcpNetworkArgs, role: Role) -> Cidr | None:
    """The range that a field gives by hand."""
    by_hand: dict[Role, Cidr | None] = {
        "nodes": args.nodes,
        "pods": args.pods,
        "services": args.services,
        "control_plane": args.control_plane,
        "databases": args.databases.cidr,
    }
    return by_hand[role]


def in_use(args: GcpNetworkArgs) -> tuple[Role, ...]:
    """The roles that the network needs a range for."""
    if args.existing is not None:
        return ("control_plane",) if args.control_plane else ()
    return tuple(role for role in ROLES if role != "databases" or args.databases.enabled)


def lay_out(args: GcpNetworkArgs) -> dict[Role, Range]:
    """The range of every role in use: as given, or else out of its slot of `cidr`."""
    out: dict[Role, Range] = {}
    for role in in_use(args):
        by_hand = given(args, role)
        planned = slot(args.cidr, role) if args.cidr and not by_hand else None
        if by_hand or planned:
            out[role] = Range(role, by_hand or planned or "", planned=not by_hand)
    return out
