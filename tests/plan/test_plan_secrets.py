"""Secrets never leave a plan: not in a value, an output, a drawing, a log, a warning or an error."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from homeport.plan import Graph, record
from homeport.plan.dot import dot
from homeport.plan.errors import ProgramError, Scrubber
from homeport.plan.mermaid import mermaid
from homeport.plan.picture import draw
from homeport.plan.render import View, make_console, plan_text
from homeport.plan.svg import svg
from tests.plan.things import Group, Provider, Thing

#: In the configuration of these tests, and in outputs.
MARKER = "hunter2-kAf9"
#: In outputs alone.
HIDDEN = "swordfish-9xQz"
SECRET = {"$secret": True}


def every_form(graph: Graph) -> str:
    """All that a user can get out of a graph."""
    console = make_console(width=None, color=False)
    with console.capture() as text:
        console.print(plan_text(graph))
        console.print(plan_text(graph, View(verbose=True)))
    pictures = [draw(graph), draw(graph, resources=True)]
    drawn = [form(picture) for form in (mermaid, dot, svg) for picture in pictures]
    return "\n".join([graph.to_json(), text.get(), *drawn, *graph.warnings, *graph.logs, repr(graph)])


def secretive() -> None:
    """A program with its secret in as many places as it can have."""
    secret = pulumi.Config("app").require_secret("token")
    same = pulumi.Output.secret(MARKER)
    nested = pulumi.Output.secret({"user": "me", "password": MARKER})
    provider = Provider("acme", token=same, deep=pulumi.Output.json_dumps({"password": same}))
    group = Group("g", opts=pulumi.ResourceOptions(providers=[provider]))
    thing = Thing(
        "thing",
        label=same,
        tags={"plain": "x", "secret": secret, "deep": [{"inner": nested}]},
        data=pulumi.Output.concat("https://user:", same, "@acme.example"),
        opts=pulumi.ResourceOptions(parent=group),
    )
    Thing("user", label=thing.label, data=[same, {"x": thing.data}])
    Thing("mixed", label=pulumi.Output.all(same, thing.id).apply("/".join))
    pulumi.export("plain", "shown")
    pulumi.export("secret", secret)
    pulumi.export("nested", {"a": [same], "b": 1})
    pulumi.export("password", thing.password)
    pulumi.export("concat", pulumi.Output.concat(thing.password, "!"))
    pulumi.export("object", nested)
    same.apply(lambda value: pulumi.log.warn(f"the password is {value}"))
    thing.id.apply(lambda _: Thing(f"late-{MARKER}"))


def test_a_secret_is_marked_wherever_it_is() -> None:
    graph = record(secretive, config={"app:token": MARKER}, secret_keys=["app:token"])
    assert graph.one(name="thing").inputs == {
        "label": SECRET,
        "tags": {"plain": "x", "secret": SECRET, "deep": [{"inner": SECRET}]},
        "data": SECRET,
    }
    assert graph.one(name="user").inputs == {"label": SECRET, "data": [SECRET, {"x": SECRET}]}
    assert graph.one(name="mixed").inputs == {"label": SECRET}
    assert graph.one(type="pulumi:providers:acme").inputs == {"token": SECRET, "deep": SECRET}
    assert graph.outputs == {
        "plain": "shown",
        "secret": SECRET,
        "nested": {"a": [SECRET], "b": 1},
        "password": SECRET,
        "concat": SECRET,
        "object": SECRET,
    }


def test_no_form_of_a_plan_holds_a_secret() -> None:
    graph = record(secretive, config={"app:token": MARKER}, secret_keys=["app:token"])
    assert MARKER not in every_form(graph)
    assert graph.logs == ["warning: the password is [secret]"]


def fails_in_apply() -> None:
    pulumi.Output.secret(HIDDEN).apply(int)


def fails_on_a_nested_secret() -> None:
    pulumi.Output.secret({"deep": [HIDDEN]}).apply(lambda value: int(value["deep"][0]))


def fails_with_configuration() -> None:
    raise ValueError(f"cannot use {pulumi.Config('app').get('token')}")


def fails_after_sending() -> None:
    known: dict[str, str] = {}
    Thing("t", label=pulumi.Output.secret(HIDDEN)).label.apply(lambda value: known[value])


def refuses() -> None:
    raise pulumi.RunError(f"token {pulumi.Config('app').get('token')!r} is wrong")


def sends_what_cannot_be_sent() -> None:
    class Odd:
        def __repr__(self) -> str:
            return f"Odd({MARKER})"

    Thing("first", label=pulumi.Output.secret(MARKER))
    Thing("t", label=pulumi.Output.secret(MARKER).apply(lambda _: Odd()))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "program",
    [
        fails_in_apply,
        fails_on_a_nested_secret,
        fails_with_configuration,
        fails_after_sending,
        refuses,
        sends_what_cannot_be_sent,
    ],
)
def test_no_failure_holds_a_secret(program: Callable[[], None]) -> None:
    with pytest.raises((ProgramError, pulumi.RunError)) as caught:
        record(program, config={"app:token": MARKER}, secret_keys=["app:token"])
    error: BaseException | None = caught.value
    text = "".join(traceback.format_exception(caught.value)) + str(getattr(error, "trace", ""))
    assert "secret]" in text or "unexpected input" in text
    assert MARKER not in text
    assert HIDDEN not in text
    while error is not None:
        assert MARKER not in f"{error!r} {error.args}"
        assert HIDDEN not in f"{error!r} {error.args}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("password pass'word\"x", "password [secret]"),
        (repr("pass'word\"x"), "'[secret]'"),
        ('{"a": "pass\'word\\"x"}', '{"a": "[secret]"}'),
        ("line one", "[secret]"),
        ("line two of a secret", "[secret] of a secret"),
        ("abc", "abc"),
    ],
)
def test_secrets_are_removed_however_they_are_spelled(text: str, left: str) -> None:
    secrets: list[Any] = ["pass'word\"x", "line one\nline two", "abc"]
    assert Scrubber(secrets)(text) == left
