"""`homeport seal`: SealedSecrets from a stack's certificate, offline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_args

import click

from homeport.commands.common import EXIT_MISSING, fail, json_option, print_json, project_root, root_option
from homeport.commands.seal_cert import cert_command
from homeport.commands.seal_values import Sources
from homeport.seal import certificate as certificates
from homeport.seal import manifest
from homeport.seal.certificate import Certificate
from homeport.seal.errors import SealError
from homeport.seal.files import read_text, write_text
from homeport.seal.manifest import Target
from homeport.seal.names import check_target
from homeport.seal.scope import Scope

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


class _MissingError(SealError):
    """There is nothing to seal with yet."""


@dataclass(frozen=True)
class _Wanted:
    name: str | None
    namespace: str | None
    scope: Scope | None
    type: str | None


@click.group(
    "seal",
    invoke_without_command=True,
    epilog="Example:  homeport seal -s stage --name db --namespace shop --prompt password -o db.yaml",
    short_help="Seal values, so that they may lie in a repository.",
)
# Not required here: the subcommand has an option of its own.
@click.option("-s", "--stack", metavar="NAME", default=None, help="Stack whose cluster opens it, for example stage.")
@click.option("--name", metavar="NAME", default=None, help="Name of the Secret.")
@click.option("--namespace", metavar="NAME", default=None, help="Namespace of the Secret.")
@click.option("--prompt", "prompts", multiple=True, metavar="KEY", help="Ask for the value of KEY, unseen.")
@click.option("--from-stdin", "stdin_keys", multiple=True, metavar="KEY", help="Value of KEY from standard input.")
@click.option("--from-file", "files", multiple=True, metavar="[KEY=]PATH", help="Value from a file, as it is.")
@click.option(
    "--from-env-file",
    "env_files",
    multiple=True,
    metavar="PATH",
    help="Values from lines KEY=VALUE; - for standard input.",
)
@click.option(
    "--from-literal",
    "literals",
    multiple=True,
    metavar="KEY=VALUE",
    help="A value in clear, which then stays in the shell's history.",
)
@click.option(
    "--scope",
    type=click.Choice(get_args(Scope)),
    default=None,
    help="How freely it may be moved; default strict: one name in one namespace.",
)
@click.option("--type", "kind", metavar="TYPE", default=None, help="Type of the Secret; default Opaque.")
@click.option("--cert", type=_FILE, metavar="FILE", default=None, help="Default: sealed-secrets/STACK.pem.")
@click.option("-o", "--output", type=_FILE, metavar="FILE", default=None, help="A new file; default: standard output.")
@click.option(
    "--merge-into",
    type=_FILE,
    metavar="FILE",
    default=None,
    help="Add to the SealedSecret in FILE, or replace in it, without knowing its other values.",
)
@json_option
@root_option
@click.pass_context
def command(
    context: click.Context,
    *,
    stack: str | None,
    name: str | None,
    namespace: str | None,
    scope: Scope | None,
    kind: str | None,
    cert: Path | None,
    output: Path | None,
    merge_into: Path | None,
    as_json: bool,
    root: Path | None,
    **sources: tuple[str, ...],
) -> None:
    """Write a SealedSecret: values that a stack's cluster alone can open. Needs its certificate, and no cluster.

    Values are never shown. Give them by --prompt, --from-stdin or files: what stands on the command line stays in the
    shell's history.

    Exit codes: 0 done, 1 something that was given is wrong, 2 the command line is wrong, 3 there is no certificate.
    """
    if context.invoked_subcommand is not None:
        return
    if stack is None:
        raise click.UsageError("Missing option '-s' / '--stack'.")
    if output is not None and merge_into is not None:
        raise click.UsageError("--output makes a file and --merge-into changes one: give one of the two")
    wanted = _Wanted(name, namespace, scope, kind)
    try:
        certificate = _certificate(stack, cert, root)
        if merge_into is not None:
            _merge(stack, certificate, wanted, merge_into, Sources(**sources), as_json=as_json)
        else:
            _make(stack, certificate, wanted, output, Sources(**sources), as_json=as_json)
    except _MissingError as error:
        fail(str(error), as_json=as_json, code=EXIT_MISSING)
    except SealError as error:
        fail(str(error), as_json=as_json)


command.add_command(cert_command)


def _certificate(stack: str, given: Path | None, root: Path | None) -> Certificate:
    file = given or project_root(root) / certificates.file_name(stack)
    if not file.is_file():
        raise _MissingError(f"{file} is not there", f"homeport seal cert -s {stack}")
    return certificates.parse(read_text(file), where=str(file), stack=stack, now=datetime.now(UTC))


def _make(
    stack: str, certificate: Certificate, wanted: _Wanted, output: Path | None, sources: Sources, *, as_json: bool
) -> None:
    target = check_target(
        name=wanted.name,
        namespace=wanted.namespace,
        scope=wanted.scope or "strict",
        kind=wanted.type or "Opaque",
    )
    if output is not None and output.exists():
        raise SealError(f"{output} is there already", f"add to it with --merge-into {output}, or remove it")
    made = manifest.document(target, manifest.seal(certificate, target, sources.values()))
    text = manifest.to_yaml(made)
    if output is not None:
        write_text(output, text)
    if as_json:
        _report(stack, target, certificate, made, output)
    elif output is None:
        click.echo(text, nl=False)
    else:
        click.echo(f"{output}: {', '.join(made['spec']['encryptedData'])}")


def _merge(
    stack: str, certificate: Certificate, wanted: _Wanted, file: Path, sources: Sources, *, as_json: bool
) -> None:
    before = read_text(file)
    target = _same(manifest.target_of(before, where=str(file)), wanted, file)
    merged = manifest.merge(before, manifest.seal(certificate, target, sources.values()), where=str(file))
    write_text(file, merged.text)
    if as_json:
        _report(stack, target, certificate, merged.document, file)
        return
    for word, keys in (("added", merged.added), ("replaced", merged.replaced)):
        if keys:
            click.echo(f"{file}: {word} {', '.join(keys)}")


def _same(found: Target, wanted: _Wanted, file: Path) -> Target:
    """What a file is for, if no option says otherwise."""
    for field in ("name", "namespace", "scope", "type"):
        said, there = getattr(wanted, field), getattr(found, field)
        if said is not None and said != there:
            raise SealError(
                f'{file} has the {field} "{there}", and --{field} says "{said}":'
                " what is in it already would no longer open, or be another thing",
                f"leave --{field} out, or make another file with --output",
            )
    return check_target(name=found.name, namespace=found.namespace, scope=found.scope, kind=found.type)


def _report(stack: str, target: Target, certificate: Certificate, made: dict[str, Any], file: Path | None) -> None:
    print_json(
        {
            "format": 1,
            "stack": stack,
            "name": target.name,
            "namespace": target.namespace or None,
            "scope": target.scope,
            "keys": list(made["spec"]["encryptedData"]),
            "file": None if file is None else str(file),
            "certificate": certificates.facts(certificate),
            "manifest": made,
        }
    )
