"""What a process of its own costs is told of that process alone."""

from __future__ import annotations

import sys

import pytest

from benchmarks.child import python


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own count is taken")
def test_the_memory_is_that_of_the_process_and_not_of_the_one_that_started_it() -> None:
    mine = bytearray(256 * 1024 * 1024)
    small, large = python("pass").memory, python("held = bytearray(128 * 1024 * 1024)").memory
    assert len(mine) / 1024 / 1024 > 2 * small
    assert 100 < large - small < 160


def test_its_output_is_its_own_and_a_failure_says_what_it_said() -> None:
    assert python("import sys; print(sys.argv[1:])", "a", "b").out == "['a', 'b']\n"
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        python("1 / 0")
