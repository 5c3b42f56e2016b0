"""`homeport seal cert`: the certificate out of a stack's cluster, into the project."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import click

from homeport.commands.common import (
    EXIT_MISSING,
    fail,
    json_option,
    print_json,
    project_root,
    root_option,
    stack_option,
)
from homeport.doctor.machine import Machine, ThisMachine
from homeport.doctor.pulumi_cli import Trouble, ask
from homeport.doctor.stack_file import stack_file
from homeport.seal import certificate as certificates
from homeport.seal import fetch
from homeport.seal.errors import SealError
from homeport.seal.files import read_text, write_text


class UnreachableError(SealError):
    """The cluster, or what leads to it, is missing."""


@click.command("cert", epilog="Example:  homeport seal cert --stack stage", short_help="Fetch a stack's certificate.")
@stack_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default=None,
    help="Default: sealed-secrets/STACK.pem in the project; - for standard output.",
)
@click.option("--controller-namespace", metavar="NAME", default=fetch.NAMESPACE, show_default=True)
@click.option("--controller-name", metavar="NAME", default=fetch.CONTROLLER, show_default=True)
@json_option
@root_option
def cert_command(
    stack: str,
    *,
    output: str | None,
    controller_namespace: str,
    controller_name: str,
    as_json: bool,
    root: Path | None,
) -> None:
    """Fetch the certificate of a stack's cluster, to be committed: it is public.

    Uses the stack's own kubeconfig and reads no private key. Fetch it again now and then, since the cluster renews it
    each month by default; what was sealed with an older one still opens.

    Exit codes: 0 done, 1 what came is no certificate, 3 kubectl, a login, the stack or its cluster is missing.
    """
    folder = project_root(root)
    machine = ThisMachine()
    try:
        with access(machine, folder, stack) as options:
            text = _fetched(machine, options, controller_namespace, controller_name)
        found = certificates.parse(text, where="what the cluster handed out", stack=stack, now=datetime.now(UTC))
        kept = certificates.with_header(stack, found.pem)
        if output == "-":
            click.echo(kept, nl=False)
            return
        file = folder / certificates.file_name(stack) if output is None else Path(output)
        same = file.is_file() and read_text(file) == kept
        if not same:
            write_text(file, kept)
    except UnreachableError as error:
        fail(str(error), as_json=as_json, code=EXIT_MISSING)
    except SealError as error:
        fail(str(error), as_json=as_json)
    if as_json:
        facts = certificates.facts(found)
        print_json({"format": 1, "stack": stack, "file": str(file), "changed": not same, "certificate": facts})
        return
    click.echo(f"{file}: {'as it was' if same else 'written'}, valid from {found.since:%F} to {found.expires:%F}")
    if not same:
        click.echo("commit it: it is public, and sealing needs nothing else")


@contextlib.contextmanager
def access(machine: Machine, root: Path, stack: str) -> Generator[list[str]]:
    """Options by which kubectl reaches a stack's cluster.

    Raises:
        UnreachableError: the stack has no kubeconfig, or Pulumi does not hand it out.
    """
    facts = stack_file(machine.read(root / f"Pulumi.{stack.rpartition('/')[2]}.yaml") or "")
    if facts.kind == "existing" and facts.context:
        own = ["--kubeconfig", facts.kubeconfig] if facts.kubeconfig else []
        yield [*own, "--context", facts.context]
        return
    answer = ask(machine, root, "stack", "output", "kubeconfig", "--show-secrets", "--stack", stack)
    if isinstance(answer, Trouble):
        fix = f"pulumi up -s {stack}" if answer.kind in {"no-output", "no-stack"} else answer.fix
        raise UnreachableError(answer.text, fix)
    handle, name = tempfile.mkstemp(prefix="homeport-", suffix=".kubeconfig")  # for its owner alone
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(answer)
        yield ["--kubeconfig", name]
    finally:
        Path(name).unlink(missing_ok=True)


def _fetched(machine: Machine, options: list[str], namespace: str, controller: str) -> str:
    try:
        return fetch.fetch(machine, options, namespace=namespace, controller=controller)
    except SealError as error:
        raise UnreachableError(error.text, error.fix) from None
