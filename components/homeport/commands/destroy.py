"""`homeport destroy`: takes a stack down by the engine, after saying what protects it."""

from __future__ import annotations

from pathlib import Path

import click

from homeport.commands.common import project_root
from homeport.commands.engine import deploy, engine_options

#: The preview is what refuses before the first deletion; without it half the stack is gone by then.
_SKIPPING = frozenset({"--skip-preview", "-f", "--skip-preview=true"})


@click.command(
    "destroy",
    epilog="Example:  homeport destroy -s stage",
    short_help="Take a stack down with the Pulumi engine.",
)
@engine_options
def command(
    stack: str, root: Path | None, arguments: tuple[str, ...], *, yes: bool, clear_pending: bool, as_json: bool
) -> None:
    """Delete everything that a stack has: `pulumi destroy --refresh`, never without its preview.

    A stack that is protected, by its file or by what the last update has left, is not touched: the command says what
    guards it and how to let go. All else is as with `homeport up`.

    Exit codes: 0 done, 1 the engine failed or was stopped, 2 the command line is wrong, 3 not ready: nothing was begun.
    """
    if _SKIPPING & set(arguments):
        raise click.UsageError("a destroy needs its preview: only that refuses before the first deletion")
    deploy(
        "destroy", stack, project_root(root), yes=yes, clear_pending=clear_pending, arguments=arguments, as_json=as_json
    )
