"""Outputs of stacks of other projects, saved in files: what a plan takes in the place of an engine's answer.

    [tool.homeport.outputs]
    "acme/homeport/stage" = "tests/platform.json"   # pulumi stack output --json -s acme/homeport/stage

Pure but for reading those files: nothing here imports pulumi.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from homeport.plan.graph import SECRET_KEY
from homeport.settings.project import ProjectError

#: How `pulumi stack output --json` shows a secret.
_SECRET: Final = "[secret]"  # noqa: S105 - the mark of one


def saved_outputs(root: Path, stack: str) -> Mapping[str, Any] | None:
    """The saved outputs of a stack by its full name; None where the project names no file for it.

    Raises:
        ProjectError: a file is named and cannot be read.
    """
    path = _files(root).get(stack)
    if path is None:
        return None
    where = f'[tool.homeport.outputs] "{stack}" = "{path}"'
    how = f"write it with: pulumi stack output --json -s {stack} > {path}"
    try:
        outputs: Any = json.loads((root / path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError(f"{where}: {error.strerror or error}; {how}") from None
    except ValueError as error:
        raise ProjectError(f"{where}: is no JSON: {error}; {how}") from None
    if not isinstance(outputs, dict):
        raise ProjectError(f"{where}: must hold an object, output to value; {how}")
    return {
        name: {SECRET_KEY: True} if value == _SECRET else value
        for name, value in cast("dict[str, Any]", outputs).items()
    }


def _files(root: Path) -> Mapping[str, str]:
    file = root / "pyproject.toml"
    if not file.is_file():
        return {}
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProjectError(f"{file}: cannot be read: {error}") from None
    named: Any = document.get("tool", {}).get("homeport", {}).get("outputs", {})
    if not isinstance(named, dict):
        raise ProjectError(f"{file}: [tool.homeport.outputs] must be a table, stack to file")
    return {str(stack): str(path) for stack, path in cast("dict[str, Any]", named).items()}
