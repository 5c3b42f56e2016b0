"""Secrets of a stack: parsed once into secret outputs, never kept as text, never shown.

Names are not secret. In a plan, and without an engine, nobody decrypts: every name then counts as present.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from homeport.problems import Path, Problem, dotted
from homeport.settings.engine import SECRET_PLACEHOLDER, EngineConfig
from homeport.settings.project import NAMESPACE
from homeport.settings.stack_file import SECRETS
from homeport.settings.tree import Entry, MapNode, Scalar, is_null, is_secure

_KEY: Final = f"{NAMESPACE}:{SECRETS}"
#: How a secret looks in every public form.
SHOWN: Final[Mapping[str, object]] = {"$secret": True}


@dataclass(frozen=True, slots=True)
class SecretPlaceholder:
    """Stands for a secret where there is neither engine nor plan: nothing but its name is known."""

    name: str


class AssumedSecrets(dict[str, Any]):
    """Secrets that nobody decrypted: every name counts as present.

    Iteration yields the names that are known.

    Args:
        names: the known ones.
        make: what stands for a secret of a name.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Any]) -> None:
        super().__init__({name: make(name) for name in names})
        self._make = make

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __missing__(self, name: str) -> Any:
        return self._make(name)

    def get(self, name: str, default: Any = None) -> Any:
        """What stands for the secret; there always is one."""
        del default
        return self[name]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What was found.

    Attributes:
        values: name to secret output, or to what stands for one; no repr.
        problems: paths in the settings.
    """

    values: dict[str, Any]
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        return f"Secrets({sorted(self.values)})"

    def shown(self) -> dict[str, Any]:
        """For every public form."""
        return {name: dict(SHOWN) for name in self.values}


def set_command(name: str, stack: str | None = None) -> str:
    """The command that sets a secret; it asks for the value."""
    command = f"pulumi config set --secret --path '{dotted((_KEY, name))}'"
    return f"{command} --stack {stack}" if stack else command


def missing_secrets(
    secrets: Mapping[str, object], needed: Mapping[str, str], *, stack: str | None = None
) -> Iterable[Problem]:
    """All secrets that are needed and not there, as one problem with the commands that set them.

    Args:
        secrets: the stack's.
        needed: name to what needs it.
        stack: for the commands.
    """
    absent = {name: why for name, why in needed.items() if name not in secrets}
    if absent:
        rule = "secrets are missing: " + ", ".join(f"{name} (for {why})" for name, why in sorted(absent.items()))
        yield Problem((SECRETS,), rule, "run " + "; ".join(set_command(name, stack) for name in sorted(absent)))


def read_secrets(entry: Entry | None, engine: EngineConfig | None, stack: str) -> Secrets:
    """The secrets of a stack.

    Args:
        entry: `homeport:secrets` in the stack file.
        engine: what the engine handed over, if there is one.
        stack: its name, for commands.
    """
    problems = list(_file_problems(entry, stack))
    node = entry.node if entry is not None else None
    names: list[str] = []
    if isinstance(node, MapNode) and not is_secure(node):
        names = [name for name, item in node.entries.items() if is_secure(item.node)]
    if engine is None:
        return Secrets(AssumedSecrets(names, SecretPlaceholder), tuple(problems))
    import pulumi  # noqa: PLC0415 - only a program has outputs; the command line must not pay for the SDK

    if engine.undecrypted:
        values = AssumedSecrets(names, lambda _: pulumi.Output.secret(SECRET_PLACEHOLDER))
        return Secrets(values, tuple(problems))
    text = engine.values.get(_KEY)
    if not text:
        return Secrets({}, tuple(problems))
    if entry is None and _KEY not in engine.secret_keys:
        problems.append(_clear((SECRETS,), "NAME", stack))
    parsed, wrong = _parse(text, entry, stack)
    if not problems:
        problems += wrong
    return Secrets({name: pulumi.Output.secret(value) for name, value in parsed.items()}, tuple(problems))


def _file_problems(entry: Entry | None, stack: str) -> Iterable[Problem]:
    if entry is None or is_null(entry.node) or is_secure(entry.node):
        return
    if not isinstance(entry.node, MapNode):
        yield _clear((SECRETS,), "NAME", stack).at(entry.node.origin.location)
        return
    for name, item in entry.node.entries.items():
        if is_secure(item.node) or is_null(item.node):
            continue
        if isinstance(item.node, Scalar):
            yield _clear((SECRETS, name), name, stack).at(item.node.origin.location)
        else:
            rule = "a secret must be text, encrypted"
            fix = f"run {set_command(name, stack)}"
            yield Problem((SECRETS, name), rule, fix, location=item.key_origin.location)


def _clear(path: Path, name: str, stack: str) -> Problem:
    rule = "stands in the file in clear text, for everybody who can read the repository"
    fix = f"remove it, change the secret if it was committed, and run {set_command(name, stack)}"
    return Problem(path, rule, fix)


def _parse(text: str, entry: Entry | None, stack: str) -> tuple[dict[str, str], list[Problem]]:
    location = entry.key_origin.location if entry is not None else None
    fix = f"set each by itself: {set_command('NAME', stack)}"
    try:
        parsed: Any = json.loads(text)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        return {}, [Problem((SECRETS,), "must be a map of names to secrets", fix, location=location)]
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in cast("dict[str, object]", parsed).items():
        if isinstance(value, str):
            values[name] = value
        elif value is not None:
            problems.append(Problem((SECRETS, name), "a secret must be text", fix, location=location))
    return values, problems
