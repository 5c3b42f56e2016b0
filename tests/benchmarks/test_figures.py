"""Figures: ratios of measurements taken in turns, exponents of growth, and what they look like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import Figure, exponent, paired_ratio, table


def test_a_ratio_is_the_median_of_pairs_so_that_a_slow_moment_does_not_count() -> None:
    assert paired_ratio([2, 20, 4], [1, 10, 4]) == 2
    assert paired_ratio([2, 900, 2], [2, 2, 2]) == 1


@pytest.mark.parametrize(("ours", "theirs"), [([], []), ([1], [1, 2])])
def test_measurements_that_do_not_pair_up_are_refused(ours: list[float], theirs: list[float]) -> None:
    with pytest.raises(ValueError, match="do not pair up"):
        paired_ratio(ours, theirs)


@given(st.floats(0.2, 3), st.floats(0.01, 100))
def test_the_exponent_of_a_power_is_found(power: float, factor: float) -> None:
    sizes = [1.0, 2, 5, 10, 20]
    assert exponent(sizes, [factor * size**power for size in sizes]) == pytest.approx(power)


@pytest.mark.parametrize(("sizes", "costs"), [([1], [1]), ([2, 2], [1, 1]), ([1, 2], [0, 1]), ([1, 2], [1])])
def test_growth_of_nothing_is_refused(sizes: list[float], costs: list[float]) -> None:
    with pytest.raises(ValueError, match="two different sizes"):
        exponent(sizes, costs)


def test_a_figure_knows_whether_it_is_within_its_limit() -> None:
    assert Figure("a", 1.1, "x", 1.1).met is True
    assert Figure("a", 1.11, "x", 1.1).met is False
    assert Figure("a", 9, "x").met is None
    assert Figure("a", 1.23456, "x", 1.1, "here").as_json() == {
        "name": "a",
        "value": 1.2346,
        "unit": "x",
        "limit": 1.1,
        "met": False,
        "note": "here",
    }


def test_the_table_shows_every_figure_and_what_was_missed() -> None:
    shown = table([Figure("short", 1, "x", 1.1, "n=3"), Figure("a longer name", 2.5, "x", 1.1), Figure("free", 3, "s")])
    assert [line.split()[-1] for line in shown.splitlines()] == ["on", "n=3", "MISSED", "s"]
    assert len({line.index("x") for line in shown.splitlines()[1:2]}) == 1
