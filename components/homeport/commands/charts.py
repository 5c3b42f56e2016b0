"""`homeport charts`: are the charts there, do they know our values, do they render."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from homeport.commands.common import (
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

if TYPE_CHECKING:
    from homeport.charts.fetch import Fetched
    from homeport.charts.verify import Checked
    from homeport.plan.graph import Graph

_SECTION: Final = "homeport:charts"


@click.group("charts", short_help="Check the Helm charts of stacks.")
def command() -> None:
    """Check the Helm charts of stacks."""


@command.command(
    epilog="\b\nExamples:\n  homeport charts verify\n  homeport charts verify -s prod --pull-to charts\n"
    "  homeport charts verify -s prod --image-registry registry.acme.example/hub"
)
@click.option(
    "-s", "--stack", "stacks", multiple=True, metavar="NAME", help="Stack, may be repeated; default: all with a file."
)
@click.option(
    "--pull-to",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Also write every chart into this folder, for charts.source.",
)
@click.option("--source", metavar="WHERE", default=None, help="As if charts.source said so: a folder or mirror.")
@click.option(
    "--image-registry",
    metavar="REGISTRY",
    default=None,
    help="As if charts.image_registry said so; images of add-ons from elsewhere are problems.",
)
@click.option(
    "--kube-version",
    metavar="MINOR",
    default=None,
    help="Kubernetes version to render for, where a stack fixes none; default: the newest that all pins serve.",
)
@click.option(
    "--schemas",
    multiple=True,
    metavar="LOCATION",
    help="Where kubeconform finds schemas, may be repeated; default: it is not asked.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of charts that were pulled before; default: homeport/charts in the user's cache.",
)
@json_option
@root_option
def verify(
    *,
    stacks: Sequence[str],
    pull_to: Path | None,
    source: str | None,
    image_registry: str | None,
    kube_version: str | None,
    schemas: Sequence[str],
    cache: Path | None,
    as_json: bool,
    root: Path | None,
) -> None:
    """Pull each chart of a stack's plan and render it with the values that it gets.

    Problems are values that the chart does not know, charts that do not render, objects that no cluster takes, custom
    resources whose kind nothing defines that the release waits for, secrets among values. Charts are kept in a cache:
    a run that was interrupted goes on where it was.

    Exit codes: 0 all fit, 1 there are problems, 3 helm is missing or a chart's source cannot be reached.
    """
    from homeport.charts.conform import ConformError, conform  # noqa: PLC0415 - `--help` needs none of it
    from homeport.charts.fetch import Charts, default_cache  # noqa: PLC0415
    from homeport.charts.helm import HelmMissingError, find_helm  # noqa: PLC0415
    from homeport.charts.verify import Verification  # noqa: PLC0415

    folder = project_root(root)
    kept = (cache or default_cache()).absolute()
    try:
        kept.mkdir(parents=True, exist_ok=True)
        helm = find_helm(kept)
    except HelmMissingError as error:
        fail(str(error), as_json=as_json, code=EXIT_MISSING)
    except OSError as error:
        fail(f"cannot use the cache {kept}: {error.strerror}", as_json=as_json, code=EXIT_MISSING)
    minor = _minor(kube_version)
    verification = Verification(Charts(folder, kept, helm), minor)
    if schemas:
        verification.conform = lambda text: conform(text, schemas, minor)
    show = _Progress(quiet=as_json)
    checked: list[Checked] = []
    try:
        for stack in _stacks(folder, stacks, as_json=as_json):
            graph, registry = _planned(folder, stack, source=source, image_registry=image_registry, as_json=as_json)
            verification.image_registry = registry
            for item in verification.stack(stack, graph, progress=show.next):
                checked.append(_kept(item, pull_to))
                show.done(checked[-1])
    except ConformError as error:
        fail(str(error), as_json=as_json, code=EXIT_MISSING)
    except OSError as error:
        fail(f"cannot write to {pull_to or kept}: {error.strerror}", as_json=as_json, code=EXIT_MISSING)
    if as_json:
        count = sum(len(item.findings) for item in checked)
        print_json({"format": 1, "charts": [item.as_json() for item in checked], "problems": count})
    else:
        click.echo(_report(checked, pull_to), nl=False)
    raise SystemExit(_code(checked))


def _stacks(root: Path, given: Sequence[str], *, as_json: bool) -> list[str]:
    from homeport.settings.project import read_project  # noqa: PLC0415

    if given:
        return list(dict.fromkeys(given))
    try:
        found = read_project(root).stacks()
    except SettingsError as error:
        fail_settings(error, as_json=as_json)
    if not found:
        fail(f"no stack of {root} has a file", as_json=as_json)
    return found


def _planned(
    root: Path, stack: str, *, source: str | None, image_registry: str | None, as_json: bool
) -> tuple[Graph, str | None]:
    """A stack's plan, with another source of charts if there is one, and where its images come from."""
    from homeport.plan.command import evaluated  # noqa: PLC0415
    from homeport.settings import file_engine_config  # noqa: PLC0415

    try:
        config = file_engine_config(root, stack)
    except SettingsError as error:
        fail_settings(error, as_json=as_json)
    completed = _completed(root, stack)
    changes = {"source": source, "image_registry": image_registry}
    # A layer that installs nothing has no such section.
    takes = completed is None or "charts" in completed
    given = {key: value for key, value in changes.items() if value is not None and takes}
    said = _section(config.values.get(_SECTION))
    if given:
        config = replace(config, values={**config.values, _SECTION: json.dumps({**said, **given})})
    graph = evaluated(root, stack, as_json=as_json, config=config if given else None)
    registry = {**_map((completed or {}).get("charts")), **said, **given}.get("image_registry")
    return graph, registry if isinstance(registry, str) else None


