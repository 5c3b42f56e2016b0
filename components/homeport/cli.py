"""The `homeport` command: a list of subcommands, each imported only when it is used.

`homeport --help` and commands that only read settings must not pay for a provider's SDK, so nothing here imports one.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from homeport import __version__

#: Name of the subcommand to the module in `homeport.commands` that holds it as `command`, and its one-line help.
_COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "bootstrap": ("bootstrap", "Make the place of the state: a bucket and a key."),
    "charts": ("charts", "Check the Helm charts of stacks: values, rendering, where they come from."),
    "config": ("config", "Print a stack's completed settings and where each value came from."),
    "destroy": ("destroy", "Take a stack down with the Pulumi engine."),
    "diff": ("diff", "Show what changes in a stack since another revision, and what is dangerous about it."),
    "doctor": ("doctor", "Say what is missing on this machine, and how to get it."),
    "explain": ("explain", "Say why a run of the engine failed, from its event log."),
    "graph": ("graph", "Draw a stack's components and how they depend on each other."),
    "init": ("init", "Write an organisation's stack files."),
    "kubeconfig": ("kubeconfig", "Print a cluster's kubeconfig, or merge it into a file."),
    "plan": ("plan", "Show what a stack would be, without engine, account or network."),
    "review": ("review", "Write the comment on a pull request: every stack, since another revision."),
    "schema": ("schema", "Write the JSON Schema of stack files."),
    "seal": ("seal", "Seal values, so that they may lie in a repository."),
    "set": ("set_value", "Change a value in a stack file, keeping its comments."),
    "up": ("up", "Deploy a stack with the Pulumi engine."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"homeport.commands.{_COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a programming error, not input
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in sorted(_COMMANDS)])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example:  homeport plan --stack stage",
)
@click.version_option(__version__, prog_name="homeport")
def main() -> None:
    """Everything between an empty cloud project and running applications, as one Pulumi program.

    Exit codes: 0 done, 1 the settings or the program are wrong, 2 the command line is wrong, 3 something is missing on
    this machine, 4 a change is dangerous.
    """
