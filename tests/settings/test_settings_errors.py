"""What the loader says: place, path, value, rule, fix; one problem per mistake, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.problems import SettingsError, dotted
from homeport.settings import load

UNIT = "unit: {kind: red, pools: {main: {machines: [small]}}}\n"

#: What is written, and the whole text of the only problem.
SAYS: list[tuple[str, str]] = [
    ("ownr: x\n", '4:3 homeport:ownr = "x": there is no section ownr; write owner'),
    ("zzz: 1\n", "4:3 homeport:zzz = 1: there is no section zzz; remove it; it has layer, environment, owner"),
    (
        "owner: 1000\n",
        '4:19 homeport:owner = 1000: must be text; without quotes YAML takes it as a number; write "1000"',
    ),
    ("owner: 1.30\n", 'must be text; without quotes YAML takes it as a number; write "1.30"'),
    ("owner: true\n", 'must be text; without quotes YAML takes it as true or false; write "true"'),
    ("owner: yes\n", '4:19 homeport:owner = "yes": is ambiguous'),
    ("owner: [a]\n", "4:3 homeport:owner: must be text"),
    ("count: many\n", '4:19 homeport:count = "many": must be a whole number'),
    ("count: 1.5\n", "must be a whole number"),
    ("strict: 1\n", "must be true or false"),
    ("strict: yes\n", 'write "yes", or true or false'),
    ("nickname: abcdef\n", "must have 5 characters at most"),
    ("unit: x\n", 'homeport:unit = "x": must be a map with fields; begin with kind: red or blue'),
    ("unit: {}\n", "homeport:unit.kind: kind is required: must be one of red, blue"),
    ("unit: {kind: read}\n", 'homeport:unit.kind = "read": must be one of red, blue; write red'),
    ("unit: {kind: blue}\n", "4:3 homeport:unit.context: context is required and missing; add context: text"),
    (
        "unit: {kind: blue, contxt: c}\n",
        "the section unit has no field contxt; write context",
    ),
    ("unit: {kind: blue, context: c, pools: {}}\n", "remove it, or write kind: red, which has it"),
    (UNIT.replace("[small]", "small"), "must be a list; write [small]"),
    (UNIT.replace("[small]", "[]"), "must have 1 or more items; it has 0"),
    (UNIT.replace("[small]", "[a, 5]"), "4:59 homeport:unit.pools.main.machines[1] = 5: must be text"),
    (UNIT.replace("[small]", "[a], max: 0"), "homeport:unit.pools.main.max = 0: must be 1 or more"),
    (UNIT.replace("[small]", "[a], upgrade: {soak: 3}"), "remove it, or write strategy: swap, which has it"),
    (UNIT.replace("[small]", "[a], upgrade: {strategy: swop}"), "must be one of rolling, swap; write swap"),
    (
        UNIT.replace("[small]", "[a], labels: {a: 5}"),
        '= 5: must be text; without quotes YAML takes it as a number; write "5"',
    ),
    (UNIT.replace("red,", "red, size: 3,"), "homeport:unit.size = 3: must be even; write 4"),
    ("apps: {web: {tag: a, ratio: 1.30}}\napps2: 1\n", "there is no section apps2; remove it; apps is given already"),
    ("apps: {web: {tag: a, ratio: fast}}\n", "must be a number"),
    ("apps: {web: {tag: a, ports: [80, '81']}}\n", "must be a whole number; write 81 without quotes"),
    ("apps: {web: {tag: a, level: hi}}\n", "must be one of low, high; write high"),
    ("apps: {web: {tag: a, level: LOW}}\n", "must be one of low, high; write low"),
    ("apps: {web: {tag: a, code: A1}}\n", "must match the pattern ^[a-z]+$; for example abc"),
    ("apps: {web: {tag: a, notes: {b: 1}}}\n", "homeport:apps.web.notes: must be text or a list"),
    ("apps: {web: {tag: a, notes: [1]}}\n", "homeport:apps.web.notes"),
    ("apps: [web]\n", "homeport:apps: must be a map"),
    ("unit: {kind: red}\n", "4:3 homeport:unit.pools: needs a pool; add one"),
    (UNIT.replace("[small]", "[a], min: 4"), "4:65 homeport:unit.pools.main.min = 4: must not exceed max; lower it"),
    ("strict: true\n", "homeport:owner: strict needs an owner; name one"),
    (
        "owner: a\nowner: b\n",
        "5:3 homeport:owner: the key stands twice, first at Pulumi.dev.yaml:4:3; remove one of them",
    ),
    ("owner: 2026-11-01\n", 'write "2026-11-01"'),
    ("unit: {kind: blue, context: !!str c}\n", "homeport:unit.context: YAML tags"),
]


@pytest.mark.parametrize(("text", "says"), SAYS, ids=[says[:40] for _, says in SAYS])
def test_one_mistake_gives_one_problem_that_says_it_all(yard: Any, text: str, says: str) -> None:
    assert says in yard.problem(text)


KEYS: list[tuple[str, str]] = [
    ("  owner: x", 'owner: has no namespace: Pulumi puts it under the project\'s name ("yard:owner")'),
    ("  owner: x", "write homeport:owner"),
    (
        "  yard:owner: x",
        "stands under the project's name; settings are read from homeport: alone; write homeport:owner",
    ),
    ("  homport:owner: x", "nothing reads the namespace homport; write homeport:owner"),
    ("  homeport:config:owner: x", "settings are written homeport:NAME; write homeport:owner"),
    ("  gcp:project: x", "has no effect: every provider gets its arguments from homeport: settings"),
    ("  kubernetes:context: x", "remove it; what it sets belongs in a section like homeport:cluster"),
    ("confg: {}", "confg: a stack file has the keys config, encryptionsalt"),
    ("homeport:owner: x", "put it below config:"),
]


@pytest.mark.parametrize(("line", "says"), KEYS)
def test_a_key_in_the_wrong_place_is_found_and_read_as_meant(yard: Any, line: str, says: str) -> None:
    file = yard.settings("strict: false\n")
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(SettingsError) as caught:
        load(yard.model, root=yard.root, stack="dev")
    (problem,) = caught.value.problems
    assert says in problem.text()
    assert problem.location is not None
    assert problem.location.line == 5


def test_an_ambiguous_value_under_a_misspelt_key_is_both(yard: Any) -> None:
    found = [problem.text() for problem in yard.problems("ownr: yes\n")]
    assert len(found) == 2
    assert any(text.startswith('homeport:ownr = "yes": is ambiguous') for text in found)
    assert any("there is no section ownr; write owner" in text for text in found)


def test_a_misspelt_key_with_an_ambiguous_value_stands_for_the_field_that_is_required(yard: Any) -> None:
    found = [problem.text() for problem in yard.problems("", head="layer: house\nenvironmnt: 1e3\n")]
    assert len(found) == 2
    assert not any("required" in text for text in found)
    assert any("write environment" in text for text in found)


def test_an_ambiguous_value_of_the_wrong_kind_is_told_once(yard: Any) -> None:
    [problem] = yard.problems("count: yes\n")
    assert "is ambiguous" in problem.rule


def test_a_misplaced_required_section_is_not_also_missing(yard: Any) -> None:
    yard.write("config:\n  layer: house\n  yard:environment: dev\n")
    with pytest.raises(SettingsError) as caught:
        load(yard.model, root=yard.root, stack="dev")
    assert [dotted(problem.path) for problem in caught.value.problems] == ["layer", "yard:environment"]


def test_a_key_that_is_also_written_rightly_is_to_be_removed(yard: Any) -> None:
    file = yard.settings("owner: a\n")
    file.write_text(file.read_text() + "  owner: b\n")
    with pytest.raises(SettingsError, match="remove it; homeport:owner is there too"):
        load(yard.model, root=yard.root, stack="dev")


BASES: list[tuple[str, str]] = [
    ("al: {owner: x}\n", "base.yaml:1:1 al: a base file has the groups all, layers, clouds, environments; write all"),
    ("owner: x\n", "put it below all:"),
    ("all: {homeport:owner: x}\n", "all.homeport:owner: keys in a base file stand without homeport:; write owner"),
    ("all: {secrets: {a: {secure: v1:x}}}\n", "secrets are encrypted for one stack"),
    ("all: {owner: {secure: v1:x}}\n", "all.owner: is encrypted, and secrets stand under homeport:secrets alone"),
    ("all: {owner: yes}\n", 'base.yaml:1:14 all.owner = "yes": is ambiguous'),
    ("environments: {prod: {owner: yes}}\n", "environments.prod.owner"),
    ("all: {owner: 5}\n", "base.yaml:1:14 homeport:owner = 5: must be text"),
    ("all: [1]\n", "all: must be a map"),
    ("layers: {hous: {owner: x}}\n", "no stack selects it: layer is never hous; write house"),
    ("clouds: {green: {owner: x}}\n", "no stack selects it: cluster.kind is never green; write"),
    ("a: b: c\n", "base.yaml:1:5 (the whole file): is not valid YAML"),
    ("all: {ownr: x}\n", 'base.yaml:1:7 homeport:ownr = "x": there is no section ownr; write owner'),
]


@pytest.mark.parametrize(("text", "says"), BASES)
def test_a_mistake_in_the_base_file_is_found_there(yard: Any, text: str, says: str) -> None:
    yard.base(text)
    assert says in yard.problem("")


def test_all_problems_come_at_once_in_the_order_of_their_places(yard: Any) -> None:
    yard.base("all: {owner: 7}\n")
    found = yard.problems("""
        strict: maybe
        unit:
          kind: red
          size: 3
          colour: crimson
          pools:
            good: {machines: [a], min: 5, max: 4}
            bad: {machines: b}
            worse: {}
        apps:
          web: {tag: on, level: mid}
        gcp: 1
    """)
    assert [dotted(problem.path) for problem in found] == [
        "homeport:strict",
        "homeport:unit.size",
        "homeport:unit.colour",
        "homeport:unit.pools.good.min",
        "homeport:unit.pools.bad.machines",
        "homeport:unit.pools.worse.machines",
        "homeport:apps.web.tag",
        "homeport:apps.web.level",
        "homeport:gcp",
        "homeport:owner",
    ]
    places = [(p.location.file, p.location.line, p.location.column) for p in found if p.location]
    assert places == sorted(places)
    assert len(places) == len(found)


def test_rules_between_fields_run_on_what_is_left(yard: Any) -> None:
    """`zones` of a required section is broken, so the stack cannot be built; its healthy parts are still looked at."""
    paths = yard.paths(
        """
        unit: {kind: red, size: [], pools: {p: {machines: [a], min: 9, max: 2}, q: {machines: [b], min: 2, max: 1}}}
        cluster: {kind: red, size: 3}
    """,
        head="layer: house\n",
    )
    assert set(paths) >= {"homeport:environment", "homeport:unit.size", "homeport:unit.pools.p.min"}
    assert "homeport:unit.pools.q.min" in paths


def test_a_rule_about_something_broken_is_silent(yard: Any) -> None:
    # `max` is wrong by itself: that min exceeds its default of 3 would only be noise.
    assert yard.paths(UNIT.replace("[small]", "[a], min: 4, max: none")) == ["homeport:unit.pools.main.max"]


def test_a_broken_item_of_a_list_does_not_shift_the_others(yard: Any) -> None:
    text = "unit: {kind: red, pools: {p: {machines: [a, 5, b, b]}, q: {machines: [a], min: 9, max: 2}}}\n"
    assert yard.paths(text) == [
        "homeport:unit.pools.p.machines[1]",
        "homeport:unit.pools.p.machines[3]",
        "homeport:unit.pools.q.min",
    ]


def test_an_empty_file_says_what_to_write(yard: Any) -> None:
    for text in ("", "# nothing\n"):
        yard.write(text)
        with pytest.raises(SettingsError, match="the file is empty\n    fix: write config: and below it"):
            load(yard.model, root=yard.root, stack="dev")


@pytest.mark.parametrize("text", ["config: 5\n", "- a\n", "hello\n", "config: [a]\n"])
def test_a_file_of_another_shape_is_a_problem(yard: Any, text: str) -> None:
    yard.write(text)
    with pytest.raises(SettingsError, match="must be a map"):
        load(yard.model, root=yard.root, stack="dev")


def test_what_a_null_removed_is_missing_there(yard: Any) -> None:
    yard.base("all: {environment: dev}\n")
    problem = yard.problem("environment: null\n", head="layer: house\n")
    assert "Pulumi.dev.yaml:3:3 homeport:environment: environment is required and removed by the null" in problem


def test_settings_in_the_project_file_are_refused(yard: Any) -> None:
    (yard.root / "Pulumi.yaml").write_text("name: yard\nruntime: python\nconfig:\n  homeport:owner: x\n")
    assert "Pulumi.yaml:4:3 homeport:owner: Pulumi.yaml is no place for settings" in yard.problem("")


@pytest.mark.parametrize("word", ["Input", "pydantic", "validation error", "dictionary", "extra_forbidden", "NoneType"])
def test_no_message_speaks_of_the_library_below(yard: Any, word: str) -> None:
    for text, _ in SAYS:
        assert word not in yard.problem(text)


def test_a_problem_names_the_other_fields_that_take_part(yard: Any) -> None:
    (problem,) = yard.problems(UNIT.replace("[small]", "[a], min: 4, max: 2"))
    assert "see: homeport:unit.pools.main.max" in "\n".join(problem.lines())
    assert problem.as_json()["related"] == ["homeport:unit.pools.main.max"]
