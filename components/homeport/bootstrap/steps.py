"""From what is there to what is left to do.

Nothing is written down about how far a run got: what exists says it. The state is first kept on this machine, since the
bucket does not exist yet, and ends up in the bucket; it never counts in both places unless both hold the same.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

#: The state on this machine. none: there is none. begun: no update of it has come to its end. made: everything is made;
#: a passphrase encrypts it. sealed: the same, and the key encrypts it.
Local = Literal["none", "begun", "made", "sealed"]
#: The place where it belongs. absent: no bucket. empty: no stack in it. opened: the stack without resources.
#: filled: the stack with its resources.
Target = Literal["absent", "empty", "opened", "filled"]


class Step(Enum):
    """Something to do; the value says what it is."""

    MAKE = "make the bucket and the key, with the state on this machine"
    SEAL = "encrypt the state with the key"
    OPEN = "make the stack in the bucket"
    MOVE = "copy the state into the bucket"
    COMPARE = "read it back and compare"
    CLEAR = "remove the state from this machine"
    UPDATE = "update from the state in the bucket"


@dataclass(frozen=True, slots=True)
class Observed:
    """What is there.

    Attributes:
        local: the state on this machine.
        target: the place where it belongs.
        same: both hold the same resources; only where both have some.
        own: the target is the bucket that is to be made, not another place.
    """

    local: Local
    target: Target
    same: bool = False
    own: bool = True


Conflict = Literal["not ours", "half elsewhere", "two states"]


class ConflictError(Exception):
    """What is there cannot come from interrupted runs on this machine: a person has to decide.

    Args:
        kind: what it is.
    """

    def __init__(self, kind: Conflict) -> None:
        super().__init__(kind)
        self.kind: Conflict = kind


def steps(observed: Observed) -> tuple[Step, ...]:
    """What is left to do, in order; the last step is always an update, which finds nothing to do after a move.

    Raises:
        ConflictError: somebody has to decide first.
    """
    if observed.target == "filled":
        return _filled(observed)
    if observed.local == "none" and observed.target == "empty" and observed.own:
        raise ConflictError("not ours")
    if observed.local == "none" and observed.target == "opened":
        raise ConflictError("half elsewhere")
    left = [Step.MAKE]
    if observed.local != "sealed":
        left.append(Step.SEAL)
    if observed.target != "opened":
        left.append(Step.OPEN)
    return (*left, Step.MOVE, Step.COMPARE, Step.CLEAR, Step.UPDATE)


def _filled(observed: Observed) -> tuple[Step, ...]:
    if observed.local == "none":
        return (Step.UPDATE,)
    if not observed.same:
        raise ConflictError("two states")
    return (Step.COMPARE, Step.CLEAR, Step.UPDATE)