def _completed(root: Path, stack: str) -> Mapping[str, Any] | None:
    """A stack's settings as the project's own model completes them; None where there is no such model.

    What is wrong with them is told when the stack is evaluated.
    """
    from homeport.settings.loader import load  # noqa: PLC0415
    from homeport.settings.project import ProjectError, read_project  # noqa: PLC0415

    project = read_project(root)
    if project.settings is None:
        return None
    try:
        return load(project.model(), root=root, stack=stack).completed
    except (ProjectError, SettingsError):
        return None


def _section(text: str | None) -> dict[str, Any]:
    try:
        return _map(json.loads(text or "{}"))
    except ValueError:
        return {}


def _map(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _minor(given: str | None) -> str:
    from homeport.addons.pins import pins  # noqa: PLC0415

    if given is None:
        return min((pin.kubernetes[1] for pin in pins().values()), key=lambda minor: int(minor.partition(".")[2]))
    parts = given.removeprefix("v").split(".")
    if len(parts) not in {2, 3} or not all(part.isdigit() for part in parts):
        raise click.BadParameter(f"{given!r} is no version of Kubernetes; write 1.34", param_hint="--kube-version")
    return ".".join(parts[:2])


def _kept(checked: Checked, folder: Path | None) -> Checked:
    from homeport.charts.fetch import keep  # noqa: PLC0415

    fetched: Fetched | None = checked.fetched
    if folder is None or fetched is None or keep(fetched, folder) is not None:
        return checked
    return replace(checked, notes=(*checked.notes, f"{checked.call.chart} is a folder and was not copied"))


class _Progress:
    """What happens next and what came of it, on standard error: pulling takes minutes."""

    def __init__(self, *, quiet: bool) -> None:
        self._live = sys.stderr.isatty()
        self._quiet = quiet and not self._live
        self._width = 0

    def next(self, text: str) -> None:
        if self._live:
            self._clear()
            self._width = len(text) + 4
            click.echo(f"{text} ...", err=True, nl=False)

    def done(self, checked: Checked) -> None:
        self._clear()
        if not self._quiet:
            where = "pulled, " if checked.fetched is not None and checked.fetched.pulled else ""
            click.echo(f"{checked.stack}: {checked.call.label}: {where}{_verdict(checked)}", err=True)

    def _clear(self) -> None:
        if self._live and self._width:
            click.echo(f"\r{' ' * self._width}\r", err=True, nl=False)
        self._width = 0


def _verdict(checked: Checked) -> str:
    count = len(checked.findings)
    return "fits" if count == 0 else f"{count} problem{'' if count == 1 else 's'}"


def _report(checked: Iterable[Checked], pulled_to: Path | None) -> str:
    lines: list[str] = []
    all_checked = list(checked)
    for item in all_checked:
        if not item.findings and not item.notes:
            continue
        lines.append(f"{item.stack}: {item.call.release} ({item.call.label}, Kubernetes {item.kubernetes})")
        for finding in item.findings:
            first, *rest = finding.rule.splitlines() or [""]
            lines.append(f"    {finding.where}: {first}" if finding.where else f"    {first}")
            lines += [f"        {line}" for line in rest]
            lines += [f"        fix: {finding.fix}"] if finding.fix else []
        lines += [f"    note: {note}" for note in item.notes]
        lines.append("")
    problems = sum(len(item.findings) for item in all_checked)
    stacks = len({item.stack for item in all_checked})
    lines.append(
        f"{len(all_checked)} release{'' if len(all_checked) == 1 else 's'} of {stacks}"
        f" stack{'' if stacks == 1 else 's'}: {problems or 'no'} problem{'' if problems == 1 else 's'}."
    )
    if pulled_to is not None:
        lines.append(f"Charts are in {pulled_to}: homeport set charts.source {pulled_to} uses them.")
    return "\n".join(lines) + "\n"


def _code(checked: Iterable[Checked]) -> int:
    """Wrong where anything is wrong; missing where all that is wrong is that a source cannot be reached."""
    wrong = [item for item in checked if item.findings]
    if not wrong:
        return 0
    return EXIT_MISSING if all(item.unreachable for item in wrong) else EXIT_WRONG
