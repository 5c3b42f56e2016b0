# ruff: noqa: E501 - lines of a file beside each other read best
"""`homeport set`: one value changes, every other byte stays; nothing is written that would be wrong."""

from __future__ import annotations

import difflib
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeport.problems import NO_VALUE, SettingsError, dotted
from homeport.settings import load
from homeport.settings.edit import edit
from homeport.settings.paths import PathError, parse_assignment, parse_path

FILE = """\
# yaml-language-server: $schema=stack.schema.json
# What this is about.
config:
  homeport:layer: house   # the layer
  homeport:environment:   'dev'

  homeport:owner: "ops"
  # Two pools.
  homeport:unit:
    kind: red
    pools:  # names are free
      main:
        machines: [a, b]  # small ones
        min: 0
        max: 3

      # The other one.
      other: {machines: ["c"], labels: {x: w}}
  homeport:apps:
    web:
      tag: v1
      ports:
        - 80
        - 443   # https
      notes: |
        several
        lines
    empty: {tag: x}
encryptionsalt: v1:abc
"""


def changed(yard: Any, *assignments: str, text: str = FILE) -> list[str]:
    """The lines that an edit takes out and puts in."""
    file: Path = yard.write(dedent(text))
    before = file.read_text()
    result = edit(yard.model, root=yard.root, stack="dev", assignments=[parse_assignment(item) for item in assignments])
    result.write()
    after = file.read_text()
    load(yard.model, root=yard.root, stack="dev")
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line.rstrip("\n") for line in lines if line[0] in "+-"]


#: Assignment, lines out, lines in.
EDITS: list[tuple[str, list[str], list[str]]] = [
    ("owner=devs", ['  homeport:owner: "ops"'], ['  homeport:owner: "devs"']),
    ("homeport:owner=devs", ['  homeport:owner: "ops"'], ['  homeport:owner: "devs"']),
    ("environment=prod", ["  homeport:environment:   'dev'"], ["  homeport:environment:   'prod'"]),
    ("unit.pools.main.max=6", ["        max: 3"], ["        max: 6"]),
    ("unit.pools.main.spot=true", [], ["        spot: true"]),
    ("unit.pools.main.machines[1]=z", ["        machines: [a, b]  # small ones"], ["        machines: [a, z]  # small ones"]),
    ("unit.pools.main.machines[2]=z", ["        machines: [a, b]  # small ones"], ["        machines: [a, b, z]  # small ones"]),
    ("unit.pools.main.machines[0]=null", ["        machines: [a, b]  # small ones"], ["        machines: [b]  # small ones"]),
    ("unit.pools.main.machines=[x]", ["        machines: [a, b]  # small ones"], ["        machines: [x]  # small ones"]),
    ('unit.pools.main.machines=["1.30", w]', ["        machines: [a, b]  # small ones"], ['        machines: ["1.30", w]  # small ones']),
    ("unit.pools.main.min=null", ["        min: 0"], []),
    ("unit.pools.main.upgrade.surge=2", [], ["        upgrade:", "          surge: 2"]),
    ('unit.pools.main.labels["acme.example/team"]=1.30', [], ["        labels:", '          acme.example/team: "1.30"']),
    ("unit.pools.other.labels.x=true", ['      other: {machines: ["c"], labels: {x: w}}'], ['      other: {machines: ["c"], labels: {x: "true"}}']),
    ("unit.pools.other.labels.z=1", ['      other: {machines: ["c"], labels: {x: w}}'], ['      other: {machines: ["c"], labels: {x: w, z: "1"}}']),
    ("unit.pools.other.labels.x=null", ['      other: {machines: ["c"], labels: {x: w}}'], ['      other: {machines: ["c"], labels: {}}']),
    ("unit.pools.other.labels=null", ['      other: {machines: ["c"], labels: {x: w}}'], ['      other: {machines: ["c"]}']),
    ("unit.pools.other=null", ['      other: {machines: ["c"], labels: {x: w}}'], []),
    ("unit.pools.other.max=9", ['      other: {machines: ["c"], labels: {x: w}}'], ['      other: {machines: ["c"], labels: {x: w}, max: 9}']),
    ("unit.pools.third={machines: [q], min: 1}", [], ["      third:", "        machines: [q]", "        min: 1"]),
    ("apps.web.tag=1.30", ["      tag: v1"], ['      tag: "1.30"']),
    ("apps.web.tag=yes", ["      tag: v1"], ['      tag: "yes"']),
    ("apps.web.tag=1234567", ["      tag: v1"], ['      tag: "1234567"']),
    ("apps.web.tag=a: b #c", ["      tag: v1"], ['      tag: "a: b #c"']),
    ('apps.web.tag="quoted"', ["      tag: v1"], ["      tag: quoted"]),
    ("apps.web.ports[0]=81", ["        - 80"], ["        - 81"]),
    ("apps.web.ports[1]=444", ["        - 443   # https"], ["        - 444   # https"]),
    ("apps.web.ports[2]=8080", [], ["        - 8080"]),
    ("apps.web.ports[0]=null", ["        - 80"], []),
    ("apps.web.ports=[]", ["      ports:", "        - 80", "        - 443   # https"], ["      ports: []   # https"]),
    ("apps.web.notes=short", ["      notes: |", "        several", "        lines"], ["      notes: short"]),
    ("apps.web.ratio=0.25", [], ["      ratio: 0.25"]),
    ("apps.web=null", ["    web:", "      tag: v1", "      ports:", "        - 80", "        - 443   # https", "      notes: |", "        several", "        lines"], []),
    ("apps.empty.host=h", ["    empty: {tag: x}"], ["    empty: {tag: x, host: h}"]),
    ("apps.new.tag=v2", [], ["    new:", "      tag: v2"]),
    ("count=5", [], ["  homeport:count: 5"]),
    ("strict=true", [], ["  homeport:strict: true"]),
    ("unit={kind: blue, context: c}", [
        "  homeport:unit:", "    kind: red", "    pools:  # names are free", "      main:", "        machines: [a, b]  # small ones",
        "        min: 0", "        max: 3", "", "      # The other one.", '      other: {machines: ["c"], labels: {x: w}}',
    ], ["  homeport:unit:", "    kind: blue", "    context: c"]),
]  # fmt: skip


