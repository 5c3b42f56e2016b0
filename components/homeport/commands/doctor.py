"""`homeport doctor`: what is missing on this machine, all at once, and the command that gets it."""

from __future__ import annotations

from pathlib import Path

import click

from homeport.commands.common import EXIT_MISSING, json_option, print_json, project_root, root_option
from homeport.doctor.examine import examine
from homeport.doctor.finding import blocking
from homeport.doctor.machine import ThisMachine
from homeport.doctor.settings import load_settings
from homeport.doctor.show import lines, verdict
from homeport.globals.delegation import Lookup


@click.command(
    "doctor",
    epilog="Example:  homeport doctor --stack stage --deploy",
    short_help="Say what is missing on this machine, and how to get it.",
)
@click.option("-s", "--stack", metavar="NAME", default=None, help="Also check what this stack needs.")
@click.option(
    "--deploy", is_flag=True, help="Fail on everything that `pulumi up` needs, not only on what planning needs."
)
@json_option
@root_option
def command(stack: str | None, root: Path | None, *, deploy: bool, as_json: bool) -> None:
    """Look at this machine and say, line by line, what is there, what is missing or wrong, and how to mend it.

    Nothing is changed, no question is asked, no secret is read or shown. Only the place of the state is asked over the
    network, for 30 seconds at most, and for a stack with zones the name servers above them, for 15 seconds. Exit
    codes: 0 ready, 3 something is missing.
    """
    folder = project_root(root)
    findings = examine(ThisMachine(), folder, stack, load_settings, _ask_name_servers)
    stop = blocking(findings, deploy=deploy)
    if as_json:
        print_json(
            {
                "format": 1,
                "stack": stack,
                "deploy": deploy,
                "ready": not stop,
                "verdict": verdict(findings, deploy=deploy),
                "checks": [finding.as_json(deploy=deploy) for finding in findings],
            }
        )
    else:
        click.echo("\n".join(lines(findings, deploy=deploy)))
    if stop:
        raise SystemExit(EXIT_MISSING)


def _ask_name_servers() -> Lookup:
    # Imported when there is a zone to ask about: every other command does without.
    from homeport.doctor.dns_lookup import Parents  # noqa: PLC0415

    return Parents()
