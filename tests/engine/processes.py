"""Processes that end with the tests, whatever happens to the tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

#: Reads `pid start` lines; kills them when its standard input ends, which it does when the tests' process is gone.
#: The start time tells a process from another one that got its number later.
_REAPER: Final = """
import os, signal, sys
started = {}
for line in sys.stdin:
    pid, start = line.split()
    started[int(pid)] = start
for pid, start in started.items():
    try:
        if open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[19] == start:
            os.killpg(pid, signal.SIGKILL)
    except (OSError, IndexError):
        pass
"""


class ProcessError(Exception):
    """A program ended that should run, or runs that should have ended."""


class Processes:
    """Starts programs, each in a process group of its own, and ends exactly those."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-c", _REAPER], stdin=subprocess.PIPE, start_new_session=True, text=True
        )

    def start(
        self, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program whose output goes to `log`."""
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                start_new_session=True,
            )
        self._running.append(process)
        start = _start_time(process.pid)
        if start is not None and self._reaper.stdin is not None:
            self._reaper.stdin.write(f"{process.pid} {start}\n")
            self._reaper.stdin.flush()
        return process

    def end(self, process: subprocess.Popen[bytes], *, grace: float = 5, sig: signal.Signals = signal.SIGTERM) -> None:
        """End a program and all that it started, politely first."""
        if process in self._running:
            self._running.remove(process)
        _signal_group(process, sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        _signal_group(process, signal.SIGKILL)
        process.wait()

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """A program that has ended by itself; what it left behind ends now."""
        self.end(process, grace=0, sig=signal.SIGKILL)

    def end_all(self) -> None:
        """End everything that was started here."""
        for process in reversed(list(self._running)):
            self.end(process)
        if self._reaper.stdin is not None:
            self._reaper.stdin.close()
        self._reaper.wait()


def _signal_group(process: subprocess.Popen[bytes], sig: signal.Signals) -> None:
    # The group outlives its leader while children of it live.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, sig)


def _start_time(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def wait_until(
    what: str, done: Callable[[], bool], *, seconds: float, process: subprocess.Popen[bytes], log: Path
) -> None:
    """Wait until a program is ready.

    Args:
        what: what is waited for, for the error.
        done: a function without arguments.
        seconds: how long at most.
        process: the program; its end is an error at once.
        log: its output, quoted in the error.

    Raises:
        ProcessError: it ended, or took too long.
    """
    until = time.monotonic() + seconds
    while not done():
        if process.poll() is not None or time.monotonic() > until:
            state = (
                f"ended with {process.returncode}" if process.returncode is not None else f"took over {seconds:.0f} s"
            )
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise ProcessError(f"{what}: {state}; end of {log.name}:\n{tail}")
        time.sleep(0.1)
