"""Loading the settings of a stack for the checks, by the project's own model. Imports no pulumi."""

from __future__ import annotations

from pathlib import Path

from homeport.doctor.examine import SettingsSeen
from homeport.doctor.stack_file import settings_facts
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
    return SettingsSeen(cluster=settings_facts(loaded.completed))
