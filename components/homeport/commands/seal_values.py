"""Where `homeport seal` takes values from: files, standard input, questions, and, with a warning, the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from homeport.seal import values
from homeport.seal.errors import SealError
from homeport.seal.files import decoded, read_bytes


@dataclass(frozen=True)
class Sources:
    """What the options name.

    Attributes:
        literals: KEY=VALUE, in clear.
        files: [KEY=]PATH.
        env_files: paths of files with lines KEY=VALUE; - for standard input.
        stdin_keys: keys whose value is standard input; one at most.
        prompts: keys whose value is asked for.
    """

    literals: tuple[str, ...]
    files: tuple[str, ...]
    env_files: tuple[str, ...]
    stdin_keys: tuple[str, ...]
    prompts: tuple[str, ...]

    def values(self) -> dict[str, bytes]:
        """Every value by its key.

        Raises:
            SealError: something cannot be read, or is given twice.
        """
        if len(self.stdin_keys) + self.env_files.count("-") > 1:
            raise SealError(
                "standard input is asked for more than one value, and can be read once",
                "give the others by file, or all of them as lines KEY=VALUE: --from-env-file -",
            )
        return values.collect(self._each())

    def _each(self) -> Iterator[tuple[str, bytes]]:
        if self.literals:
            click.echo(
                "warning: what --from-literal names stays in the shell's history, and other users of the machine can"
                " see it; --prompt and --from-stdin leave no trace",
                err=True,
            )
        for text in self.literals:
            key, value = values.assignment(text, "--from-literal")
            yield key, value.encode()
        for text in self.files:
            key, path = values.file_assignment(text)
            yield key, read_bytes(Path(path))
        for path in self.env_files:
            data, where = (_stdin(), "standard input") if path == "-" else (read_bytes(Path(path)), path)
            yield from values.env_lines(decoded(data, where), where=where)
        for key in self.stdin_keys:
            data = _stdin()
            if data.endswith(b"\n") and data.count(b"\n") == 1:
                # Few mean it, and a password with it does not fit.
                click.echo(f"note: the line break at the end of {key} is sealed, too; printf %s gives none", err=True)
            yield key, data
        for key in self.prompts:
            yield key, _asked(key)


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def _asked(key: str) -> bytes:
    if not at_terminal():
        raise SealError(f"--prompt {key} asks at a terminal, and there is none", f"pipe the value: --from-stdin {key}")
    return str(click.prompt(f"value of {key}", hide_input=True, confirmation_prompt=True, err=True)).encode()


def _stdin() -> bytes:
    return sys.stdin.buffer.read()
