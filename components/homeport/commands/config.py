"""`homeport config`: a stack's completed settings and where each value came from."""

from __future__ import annotations

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
from homeport.problems import SettingsError, dotted
from homeport.settings.loader import Loaded, load
from homeport.settings.project import ProjectError, read_project
from homeport.settings.render import render
from homeport.settings.tree import Origin


@click.command(
    "config",
    epilog="Example:  homeport config --stack stage --no-origins",
    short_help="Print a stack's completed settings and where each value came from.",
)
@stack_option
@click.option("--origins/--no-origins", default=True, help="Say for each value where it came from; default: do.")
@json_option
@root_option
def command(stack: str, *, origins: bool, as_json: bool, root: Path | None) -> None:
    """Print the completed settings of a stack: its file, what stack files share, and all defaults.

    Beside each value stands the file and line that says it. Secrets are not decrypted.
    """
    folder = project_root(root)
    try:
        loaded = load(read_project(folder).model(), root=folder, stack=stack)
    except ProjectError as error:
        fail(str(error), as_json=as_json)
    except SettingsError as error:
        fail_settings(error, as_json=as_json)
    if as_json:
        print_json(_document(loaded, with_origins=origins))
    else:
        click.echo(render(loaded.completed, loaded.origin if origins else None), nl=False)


def _document(loaded: Loaded[object], *, with_origins: bool) -> dict[str, object]:
    document: dict[str, object] = {"format": 1, "stack": loaded.stack, "settings": loaded.completed}
    if with_origins:
        document["origins"] = {dotted(path): _origin(origin) for path, origin in loaded.origins.items()}
    return document


def _origin(origin: Origin) -> dict[str, object]:
    out: dict[str, object] = {"layer": origin.layer}
    if origin.location is not None:
        at = origin.location
        out |= {"file": at.file, "line": at.line, "column": at.column}
    return out
