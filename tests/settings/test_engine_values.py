"""What the engine hands over counts; the file says where it stands. And what it would hand over, from files alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from homeport.problems import SettingsError, dotted
from homeport.settings import EngineConfig, engine_config, file_engine_config, load
from homeport.settings.engine import UNDECRYPTED


def under_engine(yard: Any, *, change: dict[str, str | None] | None = None) -> Any:
    values: dict[str, str] = {**file_engine_config(yard.root, "dev").values}
    for key, value in (change or {}).items():
        if value is None:
            del values[key]
        else:
            values[key] = value
    return load(yard.model, root=yard.root, stack="dev", engine=EngineConfig(values))


SETTINGS = """
    strict: false
    count: 3
    owner: ops
    nickname: ""
    unit: {kind: red, pools: {p: {machines: [a, "1.30"], labels: {a: "true"}, spot: true}}}
    apps: {web: {tag: 1234567, ratio: 1.0, ports: [80]}}
"""


def test_with_and_without_an_engine_the_settings_are_the_same(yard: Any) -> None:
    without = yard.load(SETTINGS)
    with_engine = under_engine(yard)
    assert with_engine.completed == without.completed
    assert with_engine.origins == without.origins


@pytest.mark.parametrize(
    ("key", "text", "path", "value"),
    [
        ("owner", "1.30", ("owner",), "1.30"),
        ("owner", "true", ("owner",), "true"),
        ("strict", "true", ("strict",), True),
        ("count", "12", ("count",), 12),
        ("unit", '{"kind":"blue","context":"c"}', ("unit",), {"kind": "blue", "context": "c"}),
        ("apps", '{"web":{"tag":12345,"ratio":1}}', ("apps", "web", "tag"), "12345"),
    ],
)
def test_text_of_the_engine_gets_the_type_of_its_field(
    yard: Any, key: str, text: str, path: tuple[str, ...], value: Any
) -> None:
    yard.settings(SETTINGS)
    found: Any = under_engine(yard, change={f"homeport:{key}": text}).completed
    for part in path:
        found = found[part]
    assert found == value
    assert type(found) is type(value)


def test_a_value_that_only_the_engine_has_says_so(yard: Any) -> None:
    yard.settings("")
    loaded = under_engine(yard, change={"homeport:owner": "flag"})
    assert loaded.settings.owner == "flag"
    assert str(loaded.origin(("owner",))) == "pulumi config"


def test_a_wrong_value_of_the_engine_points_to_the_files_key(yard: Any) -> None:
    yard.settings("count: 3\n")
    with pytest.raises(SettingsError) as caught:
        under_engine(yard, change={"homeport:count": "many"})
    (problem,) = caught.value.problems
    assert (str(problem.location), problem.value) == ("Pulumi.dev.yaml:4:3", "many")


def test_a_value_that_the_engine_does_not_have_does_not_count(yard: Any) -> None:
    yard.settings("owner: ops\n")
    assert under_engine(yard, change={"homeport:owner": None}).settings.owner == "nobody"


def test_ambiguous_values_are_found_in_the_file_under_the_engine_too(yard: Any) -> None:
    yard.settings("unit: {kind: blue, context: 1.30}\n")
    with pytest.raises(SettingsError, match=r'Pulumi.dev.yaml:4:40: .* = 1.30\n.*\n    fix: write "1.30"'):
        under_engine(yard)


def test_a_null_in_the_file_removes_under_the_engine_too(yard: Any) -> None:
    yard.base("all: {owner: base, count: 9}\n")
    yard.settings("owner: null\n")
    assert under_engine(yard).settings.owner == "nobody"
    assert under_engine(yard, change={"homeport:owner": None}).settings.owner == "nobody"


def test_the_engine_needs_no_file(yard: Any) -> None:
    values = {"homeport:layer": "house", "homeport:environment": "dev", "aws:region": "x"}
    assert load(yard.model, root=yard.root, stack="dev", engine=EngineConfig(values)).settings.environment == "dev"


def test_engine_config_reads_the_runtime_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"a:x": "1", "a:y": "2"}))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(["a:y"]))
    before = dict(pulumi.runtime.config.CONFIG.get())
    pulumi.runtime.set_all_config({**before, "a:z": "3"}, [UNDECRYPTED])
    try:
        found = engine_config()
    finally:
        pulumi.runtime.set_all_config(before, [])
    assert {"a:x": "1", "a:y": "2", "a:z": "3"}.items() <= found.values.items()
    assert found.secret_keys == {"a:y", UNDECRYPTED}
    assert found.undecrypted


def test_file_engine_config_covers_every_namespace_and_form(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: shop\nruntime: python\nconfig:\n"
        "  declared: {type: integer, default: 7}\n  undeclared: {type: string}\n  valued: {value: [1]}\n"
        "  aws:region: eu-central-1\n  over: {secure: v1:low}\n"
    )
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  over: high\n  gcp:config:project: acme\n  t:yes: yes\n  t:float: 1.30\n"
        "  t:map: {b: [1, {secure: v1:x}], a: null}\n  t:key: {secure: v1:y}\n"
    )
    config = file_engine_config(tmp_path, "dev")
    assert config.values == {
        "aws:region": "eu-central-1",
        "gcp:project": "acme",
        "shop:declared": "7",
        "shop:over": "high",
        "shop:valued": "[1]",
        "t:float": "1.3",
        "t:key": "[secret]",
        "t:map": '{"a":null,"b":[1,"[secret]"]}',
        "t:yes": "yes",
    }
    assert config.secret_keys == {"t:map", "t:key", UNDECRYPTED}


def test_a_program_without_any_stack_file_has_the_projects_defaults(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\nconfig: {size: 3}\n")
    assert file_engine_config(tmp_path, "dev").values == {"shop:size": "3"}


def test_a_missing_stack_file_among_others_names_them(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.stage.yaml").write_text("config: {}\n")
    with pytest.raises(SettingsError, match="stacks with a file: stage"):
        file_engine_config(tmp_path, "dev")


def test_keys_under_the_projects_name_do_not_count_under_the_engine(yard: Any) -> None:
    file = yard.settings("")
    file.write_text(file.read_text() + "  yard:owner: x\n")
    with pytest.raises(SettingsError) as caught:
        under_engine(yard)
    assert [dotted(problem.path) for problem in caught.value.problems] == ["yard:owner"]


def test_a_required_section_under_the_projects_name_is_not_also_missing_under_the_engine(yard: Any) -> None:
    yard.write("config:\n  homeport:layer: house\n  yard:environment: dev\n")
    with pytest.raises(SettingsError) as caught:
        under_engine(yard)
    assert [dotted(problem.path) for problem in caught.value.problems] == ["yard:environment"]
