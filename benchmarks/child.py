"""Runs Python in a process of its own and says what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took.

    Attributes:
        cpu: seconds of processor time, its own and the system's: other work on the machine hardly changes it.
        memory: most memory at a time, in MiB.
        out: its standard output.
    """

    cpu: float
    memory: float
    out: str


def python(code: str, *arguments: str) -> Cost:
    """Run `python -c CODE ARGUMENTS` in the repository.

    Raises:
        RuntimeError: it failed; the text is what it said.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "components"), str(ROOT)])}
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out = process.stdout.read()
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale, out)
