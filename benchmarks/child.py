"""Runs Python in a process of its own and says what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: The system's own count for a finished process begins with that of the one that started it, which is larger here. What
#: Linux keeps of a process's memory begins anew with its program.
#: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
_TELL_PEAK = """
import atexit

def _tell_peak():
    import sys
    try:
        with open("/proc/self/status") as status:
            peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return
    print("", f"PEAK {peak}", sep=chr(10), file=sys.stderr)

atexit.register(_tell_peak)
"""


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
    command = [sys.executable, "-W", "error", "-c", _TELL_PEAK + code, *arguments]
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
    told = said.rpartition("\nPEAK ")[2].split()
    peak = int(told[0]) / 1024 if told and told[0].isdigit() else usage.ru_maxrss / (1024 * 1024)
    return Cost(usage.ru_utime + usage.ru_stime, peak, out)