@pytest.mark.parametrize(("assignment", "out", "into"), EDITS, ids=[case[0] for case in EDITS])
def test_only_the_lines_of_the_value_change(yard: Any, assignment: str, out: list[str], into: list[str]) -> None:
    found = changed(yard, assignment)
    common = [line for line in out if line in into]
    assert [line[2:] for line in found if line[0] == "-"] == [line for line in out if line not in common]
    assert [line[2:] for line in found if line[0] == "+"] == [line for line in into if line not in common]


def test_several_values_change_at_once_and_see_each_other(yard: Any) -> None:
    found = changed(yard, "apps.new.tag=a", "apps.new.ports[0]=1", "apps.new.ports[1]=2", "owner=null")
    assert [line[2:] for line in found if line[0] == "+"] == ["    new:", "      tag: a", "      ports: [1, 2]"]


@pytest.mark.parametrize(
    ("before", "assignment", "after"),
    [
        ("  homeport:apps:\n", "apps.web.tag=x", "  homeport:apps:\n    web:\n      tag: x\n"),
        ("  homeport:apps:  # later\n", "apps.web.tag=x", "  homeport:apps:  # later\n    web:\n      tag: x\n"),
        ("  homeport:apps: {}\n", "apps.web.tag=x", "  homeport:apps: {web: {tag: x}}\n"),
        ("  homeport:apps: null\n", "apps.web.tag=x", "  homeport:apps:\n    web:\n      tag: x\n"),
        ("  homeport:owner:\n", "owner=x", "  homeport:owner: x\n"),
        ("  homeport:owner:  # who\n", "owner=x", "  homeport:owner: x  # who\n"),
        ("  homeport:apps: {\n    web: {tag: x},\n  }\n", "apps.b.tag=t",
         "  homeport:apps: {\n    web: {tag: x}, b: {tag: t}\n  }\n"),
        ("  homeport:apps: {a: {tag: x}, }", "apps.a.host=h", "  homeport:apps: {a: {tag: x, host: h}, }"),
    ],
)  # fmt: skip
def test_unusual_layouts_keep_their_shape(yard: Any, before: str, assignment: str, after: str) -> None:
    head = "config:\n  homeport:layer: house\n  homeport:environment: dev\n"
    changed(yard, assignment, text=head + before)
    assert (yard.root / "Pulumi.dev.yaml").read_text() == head + after


def test_a_file_keeps_its_line_ends_and_indent(yard: Any) -> None:
    text = "config:\r\n    homeport:layer: house\r\n    homeport:environment: dev\r\n"
    changed(yard, "apps.web.tag=x", text=text)
    assert (yard.root / "Pulumi.dev.yaml").read_bytes().decode() == (
        text + "    homeport:apps:\r\n        web:\r\n            tag: x\r\n"
    )


