"""Questions to the Pulumi CLI, and what its answers mean.

Exit codes and texts were seen with 3.260 and 3.262; where a code is newer than a CLI, the text decides.
https://www.pulumi.com/docs/iac/cli/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from homeport.deploy.kinds import Case, classify_backend
from homeport.doctor.machine import PATIENCE, Machine, Ran
from homeport.doctor.redact import redact

INSTALL = "curl -fsSL https://get.pulumi.com | sh   (other ways: https://www.pulumi.com/docs/iac/download-install/)"

#: no-backend: the place of the state is not there. no-answer: no end within the time. unreachable: no way to it.
Kind = Literal[
    "no-program", "not-logged-in", "no-credentials", "no-backend", "no-answer", "unreachable", "no-stack", "no-output",
    "passphrase", "failed",
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


#: What a failure of this case is to a question to the CLI.
_CAUSES: Final[Mapping[Case, Kind]] = {
    "login": "no-credentials",
    "no_backend": "no-backend",
    "no_output": "no-output",
    "no_stack": "no-stack",
    "not_logged_in": "not-logged-in",
    "passphrase": "passphrase",
}
_BOOTSTRAP: Final = "homeport bootstrap makes a bucket for the state and says how to log in to it"
_FIXES: Final[Mapping[Kind, str]] = {
    "no-backend": f"{_BOOTSTRAP}\none that exists: pulumi login gs://BUCKET, or PULUMI_BACKEND_URL",
    "no-credentials": "gcloud auth application-default login   (on AWS: aws sso login --profile PROFILE)",
    "no-output": "pulumi up",
    "no-stack": "pulumi stack init",
    "not-logged-in": (
        "pulumi login gs://BUCKET   (or, for a try on this machine alone: pulumi login --local)\n"
        f"without a bucket: {_BOOTSTRAP}"
    ),
    "passphrase": "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE   with the passphrase that the stack was made with",
    "unreachable": "check the network, proxy and DNS; another place: pulumi login URL, or PULUMI_BACKEND_URL",
}
#: Our words where the CLI's own do not say what is meant.
_WORDS: Final[Mapping[Kind, str]] = {
    "not-logged-in": "not logged in: no place for the state is chosen, or its token is no longer good",
    "passphrase": "the passphrase of the stack's secrets is not given, or is not the one that it was made with",
}
#: Exit codes of newer CLIs: 3 authentication, 6 stack not found.
_CODES: Final[Mapping[int, Kind]] = {3: "not-logged-in", 6: "no-stack"}


def _trouble(ran: Ran, command: str, machine: Machine, patience: float) -> Trouble:
    if ran.code is None:
        return Trouble(
            "no-answer",
            f"`{command}` did not answer within {patience:.0f} s: the place of the state cannot be reached",
            "check the network and `pulumi whoami --verbose`; another place: pulumi login URL, or PULUMI_BACKEND_URL",
        )
    kind = cause(ran)
    text = redact(first_error(ran), machine.env)
    return Trouble(kind, _WORDS.get(kind, text), _FIXES.get(kind, f"run `{command}` and read what it says"))


def cause(ran: Ran) -> Kind:
    """Why a command of the CLI gave no answer: by its exit code, or by its first error."""
    kind, case = classify_backend(first_error(ran))
    if case in _CAUSES:
        return _CAUSES[case]
    return "unreachable" if kind == "unreachable" else _CODES.get(ran.code or 0, "failed")


def first_error(ran: Ran) -> str:
    """The first line that says error, without the word: later ones are mostly consequences."""
    lines = [line.strip() for line in (ran.err or ran.out).splitlines() if line.strip()]
    for index, line in enumerate(lines):
        found = re.search(r"\berror: (.+)", line)
        # The engine's summary names no reason.
        if not found or found[1] in {"update failed", "preview failed"}:
            continue
        # A heading over several, each behind a star.
        following = lines[index + 1 : index + 2] if re.fullmatch(r"\d+ errors? occurred:", found[1]) else []
        return following[0].removeprefix("* ") if following else found[1]
    return lines[-1] if lines else "it failed and said nothing"
