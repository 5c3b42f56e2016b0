"""Arithmetic of IPv4 ranges: what planning a network needs, on any cloud.

Ranges are text in CIDR notation (`homeport.values.Cidr`), as settings and providers write them.
Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from typing import Final, NamedTuple

from homeport.values import Cidr

#: Private address space in which ranges are looked for, in the order of preference.
#: RFC 1918, then RFC 6598 (carrier-grade NAT), which the clouds route inside a network too.
#: https://www.rfc-editor.org/rfc/rfc1918 https://www.rfc-editor.org/rfc/rfc6598
RFC1918: Final[tuple[Cidr, ...]] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
RFC6598: Final[Cidr] = "100.64.0.0/10"
PRIVATE: Final[tuple[Cidr, ...]] = (*RFC1918, RFC6598)


class Overlap(NamedTuple):
    """Two names whose ranges share addresses; `first` stands before `second` in the mapping that was searched."""

    first: str
    second: str


def network(cidr: Cidr) -> IPv4Network:
    """A range as an object; host bits are dropped."""
    return IPv4Network(cidr, strict=False)


def size(cidr: Cidr) -> int:
    """Number of addresses in a range, all of them."""
    return network(cidr).num_addresses


def prefix_of(cidr: Cidr) -> int:
    """The prefix length: 16 of 10.20.0.0/16."""
    return network(cidr).prefixlen


def inside(cidr: Cidr, *wholes: Cidr) -> bool:
    """Whether a range lies inside one of `wholes`, entirely."""
    return any(network(cidr).subnet_of(network(whole)) for whole in wholes)


def share(left: Cidr, right: Cidr) -> bool:
    """Whether two ranges have addresses in common."""
    return network(left).overlaps(network(right))


def carve(whole: Cidr, prefix: int, index: int) -> Cidr:
    """The `index`-th block, from 0, of length `prefix` in `whole`.

    Raises:
        ValueError: `whole` has no such block.
    """
    outer = network(whole)
    step = 2 ** (32 - prefix)
    if prefix < outer.prefixlen or not 0 <= index * step < outer.num_addresses:
        raise ValueError(f"{whole} has no block {index} of /{prefix}")
    return str(IPv4Network((int(outer.network_address) + index * step, prefix)))


def smallest_prefix(addresses: int) -> int:
    """The prefix of the smallest block that holds so many addresses: 24 for 220, 24 for 256, 23 for 257."""
    return 32 - max(addresses - 1, 0).bit_length()


def overlaps(named: Mapping[str, Cidr]) -> list[Overlap]:
    """Every pair of names whose ranges share addresses, in the order of the mapping.

    CIDR blocks either nest or are disjoint, so that one sweep over the sorted blocks finds all pairs.
    """
    order = {name: position for position, name in enumerate(named)}
    blocks = sorted((_bounds(cidr), order[name], name) for name, cidr in named.items())
    blocks.sort(key=lambda block: (block[0][0], -block[0][1]))
    open_blocks: list[tuple[int, str]] = []
    found: list[Overlap] = []
    for (start, end), _, name in blocks:
        while open_blocks and open_blocks[-1][0] < start:
            open_blocks.pop()
        found += [Overlap(*sorted((other, name), key=order.__getitem__)) for _, other in open_blocks]
        open_blocks.append((end, name))
    return sorted(found, key=lambda pair: (order[pair.second], order[pair.first]))


def free_range(
    prefix: int, taken: Iterable[Cidr], within: Iterable[Cidr] = PRIVATE, *, near: Cidr | None = None
) -> Cidr | None:
    """A block of length `prefix` in one of `within` that shares nothing with `taken`; None where none is left.

    Args:
        prefix: length of the block's prefix.
        taken: what it must not overlap; may overlap itself and lie outside `within`.
        within: where to look, in this order.
        near: look behind this range first, then from the begin.
    """
    occupied = [_bounds(cidr) for cidr in taken]
    spaces = [(*_bounds(whole), whole) for whole in within]
    if near is not None:
        behind = _bounds(near)[1] + 1
        spaces = [(behind, last, whole) for _, last, whole in spaces if inside(near, whole)] + spaces
    for first, last, _ in spaces:
        start = _first_free(first, last, 2 ** (32 - prefix), occupied)
        if start is not None:
            return str(IPv4Network((start, prefix)))
    return None


def _bounds(cidr: Cidr) -> tuple[int, int]:
    block = network(cidr)
    return int(block.network_address), int(block.broadcast_address)


def _first_free(first: int, last: int, step: int, occupied: list[tuple[int, int]]) -> int | None:
    start = -(-first // step) * step
    while start + step - 1 <= last:
        blocking = [end for begin, end in occupied if begin <= start + step - 1 and end >= start]
        if not blocking:
            return start
        # Continue behind what is in the way, at the next multiple of the block's size.
        start = (max(blocking) // step + 1) * step
    return None


def reserved_for(cidr: Cidr) -> str | None:
    """What a range outside private space is for, as a phrase; None for private ranges."""
    if inside(cidr, *PRIVATE):
        return None
    block = network(cidr)
    for whole, use in _SPECIAL.items():
        if inside(cidr, whole):
            return use
    if any(share(str(block), whole) for whole in (*PRIVATE, *_SPECIAL)):
        return "private and public addresses at once"
    return "public addresses that belong to somebody else"


def is_special(cidr: Cidr) -> bool:
    """Whether a range lies in a block that a standard keeps for something else than hosts."""
    return inside(cidr, *_SPECIAL)


#: https://www.iana.org/assignments/iana-ipv4-special-registry/
_SPECIAL: Final[dict[Cidr, str]] = {
    "0.0.0.0/8": "this network (RFC 791)",
    "127.0.0.0/8": "loopback (RFC 1122)",
    "169.254.0.0/16": "link-local addresses, among them the cloud's metadata server (RFC 3927)",
    "192.0.0.0/24": "protocol assignments (RFC 6890)",
    "192.0.2.0/24": "documentation (RFC 5737)",
    "192.88.99.0/24": "6to4 relays (RFC 7526)",
    "198.18.0.0/15": "benchmarks (RFC 2544)",
    "198.51.100.0/24": "documentation (RFC 5737)",
    "203.0.113.0/24": "documentation (RFC 5737)",
    "224.0.0.0/4": "multicast (RFC 5771)",
    "240.0.0.0/4": "future use (RFC 1112), which many systems outside the cloud do not route",
}


def first_address(cidr: Cidr) -> str:
    """The address with which a range begins: 10.20.0.0 of 10.20.0.0/16."""
    return str(network(cidr).network_address)


def widened(cidr: Cidr, prefix: int) -> Cidr:
    """The block of length `prefix` around a range, or the one at its begin where it is shorter than the range."""
    return str(IPv4Network((int(network(cidr).network_address), prefix), strict=False))
