"""Renovate's configuration is valid and finds every pinned chart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from homeport.addons.pins import pins

ROOT = Path(__file__).resolve().parents[2]
CONFIG: dict[str, Any] = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
[CHARTS] = CONFIG["customManagers"]
VERSIONS = ROOT / "components" / "homeport" / "addons" / "versions.yaml"


def test_it_fits_renovates_schema() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.renovate",
        str(ROOT / "renovate.json"),
    ]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_wrong_configuration_is_seen(tmp_path: Path) -> None:
    wrong = tmp_path / "renovate.json"
    wrong.write_text(json.dumps({**CONFIG, "automerge": "never"}))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.renovate", str(wrong)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1


def test_the_file_pattern_means_the_file_with_the_pins() -> None:
    [pattern] = CHARTS["managerFilePatterns"]
    assert re.search(pattern.strip("/"), VERSIONS.relative_to(ROOT).as_posix())
    named = [name for rule in CONFIG["packageRules"] for name in rule.get("matchFileNames", ())]
    assert named == [VERSIONS.relative_to(ROOT).as_posix()]


def test_every_pin_is_found_with_its_version_and_where_newer_ones_are() -> None:
    # Renovate's expressions name groups as Python does, but for the P.
    [expression] = (re.sub(r"\(\?<(?![=!])", "(?P<", text) for text in CHARTS["matchStrings"])
    found = [match.groupdict() for match in re.finditer(expression, VERSIONS.read_text(encoding="utf-8"))]
    expected: list[dict[str, str | None]] = []
    for pin in pins().values():
        if pin.repository.startswith("oci://"):
            name = f"{pin.repository.removeprefix('oci://')}/{pin.chart}"
            where: dict[str, str | None] = {"datasource": "docker", "depName": name, "registryUrl": None}
        else:
            where = {"datasource": "helm", "depName": pin.chart, "registryUrl": pin.repository}
        expected.append({**where, "currentValue": pin.version})
    assert found == expected


def test_nothing_is_merged_by_a_robot_and_nothing_is_fresh() -> None:
    assert CONFIG["automerge"] is False
    assert CONFIG["minimumReleaseAge"] == "7 days"
    assert not any(rule.get("automerge") for rule in CONFIG["packageRules"])


def test_what_it_looks_after_is_there() -> None:
    there = {
        "custom.regex": VERSIONS,
        "github-actions": ROOT / ".github" / "workflows",
        "gitlabci": ROOT / ".gitlab-ci.yml",
        "pep621": ROOT / "pyproject.toml",
        "pip_requirements": ROOT / "requirements.txt",
        "pre-commit": ROOT / ".pre-commit-config.yaml",
    }
    assert set(CONFIG["enabledManagers"]) == set(there)
    for manager, path in there.items():
        assert path.exists(), manager
