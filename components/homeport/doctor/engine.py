"""The Pulumi CLI, the place of the state, the stack in it, and what decrypts the stack's secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from homeport.doctor.finding import Finding, ok
from homeport.doctor.machine import Machine
from homeport.doctor.pulumi_cli import INSTALL, Kind, Trouble, ask
from homeport.doctor.redact import redact
from homeport.doctor.stack_file import StackFile

#: Pulumi.yaml's `toolchain` option came with 3.120.
#: https://github.com/pulumi/pulumi/releases/tag/v3.120.0
OLDEST_PULUMI: Final = (3, 120, 0)
#: Versions with which homeport's programs ran, first and last.
TRIED_PULUMI: Final = ((3, 260, 0), (3, 262, 0))

_MISSING: Final[frozenset[Kind]] = frozenset(
    {"no-program", "not-logged-in", "no-credentials", "no-backend", "no-stack", "no-output"}
)


def git(machine: Machine) -> Finding:
    """Git: diffs of plans and reviews need it."""
    if machine.which("git"):
        return ok("git", "on PATH", "extra")
    return Finding("git", "missing", "not on PATH", "install it: https://git-scm.com/downloads", "extra")


def pulumi(machine: Machine, root: Path) -> Finding:
    """The CLI is there and new enough."""
    answer = ask(machine, root, "version")
    if isinstance(answer, Trouble):
        return _finding("pulumi", answer)
    version = parse_version(answer)
    if version is None:
        return Finding("pulumi", "wrong", "`pulumi version` prints no version", f"install it anew: {INSTALL}")
    shown = _dotted(version)
    if version < OLDEST_PULUMI:
        return Finding("pulumi", "wrong", f"{shown} is older than {_dotted(OLDEST_PULUMI)}", f"renew it: {INSTALL}")
    first, last = TRIED_PULUMI
    note = "" if first <= version[:3] <= last else f" (tried with {_dotted(first)} to {_dotted(last)})"
    return ok("pulumi", shown + note)


def language_host(machine: Machine) -> Finding:
    """What runs Python programs for the CLI; it comes with it and lies beside it."""
    name = "pulumi-language-python"
    found = machine.which(name)
    cli = machine.which("pulumi")
    if found is None and cli is not None:
        beside = Path(cli).resolve().with_name(name)
        found = str(beside) if machine.exists(beside) else None
    if found is not None:
        return ok(name, "on PATH" if machine.which(name) else "beside pulumi")
    return Finding(name, "missing", "neither on PATH nor beside pulumi", f"install the whole CLI: {INSTALL}")


def login(machine: Machine, root: Path, backend: str | None) -> tuple[Finding, bool]:
    """Where the state is, and whether it answers.

    Args:
        machine: where to look.
        root: the project.
        backend: the address that Pulumi.yaml names, if any.

    Returns:
        The finding, and whether further questions to the backend make sense.
    """
    answer = ask(machine, root, "whoami", "--json")
    if isinstance(answer, Trouble):
        return _finding("login", answer), False
    url = str(_object(answer).get("url") or "")
    shown = redact(url, machine.env) or "logged in"
    configured = machine.env.get("PULUMI_BACKEND_URL") or backend
    source = "PULUMI_BACKEND_URL" if machine.env.get("PULUMI_BACKEND_URL") else "Pulumi.yaml" if configured else "login"
    return ok("login", f"{shown} (from {source})"), True


def stack(machine: Machine, root: Path, name: str, file: StackFile, *, answers: bool) -> Finding:
    """The stack exists in the backend."""
    if not answers:
        return Finding("stack", "unknown", f"whether {name} exists cannot be told before login works")
    answer = ask(machine, root, "stack", "ls", "--json")
    if isinstance(answer, Trouble):
        return _finding("stack", answer)
    names = [str(item.get("name", "")) for item in _objects(answer)]
    # Pulumi Cloud says ORGANIZATION/STACK for stacks of another organisation.
    short = name.rpartition("/")[2]
    if any(listed.rpartition("/")[2] == short for listed in names):
        return ok("stack", f"{name} exists")
    provider = f' --secrets-provider "{file.provider}"' if file.provider else ""
    key = "awskms" if file.kind == "eks" else "gcpkms"
    hint = "" if file.provider or file.salted else f'   (with a key: --secrets-provider "{key}://...")'
    return Finding(
        "stack", "missing", f"{name} is not in the place of the state", f"pulumi stack init {name}{provider}{hint}"
    )


def secrets(machine: Machine, file: StackFile, name: str) -> Iterator[Finding]:
    """What decrypts the stack's secrets is at hand."""
    count = f"; {len(file.secrets)} set: {', '.join(file.secrets)}" if file.secrets else ""
    if not file.passphrase:
        if file.provider:
            yield ok("secrets", f"by {redact(file.provider.partition('?')[0], machine.env)}{count}")
        return
    pointed = machine.env.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if "PULUMI_CONFIG_PASSPHRASE" in machine.env:
        yield ok("secrets", f"by passphrase, from PULUMI_CONFIG_PASSPHRASE{count}")
    elif pointed and machine.read(Path(pointed)) is not None:
        yield ok("secrets", f"by passphrase, from PULUMI_CONFIG_PASSPHRASE_FILE{count}")
    elif pointed:
        yield Finding(
            "secrets",
            "wrong",
            f"PULUMI_CONFIG_PASSPHRASE_FILE names {pointed}, which cannot be read",
            "name the file that holds the passphrase of the stack",
        )
    else:
        yield Finding(
            "secrets",
            "missing",
            f"{name} is encrypted with a passphrase, and none is given",
            "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE   (or PULUMI_CONFIG_PASSPHRASE; it may be empty)",
        )


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`v3.260.0` (with anything after it) as numbers."""
    match = re.search(r"v?(\d+)\.(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _finding(name: str, trouble: Trouble) -> Finding:
    return Finding(name, "missing" if trouble.kind in _MISSING else "wrong", trouble.text, trouble.fix)


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))


def _parsed(text: str) -> object:
    try:
        return cast("object", json.loads(text))
    except ValueError:
        return None


def _object(text: str) -> dict[str, Any]:
    value = _parsed(text)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _objects(text: str) -> list[dict[str, Any]]:
    value = _parsed(text)
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
