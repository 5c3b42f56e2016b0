from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.globals.globals_output import VERSION, Globals
from homeport.problems import Problem, SettingsError

MINIMAL: dict[str, Any] = {
    "version": 1,
    "zones": {
        "acme": {
            "cloud": "aws",
            "domain": "acme.example",
            "id": "Z0123456789",
            "name": "acme.example",
            "name_servers": ["ns-1.example"],
        }
    },
    "gcp": None,
    "aws": {"account": "111122223333", "region": "eu-central-1"},
}


def problem(value: object, **more: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        Globals.parse(value, **more)
    (only,) = caught.value.problems
    return only.text()


def test_it_reads_what_it_wrote() -> None:
    read = Globals.parse(MINIMAL)
    assert Globals.parse(read.model_dump(mode="json")) == read


def test_numbers_come_over_the_wire_as_floats() -> None:
    assert Globals.parse({**MINIMAL, "version": 1.0}).version == VERSION


def test_a_stack_without_the_output_says_what_to_run() -> None:
    assert problem(None) == (
        'global = "global": the stack global has published no output globals; run pulumi up -s global with this'
        " version first"
    )
    unknown = problem({"$unknown": True}, stack="shared")
    assert unknown.startswith('global = "shared": the stack shared has published no')


def test_an_older_output_says_what_to_run() -> None:
    assert problem({**MINIMAL, "version": 0}, stack="shared") == (
        'global = "shared": the output globals of the stack shared has version 0, not 1; run pulumi up -s shared with'
        " this version first"
    )
    assert "has no version, not 1; run pulumi up -s global" in problem({"zones": {}})


def test_a_newer_output_says_what_to_upgrade() -> None:
    assert problem({"version": 2.0}) == (
        'global = "global": the stack global was deployed by a newer homeport: its output globals has version 2, this'
        " one reads 1; upgrade homeport here to the version that deployed it"
    )


def test_an_incomplete_output_names_each_gap() -> None:
    with pytest.raises(SettingsError) as caught:
        Globals.parse({"version": 1, "zones": {"acme": {"cloud": "aws"}}})
    texts = [one.text() for one in caught.value.problems]
    assert len(texts) == 4
    assert texts[0].startswith(
        'global = "global": the output globals of the stack global is not complete at zones.acme.domain: '
    )


def test_additions_of_a_later_release_are_ignored() -> None:
    assert Globals.parse({**MINIMAL, "fleet": {"x": 1}}) == Globals.parse(MINIMAL)


def test_what_a_plan_cannot_know_gets_a_name() -> None:
    zone = {**MINIMAL["zones"]["acme"], "id": {"$unknown": True}, "name_servers": [{"$unknown": True}]}
    read = Globals.parse({**MINIMAL, "zones": {"acme": zone}}).zones["acme"]
    assert read.id == "${globals.zones.acme.id}"
    assert read.name_servers == ["${globals.zones.acme.name_servers.0}"]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(json_values | st.dictionaries(st.sampled_from(["version", "zones", "gcp", "aws"]), json_values))
def test_any_value_gives_globals_or_problems(value: Any) -> None:
    found: tuple[Problem, ...] = ()
    try:
        read = Globals.parse(value)
    except SettingsError as error:
        read, found = None, error.problems
    assert (read is None) == bool(found)
    assert all(one.path == ("global",) and one.fix for one in found)
