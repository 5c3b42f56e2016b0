"""What times of operations say: replays, operations beyond the table, commands of a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.engine_times import Operation, beyond_table, replayed, simulated_seconds, typed

COST = {"a": 10.0, "b": 20.0, "c": 5.0, "none": 0.0}


@pytest.mark.parametrize(("speed", "seconds"), [(1, 100), (4, 385), (0.5, 52.5)])
def test_the_start_takes_as_long_at_any_speed(speed: float, seconds: float) -> None:
    assert simulated_seconds(100, 5, speed) == seconds


def op(urn: str, started: float, ended: float) -> Operation:
    return Operation(urn, started, ended)


@pytest.mark.parametrize(
    ("operations", "seconds"),
    [
        ([], 0),
        ([op("a", 0, 1), op("b", 0, 2)], 20),
        ([op("a", 0, 1), op("b", 1, 3)], 30),
        # Late, and waiting for nothing that was still going on.
        ([op("b", 0, 2), op("a", 1.5, 99)], 20),
        # What is slow between two operations and in them does not show.
        ([op("a", 50, 90), op("b", 200, 300), op("c", 300, 900)], 35),
        # The longest of those before decides, not the last.
        ([op("b", 0, 2), op("a", 0, 2.5), op("c", 3, 4)], 25),
    ],
)
def test_a_replay_takes_the_tables_time_in_the_order_that_was(operations: list[Operation], seconds: float) -> None:
    assert replayed(operations, COST.__getitem__) == seconds
    assert replayed(operations[::-1], COST.__getitem__) == seconds


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 100), st.floats(0, 100)), max_size=20))
def test_a_replay_is_no_shorter_than_its_longest_operation_and_no_longer_than_all(
    given_: list[tuple[str, float, float]],
) -> None:
    operations = [op(urn, start, start + length) for urn, start, length in given_]
    costs = [COST[operation.urn] for operation in operations]
    assert max(costs, default=0) <= replayed(operations, COST.__getitem__) <= sum(costs)


def test_operations_that_took_longer_than_the_table_says_are_named_the_worst_first() -> None:
    operations = [op("a", 0, 5), op("b", 0, 30), op("c", 0, 5), op("none", 0, 50)]
    assert [one.urn for one in beyond_table(operations, COST.__getitem__, 2)] == ["b", "c"]
    assert beyond_table(operations, COST.__getitem__, 0.1) == []


def test_commands_are_those_of_shell_blocks_with_what_goes_on_after_a_backslash() -> None:
    page = "text\n```sh\n# why\none --x \\\n  --y\n\ntwo\n```\nmore `three`\n```yaml\nfour: 4\n```\n```sh\nfive\n```\n"
    assert typed(page) == ["one --x    --y", "two", "five"]