def test_a_file_without_a_last_line_end_can_grow(yard: Any) -> None:
    changed(yard, "owner=x", text=FILE.replace("encryptionsalt: v1:abc\n", "").rstrip("\n"))
    changed(yard, "apps.last.tag=x", text=FILE.replace("encryptionsalt: v1:abc\n", "").rstrip("\n"))


def test_removing_writes_null_where_the_base_would_shine_through(yard: Any) -> None:
    yard.base("all: {owner: base, count: 4}\n")
    found = changed(yard, "owner=null", "count=null")
    assert [line[2:] for line in found] == [
        '  homeport:owner: "ops"',
        "  homeport:owner: null",
        "  homeport:count: null",
    ]


def test_what_changed_is_reported(yard: Any) -> None:
    yard.write(FILE)
    assignments = [parse_assignment(text) for text in ("owner=x", "count=2", "strict=null", "apps.empty=null")]
    result = edit(yard.model, root=yard.root, stack="dev", assignments=assignments)
    assert [(change.old, change.new, change.changed) for change in result.changes] == [
        ("ops", "x", True),
        (NO_VALUE, 2, True),
        (NO_VALUE, NO_VALUE, False),
        ({"tag": "x"}, NO_VALUE, True),
    ]


REFUSED: list[tuple[str, str]] = [
    ("count=many", "must be a whole number"),
    ("unit.pools.main.max=0", "must be 1 or more"),
    ("unit.pools.main.min=9", "must not exceed max"),
    ("unit.pools.main.machnes=[x]", "remove it; machines is given already"),
    ("layer=null", "layer is required"),
    ("apps.web.ports[5]=1", "which has no place for 5"),
    ("owner.name=x", "which has no place for 'name'"),
    ("unit.pools.main.labels[0]=x", "must be a map"),
    ("apps.web.ports=[yes]", 'write "yes"'),
    ("apps.web.ports=[1", "is not valid YAML"),
    ("unit={kind: red, kind: blue}", "the key stands twice"),
]


@pytest.mark.parametrize(("assignment", "says"), REFUSED)
def test_nothing_is_written_that_would_be_wrong(yard: Any, assignment: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        changed(yard, assignment)
    assert says in str(caught.value)
    assert (yard.root / "Pulumi.dev.yaml").read_text() == FILE
    assert sorted(path.name for path in yard.root.iterdir()) == ["Pulumi.dev.yaml", "Pulumi.yaml", "pyproject.toml"]


#: A file with two mistakes that have nothing to do with what is set.
WRONG = FILE.replace("homeport:environment:   'dev'", "homeport:environment:   'dev'\n  homeport:count: many").replace(
    "min: 0", "min: 9"
)


def remaining(yard: Any, *assignments: str) -> list[str]:
    file = yard.write(WRONG)
    result = edit(yard.model, root=yard.root, stack="dev", assignments=[parse_assignment(text) for text in assignments])
    result.write()
    assert file.read_text() != WRONG
    return [dotted(problem.path) for problem in result.remaining]


COUNT, MIN = "homeport:count", "homeport:unit.pools.main.min"


def test_a_mistake_elsewhere_keeps_nobody_from_changing_what_is_right(yard: Any) -> None:
    assert remaining(yard, "owner=x") == [COUNT, MIN]


def test_mistakes_are_put_right_one_by_one(yard: Any) -> None:
    assert remaining(yard, "count=3") == [MIN]
    assert remaining(yard, "unit.pools.main.max=9") == [COUNT]
    assert remaining(yard, "unit.pools.main.min=1", "count=3") == []


def test_what_moves_to_another_line_is_no_new_mistake(yard: Any) -> None:
    assert remaining(yard, "apps.new={tag: x, ports: [1, 2]}") == [COUNT, MIN]


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("count=lots", "must be a whole number"),
        ("unit.pools.main.min=7", "must not exceed max"),
        ("unit.pools.other.max=0", "must be 1 or more"),
        ("unit.pools.other={machines: [c], min: 9, max: 3}", "must not exceed max"),
        ("layer=null", "layer is required"),
    ],
)
def test_a_change_that_adds_a_mistake_or_keeps_its_own_is_refused_with_that_one_alone(
    yard: Any, assignment: str, says: str
) -> None:
    file = yard.write(WRONG)
    with pytest.raises(SettingsError) as caught:
        edit(yard.model, root=yard.root, stack="dev", assignments=[parse_assignment(assignment)])
    [problem] = caught.value.problems
    assert says in problem.text()
    assert file.read_text() == WRONG


