"""What the subcommands share: options, exit codes, how errors look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from homeport.problems import Problem, SettingsError

F = TypeVar("F", bound=Callable[..., Any])

#: The settings or the program are wrong.
EXIT_WRONG: Final = 1
#: Something is missing on this machine: a program, a login, a file.
EXIT_MISSING: Final = 3
#: A change is dangerous, and nobody accepted it.
EXIT_DANGER: Final = 4


def stack_option(function: F) -> F:
    """`-s/--stack NAME`."""
    return click.option(
        "-s",
        "--stack",
        required=True,
        metavar="NAME",
        help="Stack, for example stage: its file is Pulumi.NAME.yaml.",
    )(function)


def json_option(function: F) -> F:
    """`--json`: one JSON document on standard output, errors included."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document, errors included.")(function)


def root_option(function: F) -> F:
    """`--root DIR`: the Pulumi project."""
    return click.option(
        "--root",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=None,
        help="Folder of the Pulumi project; default: the nearest one upwards with a Pulumi.yaml.",
    )(function)


def project_root(given: Path | None) -> Path:
    """The folder of the Pulumi project: `given`, or the nearest upwards that holds a Pulumi.yaml."""
    start = (given or Path.cwd()).resolve()
    for folder in [start] if given else [start, *start.parents]:
        if any((folder / name).is_file() for name in ("Pulumi.yaml", "Pulumi.yml")):
            return folder
    raise click.UsageError(f"no Pulumi.yaml in {start} or above; name the project's folder with --root")


def print_json(document: object) -> None:
    """One document, stable order, on standard output."""
    click.echo(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def fail(message: str, *, as_json: bool, code: int = EXIT_WRONG, problems: Iterable[Problem] = ()) -> NoReturn:
    """End the command with a message on standard error, or with a JSON document on standard output."""
    if as_json:
        print_json({"format": 1, "error": message, "problems": [problem.as_json() for problem in problems]})
    else:
        click.echo(message, err=True)
    raise SystemExit(code)


def fail_settings(error: SettingsError, *, as_json: bool) -> NoReturn:
    """End the command with all problems of the settings."""
    if as_json:
        fail("the settings are wrong", as_json=True, problems=error.problems)
    fail(str(error), as_json=False)
