"""What the times of operations say about an update. Pure."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

#: Real seconds that an answer may take on its way.
_ANSWER: Final = 0.5
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that was made.

    Attributes:
        urn: of what was made.
        started: when, in real seconds.
        ended: when the engine had its answer.
    """

    urn: str
    started: float
    ended: float


def simulated_seconds(seconds: float, before: float, speed: float) -> float:
    """How long an update would have taken, had its operations taken their time.

    Args:
        seconds: real ones, from the command to its end.
        before: real ones before the first operation: nothing is simulated in them, so they are as long at any speed.
        speed: simulated seconds per real second of the rest.
    """
    return before + (seconds - before) * speed


def replayed(operations: Sequence[Operation], seconds: Callable[[str], float]) -> float:
    """How long the operations take in the order in which they came, if nothing else takes any time.

    Each starts when all those have ended that had ended when it really started. What the machine is slow at between
    two operations, or takes longer for than the table says, does not show; waiting does, whatever it is for.

    Args:
        operations: all of an update.
        seconds: what each URN takes.

    Returns:
        Seconds of the table.
    """
    running: list[tuple[float, float]] = []
    latest = longest = 0.0
    for operation in sorted(operations, key=lambda one: one.started):
        while running and running[0][0] <= operation.started:
            latest = max(latest, heapq.heappop(running)[1])
        end = latest + seconds(operation.urn)
        heapq.heappush(running, (operation.ended, end))
        longest = max(longest, end)
    return longest


def beyond_table(operations: Iterable[Operation], seconds: Callable[[str], float], speed: float) -> list[Operation]:
    """Operations that took longer than the table says, the worst one first.

    Args:
        operations: of an update.
        seconds: what each URN takes, simulated.
        speed: simulated seconds per real second.
    """

    def over(one: Operation) -> float:
        return one.ended - one.started - seconds(one.urn) / speed

    # Less than that is the answer's way.
    return sorted((one for one in operations if seconds(one.urn) and over(one) > _ANSWER), key=lambda one: -over(one))


def typed(page: str) -> list[str]:
    """The commands in the shell blocks of a page of Markdown; one that goes on after a backslash is one."""
    lines = [line for block in _BLOCK.findall(page) for line in block.replace("\\\n", " ").splitlines()]
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
