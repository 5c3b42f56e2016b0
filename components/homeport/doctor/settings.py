"""Loading the settings of a stack for the checks, by the project's own model. Imports no pulumi."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from homeport.doctor.examine import SettingsSeen
from homeport.doctor.stack_file import StackFile
from homeport.problems import Problem, SettingsError
from homeport.settings import load
from homeport.settings.project import ProjectError, read_project


def load_settings(root: Path, stack: str) -> SettingsSeen | None:
    """What loading the settings gives; None for a project without a settings model of homeport's."""
    try:
        project = read_project(root)
        if project.settings is None:
            return None
        loaded = load(project.model(), root=root, stack=stack)
    except SettingsError as error:
        return SettingsSeen(error.problems)
    except ProjectError as error:
        return SettingsSeen((Problem(("pyproject.toml",), str(error)),))
    return SettingsSeen(cluster=_facts(loaded.completed))


def _facts(completed: Mapping[str, Any]) -> StackFile | None:
    cluster = completed.get("cluster")
    if not isinstance(cluster, Mapping):
        return None
    section = cast("Mapping[str, object]", cluster)

    def text(name: str) -> str | None:
        value = section.get(name)
        return value if isinstance(value, str) and "\n" not in value else None

    return StackFile(kind=text("kind"), project=text("project"), context=text("context"), kubeconfig=text("kubeconfig"))
