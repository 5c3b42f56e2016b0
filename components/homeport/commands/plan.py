"""`homeport plan`: the graph of a stack as a tree or as JSON."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from homeport.commands.common import fail, json_option, project_root, root_option, stack_option
from homeport.problems import Problem


def _pattern(context: click.Context, parameter: click.Parameter, value: str | None) -> re.Pattern[str] | None:
    del context, parameter
    if value is None:
        return None
    try:
        return re.compile(value)
    except re.error as error:
        raise click.BadParameter(f"{value!r} is no regular expression: {error}") from None


@click.command(
    epilog="\b\nExamples:\n  homeport plan -s stage\n  homeport plan -s prod --type nodePool -v\n"
    "  homeport plan -s stage --json"
)
@stack_option
@click.option("-v", "--verbose", is_flag=True, help="Show all inputs, options and dependencies.")
@click.option("--type", "type_", metavar="REGEX", callback=_pattern, help="Only resources whose type token this finds.")
@click.option("--name", metavar="REGEX", callback=_pattern, help="Only resources whose name this finds.")
@json_option
@root_option
def command(
    *,
    stack: str,
    verbose: bool,
    type_: re.Pattern[str] | None,
    name: re.Pattern[str] | None,
    as_json: bool,
    root: Path | None,
) -> None:
    """Show what a stack would be: no engine, no account, no network.

    Runs the project's own program in this process and draws what it declares. Works on any Pulumi Python program. What
    only the cloud can say is shown as ${resource.output} or (unknown), secrets as (secret).

    Ends with 1 where two resources stand for one thing, such as one Kubernetes object.
    """
    from homeport.plan.command import evaluated  # noqa: PLC0415 - `--help` needs none of it
    from homeport.plan.duplicates import duplicates  # noqa: PLC0415
    from homeport.plan.render import View, make_console, plan_text  # noqa: PLC0415

    graph = evaluated(project_root(root), stack, as_json=as_json)
    twice = duplicates(graph)
    if as_json:
        if twice:
            fail("the plan declares things twice", as_json=True, problems=twice)
        click.echo(graph.to_json(), nl=False)
        return
    terminal = sys.stdout.isatty()
    console = make_console(
        width=_terminal_width() if terminal else None,
        color=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
    )
    with console.capture() as text:
        console.print(plan_text(graph, View(verbose=verbose, type=type_, name=name)))
    click.echo(text.get(), nl=False, color=True)
    if twice:
        fail(_problems_text(twice), as_json=False)


def _problems_text(problems: Sequence[Problem]) -> str:
    head = f"{len(problems)} problem{'s' if len(problems) != 1 else ''} in the plan:"
    return "\n".join([head, *(line for problem in problems for line in ["", *problem.lines()])])


def _terminal_width() -> int | None:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None
