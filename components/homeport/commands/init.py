"""`homeport init`: writes an organisation's stack files."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from homeport.commands.common import EXIT_WRONG, fail, json_option, print_json, project_root
from homeport.init.answers import Answers, AnswersError, field_problems, parse_answers, required
from homeport.init.change import FileChange, apply_changes, plan_changes
from homeport.init.next_steps import next_steps
from homeport.problems import SettingsError
from homeport.settings.project import ProjectError

#: The command line is wrong.
_EXIT_USAGE = 2
_LISTS = ("environments",)
_MAPS = ("gcp_projects", "aws_accounts")
_QUESTIONS = {
    "organisation": "Organisation, a short name such as acme",
    "domain": "Domain, for example acme.example",
    "cloud": "Cloud: gcp, aws or both",
    "gcp_region": "Region of Google Cloud, for example europe-west3",
    "gcp_projects": "Google Cloud project of {}",
    "aws_region": "Region of AWS, for example eu-central-1",
    "aws_accounts": "AWS account of {}, 12 digits",
    "office": "Range from which people reach EKS, for example 203.0.113.0/24",
    "cost_centre": "Where the cost is booked",
}


@click.command(
    "init",
    epilog="Example:  homeport init --organisation acme --domain acme.example --cloud gcp --gcp-region europe-west3"
    " --gcp-projects global=acme-global,stage=acme-stage,prod=acme-prod --cost-centre 1000 --yes",
    short_help="Write an organisation's stack files.",
)
@click.option("--organisation", metavar="NAME", help="Short name of the organisation.")
@click.option("--domain", metavar="DOMAIN", help="Domain under which everything lives.")
@click.option("--cloud", metavar="gcp|aws|both", help="Clouds to write files for.")
@click.option("--gcp-region", metavar="REGION", help="Region of Google Cloud.")
@click.option("--gcp-backup-region", metavar="REGION", help="Region of the backups; default: a second one.")
@click.option("--gcp-projects", metavar="NAME=ID,...", help="Projects of global and of each environment.")
@click.option("--billing-account", metavar="ID", help="Billing account of the budget; default: no budget.")
@click.option("--aws-region", metavar="REGION", help="Region of AWS.")
@click.option("--aws-accounts", metavar="NAME=ID,...", help="Accounts of global and of each environment.")
@click.option("--office", metavar="CIDR", help="Range from which people reach EKS outside of production.")
@click.option("--repository", metavar="PATH", help="Repository whose jobs deploy; default: no CI identity.")
@click.option("--ci", metavar="github|gitlab", help="Where the repository is; default: github.")
@click.option("--environments", metavar="NAME,...", help="Default: stage,prod.")
@click.option("--owner", metavar="TEAM", help="Team that answers for the stacks; default: platform.")
@click.option("--cost-centre", metavar="TEXT", help="Where the cost is booked.")
@click.option("--production-cost-centre", metavar="TEXT", help="Where production's is; default: the same.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the Pulumi project; default: the nearest one upwards with a Pulumi.yaml.",
)
@click.option("--yes", is_flag=True, help="Write without asking.")
@json_option
def command(*, folder: Path | None, yes: bool, as_json: bool, **options: str | None) -> None:
    """Write the stack files of the chosen clouds, right at once, and the organisation's values that they share.

    What is not said is asked, on a terminal. All files are checked as the program would check them before the first is
    written; a file that somebody edited is never touched. The examples of clouds that were not chosen go.
    """
    root = project_root(folder)
    try:
        raw = {name: _parsed(name, text) for name, text in options.items()}
        answers = parse_answers(_asked(raw) if _on_terminal() else raw)
        changes = plan_changes(root, answers)
    except AnswersError as error:
        code = _EXIT_USAGE if any(str(problem.path[0]).startswith("--") for problem in error.problems) else EXIT_WRONG
        if as_json:
            fail("nothing was written", as_json=True, code=code, problems=error.problems)
        fail(str(error), as_json=False, code=code)
    except SettingsError as error:
        fail(str(error), as_json=as_json, problems=error.problems)
    except ProjectError as error:
        fail(str(error), as_json=as_json)
    _show(changes, root, as_json=as_json)
    if any(change.changes for change in changes):
        _consent(yes=yes, as_json=as_json)
        try:
            apply_changes(changes)
        except OSError as error:
            fail(f"nothing was written: {error.strerror}: {error.filename}", as_json=as_json)
    _finish(changes, root, answers, as_json=as_json)


def _on_terminal() -> bool:
    return sys.stdin.isatty()


def _parsed(field: str, text: str | None) -> Any:
    """An option's text as the answer's value; what cannot be one is left for the model to refuse."""
    if text is None:
        return None
    items = [item.strip() for item in text.split(",") if item.strip()]
    if field in _LISTS:
        return items
    if field in _MAPS:
        pairs = [item.partition("=")[::2] for item in items]
        names = [name.strip() for name, _ in pairs]
        if len(set(names)) < len(names):
            raise click.UsageError(f"--{field.replace('_', '-')}: {text}: a name stands twice; name each once")
        return {name.strip(): value.strip() for name, value in pairs}
    return text.strip()


def _asked(raw: dict[str, Any]) -> dict[str, Any]:
    """The answers with those that a person gave to what was missing."""
    answers = dict(raw)
    while missing := [name for name in required(_given(answers)) if answers.get(name) is None]:
        answers[missing[0]] = _ask(missing[0], answers)
    return answers


def _given(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if value is not None}


def _ask(field: str, answers: dict[str, Any]) -> Any:
    if field not in _MAPS:
        return click.prompt(_QUESTIONS[field], value_proc=lambda text: _checked(field, text.strip()), err=True)
    out: dict[str, str] = {}
    for name in ["global", *(answers.get("environments") or ["stage", "prod"])]:
        default = f"{answers['organisation']}-{name}" if field == "gcp_projects" else None

        def check(text: str, name: str = name) -> str:
            return _checked(field, {name: text.strip()})[name]

        out[name] = click.prompt(_QUESTIONS[field].format(name), default=default, value_proc=check, err=True)
    return out


def _checked(field: str, value: Any) -> Any:
    problems = field_problems(field, value)
    if problems:
        # Whoever is asked did not write an option, so its name would only puzzle.
        told = [re.sub(r"^--[a-z-]+(: | = )?", "", problem.text()) for problem in problems]
        raise click.UsageError("; ".join(told))
    return value


def _consent(*, yes: bool, as_json: bool) -> None:
    """Go on only if somebody wants it.

    Raises:
        SystemExit: nobody does.
    """
    if yes:
        return
    if not _on_terminal():
        fail("nothing was written yet: add --yes", as_json=as_json, code=_EXIT_USAGE)
    if not click.confirm("Go ahead?", err=True):
        fail("nothing was written", as_json=as_json)


def _show(changes: list[FileChange], root: Path, *, as_json: bool) -> None:
    for change in changes:
        note = f": {change.note}" if change.note else ""
        # With --json standard output belongs to the document, but a removal is said before it is done.
        click.echo(f"{change.action:9} {_shown(change.file, root)}{note}", err=as_json)


def _shown(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)


def _finish(changes: list[FileChange], root: Path, answers: Answers, *, as_json: bool) -> None:
    steps = next_steps(answers)
    if as_json:
        files = [
            {"file": _shown(change.file, root), "action": change.action, "note": change.note} for change in changes
        ]
        print_json({"format": 1, "files": files, "next": steps})
        return
    click.echo("\nNext:")
    for number, step in enumerate(steps, 1):
        text, *commands = step.splitlines()
        click.echo(f"\n{number}. {text}")
        for line in commands:
            click.echo(f"     {line}")
