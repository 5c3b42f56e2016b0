"""Python, the installed packages against the lock file, and the environment in which the engine runs the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from homeport.doctor.finding import Finding, ok
from homeport.doctor.machine import Machine

OLDEST_PYTHON: Final = (3, 11)
LOCK: Final = "requirements.txt"
_PIN: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)\s*(;[^\\]*)?", re.MULTILINE)
_SHOWN: Final = 4


def pins(text: str) -> dict[str, str]:
    """Name to version of a lock file's packages, without those that other platforms alone need (markers)."""
    return {match[1]: match[2] for match in _PIN.finditer(text) if not match[3]}


def python(machine: Machine) -> Finding:
    """The Python that runs is new enough."""
    version = ".".join(map(str, machine.python))
    if machine.python[:2] >= OLDEST_PYTHON:
        return ok("python", version, "plan")
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Finding(
        "python",
        "wrong",
        f"{version} is older than {oldest}",
        f"install Python {oldest} or newer, then: rm -rf .venv && make preview PYTHON=python{oldest}",
        "plan",
    )


def packages(machine: Machine, root: Path) -> Iterator[Finding]:
    """Every package of the lock file is installed in its version; nothing where a project has no lock file."""
    text = machine.read(root / LOCK)
    locked = pins(text or "")
    if not locked:
        return
    have = {name: machine.installed(name) for name in locked}
    absent = [name for name, version in have.items() if version is None]
    other = [
        f"{name} {have[name]} (locked: {locked[name]})" for name in locked if have[name] not in {None, locked[name]}
    ]
    if not absent and not other:
        yield ok("packages", f"{len(locked)}, all in the locked versions", "plan")
        return
    parts = [f"not installed: {_some(absent)}"] if absent else []
    parts += [f"in another version: {_some(other)}"] if other else []
    yield Finding(
        "packages",
        "missing" if absent else "wrong",
        "; ".join(parts),
        f"{_python(machine, root)} -m pip install --require-hashes -r {LOCK}",
        "plan",
    )


def environment(machine: Machine, root: Path, virtualenv: str | None) -> Iterator[Finding]:
    """The virtual environment that Pulumi.yaml names is there: the engine runs the program in it."""
    if virtualenv is None:
        return
    folder = root / virtualenv
    interpreters = (folder / "bin" / "python", folder / "Scripts" / "python.exe")
    if any(machine.exists(path) for path in interpreters):
        yield ok("environment", virtualenv)
    else:
        yield Finding(
            "environment",
            "missing",
            f"{virtualenv}, in which Pulumi.yaml tells the engine to run the program, is not there",
            "pulumi install",
        )


def _python(machine: Machine, root: Path) -> str:
    """The running interpreter as it is typed in the project's folder."""
    path = Path(machine.executable)
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _some(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
