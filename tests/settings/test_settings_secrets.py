"""Secrets stand under homeport:secrets alone, become secret outputs at once, and are never shown."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

from homeport.problems import SettingsError, dotted
from homeport.settings import EngineConfig, file_engine_config, load, missing_secrets
from homeport.settings.engine import SECRET_PLACEHOLDER
from homeport.settings.secrets import SecretPlaceholder

SECURE = "secrets: {grafana: {secure: v1:abc}, smtp: {secure: v1:def}}\n"


def engine_of(yard: Any, **secrets: object) -> EngineConfig:
    """What the engine hands over for the file, secrets decrypted."""
    planned = file_engine_config(yard.root, "dev")
    values = {**planned.values, "homeport:secrets": json.dumps(secrets)}
    return EngineConfig(values, frozenset({"homeport:secrets"}))


def known(output: Any) -> Any:
    """The value inside of an output, and whether it is secret."""

    async def read() -> Any:
        return await output.future(), await output.is_secret()

    return asyncio.get_event_loop().run_until_complete(read())


@pytest.fixture
def loop() -> Any:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


def test_under_the_engine_secrets_become_secret_outputs(yard: Any, loop: Any) -> None:
    yard.settings(SECURE)
    loaded = load(yard.model, root=yard.root, stack="dev", engine=engine_of(yard, grafana="hunter2", smtp="s3cret"))
    assert set(loaded.settings.secrets) == {"grafana", "smtp"}
    assert isinstance(loaded.settings.secrets["grafana"], pulumi.Output)
    assert known(loaded.settings.secrets["grafana"]) == ("hunter2", True)


def test_secrets_that_are_encrypted_as_a_whole_are_taken_apart(yard: Any, loop: Any) -> None:
    yard.settings("secrets: {secure: v1:abc}\n")
    loaded = load(yard.model, root=yard.root, stack="dev", engine=engine_of(yard, grafana="hunter2"))
    assert known(loaded.settings.secrets["grafana"]) == ("hunter2", True)


def test_nothing_public_holds_a_secret(yard: Any, loop: Any) -> None:
    yard.settings(SECURE)
    engine = engine_of(yard, grafana="hunter2", smtp="hunter2")
    loaded = load(yard.model, root=yard.root, stack="dev", engine=engine)
    assert loaded.completed["secrets"] == {"grafana": {"$secret": True}, "smtp": {"$secret": True}}
    for text in (repr(loaded), repr(engine), repr(loaded.settings), json.dumps(loaded.completed), repr(loaded.origins)):
        assert "hunter2" not in text


def test_in_a_plan_every_secret_counts_as_present(yard: Any, loop: Any) -> None:
    for text in ("", SECURE, "secrets: {secure: v1:abc}\n"):
        yard.settings(text, head="layer: house\nenvironment: needy\n")
        planned = file_engine_config(yard.root, "dev")
        loaded = load(yard.model, root=yard.root, stack="dev", engine=planned)
        assert "grafana" in loaded.settings.secrets
        assert known(loaded.settings.secrets["anything"]) == (SECRET_PLACEHOLDER, True)
        assert known(loaded.settings.secrets.get("other")) == (SECRET_PLACEHOLDER, True)


def test_without_an_engine_every_secret_counts_as_present_and_is_a_placeholder(yard: Any) -> None:
    loaded = yard.load(SECURE, head="layer: house\nenvironment: needy\n")
    assert list(loaded.settings.secrets) == ["grafana", "smtp"]
    assert loaded.settings.secrets["grafana"] == SecretPlaceholder("grafana")
    assert loaded.completed["secrets"] == {"grafana": {"$secret": True}, "smtp": {"$secret": True}}


def test_under_the_engine_a_missing_secret_is_missing(yard: Any, loop: Any) -> None:
    yard.settings("", head="layer: house\nenvironment: needy\n")
    with pytest.raises(SettingsError, match="grafana is missing"):
        load(yard.model, root=yard.root, stack="dev", engine=engine_of(yard))


def test_all_missing_secrets_are_one_problem_with_their_commands() -> None:
    (problem,) = missing_secrets({"a": 1}, {"a": "x", "b": "the app web", "c.d": "backups"}, stack="dev")
    assert problem.rule == "secrets are missing: b (for the app web), c.d (for backups)"
    assert "pulumi config set --secret --path 'homeport:secrets.b' --stack dev" in problem.fix
    assert "'homeport:secrets[\"c.d\"]'" in problem.fix
    assert list(missing_secrets({"a": 1}, {"a": "x"})) == []


#: Text, path of the only problem, words of it.
WRONG = [
    ("secrets: {grafana: hunter2}\n", "homeport:secrets.grafana", "--secret"),
    ("secrets: {grafana: 12345678}\n", "homeport:secrets.grafana", "clear text"),
    ("secrets: {grafana: 0x123456}\n", "homeport:secrets.grafana", "clear text"),
    ("secrets: hunter2\n", "homeport:secrets", "clear text"),
    ("secrets: {grafana: {inner: hunter2}}\n", "homeport:secrets.grafana", "must be text"),
    ("owner: {secure: v1:hunter2}\n", "homeport:owner", "homeport:secrets"),
    ("apps: {web: {tag: {secure: v1:hunter2}}}\n", "homeport:apps.web.tag", "homeport:secrets"),
    ("api_key: hunter2\n", "homeport:api_key", "homeport:secrets.api_key"),
    ("apps: {web: {tag: a, adminPassword: hunter2}}\n", "homeport:apps.web.adminPassword", "--secret"),
    ("secretz: {grafana: hunter2}\n", "homeport:secretz", "write secrets"),
    ("apps: {web: {tag: a, secret: hunter2}}\n", "homeport:apps.web.secret", "homeport:secrets"),
    ("apps: {web: {tag: a, token: 0x1234567}}\n", "homeport:apps.web.token", ""),
]


@pytest.mark.parametrize(("text", "path", "words"), WRONG)
def test_a_secret_elsewhere_or_in_clear_is_found_and_not_shown(yard: Any, text: str, path: str, words: str) -> None:
    found = yard.problems(text)
    assert path in [dotted(problem.path) for problem in found]
    shown = str(SettingsError(found)) + json.dumps([problem.as_json() for problem in found]) + repr(found)
    assert words in shown
    for value in ("hunter2", "12345678", "0x123456"):
        assert value not in shown


def test_a_secret_under_another_key_is_not_shown_when_the_engine_decrypted_it(yard: Any, loop: Any) -> None:
    yard.settings("count: {secure: v1:abc}\nowner: {secure: v1:def}\n")
    values = {**file_engine_config(yard.root, "dev").values, "homeport:count": "hunter2", "homeport:owner": "hunter2"}
    engine = EngineConfig(values, frozenset({"homeport:count", "homeport:owner"}))
    with pytest.raises(SettingsError) as caught:
        load(yard.model, root=yard.root, stack="dev", engine=engine)
    assert [dotted(problem.path) for problem in caught.value.problems] == ["homeport:count", "homeport:owner"]
    assert "hunter2" not in str(caught.value)


def test_a_decrypted_value_that_stands_in_no_file_is_not_used_either(yard: Any, loop: Any) -> None:
    yard.settings("")
    values = {**file_engine_config(yard.root, "dev").values, "homeport:owner": "hunter2", "homeport:count": "hunter2"}
    engine = EngineConfig(values, frozenset({"homeport:count", "homeport:owner"}))
    with pytest.raises(SettingsError, match="secrets stand under homeport:secrets alone") as caught:
        load(yard.model, root=yard.root, stack="dev", engine=engine)
    assert [dotted(problem.path) for problem in caught.value.problems] == ["homeport:count", "homeport:owner"]
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["/hunter2", "hunter2/hunter2/hunter2/hunter2"])
def test_a_known_field_with_a_secret_name_is_not_shown_whoever_complains(yard: Any, value: str) -> None:
    (problem,) = yard.problems(f"apps: {{web: {{tag: a, token_file: {value}}}}}\n")
    assert "hunter2" not in str(SettingsError([problem])) + json.dumps(problem.as_json())


@pytest.mark.parametrize("text", ["hunter2", "[1]", '{"a": 5}', '{"a": {"b": "hunter2"}}', "{"])
def test_secrets_of_another_shape_are_a_problem_that_shows_nothing(yard: Any, loop: Any, text: str) -> None:
    yard.settings("secrets: {secure: v1:abc}\n")
    values = {**file_engine_config(yard.root, "dev").values, "homeport:secrets": text}
    with pytest.raises(SettingsError, match="secrets") as caught:
        load(yard.model, root=yard.root, stack="dev", engine=EngineConfig(values, frozenset({"homeport:secrets"})))
    assert "hunter2" not in str(caught.value)


def test_secrets_in_clear_are_found_without_a_file(yard: Any, loop: Any) -> None:
    values = {"homeport:layer": "house", "homeport:environment": "dev", "homeport:secrets": '{"a": "hunter2"}'}
    with pytest.raises(SettingsError, match="clear text") as caught:
        load(yard.model, root=yard.root, stack="dev", engine=EngineConfig(values))
    assert "hunter2" not in str(caught.value)


def test_a_model_without_secrets_takes_none(two_layers: Any) -> None:
    assert two_layers.load("house: {}\n", head="layer: shed\n").completed == {"layer": "shed", "house": {}}
    assert "these settings take no secrets" in two_layers.problem(SECURE, head="layer: shed\n")


def test_loading_without_an_engine_does_not_import_pulumi(yard: Any) -> None:
    yard.settings(SECURE)
    program = (
        "import sys; from pathlib import Path; from typing import Literal; from pydantic import Field\n"
        "from homeport.model import In, Model; from homeport.settings import load\n"
        "class House(Model):\n"
        "    layer: Literal['house']\n"
        "    environment: str\n"
        "    secrets: dict[str, In[str]] = Field(default_factory=dict)\n"
        f"load(House, root=Path({str(yard.root)!r}), stack='dev')\n"
        "print([name for name in sys.modules if name.startswith('pulumi')])\n"
    )
    components = Path(__file__).resolve().parents[2] / "components"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(components)},
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]"
