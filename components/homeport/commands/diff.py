"""`homeport diff`: what changes in one stack since another revision."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from homeport.commands.common import (
    EXIT_DANGER,
    EXIT_MISSING,
    fail,
    fail_settings,
    json_option,
    print_json,
    project_root,
    root_option,
    stack_option,
)
from homeport.problems import SettingsError
from homeport.settings.project import ProjectError

_COLOURS = {"danger": "red", "caution": "yellow", "added": "green", "removed": "red", "changed": "cyan"}


@click.command(
    epilog="\b\nExamples:\n  homeport diff -s stage --base main\n  homeport diff -s prod --base v1.4.0 --json\n\n"
    "Exit codes: 0 no danger, 1 a revision cannot be evaluated, 2 the command line or the revision is wrong, 3 git "
    "or a repository is missing, 4 a change is dangerous."
)
@stack_option
@click.option("--base", required=True, metavar="REF", help="Branch, tag or commit to compare with.")
@json_option
@root_option
def command(*, stack: str, base: str, as_json: bool, root: Path | None) -> None:
    """Show what changes in a stack since another revision: no engine, no account, no network.

    Evaluates the stack as the files here have it, committed or not, and as the commit where this branch left REF has
    it, and compares resource by resource. Dangers come first: something that holds state goes, a rename without alias,
    a lost protection, something open to everybody. Only `pulumi preview` asks the cloud.
    """
    from homeport.plan.diff_json import FORMAT, diff_document  # noqa: PLC0415 - `--help` needs none of it
    from homeport.plan.diff_text import diff_text  # noqa: PLC0415
    from homeport.plan.program import short_name  # noqa: PLC0415
    from homeport.review.evaluate import evaluate_both  # noqa: PLC0415
    from homeport.review.git import RevisionError, revisions  # noqa: PLC0415
    from homeport.review.model import review_stack  # noqa: PLC0415

    name = short_name(stack)
    try:
        sides = revisions(project_root(root), base)
        found = evaluate_both(sides, [name])
    except RevisionError as error:
        fail(str(error), as_json=as_json, code=EXIT_MISSING if error.missing else 2)
    except SettingsError as error:
        fail_settings(error, as_json=as_json)
    except ProjectError as error:
        fail(str(error), as_json=as_json)
    before, after = found.stacks[name]
    for side, outcome in (("head", after), (f"base {sides.base[:12]}", before)):
        if outcome.failed:
            fail(f"{side}: stack {name} cannot be evaluated\n" + "\n".join(outcome.lines()), as_json=as_json)
    reviewed = review_stack(name, before, after, found.sealed.get(name, ()))
    assert reviewed.diff is not None  # noqa: S101 - both sides were evaluated
    if as_json:
        document = diff_document(reviewed.diff, reviewed.flags)
        print_json(
            {
                "format": FORMAT,
                **document,
                **sides.as_json(),
                "sealed": list(reviewed.sealed),
                "notes": [*sides.notes, *found.notes],
            }
        )
    else:
        notes = [*_sealed(reviewed.sealed), *sides.notes, *found.notes]
        for line in diff_text(reviewed.diff, reviewed.flags, notes=notes, paint=_paint):
            click.echo(line)
    if reviewed.dangers:
        raise SystemExit(EXIT_DANGER)


def _sealed(names: tuple[str, ...]) -> list[str]:
    return [f"encrypted anew or changed, which cannot be told apart without the key: {name}" for name in names]


def _paint(text: str, kind: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return click.style(text, fg=_COLOURS.get(kind), bold=kind == "danger", dim=kind == "dim")
