"""`homeport set`: changes values in a stack file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from homeport.commands.common import (
    fail,
    fail_settings,
    json_option,
    print_json,
    project_root,
    root_option,
    stack_option,
)
from homeport.problems import NO_VALUE, Problem, SettingsError, dotted
from homeport.settings.edit import Change, edit
from homeport.settings.paths import PathError, parse_assignment
from homeport.settings.project import ProjectError, read_project
from homeport.settings.write import flow


@click.command(
    "set",
    epilog="Example:  homeport set --stack stage cluster.node_pools.general.max=6 cost_centre=2000",
    short_help="Change a value in a stack file, keeping its comments.",
)
@stack_option
@click.argument("assignments", metavar="PATH=VALUE...", nargs=-1, required=True)
@json_option
@root_option
def command(stack: str, *, assignments: tuple[str, ...], as_json: bool, root: Path | None) -> None:
    """Change values in a stack file in place; everything else in the file stays as it is.

    Paths are those of messages: cluster.zones[0], cluster.node_pools.general.labels["acme.example/team"]. A text field
    takes the value as it stands, others a number, true, false or JSON; null removes the entry. The result is checked
    first: nothing is written if that adds a problem. Secrets are set with pulumi config set --secret.
    """
    folder = project_root(root)
    try:
        parsed = [parse_assignment(text) for text in assignments]
    except PathError as error:
        raise click.UsageError(str(error)) from None
    try:
        project = read_project(folder)
        result = edit(project.model(), root=folder, stack=stack, assignments=parsed)
    except ProjectError as error:
        fail(str(error), as_json=as_json)
    except SettingsError as error:
        fail_settings(error, as_json=as_json)
    result.write()
    shown = project.shown(result.file)
    if as_json:
        changes = [_as_json(change) for change in result.changes]
        remaining = [problem.as_json() for problem in result.remaining]
        print_json({"format": 1, "stack": stack, "file": shown, "changes": changes, "remaining": remaining})
        return
    for change in result.changes:
        click.echo(f"{shown}: {_line(change)}")
    if result.remaining:
        click.echo(
            "\n".join(["", "still wrong, as before; what that hides could not be checked:", *_lines(result.remaining)]),
            err=True,
        )


def _lines(problems: Sequence[Problem]) -> list[str]:
    return [line for problem in problems for line in ["", *problem.lines()]]


def _line(change: Change) -> str:
    path = dotted(change.path)
    if not change.changed:
        return f"{path} is {_shown(change, change.new)} already"
    old = _shown(change, change.old)
    if change.new is None:
        return f"{path}: {old} -> null, which removes what the base file says"
    return f"{path}: {old} -> {_shown(change, change.new)}"


def _shown(change: Change, value: object) -> str:
    if value is NO_VALUE:
        return "unset"
    return "(hidden)" if change.secret else flow(value)


def _as_json(change: Change) -> dict[str, object]:
    out: dict[str, object] = {"path": dotted(change.path), "changed": change.changed}
    for name, value in (("old", change.old), ("new", change.new)):
        if value is not NO_VALUE:
            out[name] = {"$hidden": True} if change.secret else value
    return out
