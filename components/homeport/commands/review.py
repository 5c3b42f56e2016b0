"""`homeport review`: the comment on a pull request."""

from __future__ import annotations

from pathlib import Path

import click

from homeport.commands.common import (
    EXIT_DANGER,
    EXIT_MISSING,
    EXIT_WRONG,
    fail,
    fail_settings,
    json_option,
    print_json,
    project_root,
    root_option,
)
from homeport.problems import SettingsError
from homeport.settings.project import ProjectError


@click.command(
    epilog="\b\nExamples:\n  homeport review --base origin/main\n"
    "  homeport review --base origin/main --output comment.md\n"
    "  homeport review --base origin/main --accept accept-3f2a91c4d5e6\n\n"
    "Exit codes: 0 no danger or accepted, 1 a stack cannot be evaluated, 2 the command line or the revision is wrong, "
    "3 git or a repository is missing, 4 a change is dangerous. The comment is written with 0, 1 and 4."
)
@click.option("--base", required=True, metavar="REF", help="Branch, tag or commit to compare with.")
@click.option(
    "-s", "--stack", "stacks", multiple=True, metavar="NAME", help="Only this stack; repeatable. Default: all of them."
)
@click.option(
    "--forge",
    type=click.Choice(["github", "gitlab"]),
    default="github",
    show_default=True,
    help="Whose limits the comment keeps: 65,536 or 1,000,000 characters.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File to write; default: standard output.",
)
@click.option(
    "--accept",
    "accepting",
    multiple=True,
    metavar="LABELS",
    help="Labels of the pull request, with commas between: accept-DIGEST accepts exactly the dangers that the comment "
    "names so.",
)
@json_option
@root_option
def command(
    *,
    base: str,
    stacks: tuple[str, ...],
    forge: str,
    output: Path | None,
    accepting: tuple[str, ...],
    as_json: bool,
    root: Path | None,
) -> None:
    """Write the comment on a pull request: what changes in every stack since another revision.

    One Markdown text: the verdict and a table first, details folded. It begins with a marker that is not shown, so that
    a job finds the comment again. No secret is in it: their values are not known to a plan.
    """
    from homeport.review.comment import comment  # noqa: PLC0415 - `--help` needs none of it
    from homeport.review.git import RevisionError  # noqa: PLC0415
    from homeport.review.run import review  # noqa: PLC0415

    try:
        found = review(project_root(root), base, stacks, accepting)
    except RevisionError as error:
        fail(str(error), as_json=as_json, code=EXIT_MISSING if error.missing else 2)
    except SettingsError as error:
        fail_settings(error, as_json=as_json)
    except ProjectError as error:
        fail(str(error), as_json=as_json)
    if output is not None or not as_json:
        _write(comment(found, "gitlab" if forge == "gitlab" else "github"), output)
    if as_json:
        print_json(found.as_json())
    if found.verdict == "failed":
        raise SystemExit(EXIT_WRONG)
    if found.verdict == "danger" and not found.is_accepted:
        raise SystemExit(EXIT_DANGER)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from None
    click.echo(f"wrote {output}", err=True)
