"""What Google Cloud and GKE ask of a network's ranges, as problems with a fix.

One mistake gives one problem: what only follows from another one is left out.
https://cloud.google.com/vpc/docs/subnets#ipv4-ranges
https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_free import DOCKER_BRIDGE, FreeSpace
from homeport.network.gcp_layout import FIELDS, LARGEST, SMALLEST, Range, Role, given, in_use, slot
from homeport.network.plan import (
    PRIVATE,
    RFC1918,
    inside,
    is_special,
    overlaps,
    prefix_of,
    reserved_for,
    share,
    widened,
)
from homeport.problems import Path, Problem, dotted
from homeport.values import Cidr

#: Role to the shortest and the longest prefix that the APIs take, and why.
_PREFIXES: Final[dict[Role, tuple[int, int, str]]] = {
    "nodes": (8, 29, "a subnet has 8 addresses at least, 4 of them Google's: /29 or larger"),
    "pods": (9, 24, "GKE takes a range of /24 or larger for pods"),
    "services": (16, 27, "GKE takes a range of /16 to /27 for services"),
    "control_plane": (28, 28, "GKE takes a range of exactly /28 for the control plane"),
    "databases": (8, 24, "private services access needs a range of /24 or larger"),
}


def range_problems(args: GcpNetworkArgs, ranges: dict[Role, Range]) -> Iterator[Problem]:
    """What is wrong with the ranges of a network, each for itself and each against the others.

    Args:
        args: the section `network`.
        ranges: its ranges, from `lay_out`.
    """
    free = FreeSpace(args, ranges)
    yield from _whole_problems(args, ranges, free)
    yield from _missing_problems(args, ranges, free)
    for found in ranges.values():
        yield from _single_problems(args, ranges, found, free)
    yield from _overlap_problems(args, ranges, free)


def _write(field: Path, cidr: Cidr | None) -> str:
    return f'write {dotted(field)}: "{cidr}", which is free here' if cidr else "give up one of the other ranges"


def _elsewhere(found: Range, prefix: int, free: FreeSpace) -> str:
    return _write(found.field, free.for_role(found.role, prefix))


def _whole_problems(args: GcpNetworkArgs, ranges: dict[Role, Range], free: FreeSpace) -> Iterator[Problem]:
    if args.cidr is None or args.existing is not None:
        return
    by_plan: list[Role] = [role for role in in_use(args) if given(args, role) is None]
    prefix = prefix_of(args.cidr)
    fits = min(max(prefix, LARGEST), SMALLEST)
    if reserved_for(args.cidr):
        yield Problem(("cidr",), _not_private(args.cidr), _write(("cidr",), free.whole(fits)), args.cidr)
    elif by_plan and prefix > SMALLEST:
        fields = ", ".join(dotted(FIELDS[role]) for role in by_plan)
        wider = widened(args.cidr, SMALLEST)
        taken = any(share(wider, peer) for peer in args.peers.values())
        exact = free.whole(SMALLEST) if taken or not inside(wider, *PRIVATE) else wider
        yield Problem(
            ("cidr",),
            f"is too small to plan in: below /{SMALLEST} the ranges of services and databases become useless",
            f'write cidr: "{exact}" or larger, or give the ranges yourself: {fields}',
            args.cidr,
        )
    elif by_plan and prefix < LARGEST:
        yield Problem(
            ("cidr",),
            f"is too large to plan in: above /{LARGEST} services would get more than the /16 that GKE takes",
            _write(("cidr",), free.whole(16)),
            args.cidr,
        )
    else:
        caught = [r for r in ranges.values() if r.planned and share(r.cidr, DOCKER_BRIDGE)]
        if caught:
            yield Problem(
                ("cidr",),
                f"{caught[0].words}, planned at {caught[0].cidr}, would overlap {DOCKER_BRIDGE}: {_DOCKER_REASON}",
                _write(("cidr",), free.whole(prefix)),
                args.cidr,
            )


def _missing_problems(args: GcpNetworkArgs, ranges: dict[Role, Range], free: FreeSpace) -> Iterator[Problem]:
    if "databases" in in_use(args) and "databases" not in ranges and args.cidr is None:
        exact = free.for_role("databases", 20)
        yield Problem(
            ("databases",),
            "a range for databases is asked for, and there is no cidr to plan it in",
            _write(FIELDS["databases"], exact),
            related=(("databases", "enabled"),),
        )


def _single_problems(
    args: GcpNetworkArgs, ranges: dict[Role, Range], found: Range, free: FreeSpace
) -> Iterator[Problem]:
    if found.planned:
        if found.role == "databases" and inside(found.cidr, *PRIVATE) and not inside(found.cidr, *RFC1918):
            yield Problem(
                ("databases",),
                f"would be planned at {found.cidr}: {_DATABASE_REASON}",
                _write(found.field, free.for_role("databases", prefix_of(found.cidr))),
                related=(("cidr",),),
            )
        return
    shortest, longest, rule = _PREFIXES[found.role]
    prefix = prefix_of(found.cidr)
    fits = min(max(prefix, shortest), longest)
    if reserved_for(found.cidr):
        yield Problem(found.field, _not_private(found.cidr), _elsewhere(found, fits, free), found.cidr)
    elif fits != prefix:
        others = [other.cidr for other in ranges.values() if other.role != found.role]
        resized = widened(found.cidr, fits)
        clear = inside(resized, *PRIVATE) and not any(share(resized, cidr) for cidr in [*others, *args.peers.values()])
        yield Problem(found.field, rule, f'write "{resized}"' if clear else _elsewhere(found, fits, free), found.cidr)
    elif share(found.cidr, DOCKER_BRIDGE):
        yield Problem(
            found.field, f"overlaps {DOCKER_BRIDGE}: {_DOCKER_REASON}", _elsewhere(found, fits, free), found.cidr
        )
    elif found.role == "databases" and not inside(found.cidr, *RFC1918):
        yield Problem(found.field, _DATABASE_REASON, _elsewhere(found, fits, free), found.cidr)


_DOCKER_REASON: Final = "the bridge of Docker and of Google's managed services, which never answer an address there"
_DATABASE_REASON: Final = "private services access takes ranges of RFC 1918 only (10/8, 172.16/12, 192.168/16)"


def _not_private(cidr: Cidr) -> str:
    rule = f"must be private: RFC 1918 (10/8, 172.16/12, 192.168/16) or 100.64.0.0/10; this is for {reserved_for(cidr)}"
    if is_special(cidr):
        return rule
    return f"{rule}, whom pods could not reach any more: homeport does not use public addresses privately"


def _overlap_problems(args: GcpNetworkArgs, ranges: dict[Role, Range], free: FreeSpace) -> Iterator[Problem]:
    by_key = {dotted(found.field): found for found in ranges.values()}
    peers = {dotted(("peers", name)): (name, cidr) for name, cidr in args.peers.items()}
    # Ranges inside cidr meet a peer only where cidr meets it.
    reported: set[str] = set()
    if args.cidr is not None and args.existing is None:
        for key, (name, cidr) in peers.items():
            if share(args.cidr, cidr):
                reported.add(key)
                # What was given by hand inside cidr would stay behind when cidr moves.
                by_hand = [r for r in ranges.values() if not r.planned and inside(r.cidr, args.cidr)]
                behind = [r.field for r in by_hand if share(r.cidr, cidr)]
                along = f" and remove {', '.join(dotted(field) for field in behind)}" if behind else ""
                yield Problem(
                    ("peers", name),
                    f"overlaps cidr, {args.cidr}, which is this network's as a whole",
                    _write(("cidr",), free.whole(prefix_of(args.cidr))) + f"{along}, or correct the peer",
                    cidr,
                    related=(("cidr",), *behind),
                )
    named = {key: found.cidr for key, found in by_key.items()} | {key: cidr for key, (_, cidr) in peers.items()}
    crossed: dict[str, list[Range]] = {}
    for first, second in overlaps(named):
        if first in peers:
            yield _two_peers(peers[first], peers[second])
        elif second in peers:
            own = by_key[first]
            if not (second in reported and args.cidr and inside(own.cidr, args.cidr)):
                crossed.setdefault(second, []).append(own)
        else:
            # The field to change is one that was written by hand.
            wrong, other = (first, second) if by_key[second].planned else (second, first)
            crossed.setdefault(wrong, []).append(by_key[other])
    for key, others in crossed.items():
        if key in peers:
            yield _peer_over_our_own(peers[key], others, free)
        else:
            yield _over_our_own(args, ranges, by_key[key], others, free)


def _two_peers(left: tuple[str, Cidr], right: tuple[str, Cidr]) -> Problem:
    return Problem(
        ("peers", right[0]),
        f"overlaps the peer {left[0]}, {left[1]}: a network cannot be connected with two that overlap each other",
        "write the narrower ranges that are really in use, or connect only one of them",
        right[1],
        related=(("peers", left[0]),),
    )


def _peer_over_our_own(peer: tuple[str, Cidr], own: list[Range], free: FreeSpace) -> Problem:
    moves = [_elsewhere(found, prefix_of(found.cidr), free) for found in own]
    return Problem(
        ("peers", peer[0]),
        f"overlaps {_named(own)}: one side would be out of reach",
        ", ".join(dict.fromkeys(moves)) + ", or correct the peer",
        peer[1],
        related=_sources(own),
    )


def _over_our_own(
    args: GcpNetworkArgs, ranges: dict[Role, Range], wrong: Range, others: list[Range], free: FreeSpace
) -> Problem:
    fix = _elsewhere(wrong, prefix_of(wrong.cidr), free)
    own_slot = slot(args.cidr, wrong.role) if args.cidr else None
    rest = [found.cidr for found in ranges.values() if found.role != wrong.role]
    if own_slot and not any(share(own_slot, cidr) for cidr in rest):
        fix = f"remove {dotted(wrong.field)}, so that it is planned at {own_slot}, or {fix}"
    return Problem(
        wrong.field,
        f"overlaps {_named(others)}: an address has one meaning",
        fix,
        wrong.cidr,
        related=_sources(others),
    )


def _named(found: list[Range]) -> str:
    return " and ".join(
        f"{one.words}, planned at {one.cidr} out of cidr" if one.planned else f"{one.words}, {one.cidr}"
        for one in found
    )


def _sources(found: list[Range]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(one.source for one in found))
