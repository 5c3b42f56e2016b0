"""`homeport bootstrap`: makes the place of the state."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from homeport.bootstrap.after import next_steps
from homeport.bootstrap.engine import Engine, EngineError
from homeport.bootstrap.folder import PARENT, Folder
from homeport.bootstrap.options import Given, OptionsError, check
from homeport.bootstrap.run import Bootstrap, BootstrapError, Done
from homeport.bootstrap.steps import Step
from homeport.commands.common import EXIT_MISSING, EXIT_WRONG, fail, json_option, print_json, root_option
from homeport.doctor.clouds import google_credentials
from homeport.doctor.clouds_aws import aws_credentials
from homeport.doctor.machine import ThisMachine
from homeport.doctor.pulumi_cli import INSTALL

#: The command line is wrong.
_EXIT_USAGE: Final = 2
#: Says who made the machine, on Linux; on Google's, the machine's own account is used.
_PRODUCT: Final = Path("/sys/class/dmi/id/product_name")


@click.command(
    "bootstrap",
    epilog="Example:  homeport bootstrap --cloud gcp --project acme-admin --location europe-west3"
    " --deployers group:platform@acme.example",
    short_help="Make the place of the state: a bucket and a key.",
)
@click.option("--cloud", type=click.Choice(["gcp", "aws"]), required=True, help="Where the state lies.")
@click.option("--project", metavar="ID", help="gcp: project of administration.")
@click.option("--location", metavar="REGION", help="gcp: region of bucket and key, or EU, US, ASIA.")
@click.option("--account", metavar="ID", help="aws: account of administration.")
@click.option("--region", metavar="REGION", help="aws: region of bucket and key.")
@click.option("--bucket", metavar="NAME", help="Default: PROJECT-state, or pulumi-state-ACCOUNT-REGION.")
@click.option(
    "--deployers",
    multiple=True,
    metavar="WHO,...",
    help='Who uses both: members of Google Cloud, or ARNs; "" for nobody. Default: as it stands.',
)
@click.option("--owner", metavar="TEAM", help="Team that answers for it; default: platform.")
@click.option("--cost-centre", metavar="TEXT", help="Where it is booked; default: platform.")
@click.option("--old-versions-days", type=int, metavar="DAYS", help="How long old versions are kept; default: 90.")
@click.option(
    "--settle-seconds", type=int, metavar="SECONDS", help="gcp: how long new APIs are waited for; default: 60."
)
@click.option("--state", metavar="URL", help="Keep the state of bucket and key elsewhere than in that bucket.")
@click.option("--secrets-provider", metavar="URL", help="Encrypt that state with another key.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the state is until it moves; default: .homeport/bootstrap-CLOUD in the project.",
)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@json_option
@root_option
def command(
    *,
    cloud: str,
    state: str | None,
    secrets_provider: str | None,
    folder: Path | None,
    yes: bool,
    as_json: bool,
    root: Path | None,
    **options: Any,
) -> None:
    """Make a bucket for Pulumi's state and a key for secrets, in a project or account of their own.

    Both are resources of a small stack. Its state begins on this machine and ends in the bucket. The command can be
    stopped anywhere: the same command goes on. Once all stands it changes nothing, or what its options change.
    """
    given = Given(cloud, _values(options), state, secrets_provider)
    project = _project(root)
    try:
        check(given)
        _ready(cloud, options.get("account"), as_json=as_json)
        run = Bootstrap(
            ThisMachine(),
            Folder((folder or project / PARENT / f"bootstrap-{cloud}").resolve()),
            given,
            consent=lambda left, there: _consent(left, there, yes=yes, as_json=as_json),
            say=_say,
        )
        done = run.run()
    except OptionsError as error:
        if as_json:
            fail("nothing was made", as_json=True, code=_EXIT_USAGE, problems=error.problems)
        fail(str(error), as_json=False, code=_EXIT_USAGE)
    except BootstrapError as error:
        fail(str(error), as_json=as_json)
    except EngineError as error:
        fail(str(error), as_json=as_json, code=EXIT_MISSING if error.login else EXIT_WRONG)
    except OSError as error:
        fail(f"{error.strerror}: {error.filename}", as_json=as_json)
    if done is None:
        fail("nothing was made", as_json=as_json)
    _finish(cloud, done, project, as_json=as_json)


def _say(text: str) -> None:
    # Standard output belongs to the result.
    click.echo(text, err=True)


def _values(options: dict[str, Any]) -> dict[str, Any]:
    """What was given; an empty list of deployers means nobody."""
    given: tuple[str, ...] = options["deployers"]
    values = {name: value for name, value in options.items() if value is not None and name != "deployers"}
    if given:
        values["deployers"] = [item.strip() for text in given for item in text.split(",") if item.strip()]
    return values


def _project(root: Path | None) -> Path:
    """The folder of the Pulumi project, or where there is none yet, this one."""
    start = (root or Path.cwd()).resolve()
    for folder in [start] if root else [start, *start.parents]:
        if (folder / "Pulumi.yaml").is_file():
            return folder
    return start


def _ready(cloud: str, account: str | None, *, as_json: bool) -> None:
    """Go on only where Pulumi is and somebody is logged in to the cloud.

    Raises:
        SystemExit: something is missing.
    """
    machine = ThisMachine()
    if machine.which("pulumi") is None:
        fail(f"pulumi is not on PATH\n    fix: {INSTALL}", as_json=as_json, code=EXIT_MISSING)
    found = aws_credentials(machine, account) if cloud == "aws" else google_credentials(machine)
    on_google = cloud == "gcp" and found.status == "missing" and "Google" in (machine.read(_PRODUCT) or "")
    if found.blocks(deploy=True) and not on_google:
        fail(f"{found.name}: {found.text}\n    fix: {found.fix}", as_json=as_json, code=EXIT_MISSING)


def _consent(left: Sequence[Step], there: Engine | None, *, yes: bool, as_json: bool) -> bool:
    """Show what is left to do, and go on only if somebody wants it.

    Raises:
        SystemExit: nobody can be asked.
    """
    _say("left to do:")
    for step in left:
        _say(f"  {step.value}")
    if yes:
        return True
    if not sys.stdin.isatty():
        fail("nothing was made yet: add --yes", as_json=as_json, code=_EXIT_USAGE)
    if there is not None:
        there.preview()
    return click.confirm("Go ahead?", err=True)


def _finish(cloud: str, done: Done, project: Path, *, as_json: bool) -> None:
    files = {path.name.split(".")[1]: path for path in sorted(project.glob("Pulumi.*.yaml"))}
    after = next_steps(
        cloud,
        state=done.state,
        bucket=done.bucket,
        key=done.key,
        secrets_provider=done.secrets_provider,
        stacks={name: path.read_text(encoding="utf-8", errors="replace") for name, path in files.items()},
    )
    if as_json:
        print_json(
            {
                "format": 1,
                "cloud": cloud,
                "did": [step.name.lower() for step in done.did],
                "state": done.state,
                "bucket": done.bucket,
                "key": done.key,
                "secrets_provider": done.secrets_provider,
                "next": after,
            }
        )
        return
    click.echo(f"The state lies in {done.state}, secrets are encrypted with {done.secrets_provider}\n\nNext:")
    for number, step in enumerate(after, 1):
        text, *commands = step.splitlines()
        click.echo(f"\n{number}. {text}")
        for line in commands:
            click.echo(f"     {line}")
