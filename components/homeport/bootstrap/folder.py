"""The folder in which the stack `homeport-bootstrap/admin` is worked on, and which holds its state until it moves.

Nothing in it belongs into a repository; it ignores itself. It is there while a run works, and after one that was
interrupted.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

import yaml

from homeport.bootstrap.args import AnyStateStoreArgs
from homeport.bootstrap.names import PROJECT, STACK, settings

#: In the project, unless another folder is named.
PARENT: Final = ".homeport"
#: `main` is given no settings: the engine hands over those of the stack's file.
_MAIN: Final = '''"""Written by `homeport bootstrap`."""

from homeport.bootstrap.program import main

main()
'''
_PROJECT: Final = f"""name: {PROJECT}
description: The place of the state
runtime: python
config:
  pulumi:disable-default-providers: ["*"]
"""
#: What Pulumi notes in a stack's file.
_NOTES: Final = ("secretsprovider", "encryptedkey", "encryptionsalt")


class Folder:
    """A folder, made when something is written.

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = path / "state"
        self.passphrase = path / "passphrase"
        self._stack_file = path / f"Pulumi.{STACK}.yaml"

    @property
    def state_file(self) -> Path:
        """The state, where it is on this machine."""
        return self.state / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"

    @property
    def url(self) -> str:
        """The state's place, for Pulumi."""
        return self.state.as_uri()

    def prepare(self) -> None:
        """Write the project, and a passphrase unless there is one."""
        self.state.mkdir(parents=True, exist_ok=True)
        (self.path / ".gitignore").write_text("*\n", encoding="utf-8")
        (self.path / "Pulumi.yaml").write_text(_PROJECT, encoding="utf-8")
        (self.path / "__main__.py").write_text(_MAIN, encoding="utf-8")
        if not self.passphrase.exists():
            _write_private(self.passphrase, secrets.token_urlsafe(32))

    def recorded(self) -> dict[str, Any]:
        """The arguments that the last run here was given; empty without one."""
        config = self._read().get("config")
        found = cast("dict[str, Any]", config).get(f"{PROJECT}:store") if isinstance(config, dict) else None
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def write_settings(
        self, args: AnyStateStoreArgs, *, adopt: Mapping[str, str] | None = None, notes: Mapping[str, str] | None = None
    ) -> None:
        """Write the stack's file.

        Args:
            args: what the store is made from.
            adopt: logical name to id of what is taken over.
            notes: what the engine needs to read the stack's secrets; default: as it stands in the file.
        """
        before = self._read()
        kept = dict(notes) if notes is not None else {key: before[key] for key in _NOTES if key in before}
        # JSON is YAML, and leaves no doubt about what is text.
        text = json.dumps({**kept, "config": settings(args, adopt or {})}, indent=2)
        self._stack_file.write_text(f"{text}\n", encoding="utf-8")

    def locks(self) -> Iterator[dict[str, Any]]:
        """What engines that work on the state here, or were killed, say of themselves."""
        for path in sorted((self.state / ".pulumi" / "locks").rglob("*.json")):
            try:
                found: Any = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                found = {}
            yield cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def clear(self) -> None:
        """Remove the folder; the state first and at once, so that an interruption leaves none or all of it."""
        if self.state.exists():
            gone = self.path / "state.moved"
            if gone.exists():
                shutil.rmtree(gone)
            self.state.replace(gone)
        if self.path.exists():
            shutil.rmtree(self.path)
        if self.path.parent.name == PARENT:
            with contextlib.suppress(OSError):  # the other cloud's is in it
                self.path.parent.rmdir()

    def _read(self) -> dict[str, Any]:
        try:
            found: Any = yaml.safe_load(self._stack_file.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError):
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read at any moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
