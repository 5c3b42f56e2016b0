"""Pulumi's command line on the stack `homeport-bootstrap/admin`, in one of its two places.

Texts were seen with 3.260, the answers of a missing S3 bucket from a stand-in.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from homeport.bootstrap.folder import Folder
from homeport.bootstrap.names import PROJECT, STACK
from homeport.deploy.kinds import classify_backend
from homeport.doctor.machine import Machine, Ran
from homeport.doctor.pulumi_cli import cause, first_error
from homeport.doctor.redact import redact

#: As bucket and file places know it.
_FULL_NAME: Final = f"organization/{PROJECT}/{STACK}"
#: Commands that change no cloud: seconds after which the place counts as out of reach.
_PATIENCE: Final = 180.0
#: The engine, of an id that an import names.
_NOT_THERE: Final = re.compile(r"resource '[^']*' does not exist")

Say = Callable[[str], object]


class EngineError(Exception):
    """Pulumi failed.

    Args:
        text: the first error, and what to do; no secret.
        login: nobody is logged in to the cloud.
        nothing_to_adopt: something that was to be taken over is not in the cloud.
    """

    def __init__(self, text: str, *, login: bool = False, nothing_to_adopt: bool = False) -> None:
        super().__init__(text)
        self.login = login
        self.nothing_to_adopt = nothing_to_adopt


class Engine:
    """The stack in one place.

    Args:
        machine: where programs are.
        folder: the stack's project.
        url: the place, for Pulumi.
        local: the place is the folder itself, whose passphrase encrypts until the key does.
        say: takes lines for people.
    """

    def __init__(self, machine: Machine, folder: Folder, url: str, *, local: bool, say: Say) -> None:
        self._machine = machine
        self._folder = folder
        self._url = url
        self._local = local
        self._say = say

    def export(self, *, secrets: bool = False) -> dict[str, Any] | None:
        """The state; None where there is no stack.

        Raises:
            EngineError: the place cannot be read. `NoBucketError` where there is none.
        """
        ran = self._ask("stack", "export", "--stack", _FULL_NAME, *(["--show-secrets"] if secrets else []))
        if ran.code == 0:
            found: dict[str, Any] = json.loads(ran.out)
            return found
        why = cause(ran)
        if why == "no-stack":
            return None
        if why == "no-backend":
            raise NoBucketError(self._words(ran, "stack export"))
        raise self._error(ran, "stack export")

    def init(self, secrets_provider: str) -> None:
        """Make the stack."""
        self._must("stack", "init", _FULL_NAME, "--no-select", "--secrets-provider", secrets_provider)

    def seal(self, secrets_provider: str) -> None:
        """Encrypt with something else."""
        self._must("stack", "change-secrets-provider", secrets_provider, "--stack", _FULL_NAME)

    def take(self, state: Mapping[str, Any]) -> None:
        """Replace the state."""
        file = self._folder.path / "moving.json"
        file.write_text(json.dumps(state), encoding="utf-8")
        self._must("stack", "import", "--file", str(file), "--stack", _FULL_NAME)
        file.unlink()

    def cancel(self) -> None:
        """Remove the lock of an engine that is no more."""
        self._must("cancel", "--yes", "--stack", _FULL_NAME)

    def forget_pending(self) -> None:
        """Drop from the state what a killed engine had begun to make."""
        self._work("refresh", "--yes", "--skip-preview", "--clear-pending-creates")

    def preview(self) -> None:
        """Show what an update would do."""
        self._work("preview")

    def up(self) -> None:
        """Update."""
        self._work("up", "--yes", "--skip-preview")

    # --- how

    def _environment(self) -> dict[str, str]:
        env = {
            **self._machine.env,
            "PULUMI_BACKEND_URL": self._url,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The program imports homeport, so it runs where homeport runs.
            "PULUMI_PYTHON_CMD": sys.executable,
        }
        if found := env.get("PYTHONPATH"):
            # The program works in another folder than this process.
            env["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in found.split(os.pathsep) if part)
        if self._local:
            env.pop("PULUMI_CONFIG_PASSPHRASE", None)
            env["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(self._folder.passphrase)
        return env

    def _ask(self, *arguments: str) -> Ran:
        """Run a command that only reads or writes state."""
        line = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, without a shell
                line,
                cwd=self._folder.path,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            text = f"`pulumi {arguments[0]}` did not end within {_PATIENCE:.0f} s: {self._url} cannot be reached"
            raise EngineError(f"{text}\n    fix: check the network, and run the same command again") from None
        return Ran(done.returncode, done.stdout, done.stderr)

    def _must(self, *arguments: str) -> None:
        ran = self._ask(*arguments)
        if ran.code != 0:
            raise self._error(ran, " ".join(arguments[:2]))

    def _work(self, *arguments: str) -> None:
        """Run a command that asks the cloud, and show what it says.

        It writes into a file: whoever ends this process ends neither the engine nor what it waits for.
        """
        log = self._folder.path / "engine.log"
        line = ["pulumi", *arguments, "--stack", _FULL_NAME, "--non-interactive", "--color", "never"]
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - a fixed program, without a shell
                line,
                cwd=self._folder.path,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        stopped = _follow(process, log, lambda text: self._say(redact(text, self._machine.env)))
        ran = Ran(process.returncode, err=log.read_text(encoding="utf-8", errors="replace"))
        if stopped:
            raise EngineError("stopped; the same command goes on where this one was")
        if ran.code != 0:
            raise self._error(ran, arguments[0])

    def _words(self, ran: Ran, command: str) -> str:
        return redact(f"`pulumi {command}` at {self._url}: {first_error(ran)}", self._machine.env)

    def _error(self, ran: Ran, command: str) -> EngineError:
        text, fix = self._words(ran, command), "mend what it says, and run the same command again: it goes on"
        kind, case = classify_backend(first_error(ran))
        login = case == "login"
        if login:
            fix = "log in to the cloud, and run the same command again"
        elif kind == "conflict":
            fix = (
                "something of this name is there and was not made by this command. Names of buckets are unique in the "
                "world: choose another with --bucket. If the project or account has a state store already, name its "
                "bucket"
            )
        elif self._local and case == "state":
            file = self._folder.state_file
            fix = f"an engine was ended while it wrote; what it wrote before lies beside: cp {file}.bak {file}"
        elif kind == "forbidden":
            fix = (
                "whoever runs this needs the right; one that was granted just now takes some minutes. Then run the "
                "same command again: it goes on"
            )
        absent = bool(_NOT_THERE.search(ran.err))
        return EngineError(f"{text}\n    fix: {fix}", login=login, nothing_to_adopt=absent)


class NoBucketError(EngineError):
    """The place is not there."""


def _follow(process: subprocess.Popen[bytes], log: Path, say: Say) -> bool:
    """Show what a program writes until it ends; whether somebody asked to stop.

    Control-C reaches the engine by itself: it ends what it has begun, and is waited for.
    """
    stopped = False
    with log.open(encoding="utf-8", errors="replace") as lines:
        while True:
            ended = process.poll() is not None
            with contextlib.suppress(KeyboardInterrupt):
                for text in lines:
                    say(text.rstrip("\n"))
            if ended:
                return stopped
            try:
                time.sleep(0.2)
            except KeyboardInterrupt:
                stopped = True
