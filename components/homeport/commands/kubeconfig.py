"""`homeport kubeconfig`: a cluster's kubeconfig out of the stack's outputs, printed or merged into a file."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator
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
from homeport.doctor.stack_file import StackFile, stack_file
from homeport.kubeconfig_file import KubeconfigError, merge, renamed

#: What `--merge` without a file stands for.
_DEFAULT = ""


@click.command(
    "kubeconfig",
    epilog="Example:  homeport kubeconfig --stack stage --merge",
    short_help="Print a cluster's kubeconfig, or merge it into a file.",
)
@stack_option
@click.option(
    "--merge",
    "file",
    is_flag=False,
    flag_value=_DEFAULT,
    default=None,
    metavar="[FILE]",
    help="Merge into FILE instead of printing; default: the first of $KUBECONFIG, or ~/.kube/config.",
)
@click.option("--context", metavar="NAME", default=None, help="Call the context, its cluster and its user NAME.")
@click.option("--current/--no-current", default=True, help="With --merge: make it the current context (default).")
@json_option
@root_option
def command(
    stack: str, file: str | None, context: str | None, root: Path | None, *, current: bool, as_json: bool
) -> None:
    """Read the output `kubeconfig` of a deployed stack, and print it or merge it into a file.

    It holds no credential: an exec plugin signs in with your own account. Merging replaces entries of the same name and
    touches no others; comments stay; the file is written at once or not at all, readable by you alone.

    Exit codes: 0 done, 1 a file is no kubeconfig, 3 Pulumi, a login, the stack or its output is missing.
    """
    machine = ThisMachine()
    folder = project_root(root)
    text = _output(machine, folder, stack, as_json=as_json)
    try:
        if file is None:
            _print(stack, *renamed(text, context), as_json=as_json)
        else:
            _merge(default_file(machine) if file == _DEFAULT else Path(file), text, context, current, as_json=as_json)
    except KubeconfigError as error:
        fail(str(error), as_json=as_json)


def default_file(machine: Machine) -> Path:
    """The file that kubectl would write: the first of $KUBECONFIG, or ~/.kube/config."""
    listed = [part for part in machine.env.get("KUBECONFIG", "").split(os.pathsep) if part]
    return Path(listed[0]) if listed else machine.home / ".kube" / "config"


def no_output(file: StackFile, stack: str, trouble: Trouble) -> str:
    """Why there is no kubeconfig to print, and what to do."""
    if file.kind == "existing" and file.context:
        return (
            f"{stack} uses a cluster that something else made, so it keeps no kubeconfig of its own\n"
            f"    fix: kubectl --context {file.context} ..."
        )
    if trouble.kind == "no-output":
        return f"{stack} has no output kubeconfig: it was never deployed as a whole\n    fix: pulumi up -s {stack}"
    if trouble.kind == "no-stack":
        return f"{trouble.text}: it was never deployed\n    fix: pulumi stack init {stack} && pulumi up -s {stack}"
    return f"{trouble.text}\n    fix: {trouble.fix}"


def _output(machine: Machine, root: Path, stack: str, *, as_json: bool) -> str:
    facts = stack_file(machine.read(root / f"Pulumi.{stack.rsplit('/', 1)[-1]}.yaml") or "")
    answer = ask(machine, root, "stack", "output", "kubeconfig", "--show-secrets", "--stack", stack)
    if isinstance(answer, Trouble):
        fail(no_output(facts, stack, answer), as_json=as_json, code=EXIT_MISSING)
    return answer


def _print(stack: str, text: str, context: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"format": 1, "stack": stack, "context": context, "kubeconfig": text})
    else:
        click.echo(text.rstrip("\n"))


def _merge(path: Path, text: str, context: str | None, current: bool, *, as_json: bool) -> None:
    try:
        path = path.resolve()  # a link stays a link: what it points to is written
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path):
            old = path.read_text(encoding="utf-8") if path.exists() else None
            merged = merge(old, text, context=context, current=current)
            if merged.text != old:
                _write(path, merged.text)
    except UnicodeDecodeError:
        raise KubeconfigError(f"{path} is not UTF-8 text") from None
    except KubeconfigError as error:
        raise KubeconfigError(f"{path} was left as it is: {error}") from None
    except OSError as error:
        raise KubeconfigError(f"{path} cannot be written: {error.strerror}") from None
    if as_json:
        document = {"format": 1, "file": str(path), "context": merged.context, "current": merged.current}
        print_json({**document, "added": merged.added, "replaced": merged.replaced})
        return
    for word, entries in (("added", merged.added), ("replaced", merged.replaced)):
        if entries:
            click.echo(f"{path}: {word} {', '.join(entries)}")
    if merged.current != merged.previous:
        was = f" (was: {merged.previous})" if merged.previous else ""
        click.echo(f"current context: {merged.current}{was}")
    elif not merged.added and not merged.replaced:
        click.echo(f"{path}: nothing to change")


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold the lock file that kubectl takes too, so that neither loses what the other writes."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise KubeconfigError(
            f"{lock} exists: another program is writing; when none is, remove it and try again"
        ) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o600)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
