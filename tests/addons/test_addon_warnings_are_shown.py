"""What an override puts at risk is seen by whoever looks at the plan."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STACK = (
    "config:\n  homeport:layer: cluster\n  homeport:environment: local\n  homeport:protection: none\n"
    "  homeport:domain: local.acme.example\n  homeport:cluster: {kind: existing, context: kind-homeport}\n"
    "  homeport:addons: {profile: minimal, cert-manager: {version: 1.0.0, values: {crds: {enabled: false}}}}\n"
)


def test_homeport_plan_prints_them_and_keeps_its_document_clean(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "pyproject.toml", "__main__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "Pulumi.local.yaml").write_text(STACK)
    command = [sys.executable, "-m", "homeport", "plan", "-s", "local", "--json", "--root", str(tmp_path)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    warnings = [line for line in ran.stderr.splitlines() if line.startswith("warning: addons.cert-manager")]
    assert any("values.crds.enabled overrides a value that keeps the cluster safe: " in line for line in warnings)
    assert any("version is 1.0.0, and our values were written for v1.21.1" in line for line in warnings)
    assert json.loads(ran.stdout)["format"] == 1
