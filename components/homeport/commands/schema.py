"""`homeport schema`: the JSON Schema of stack files."""

from __future__ import annotations

from pathlib import Path

import click

from homeport.commands.common import EXIT_WRONG, fail, fail_settings, project_root, root_option
from homeport.problems import SettingsError
from homeport.settings.project import ProjectError, read_project
from homeport.settings.schema import schema_text


@click.command(
    "schema",
    epilog="Example:  homeport schema --check",
    short_help="Write the JSON Schema of stack files.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the file is not what would be written.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="File to write, - for standard output; default: schema of [tool.homeport] in pyproject.toml, else -.",
)
@root_option
def command(*, check: bool, output: str | None, root: Path | None) -> None:
    """Write the JSON Schema (draft 2020-12) of this project's stack files, for editors.

    An editor finds it by the first line of a stack file: # yaml-language-server: $schema=schemas/stack.schema.json
    """
    folder = project_root(root)
    try:
        project = read_project(folder)
        text = schema_text(project.model())
    except ProjectError as error:
        fail(str(error), as_json=False)
    except SettingsError as error:
        fail_settings(error, as_json=False)
    target = project.schema if output is None else None if output == "-" else Path(output)
    if target is None:
        if check:
            raise click.UsageError("nothing to check: name a file with -o, or schema under [tool.homeport]")
        click.echo(text, nl=False)
        return
    shown = project.shown(target)
    if check:
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            click.echo(f"{shown} is not what the model says; write it with: homeport schema", err=True)
            raise SystemExit(EXIT_WRONG)
        click.echo(f"{shown} is up to date")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    click.echo(f"wrote {shown}")
