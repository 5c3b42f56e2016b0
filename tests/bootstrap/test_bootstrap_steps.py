"""From what is there to what is left to do: from every point of interruption the same end is reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeport.bootstrap.steps import ConflictError, Local, Observed, Step, Target, steps

EVERYTHING = (Step.MAKE, Step.SEAL, Step.OPEN, Step.MOVE, Step.COMPARE, Step.CLEAR, Step.UPDATE)


@dataclass(frozen=True)
class World:
    """What is there, and what was ever done to it."""

    local: Local = "none"
    target: Target = "absent"
    same: bool = False
    own: bool = True

    def observe(self) -> Observed:
        return Observed(self.local, self.target, same=self.same, own=self.own)

    def do(self, step: Step) -> World:
        match step:
            case Step.MAKE:
                local = self.local if self.local == "sealed" else "made"
                return replace(self, local=local, target="empty" if self.target == "absent" else self.target)
            case Step.SEAL:
                assert self.local == "made", "only what is made has a key"
                return replace(self, local="sealed")
            case Step.OPEN:
                assert self.target == "empty", "a stack is made once, in a bucket"
                return replace(self, target="opened")
            case Step.MOVE:
                assert self.local == "sealed", "the bucket never holds what a passphrase of this machine encrypts"
                assert self.target == "opened"
                return replace(self, target="filled", same=True)
            case Step.COMPARE:
                assert self.same
                return self
            case Step.CLEAR:
                assert self.same, "the only state is never removed"
                assert self.target == "filled"
                return replace(self, local="none")
            case Step.UPDATE:
                assert self.local == "none"
                assert self.target == "filled"
                return self

    def half(self, step: Step) -> World:
        """Ended in the middle of a step that is not done at once."""
        if step is not Step.MAKE:
            return self
        local: Local = "begun" if self.local == "none" else self.local
        return replace(self, local=local, target="empty" if self.target == "absent" else self.target)


# The machine may be busy with engines.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    own=st.booleans(),
    there=st.booleans(),
    interruptions=st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=8),
)
def test_from_every_interruption_repeated_runs_end_in_the_same_state(
    *, own: bool, there: bool, interruptions: list[tuple[int, bool]]
) -> None:
    # A place of somebody's own may be there before the first run.
    world = World(own=own, target="empty" if there and not own else "absent")
    for done, half in [*interruptions, (99, False)]:
        left = steps(world.observe())
        for step in left[:done]:
            world = world.do(step)
        if half and done < len(left):
            world = world.half(left[done])
    assert (world.local, world.target) == ("none", "filled")
    assert steps(world.observe()) == (Step.UPDATE,)


def test_from_nothing_everything_is_done() -> None:
    assert steps(Observed("none", "absent")) == EVERYTHING


ALL = [
    Observed(local, target, same=same, own=own)
    for local in get_args(Local)
    for target in get_args(Target)
    for same in (False, True)
    for own in (False, True)
]


@pytest.mark.parametrize("observed", ALL, ids=str)
def test_every_observation_has_steps_that_end_with_an_update_or_a_conflict(observed: Observed) -> None:
    alone = observed.local == "none" and (observed.target == "opened" or (observed.target == "empty" and observed.own))
    differ = observed.local != "none" and observed.target == "filled" and not observed.same
    if alone or differ:
        with pytest.raises(ConflictError):
            steps(observed)
        return
    left = steps(observed)
    assert left[-1] is Step.UPDATE
    assert list(left) == [step for step in EVERYTHING if step in left], "always in the same order"
    if Step.CLEAR in left:
        assert left[left.index(Step.CLEAR) - 1] is Step.COMPARE, "nothing is removed that was not read back"


@pytest.mark.parametrize(
    ("observed", "kind"),
    [
        (Observed("none", "empty"), "not ours"),
        (Observed("none", "opened"), "half elsewhere"),
        (Observed("sealed", "filled"), "two states"),
        (Observed("begun", "filled"), "two states"),
    ],
)
def test_what_no_interruption_explains_is_left_to_a_person(observed: Observed, kind: str) -> None:
    with pytest.raises(ConflictError) as caught:
        steps(observed)
    assert caught.value.kind == kind


def test_an_empty_place_of_somebodys_own_is_taken() -> None:
    assert steps(Observed("none", "empty", own=False)) == EVERYTHING


def test_a_sealed_state_is_made_up_to_date_and_not_sealed_again() -> None:
    assert steps(Observed("sealed", "empty"))[:2] == (Step.MAKE, Step.OPEN)
    assert steps(Observed("sealed", "opened"))[:2] == (Step.MAKE, Step.MOVE)
