"""What an engine does not wait for: controllers that tidy up after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def soon(look: Callable[[], T], expected: T, seconds: float = 60) -> T:
    """What is seen as soon as it is what is expected, or when time is up."""
    until = time.monotonic() + seconds
    while (seen := look()) != expected and time.monotonic() < until:
        time.sleep(0.3)
    return seen
