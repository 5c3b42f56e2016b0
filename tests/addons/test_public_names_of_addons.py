"""A stranger writes an add-on with public names alone, tests it on a sample, and installs it beside ours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import homeport
from homeport.plan import record
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "addons" / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def program() -> str:
    [found] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_page_uses_public_names_alone(program: str) -> None:
    modules = set(re.findall(r"^(?:from|import) ([\w.]+)", program, re.MULTILINE))
    assert {module for module in modules if module.startswith("homeport")} == {"homeport"}


def test_what_the_page_shows_is_installed_beside_ours(program: str) -> None:
    graph = record(lambda: exec(program, {"__name__": "__main__"}), config=NO_DEFAULT_PROVIDERS)  # noqa: S102
    release = graph.one(name="support-reloader-release")
    assert release.inputs["version"] == "2.2.16"
    values: dict[str, Any] = release.inputs["values"]
    assert values["reloader"]["reloadStrategy"] == "annotations"
    waits = {graph.by_urn[urn].name for urn in release.dependencies}
    assert "support-namespace-reloader" in waits
    assert graph.one(name="support-cert-manager-release")


def test_names_that_others_import_are_public() -> None:
    for name in ("Addon", "AddonArgs", "Addons", "AddonsArgs", "Chart", "Exports", "Need", "Object", "Rights", "Site"):
        assert name in homeport.__all__
