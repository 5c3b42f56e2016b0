"""`homeport explain`: why a run failed that somebody else made, out of its event log."""

from __future__ import annotations

from pathlib import Path

import click

from homeport.commands.common import json_option, print_json


@click.command(
    "explain",
    epilog="\b\nExample:\n  PULUMI_DEBUG_COMMANDS=true pulumi preview -s stage --event-log events\n"
    "  homeport explain events",
    short_help="Say why a run of the engine failed, from its event log.",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def command(file: Path, *, as_json: bool) -> None:
    """Say what failed first in FILE, what kind of failure it is, and what to do.

    FILE is what the engine writes with `--event-log`; one that was cut off will do. It holds settings and inputs of
    resources: keep it like the state. `homeport up` says the same by itself.
    """
    # Imported here: `--help` needs none of it.
    from homeport.deploy.event_log import done, read_lines  # noqa: PLC0415
    from homeport.deploy.explain import explain  # noqa: PLC0415
    from homeport.deploy.show import explanation_lines  # noqa: PLC0415

    events = list(read_lines(file))
    if not events:
        raise click.UsageError(f"{file} holds no event of the engine")
    found = explain(events)
    if as_json:
        print_json({"format": 1, "steps": done(events), "explanation": found.as_json() if found else None})
        return
    click.echo("\n".join(explanation_lines(found)[1:]) if found else "nothing failed for a reason of its own")
