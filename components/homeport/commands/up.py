"""`homeport up`: an update by the engine, with what is in the way said before and the reason of a failure after."""

from __future__ import annotations

from pathlib import Path

import click

from homeport.commands.common import project_root
from homeport.commands.engine import deploy, engine_options


@click.command(
    "up",
    epilog="\b\nExamples:\n  homeport up -s stage\n  homeport up -s stage --yes -- --parallel 4",
    short_help="Deploy a stack with the Pulumi engine.",
)
@engine_options
def command(
    stack: str, root: Path | None, arguments: tuple[str, ...], *, yes: bool, clear_pending: bool, as_json: bool
) -> None:
    """Deploy a stack: `pulumi up --refresh`, with what an operator needs around it.

    First what `homeport doctor --deploy` looks at, then whether another run has the stack, and whether a lost run has
    begun something that nobody knows the end of. After a failure: the first reason, not the last, what kind it is, and
    what to do. The engine's output is passed through as it is; what follows `--` is for the engine.

    Ctrl-C is handed to the engine, which ends what it has begun; a second one would cut it off.

    Exit codes: 0 done, 1 the engine failed or was stopped, 2 the command line is wrong, 3 not ready: nothing was begun.
    """
    deploy("up", stack, project_root(root), yes=yes, clear_pending=clear_pending, arguments=arguments, as_json=as_json)
