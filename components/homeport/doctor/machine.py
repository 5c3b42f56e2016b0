"""The machine, as far as the checks look at it: a protocol, so that tests need no real programs, and the real one."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

#: Longest that a program may take, in seconds, before it counts as hanging.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended.

    Attributes:
        code: exit code; None when it was stopped because it did not answer in time.
        out: standard output.
        err: standard error.
    """

    code: int | None
    out: str = ""
    err: str = ""


class Machine(Protocol):
    """Where the checks look."""

    @property
    def env(self) -> Mapping[str, str]:
        """Environment variables."""
        ...

    @property
    def home(self) -> Path:
        """The user's home folder."""
        ...

    @property
    def python(self) -> tuple[int, int, int]:
        """Version of the Python that runs."""
        ...

    @property
    def executable(self) -> str:
        """Path of the Python that runs."""
        ...

    def which(self, program: str) -> str | None:
        """Where a program is on PATH, or None."""
        ...

    def run(self, *command: str, cwd: Path, patience: float = PATIENCE) -> Ran:
        """Run a program without input, for `patience` seconds at most."""
        ...

    def read(self, path: Path) -> str | None:
        """Text of a file; None where there is none that can be read."""
        ...

    def exists(self, path: Path) -> bool:
        """Whether a file or folder is there."""
        ...

    def installed(self, distribution: str) -> str | None:
        """Version of an installed Python distribution, or None."""
        ...


@dataclass(frozen=True)
class ThisMachine:
    """The real one."""

    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    home: Path = field(default_factory=Path.home)
    python: tuple[int, int, int] = field(default_factory=lambda: sys.version_info[:3])
    executable: str = field(default_factory=lambda: sys.executable)

    def which(self, program: str) -> str | None:
        """Where a program is on PATH, or None."""
        return shutil.which(program, path=self.env.get("PATH"))

    def run(self, *command: str, cwd: Path, patience: float = PATIENCE) -> Ran:
        """Run a program without input; stop it and its children when it does not answer in time."""
        quiet = {**self.env, "PULUMI_SKIP_UPDATE_CHECK": "true", "NO_COLOR": "1", "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
        program = self.which(command[0])
        if program is None:
            return Ran(127, err=f"{command[0]}: not on PATH")
        try:
            process = subprocess.Popen(  # noqa: S603 - a fixed program of this module's callers, without a shell
                [program, *command[1:]],
                cwd=cwd,
                env=quiet,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # so that its children, which hold the pipes open, can be stopped with it
            )
        except OSError as error:
            return Ran(126, err=f"{command[0]}: {error.strerror}")
        with process:
            try:
                out, err = process.communicate(timeout=patience)
            except subprocess.TimeoutExpired:
                _stop(process)
                process.communicate()
                return Ran(None)
        return Ran(process.returncode, out, err)

    def read(self, path: Path) -> str | None:
        """Text of a file; None where there is none that can be read."""
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def exists(self, path: Path) -> bool:
        """Whether a file or folder is there."""
        return path.exists()

    def installed(self, distribution: str) -> str | None:
        """Version of an installed Python distribution, or None."""
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            return None


def _stop(process: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
