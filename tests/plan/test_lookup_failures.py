"""A look-up in a cloud that fails says what and why and what to do; one that does not is as it was."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from homeport.lookups import looked_up, reason
from homeport.plan import record

SAID = (
    "invoke of gcp:organizations/getProject:getProject failed: invocation of gcp:organizations/getProject:getProject "
    "returned an error: invoking: 1 error occurred:\n\t* googleapi: Error 403: Permission denied, forbidden\n\n"
)


class Thing(pulumi.CustomResource):
    def __init__(self, name: str, **inputs: Any) -> None:
        super().__init__("shop:index:Thing", name, inputs)


def failing(error: Exception) -> pulumi.Output[Any]:
    async def answer() -> str:
        raise error

    return looked_up(pulumi.Output.from_input(answer()), what="the project acme", fix="log in as somebody who may")


def test_a_failure_says_what_why_and_what_to_do_and_shows_no_traceback() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        record(lambda: Thing("a", number=failing(RuntimeError(SAID)).apply(lambda found: found)) and None)
    assert str(caught.value) == (
        "cannot look up the project acme: googleapi: Error 403: Permission denied, forbidden; "
        "log in as somebody who may"
    )
    assert caught.value.__cause__ is None


def test_what_is_said_already_stays() -> None:
    with pytest.raises(pulumi.RunError, match=r"^as it is$"):
        record(lambda: Thing("a", number=failing(pulumi.RunError("as it is"))) and None)


def test_an_answer_keeps_its_value_its_secrecy_and_what_it_came_from() -> None:
    def program() -> None:
        first = Thing("first")
        known = looked_up(pulumi.Output.from_input({"number": 7}), what="x", fix="y")
        secret = looked_up(pulumi.Output.secret("hidden"), what="x", fix="y")
        later = looked_up(pulumi.Output.from_input(first.id), what="x", fix="y")
        Thing("second", known=known["number"], secret=secret, later=later)

    graph = record(program)
    second = graph.one(name="second")
    assert second.inputs == {"known": 7, "secret": {"$secret": True}, "later": "${first.id}"}
    assert second.dependencies == [graph.one(name="first").urn]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SAID, "googleapi: Error 403: Permission denied, forbidden"),
        ("invocation of x returned an error: no such zone", "no such zone"),
        ("something\n  else", "something else"),
        ("", "ValueError"),
    ],
)
def test_the_reason_is_the_providers_own(text: str, said: str) -> None:
    assert reason(ValueError(text)) == said