def test_secrets_are_refused_with_the_command_for_them(yard: Any) -> None:
    with pytest.raises(SettingsError, match=r"pulumi config set --secret --path 'homeport:secrets\.a'") as caught:
        changed(yard, "secrets.a=hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_secret_in_an_unknown_field_is_refused_and_not_shown(yard: Any) -> None:
    with pytest.raises(SettingsError, match="homeport:secrets") as caught:
        changed(yard, "apps.web.password=hunter2")
    assert "hunter2" not in str(caught.value)


def test_an_alias_is_not_changed_behind_the_back_of_its_anchor(yard: Any) -> None:
    text = FILE.replace("[a, b]", "&m [a, b]").replace('["c"]', "*m")
    for path in ("unit.pools.other.machines[0]=z", "unit.pools.main.machines=[z]"):
        with pytest.raises(SettingsError, match="anchor"):
            changed(yard, path, text=text)
    changed(yard, "unit.pools.other.max=7", text=text)


def test_a_layout_that_is_not_understood_is_left_alone(yard: Any) -> None:
    text = FILE.replace("        - 80\n", "        - # a-b\n          80\n")
    with pytest.raises(SettingsError, match="cannot be changed safely\n    fix: edit the file by hand"):
        changed(yard, "apps.web.ports[0]=null", text=text)
    assert (yard.root / "Pulumi.dev.yaml").read_text() == text


def test_the_mode_of_the_file_stays(yard: Any) -> None:
    file = yard.write(FILE)
    file.chmod(0o640)
    changed(yard, "owner=x")
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("homeport:a.b", ("a", "b")),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ("a[1][2]", ("a", 1, 2)),
        ('a["x.y/z"].b', ("a", "x.y/z", "b")),
        ("a['x y']", ("a", "x y")),
        ('a."x.y"', ("a", "x.y")),
        ("a.x-y_z", ("a", "x-y_z")),
        ("a.acme/team", ("a", "acme/team")),
    ],
)
def test_paths_are_read_as_messages_write_them(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", ".", "a.", "a..b", "a[", "a[x]", "[0]", "a b", "a.b]", "=", "homeport:", "a.[0]"])
def test_what_is_no_path_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(PathError, match=r"path"):
        parse_path(text)


@pytest.mark.parametrize("text", ["a", "a.b", "a b=1", "a[=1"])
def test_what_is_no_assignment_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(PathError, match=r"path"):
        parse_assignment(text)


def test_a_value_may_contain_what_a_path_may_not() -> None:
    assert parse_assignment("a.b=x=y [z] ") == (("a", "b"), "x=y [z] ")


_NAMES = st.sampled_from(["main", "other", "new", "x.y", "a b", "yes", "1"])
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["yes", "1.30", "null", "~", "0x1", "a: b", "# c", "- d", "'", '"', "[x", "{y", "*z", "&z", "!t", "|", "%", " x "]
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_NAMES, key=_NAMES, value=_TEXTS, number=st.integers(1, 99), ratio=st.floats(0, 9))
def test_what_is_set_is_what_is_loaded(yard: Any, name: str, key: str, value: str, number: int, ratio: float) -> None:
    file: Path = yard.write(FILE)
    text = f'"{value}"'.replace("\\", "\\\\") if value == "null" else value
    assignments: list[tuple[tuple[str | int, ...], str]] = [
        (("unit", "pools", name, "machines"), f"[m{number}]"),
        (("unit", "pools", name, "max"), str(number)),
        (("unit", "pools", name, "min"), "0"),
        (("apps", "web", "ports", 2), str(number)),
        (("apps", key, "tag"), text),
        (("apps", key, "host"), text),
        (("apps", key, "ratio"), f"{ratio:.6f}"),
    ]
    edit(yard.model, root=yard.root, stack="dev", assignments=assignments).write()
    house = load(yard.model, root=yard.root, stack="dev").settings
    pool, app = house.unit.pools[name], house.apps[key]
    assert (pool.machines, pool.max) == ([f"m{number}"], number)
    unquoted = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' and value != '""' else value
    assert app.tag in {value, unquoted} or value == '""'
    assert app.ratio == float(f"{ratio:.6f}")
    assert house.apps["web"].ports == [80, 443, number]
    kept = {line for line in FILE.splitlines() if line.lstrip().startswith("#") or "encryptionsalt" in line}
    assert kept <= set(file.read_text().splitlines())
