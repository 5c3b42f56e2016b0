"""The documentation: every `homeport` command in it parses, every resource that is made has its right in the table."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from homeport.cli import main
from homeport.identity.wildcards import violations

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"(?:\S*/)?homeport\s+(\S.*)")


def fenced(text: str) -> Iterator[str]:
    """Command lines of the shell blocks, continued ones joined."""
    for block in re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if match := COMMAND.fullmatch(line.strip().removeprefix("$ ")):
                yield match[1]


def inline(text: str) -> Iterator[str]:
    """Commands between backquotes, with at least a subcommand."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`([^`\n]+)`", prose):
        if match := COMMAND.fullmatch(code):
            yield match[1]


def words(command: str) -> list[str]:
    """The arguments, up to a comment, a pipe or the next command."""
    out: list[str] = []
    for word in shlex.split(command, comments=True):
        if word in {"|", "&&", "||", ";", ">", "..."}:
            break
        out.append(word)
    return out


def parse(arguments: list[str]) -> None:
    """Parse without running.

    Raises:
        click.UsageError: the command line is wrong.
    """
    name, *rest = arguments
    if name.startswith("-"):
        return
    group = click.Context(main)
    command = main.get_command(group, name)
    if command is None:
        raise click.UsageError(f"no command {name}")
    try:
        command.make_context(name, rest, parent=group)
    except click.exceptions.Exit:
        return


COMMANDS = [
    pytest.param(command, kind == "fenced", id=f"{page.relative_to(ROOT)}: {' '.join(words(command))}")
    for page in PAGES
    for kind, found in (("fenced", fenced), ("inline", inline))
    for command in found(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("command", "whole"), COMMANDS)
def test_every_command_in_the_documentation_parses(command: str, *, whole: bool) -> None:
    try:
        parse(words(command))
    except click.MissingParameter:
        if whole:
            raise


def test_commands_are_found_at_all() -> None:
    assert len(COMMANDS) > 15


@pytest.mark.parametrize("command", ["plna -s stage", "plan --stak stage", "doctor -s", "graph -s stage --format png"])
def test_wrong_commands_are_seen(command: str) -> None:
    with pytest.raises(click.UsageError):
        parse(words(command))


def test_comments_and_continued_lines_are_understood() -> None:
    text = (
        "```sh\n.venv/bin/homeport plan \\\n  -s stage   # what would be\n$ homeport doctor && make\npulumi up\n```\n"
    )
    assert [words(command) for command in fenced(text)] == [["plan", "-s", "stage"], ["doctor"]]


def made_by_cluster_stacks(package: str) -> set[str]:
    """Resource types, `module.Class`, in the golden plans of cluster stacks."""
    made: set[str] = set()
    for golden in (ROOT / "tests" / "golden").glob("*.json"):
        plan: dict[str, Any] = json.loads(golden.read_text())
        if plan["layer"] != "cluster":
            continue
        for resource in plan["resources"]:
            if match := re.fullmatch(rf"{package}:(\w+)/\w+:(\w+)", resource["type"]):
                made.add(f"{match[1]}.{match[2]}")
    return made


@pytest.mark.parametrize("package", ["gcp", "aws"])
def test_every_resource_of_a_cluster_stack_has_its_right_in_the_deployment_page(package: str) -> None:
    """The page deploys clusters; who may deploy the global layer stands in docs/globals.md."""
    named = set(re.findall(r"`([a-z0-9]+\.[A-Z]\w+)`", DEPLOY))
    made = made_by_cluster_stacks(package)
    assert made - named == set()
    assert len(made) > 10


def test_the_deployment_page_uses_the_shipped_stacks() -> None:
    shipped = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", DEPLOY, re.MULTILINE | re.DOTALL))
    used = set(re.findall(r"(?:-s |--stack |stack init |STACK=)([a-z][a-z-]*)", commands))
    assert used <= shipped
    assert {"global", "stage", "stage-eks"} <= used


def test_global_goes_up_before_any_cluster_on_the_deployment_page() -> None:
    ups = re.findall(r"^pulumi up -s (\S+)$", DEPLOY, re.MULTILINE)
    assert ups[:3] == ["global", "stage", "stage-eks"]


def test_the_trust_policy_on_the_deployment_page_is_one_and_names_who() -> None:
    (text,) = re.findall(r"cat > trust\.json <<'EOF'\n(.*?)^EOF$", DEPLOY, re.MULTILINE | re.DOTALL)
    assert violations(json.loads(text)) == []


def test_the_roles_that_the_deployment_page_makes_are_those_of_the_shipped_files() -> None:
    files = "".join(path.read_text() for path in ROOT.glob("Pulumi.*.yaml"))
    assert "--role-name homeport-global" in DEPLOY
    assert "role/homeport/access-platform" in DEPLOY
    for role in ("homeport-global", "homeport/access-platform", "homeport/ci-homeport-deploy"):
        assert f":role/{role}" in files


def test_links_between_pages_lead_somewhere() -> None:
    page = ROOT / "docs" / "deploy.md"
    for target in re.findall(r"\]\((?!https?:)([^)#]+)(#[^)]*)?\)", page.read_text()):
        assert (page.parent / target[0]).exists(), target
