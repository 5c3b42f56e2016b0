"""The pages about sealed-secrets: their settings plan, their numbers are the code's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from homeport.addons import graph
from homeport.addons.pins import pins
from homeport.addons.sealed_secrets import SealedSecretsArgs
from homeport.addons.sealed_secrets_args import KEYS_PER_PART
from homeport.addons.sealed_secrets_backup import BACKUP, RESTORE
from homeport.addons.sealed_secrets_chart import CONTROLLER, NAMESPACE
from homeport.addons.section import CATALOGUE
from homeport.seal import fetch
from tests.addons.places import site

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "addons" / "sealed-secrets.md"
RUNBOOK = DOCS / "runbooks" / "restore-sealed-secrets.md"


@pytest.mark.parametrize("page", [PAGE, RUNBOOK], ids=lambda page: page.stem)
def test_every_example_of_settings_plans(page: Path) -> None:
    blocks = re.findall(r"^ *```yaml\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        section = YAML(typ="safe", pure=True).load(block)["homeport:addons"]["sealed-secrets"]
        args = SealedSecretsArgs.model_validate(section)
        sections = {addon.name: addon.args(enabled=False) for addon in CATALOGUE}
        plan = graph.plan({**sections, "sealed-secrets": args}, site("gcp"), CATALOGUE)
        assert "sealed-secrets/restore" in {step.key for step in plan.steps}


def test_the_settings_shown_are_the_defaults() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    shown = YAML(typ="safe", pure=True).load(block)["homeport:addons"]["sealed-secrets"]
    assert SealedSecretsArgs.model_validate(shown) == SealedSecretsArgs()


def test_the_numbers_in_the_pages_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    defaults = SealedSecretsArgs()
    assert f"| `backup.parts` | {defaults.backup.parts} | entries of the store, {KEYS_PER_PART} keys each" in text
    assert f"{defaults.backup.parts * KEYS_PER_PART} keys, five years" in text
    assert f"| `renewal_days` | {defaults.renewal_days} |" in text
    assert f"--version {pins()['sealed-secrets'].version} " in text


def test_the_names_in_the_commands_are_those_of_the_objects() -> None:
    assert (fetch.NAMESPACE, fetch.CONTROLLER) == (NAMESPACE, CONTROLLER)
    for page in (PAGE, RUNBOOK):
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"-n (sealed-\S+) ", text)) == {NAMESPACE}
        assert set(re.findall(r"(?<!cron)job/(sealed-[a-z-]+)", text)) == {RESTORE}
        assert set(re.findall(r"deployment/([a-z-]+)", text)) == {CONTROLLER}
        assert set(re.findall(r"cronjob/([a-z-]+)", text)) == {BACKUP}
