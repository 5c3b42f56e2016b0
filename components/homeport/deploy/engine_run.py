"""One run of the engine: its output goes through unchanged and live, and it ends by itself when somebody stops it.

Standard input and output are the caller's own, so that progress, colours and the question before an update are as
without homeport. Standard error goes through a pipe, because what the engine refuses before it writes its first event
stands there alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

#: Of standard error; a refusal is some lines long.
_KEPT: Final = 64 * 1024
#: What people and runners stop a run with. To the engine both are Ctrl-C: it finishes what it has begun.
_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the engine ended.

    Attributes:
        code: exit code; negative if a signal ended it.
        errors: end of its standard error.
        stopped: whether somebody stopped it by way of this process.
    """

    code: int
    errors: str
    stopped: bool


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output_to_stderr: bool = False) -> Ended:
    """Run a command of the engine to its end.

    Args:
        command: the program and its arguments.
        cwd: the project.
        env: its environment.
        output_to_stderr: standard output of the engine goes to standard error, where something else owns the former.
    """
    # In a terminal Ctrl-C reaches the engine by itself. Everywhere else only this process can hand it on, and the
    # engine has a group of its own, so that it comes once: a second one ends it in the middle of its work.
    together = _in_foreground()
    stops: list[int] = []
    with _stops_noted(stops) as watch:
        process = subprocess.Popen(  # noqa: S603 - the engine, without a shell
            command,
            cwd=cwd,
            env=dict(env),
            stdout=sys.stderr.fileno() if output_to_stderr else None,
            stderr=subprocess.PIPE,
            process_group=None if together else 0,
        )
        assert process.stderr is not None  # noqa: S101 - a pipe was asked for
        watch(process, together)
        kept = bytearray()
        reader = threading.Thread(target=_pass_on, args=(process.stderr, kept), daemon=True)
        reader.start()
        code = process.wait()
        # A plugin that outlives the engine may hold the pipe open.
        reader.join(timeout=5)
    return Ended(code, bytes(kept).decode("utf-8", errors="replace"), bool(stops))


def _in_foreground() -> bool:
    """Whether a terminal sends its Ctrl-C to this process's group."""
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return False


@contextmanager
def _stops_noted(
    stops: list[int],
) -> Generator[Callable[[subprocess.Popen[bytes], bool], None]]:
    """Catch what would end this process, and hand it to the engine once.

    Handlers, unlike ignored signals, are not passed on to the engine.
    """
    engine: list[tuple[subprocess.Popen[bytes], bool]] = []
    handed: list[int] = []

    def hand_on() -> None:
        for process, together in engine:
            by_terminal = together and signal.SIGTERM not in stops
            if stops and not handed and not by_terminal:
                handed.append(stops[0])
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGINT)

    def note(number: int, frame: object) -> None:
        del frame
        stops.append(number)
        hand_on()

    def watch(process: subprocess.Popen[bytes], together: bool) -> None:
        engine.append((process, together))
        # It may have come while the engine was being started.
        hand_on()

    before = {number: signal.signal(number, note) for number in _STOPS}
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _pass_on(source: IO[bytes], kept: bytearray) -> None:
    target = sys.stderr.fileno()
    with source:
        while chunk := os.read(source.fileno(), 8192):
            with suppress(OSError):
                os.write(target, chunk)
            kept += chunk
            del kept[:-_KEPT]
