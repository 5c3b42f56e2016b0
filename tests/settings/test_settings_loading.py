"""Stack file, base file and defaults become one settings object whose values know where they came from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from homeport.problems import SettingsError
from homeport.settings import load

BASE = """
    all:
      owner: everyone
      unit: {kind: red, pools: {main: {machines: [small]}}}
    layers:
      house: {count: 2}
    clouds:
      red: {nickname: rosy}
      blue: {nickname: azur}
    environments:
      dev: {owner: developers}
      prod: {owner: operators, strict: true}
"""


def test_layers_merge_in_the_order_all_layer_cloud_environment_stack(yard: Any) -> None:
    yard.base(BASE)
    loaded = yard.load("cluster: {kind: red, pools: {p: {machines: [x]}}}\n")
    assert loaded.settings.owner == "developers"
    assert loaded.settings.count == 2
    assert loaded.settings.nickname == "rosy"
    assert str(loaded.origin(("owner",))) == "stacks/base.yaml:11 (environments.dev)"
    assert str(loaded.origin(("count",))) == "stacks/base.yaml:6 (layers.house)"
    assert str(loaded.origin(("environment",))) == "Pulumi.dev.yaml:3"
    assert str(loaded.origin(("strict",))) == "default"
    assert str(loaded.origin(("unit", "pools", "main", "min"))) == "default"
    assert loaded.origin(("owner",)).layer == "stacks/base.yaml: environments.dev"


def test_selectors_fall_back_to_what_all_says(yard: Any) -> None:
    yard.base("all: {environment: prod, owner: x}\nenvironments: {prod: {count: 9}}\n")
    assert yard.load(head="layer: house\n").settings.count == 9


def test_null_in_a_stack_file_removes_what_the_base_says(yard: Any) -> None:
    yard.base(BASE)
    assert yard.load("unit: null\n").settings.unit is None
    assert yard.load("owner: ~\n").settings.owner == "nobody"


def test_a_base_file_is_optional(yard: Any) -> None:
    assert yard.load().settings.owner == "nobody"
    (yard.root / "pyproject.toml").unlink()
    assert yard.load().settings.owner == "nobody"


def test_completed_settings_hold_every_default(yard: Any) -> None:
    completed = yard.load("apps: {web: {tag: v1}}\n").completed
    assert completed["apps"]["web"] == {
        "tag": "v1",
        "ratio": 0.5,
        "ports": [],
        "host": None,
        "notes": "",
        "level": "low",
        "code": "abc",
        "token_file": "",
    }
    assert completed["secrets"] == {}


def test_a_tag_that_one_member_has_as_default_may_be_left_out(yard: Any) -> None:
    text = "unit: {kind: red, pools: {p: {machines: [x], upgrade: {surge: 4}}}}\n"
    upgrade = yard.load(text).settings.unit.pools["p"].upgrade
    assert (upgrade.strategy, upgrade.surge) == ("rolling", 4)


@pytest.mark.parametrize("raw", ["1234567", "12e4567", "v1.2", '"0123456"', "00ab"])
def test_a_commit_hash_is_text_where_the_field_says_so(yard: Any, raw: str) -> None:
    assert yard.load(f"apps: {{web: {{tag: {raw}}}}}\n").settings.apps["web"].tag == raw.strip('"')


@pytest.mark.parametrize("raw", ["1.30", "0123456", "1e3", "true"])
def test_what_would_be_lost_is_refused_even_there(yard: Any, raw: str) -> None:
    assert f'write "{raw}"' in yard.problem(f"apps: {{web: {{tag: {raw}}}}}\n")


def test_a_value_that_pulumi_wrote_back_in_quotes_has_the_type_of_its_field(yard: Any) -> None:
    settings = yard.load('strict: "true"\nowner: "1000"\ncount: "7"\n').settings
    assert (settings.strict, settings.owner, settings.count) == (True, "1000", 7)


def test_a_section_that_was_set_as_json_text_is_read(yard: Any) -> None:
    unit = yard.load("""unit: '{"kind":"blue","context":"c"}'\n""").settings.unit
    assert unit.context == "c"


def test_a_union_of_layers_is_told_apart_by_its_tag(two_layers: Any) -> None:
    assert type(two_layers.load().settings).__name__ == "House"
    assert two_layers.load("house: {a: 1}\n", head="layer: shed\n").settings.house == {"a": 1}
    assert two_layers.paths("house: {a: x}\n", head="layer: shed\n") == ["homeport:house.a"]


def test_the_settings_of_the_engine_are_left_alone(yard: Any) -> None:
    yard.write(
        "config:\n  pulumi:disable-default-providers: ['*']\n  homeport:layer: house\n  homeport:environment: dev\n"
        "encryptionsalt: v1:abc\nsecretsprovider: gcpkms://x\nencryptedkey: abc\nenvironment: [x]\n"
    )
    assert load(yard.model, root=yard.root, stack="dev").settings.environment == "dev"


def test_a_stack_without_a_file_names_those_that_have_one(yard: Any) -> None:
    yard.settings("")
    with pytest.raises(SettingsError, match=r"there is no file Pulumi\.prod\.yaml\n.*stacks with a file: dev"):
        load(yard.model, root=yard.root, stack="prod")


def test_a_stack_name_cannot_leave_the_folder(yard: Any) -> None:
    with pytest.raises(SettingsError, match="a stack's name has"):
        load(yard.model, root=yard.root, stack="..%")


def test_a_full_stack_name_finds_the_same_file(yard: Any) -> None:
    yard.settings("")
    assert load(yard.model, root=yard.root, stack="acme/yard/dev").settings.layer == "house"


def test_stack_files_may_lie_in_a_folder_of_their_own(yard: Any) -> None:
    file: Path = yard.settings("owner: ops\n")
    (yard.root / "Pulumi.yaml").write_text("name: yard\nruntime: python\nstackConfigDir: config\n")
    (yard.root / "config").mkdir()
    shutil.move(file, yard.root / "config" / file.name)
    loaded = load(yard.model, root=yard.root, stack="dev")
    assert str(loaded.origin(("owner",))) == "config/Pulumi.dev.yaml:4"


def test_text_can_be_checked_before_it_is_written(yard: Any) -> None:
    text = yard.settings("owner: ops\n").read_text()
    loaded = load(yard.model, root=yard.root, stack="dev", text=text.replace("ops", "devs"))
    assert loaded.settings.owner == "devs"
