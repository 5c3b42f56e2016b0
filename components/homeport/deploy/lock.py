"""Who has a stack now, as far as that can be told without an update.

A backend in a folder or bucket keeps a file for each lock. In a folder it can be read; everywhere else the engine
itself says who has the stack, when it refuses to begin.
https://www.pulumi.com/docs/iac/concepts/state-and-backends/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from homeport.deploy.fields import mapping, text_of


@dataclass(frozen=True, slots=True)
class Lock:
    """A run that has a stack, or had it when it died.

    Attributes:
        who: user, machine and process.
        since: when it began, as the engine wrote it.
    """

    who: str
    since: str

    def as_json(self) -> dict[str, Any]:
        """For machines: the public form of `--json`."""
        return {"who": self.who, "since": self.since}


def locks(url: str, project: str, stack: str) -> list[Lock]:
    """The locks of a stack.

    Args:
        url: of the backend, as `pulumi whoami` says it.
        project: name, as in Pulumi.yaml.
        stack: name, with or without organisation and project.

    Returns:
        Nothing where there is none, and where the backend is no folder of this machine.
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        return []
    folder = Path(unquote(parts.path)).expanduser() / ".pulumi" / "locks"
    return [_lock(path) for path in _files(folder, project, stack.rpartition("/")[2])]


def _files(folder: Path, project: str, stack: str) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.glob("*/*/*/*.json") if path.parts[-3:-1] == (project, stack))
    except (OSError, ValueError):
        return


def _lock(path: Path) -> Lock:
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    found = mapping(content)
    pid = found.get("pid")
    who = f"{text_of(found.get('username')) or 'somebody'}@{text_of(found.get('hostname')) or 'somewhere'}"
    return Lock(who + (f" (pid {pid})" if isinstance(pid, int) else ""), text_of(found.get("timestamp")))
