"""The `kubeconform` program: judges objects by schemas that somebody has on disk or behind an address.

Optional: without schemas of every custom resource it knows only half of what a chart makes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from homeport.charts.finding import Finding


class ConformError(Exception):
    """kubeconform cannot be used; the message says why."""


def conform(text: str, schemas: Sequence[str], kubernetes: str) -> list[Finding]:
    """What does not fit its schema; kinds without one are passed over.

    https://github.com/yannh/kubeconform

    Args:
        text: rendered objects.
        schemas: locations as kubeconform takes them.
        kubernetes: minor version.

    Raises:
        ConformError: there is no kubeconform, or it has no verdict.
    """
    program = shutil.which("kubeconform")
    if program is None:
        raise ConformError("there is no kubeconform on PATH: install it, or leave --schemas out")
    arguments = ["-strict", "-ignore-missing-schemas", "-output", "json", "-kubernetes-version", f"{kubernetes}.0"]
    for location in schemas:
        arguments += ["-schema-location", location]
    ran = subprocess.run(  # noqa: S603 - no shell, and the program is the one that was found
        [program, *arguments, "-"], check=False, capture_output=True, text=True, input=text
    )
    try:
        verdict: Any = json.loads(ran.stdout)
    except ValueError:
        raise ConformError(f"kubeconform failed: {(ran.stderr or ran.stdout).strip()[:300]}") from None
    return [
        Finding(f"does not fit its schema: {item.get('msg', '')}", "", f"{item.get('kind')} {item.get('name')}")
        for item in verdict.get("resources", ())
        if item.get("status") in {"statusInvalid", "statusError"}
    ]
