"""A failing program: what is said, how cleanly, and that the next plan works."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Callable

import pulumi
import pytest

from homeport.plan import record
from homeport.plan.errors import ProgramError
from homeport.problems import Problem, SettingsError
from tests.plan.things import Group, Provider, Thing, get_region

DENIED = {"pulumi:disable-default-providers": '["*"]'}


def in_apply() -> None:
    Thing("a", label="x").label.apply(lambda _: 1 // 0)
    Thing("b")


def in_module() -> None:
    Thing("a")
    raise ZeroDivisionError("integer division or modulo by zero")


def in_constructor() -> None:
    Group("")


async def in_async() -> None:
    Thing("a")
    raise ZeroDivisionError("integer division or modulo by zero")


@pytest.mark.parametrize("program", [in_apply, in_module, in_async])
def test_an_exception_keeps_its_kind_its_traceback_and_the_programs_frames(program: Callable[[], None]) -> None:
    with pytest.raises(ProgramError, match="ZeroDivisionError: integer division") as caught:
        record(program)
    assert caught.value.kind == "ZeroDivisionError"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert "test_plan_failures.py" in caught.value.trace
    assert "asyncio" not in caught.value.trace
    assert "/pulumi/" not in caught.value.trace


def test_a_run_error_is_its_text_and_nothing_else() -> None:
    def program() -> None:
        Thing("a")
        try:
            raise KeyError("internal")
        except KeyError:
            raise pulumi.RunError("fix the settings") from None

    with pytest.raises(pulumi.RunError, match=r"^fix the settings$") as caught:
        record(program)
    assert caught.value.__cause__ is None


def test_wrong_settings_come_out_whole_also_behind_a_run_error() -> None:
    problem = Problem(("network", "cidr"), "must be a range", "write 10.0.0.0/16")

    def raw() -> None:
        raise SettingsError([problem])

    def shown() -> None:
        try:
            raw()
        except SettingsError as error:
            raise pulumi.RunError(str(error)) from None

    with pytest.raises(SettingsError) as direct:
        record(raw)
    with pytest.raises(pulumi.RunError) as behind:
        record(shown)
    assert direct.value.problems == (problem,)
    assert isinstance(behind.value.__cause__, SettingsError)
    assert behind.value.__cause__.problems == (problem,)


def test_a_program_that_exits_is_a_failure_and_not_an_exit() -> None:
    def program() -> None:
        raise SystemExit(3)

    with pytest.raises(ProgramError, match="ended itself"):
        record(program)


def test_an_interrupt_is_passed_on() -> None:
    def program() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(program)


def test_two_resources_of_one_urn_are_refused_with_both_places() -> None:
    def program() -> None:
        Thing("same")
        Group("g")
        Thing("same")

    with pytest.raises(pulumi.RunError) as caught:
        record(program)
    text = str(caught.value)
    assert "Duplicate resource URN 'urn:pulumi:test::homeport::acme:stuff/thing:Thing::same'" in text
    assert text.count("test_plan_failures.py:") == 2


def test_the_same_name_below_another_type_of_parent_is_no_duplicate() -> None:
    def program() -> None:
        group = Group("g")
        Thing("same")
        Thing("same", opts=pulumi.ResourceOptions(parent=group))

    assert len(record(program).find(name="same")) == 2


def test_a_resource_on_a_disabled_default_provider_is_refused_by_name() -> None:
    def program() -> None:
        Thing("good", opts=pulumi.ResourceOptions(provider=Provider("p")))
        Thing("bad")

    with pytest.raises(pulumi.RunError) as caught:
        record(program, config=DENIED)
    assert str(caught.value).startswith("Default provider for 'acme' disabled: 'bad' (acme:stuff/thing:Thing, declared")
    assert "explicit provider" in str(caught.value)
    assert record(program, config={"pulumi:disable-default-providers": '["gcp"]'}).one(name="bad")


def test_a_read_and_a_call_on_a_disabled_default_provider_are_refused() -> None:
    with pytest.raises(pulumi.RunError, match="'r' \\(acme:stuff/thing:Thing"):
        record(lambda: Thing.read("r", "id"), config=DENIED)
    with pytest.raises(pulumi.RunError, match="the call of acme:index:getRegion"):
        record(get_region, config=DENIED)


def test_components_stacks_and_providers_need_no_provider() -> None:
    def program() -> None:
        pulumi.ComponentResource("acme:stuff:Empty", "c")
        Provider("p")
        pulumi.StackReference("organization/other/stack")

    assert record(program, config=DENIED).one(name="c")


def test_a_failure_on_the_result_of_a_call_says_that_a_plan_cannot_know_it() -> None:
    with pytest.raises(ProgramError, match=r"cannot know the results of function calls.*acme:index:getRegion"):
        record(lambda: Thing("t", size=get_region().count + 1))


@pytest.mark.parametrize("program", [in_apply, in_module, in_constructor])
def test_nothing_is_printed_and_the_next_plan_works(
    program: Callable[[], None], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="asyncio"), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ProgramError):
            record(program)
        gc.collect()
        assert record(lambda: Thing("t")).one(name="t")
    assert capfd.readouterr() == ("", "")
    assert not [item for item in caplog.records if item.levelno > logging.DEBUG]


def test_a_circle_of_dependencies_is_an_error_and_does_not_hang() -> None:
    def program() -> None:
        group = Group("g")
        Thing("t", opts=pulumi.ResourceOptions(parent=group, depends_on=[group]))

    with pytest.raises(ProgramError, match="circular dependency"):
        record(program)
