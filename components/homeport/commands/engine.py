"""What `homeport up` and `homeport destroy` share: options, questions, output, exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from homeport.commands.common import (
    EXIT_MISSING,
    EXIT_WRONG,
    F,
    json_option,
    print_json,
    root_option,
    stack_option,
)

if TYPE_CHECKING:
    from homeport.deploy.outcome import Operation, Outcome

#: Ours to say.
_OURS: Final = ("--stack", "-s", "--event-log", "--cwd", "-C")


_YES: Final = click.option("-y", "--yes", is_flag=True, help="Do it without asking; needed where nobody can be asked.")
_CLEAR_PENDING: Final = click.option(
    "--clear-pending",
    is_flag=True,
    help="Drop from the state what a lost run had begun to make. Look first: what is there would be nobody's.",
)
_ARGUMENTS: Final = click.argument("arguments", metavar="[-- PULUMI ARGUMENTS]", nargs=-1, type=click.UNPROCESSED)


def engine_options(function: F) -> F:
    """`-s`, `-y`, `--clear-pending`, `--json`, `--root` and what follows `--`, as help orders them."""
    for decorate in (_ARGUMENTS, root_option, json_option, _CLEAR_PENDING, _YES, stack_option):
        function = decorate(function)
    return function


def deploy(
    operation: Operation,
    stack: str,
    root: Path,
    *,
    yes: bool,
    clear_pending: bool,
    arguments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Carry it out, say what became of it, and end with the exit code that says the same."""
    for argument in arguments:
        if argument.partition("=")[0] in _OURS:
            raise click.UsageError(f"{argument.partition('=')[0]} is homeport's own; it stands before --")
    # Imported here: `--help` needs none of it.
    from homeport.deploy.carry_out import Request, Tools, carry_out  # noqa: PLC0415
    from homeport.doctor.examine import examine  # noqa: PLC0415
    from homeport.doctor.machine import ThisMachine  # noqa: PLC0415
    from homeport.doctor.settings import load_settings  # noqa: PLC0415

    machine = ThisMachine()
    request = Request(operation, stack, root, yes, clear_pending, arguments, quiet_output=as_json)
    tools = Tools(machine, lambda folder, name: examine(machine, folder, name, load_settings), _say)
    _end(carry_out(request, tools), as_json=as_json)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _end(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        print_json(outcome.as_json())
    elif lines := outcome.lines():
        # The engine writes to the same places by itself: nothing of it may come later than this.
        sys.stdout.flush()
        click.echo("\n".join(lines), err=True)
    code = {"done": os.EX_OK, "not_ready": EXIT_MISSING}.get(outcome.result, EXIT_WRONG)
    if code:
        raise SystemExit(code)
