"""Texts that `Output.concat` joins are shown after two passes; what was computed waits for a third, or is unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from homeport.plan import record
from tests.plan.things import Thing

UNKNOWN = {"$unknown": True}


def passes(make: Callable[[Thing], Any]) -> tuple[int, Any]:
    """How often the program ran, and the value of its one export."""
    runs: list[int] = []

    def program() -> None:
        runs.append(1)
        pulumi.export("it", make(Thing("x", label="known")))

    graph = record(program)
    return len(runs), graph.outputs["it"]


def _nested(x: Thing) -> Any:
    return pulumi.Output.concat("https://", pulumi.Output.concat(x.self_link, "/", x.label), "/x")


JOINED: list[tuple[Callable[[Thing], Any], str]] = [
    (lambda x: pulumi.Output.concat("https://", x.self_link, "/x"), "https://${x.selfLink}/x"),
    (lambda x: pulumi.Output.concat(x.id, "-", x.self_link), "${x.id}-${x.selfLink}"),
    (lambda x: pulumi.Output.concat(x.label, "/", x.self_link), "known/${x.selfLink}"),
    (_nested, "https://${x.selfLink}/known/x"),
]


@pytest.mark.parametrize(("make", "shown"), JOINED)
def test_what_is_joined_in_plain_sight_is_shown_after_two_passes(make: Callable[[Thing], Any], shown: str) -> None:
    assert passes(make) == (2, shown)


COMPUTED: list[Callable[[Thing], Any]] = [
    # An output of the program's own making.
    lambda x: pulumi.Output.concat("n-", x.self_link.apply(lambda link: str(len(link))), x.id),
    # Literals that come from a token.
    lambda x: x.self_link.apply(lambda link: pulumi.Output.concat(f"{len(link)}-", x.id)),
    # An item of a list: joined items look like one where there is only one.
    lambda x: pulumi.Output.concat("n-", x.subnet_ids[0], "-0"),
]


@pytest.mark.parametrize("make", COMPUTED)
def test_what_may_be_computed_is_not_taken_on_trust(make: Callable[[Thing], Any]) -> None:
    runs, shown = passes(make)
    assert runs == 3
    assert shown == UNKNOWN or shown == "n-${x.subnetIds[*]}-0"


def test_a_text_that_the_program_joins_by_itself_is_confirmed() -> None:
    assert passes(lambda x: x.self_link.apply(lambda link: f"https://{link}")) == (3, "https://${x.selfLink}")
