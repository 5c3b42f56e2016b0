"""What keeps a stack from being destroyed, by its file and by its state, and the commands that let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from homeport.deploy.fields import text_of
from homeport.problems import SettingsError
from homeport.settings import load
from homeport.settings.edit import edit
from homeport.settings.project import ProjectError, read_project

_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Guarded:
    """Why a destroy would be refused.

    Attributes:
        why: what guards the stack.
        names: logical names of what is guarded in the state.
        commands: what lets go, in order.
    """

    why: str
    names: Sequence[str]
    commands: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """For machines: the public form of `--json`."""
        return {"why": self.why, "names": list(self.names), "commands": list(self.commands)}


def guarded(root: Path, stack: str, names: Sequence[str]) -> Guarded | None:
    """What guards a stack; None where nothing does.

    Args:
        root: the project.
        stack: its name.
        names: of what is guarded in the state.
    """
    short = stack.rpartition("/")[2]
    level = _protection(root, short)
    apply = f"homeport up -s {stack}"
    if level not in {None, "none"}:
        return Guarded(f"protection is {level}", names, (f"homeport set -s {short} {_letting_go(root, short)}", apply))
    if names and level == "none":
        return Guarded("protection is none in the file, which no update has applied yet", names, (apply,))
    if names:
        return Guarded("it holds what is protected; take `protect` away in the program", names, (apply,))
    return None


def some(names: Sequence[str]) -> str:
    """The first names of many, and how many more there are."""
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _protection(root: Path, stack: str) -> str | None:
    """What the completed settings say; None for settings without such a field."""
    try:
        project = read_project(root)
        if project.settings is None:
            return None
        return text_of(load(project.model(), root=root, stack=stack).completed.get("protection")) or None
    except (ProjectError, SettingsError):
        # Wrong settings were said before; the state alone speaks then.
        return None


def _letting_go(root: Path, stack: str) -> str:
    """The values that the settings accept: production asks for consent beside it."""
    try:
        edit(read_project(root).model(), root=root, stack=stack, assignments=[(("protection",), "none")])
    except (ProjectError, SettingsError):
        return "protection=none decommission=true"
    return "protection=none"
