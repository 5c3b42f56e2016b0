"""What must hold of a pool on every cloud."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from homeport.cluster.pool_args import NodePoolArgs
from homeport.cluster.pool_rules import uneven_counts, zone_problems


def pool(**fields: object) -> NodePoolArgs:
    return NodePoolArgs.model_validate({"machines": ["x"], **fields})


@given(size=st.integers(0, 15000), zones=st.integers(1, 6))
def test_a_size_is_uneven_where_it_cannot_be_shared_and_the_fix_is_the_nearest_that_can(size: int, zones: int) -> None:
    found = list(uneven_counts(pool(size=size), zones, ("size",)))
    assert bool(found) == (size % zones != 0)
    for count in found:
        assert (count.field, count.value) == ("size", size)
        offered = [int(text) for text in re.findall(r"size: (\d+)", count.fix)]
        assert offered
        assert all(number > 0 and number % zones == 0 and abs(number - size) < zones for number in offered)


@given(low=st.integers(0, 20), more=st.integers(0, 20), zones=st.integers(2, 4))
def test_only_a_minimum_may_come_down_to_nothing(low: int, more: int, zones: int) -> None:
    args = pool(min=low, max=max(1, low + more))
    for count in uneven_counts(args, zones, ("size", "min", "max")):
        offered = [int(text) for text in re.findall(r": (\d+)", count.fix)]
        assert (0 in offered) == (count.field == "min" and count.value < zones)
        assert not list(uneven_counts(pool(size=offered[-1]), zones, ("size",)))


def test_totals_that_are_not_asked_for_are_left_alone() -> None:
    assert not list(uneven_counts(pool(min=1, max=5), 2, ("size",)))


def test_a_zone_that_the_cluster_lacks_is_told_with_those_that_it_has() -> None:
    [problem] = zone_problems(pool(size=2, zones=["a", "c"]), ["a", "b"])
    assert problem.text() == (
        'zones[1] = "c": is not a zone of the cluster, which has a, b; '
        "use one of them, or add it to the cluster's zones"
    )
    assert not list(zone_problems(pool(size=2), ["a", "b"]))
