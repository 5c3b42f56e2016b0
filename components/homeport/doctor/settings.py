"""Loading the settings of a stack for the checks, by the project's own model."""

from __future__ import annotations

from pathlib import Path

from homeport.doctor.examine import SettingsSeen


def load_settings(root: Path, stack: str) -> SettingsSeen | None:
    """What loading the settings gives; None for a project without a settings model."""
    del root, stack
    return None
