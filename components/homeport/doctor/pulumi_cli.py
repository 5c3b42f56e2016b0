"""Questions to the Pulumi CLI, and what its answers mean.

Exit codes and texts were seen with 3.260 and 3.262; where a code is newer than a CLI, the text decides.
https://www.pulumi.com/docs/iac/cli/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from homeport.doctor.machine import PATIENCE, Machine, Ran
from homeport.doctor.redact import redact

INSTALL = "curl -fsSL https://get.pulumi.com | sh   (other ways: https://www.pulumi.com/docs/iac/download-install/)"

Kind = Literal[
    "no-program", "not-logged-in", "no-credentials", "no-backend", "no-answer", "no-stack", "no-output", "passphrase",
    "failed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the CLI gave no answer, and what to do."""

    kind: Kind
    text: str
    fix: str


def ask(machine: Machine, root: Path, *arguments: str, patience: float = PATIENCE) -> str | Trouble:
    """Run `pulumi ARGUMENTS` in the project, without questions; its standard output, or what went wrong."""
    if machine.which("pulumi") is None:
        return Trouble("no-program", "pulumi is not on PATH", INSTALL)
    ran = machine.run("pulumi", "--non-interactive", "--color", "never", *arguments, cwd=root, patience=patience)
    if ran.code == 0:
        return ran.out
    return _trouble(ran, f"pulumi {' '.join(arguments)}", machine, patience)


_ERRORS: tuple[tuple[Kind, str, str], ...] = (
    (
        "no-credentials",
        r"missing google credentials|could not find default credentials|NoCredentialProviders|no EC2 IMDS role",
        "gcloud auth application-default login",
    ),
    (
        "not-logged-in",
        r"PULUMI_ACCESS_TOKEN must be set|not logged in|invalid access token|please run `?pulumi login",
        "pulumi login gs://BUCKET   (or, for a try on this machine alone: pulumi login --local)",
    ),
    (
        "passphrase",
        r"incorrect passphrase|passphrase must be set",
        "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE   with the passphrase that the stack was made with",
    ),
    ("no-output", r"does not have output property", "pulumi up"),
    ("no-stack", r"no stack named|stack '.*' not found", "pulumi stack init"),
    (
        "no-backend",
        r"unable to open (state directory|bucket)|no such (file or directory|host)|connection refused|dial tcp",
        "name the place of the state: pulumi login gs://BUCKET, or set PULUMI_BACKEND_URL",
    ),
)
#: Our words where the CLI's own do not say what is meant.
_WORDS: dict[Kind, str] = {
    "not-logged-in": "not logged in: no place for the state is chosen, or its token is no longer good",
    "passphrase": "the passphrase of the stack's secrets is not given, or is not the one that it was made with",
}
#: Exit codes of newer CLIs: 3 authentication, 6 stack not found.
_CODES: dict[int, Kind] = {3: "not-logged-in", 6: "no-stack"}


def _trouble(ran: Ran, command: str, machine: Machine, patience: float) -> Trouble:
    if ran.code is None:
        return Trouble(
            "no-answer",
            f"`{command}` did not answer within {patience:.0f} s: the place of the state cannot be reached",
            "check the network and `pulumi whoami --verbose`; another place: pulumi login URL, or PULUMI_BACKEND_URL",
        )
    text = redact(_first_error(ran.err or ran.out), machine.env)
    for kind, pattern, fix in _ERRORS:
        if re.search(pattern, text, re.IGNORECASE) or _CODES.get(ran.code) == kind:
            return Trouble(kind, _WORDS.get(kind, text), fix)
    return Trouble("failed", text, f"run `{command}` and read what it says")


def _first_error(text: str) -> str:
    """The first line that says error, without the word: later ones are mostly consequences."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        if line.startswith("error:"):
            return line.removeprefix("error:").strip()
    return lines[0] if lines else "it failed and said nothing"
