"""Arithmetic of ranges, against the standard library as the oracle."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.network.plan import (
    PRIVATE,
    Overlap,
    carve,
    first_address,
    free_range,
    inside,
    is_special,
    overlaps,
    prefix_of,
    reserved_for,
    share,
    size,
    smallest_prefix,
    widened,
)


@st.composite
def blocks(draw: st.DrawFn, shortest: int = 4, longest: int = 32) -> str:
    prefix = draw(st.integers(shortest, longest))
    return str(IPv4Network((draw(st.integers(0, 2**32 - 1)) >> (32 - prefix) << (32 - prefix), prefix)))


@st.composite
def near_each_other(draw: st.DrawFn) -> str:
    return str(IPv4Network(f"10.20.{draw(st.integers(0, 255))}.0/{draw(st.integers(12, 26))}", strict=False))


@given(st.dictionaries(st.text(max_size=3), near_each_other(), max_size=12))
def test_overlaps_finds_exactly_the_pairs_that_share_addresses(named: dict[str, str]) -> None:
    expected = {
        (left, right)
        for left, right in combinations(named, 2)
        if IPv4Network(named[left]).overlaps(IPv4Network(named[right]))
    }
    found = overlaps(named)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_single_address_overlaps_itself_and_what_is_around_it() -> None:
    assert overlaps({"a": "10.0.0.1/32", "b": "10.0.0.1/32", "c": "10.0.0.2/32", "d": "10.0.0.0/31"}) == [
        Overlap("a", "b"),
        Overlap("a", "d"),
        Overlap("b", "d"),
    ]


def test_overlaps_keeps_the_order_of_the_mapping() -> None:
    named = {"b": "10.0.0.0/16", "a": "10.0.1.0/24", "c": "10.0.0.0/8", "d": "10.0.0.0/16"}
    assert overlaps(named) == [
        Overlap("b", "a"),
        Overlap("b", "c"),
        Overlap("a", "c"),
        Overlap("b", "d"),
        Overlap("a", "d"),
        Overlap("c", "d"),
    ]


@given(st.integers(8, 30), st.lists(st.one_of(near_each_other(), blocks()), max_size=12))
def test_a_free_range_is_private_and_shares_nothing(prefix: int, taken: list[str]) -> None:
    found = free_range(prefix, taken)
    if found is None:
        wholes = [IPv4Network(whole) for whole in PRIVATE]
        full = all(
            any(IPv4Network(cidr).overlaps(block) for cidr in taken)
            for whole in wholes
            if whole.prefixlen <= prefix <= whole.prefixlen + 4
            for block in whole.subnets(new_prefix=prefix)
        )
        assert full
    else:
        assert prefix_of(found) == prefix
        assert inside(found, *PRIVATE)
        assert not any(share(found, cidr) for cidr in taken)


def test_a_free_range_is_looked_for_behind_the_range_that_it_replaces() -> None:
    assert free_range(16, ["10.20.0.0/16"], near="10.20.0.0/16") == "10.21.0.0/16"
    assert free_range(16, ["10.20.0.0/15", "10.22.0.0/20"], near="10.20.0.0/16") == "10.23.0.0/16"
    assert free_range(16, ["10.128.0.0/9"], near="10.255.0.0/16") == "10.0.0.0/16"
    assert free_range(16, [], near="8.8.0.0/16") == "10.0.0.0/16"


def test_a_free_range_goes_on_to_the_next_private_space_and_ends() -> None:
    assert free_range(16, ["10.0.0.0/8"]) == "172.16.0.0/16"
    assert free_range(9, ["10.0.0.0/8"]) is None
    assert free_range(16, list(PRIVATE)) is None
    assert free_range(0, []) is None


@given(blocks(8, 20), st.integers(0, 8), st.data())
def test_carved_blocks_lie_inside_and_side_by_side(whole: str, bits: int, data: st.DataObject) -> None:
    prefix = prefix_of(whole) + bits
    index = data.draw(st.integers(0, 2**bits - 1))
    block = carve(whole, prefix, index)
    assert inside(block, whole)
    assert int(IPv4Network(block).network_address) - int(IPv4Network(whole).network_address) == index * size(block)


@pytest.mark.parametrize(("prefix", "index"), [(24, 256), (24, -1), (15, 0)])
def test_a_block_that_is_not_there_is_refused(prefix: int, index: int) -> None:
    with pytest.raises(ValueError, match=r"10\.20\.0\.0/16 has no block"):
        carve("10.20.0.0/16", prefix, index)


@pytest.mark.parametrize(("addresses", "prefix"), [(1, 32), (2, 31), (220, 24), (256, 24), (257, 23), (2**32, 0)])
def test_the_smallest_prefix_that_holds_so_many(addresses: int, prefix: int) -> None:
    assert smallest_prefix(addresses) == prefix


@pytest.mark.parametrize(
    ("cidr", "use"),
    [
        ("10.20.0.0/16", None),
        ("172.31.0.0/16", None),
        ("192.168.0.0/16", None),
        ("100.64.0.0/10", None),
        ("172.32.0.0/16", "public addresses that belong to somebody else"),
        ("8.8.0.0/16", "public addresses that belong to somebody else"),
        ("172.0.0.0/8", "private and public addresses at once"),
        ("0.0.0.0/0", "private and public addresses at once"),
        ("127.0.0.0/16", "loopback (RFC 1122)"),
        (
            "169.254.0.0/20",
            "link-local addresses, among them the cloud's metadata server (RFC 3927)",
        ),
        ("224.0.0.0/16", "multicast (RFC 5771)"),
        ("240.0.0.0/16", "future use (RFC 1112), which many systems outside the cloud do not route"),
        ("203.0.113.0/24", "documentation (RFC 5737)"),
    ],
)
def test_what_a_range_that_is_not_private_is_for(cidr: str, use: str | None) -> None:
    assert reserved_for(cidr) == use


def test_special_ranges_are_not_public_ones() -> None:
    assert is_special("127.1.0.0/16")
    assert not is_special("8.8.0.0/16")


def test_ends_of_a_range() -> None:
    assert first_address("10.20.224.0/20") == "10.20.224.0"
    assert widened("10.20.224.0/28", 24) == "10.20.224.0/24"
    assert widened("10.20.224.0/20", 24) == "10.20.224.0/24"
