"""What the engine hands a program as configuration, and what it would hand over from the files alone.

The engine passes a flat map of text: `namespace:name` to a bare scalar, or to JSON for what has structure; the types of
scalars are lost on the way. Every rule here was tried with Pulumi 3.262.
https://www.pulumi.com/docs/iac/concepts/config/
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from homeport.problems import SettingsError
from homeport.settings.project import Project, missing_stack, project_config, read_project
from homeport.settings.reader import read_bytes
from homeport.settings.scalars import engine_value
from homeport.settings.tree import SECURE, ListNode, MapNode, Node, Scalar, find, is_secure

#: Stands for a secret that nobody decrypted.
SECRET_PLACEHOLDER: Final = "[secret]"  # noqa: S105 - no secret: what is shown in place of one

#: Among the secret keys it says that secrets are placeholders, so that every name must count as present. It is the
#: name of no value, and programs that know nothing of it never see it.
UNDECRYPTED: Final = "homeport:secrets-are-not-decrypted"


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """A stack's configuration as the engine hands it to a program.

    Attributes:
        values: full key (`homeport:cluster`) to text; secrets decrypted, so it has no repr.
        secret_keys: the keys whose value is, or contains, a secret.
    """

    values: Mapping[str, str] = field(repr=False)
    secret_keys: frozenset[str] = frozenset()

    @property
    def undecrypted(self) -> bool:
        """Whether secrets are placeholders, as in a plan."""
        return UNDECRYPTED in self.secret_keys


def engine_config() -> EngineConfig:
    """What the engine handed this process: from pulumi's runtime where it is loaded, from the environment otherwise."""
    values: dict[str, str] = {
        str(key): _as_text(value) for key, value in _json_env("PULUMI_CONFIG", dict[str, Any]()).items()
    }
    secrets = {str(key) for key in _json_env("PULUMI_CONFIG_SECRET_KEYS", list[Any]())}
    runtime = sys.modules.get("pulumi.runtime.config")
    if runtime is not None:
        # pulumi.Config can look a key up, but not say which there are.
        values.update({str(key): _as_text(value) for key, value in runtime.CONFIG.get().items()})
        secrets.update(runtime._SECRET_KEYS.get())  # noqa: SLF001
    return EngineConfig(values, frozenset(secrets))


def file_engine_config(root: Path, stack: str) -> EngineConfig:
    """What the engine would hand any Pulumi program for a stack, read from its files alone.

    Stack files first, then the defaults of Pulumi.yaml; no deep merge, as the engine. Secrets are `SECRET_PLACEHOLDER`.
    Values that only a service knows (Pulumi ESC environments) are not there.

    Args:
        root: folder of the project.
        stack: its short name; its file is Pulumi.<stack>.yaml. It may be missing where no stack of the project has one.

    Raises:
        SettingsError: a file cannot be read, or the stack has none while others have.
    """
    project = read_project(root)
    file = project.stack_file(stack)
    values: dict[str, str] = {}
    secrets: set[str] = {UNDECRYPTED}
    for key, node in _project_values(project):
        _put(values, secrets, key, node)
    if file.is_file():
        document = read_bytes(file.read_bytes(), file=project.shown(file))
        if document.root is None and document.problems:
            raise SettingsError(document.problems)
        config = find(document.root, ("config",))
        if isinstance(config, MapNode):
            for key, entry in config.entries.items():
                _put(values, secrets, full_key(key, project.name), entry.node)
    elif project.stacks():
        raise SettingsError([missing_stack(project, file)])
    return EngineConfig(dict(sorted(values.items())), frozenset(secrets))


def full_key(key: str, project: str) -> str:
    """A key as the engine hands it over: `name` belongs to the project, `space:config:name` is `space:name`."""
    parts = key.split(":")
    if len(parts) == 1:
        return f"{project}:{key}"
    if len(parts) == 3 and parts[1] == "config":
        return f"{parts[0]}:{parts[2]}"
    return key


def engine_text(node: Node) -> str:
    """A value as the engine hands it over."""
    data = _engine_data(node)
    return _scalar_text(data) if isinstance(node, Scalar) or is_secure(node) else _json(data)


def _put(values: dict[str, str], secrets: set[str], key: str, node: Node) -> None:
    values[key] = engine_text(node)
    if _has_secret(node):
        secrets.add(key)
    else:
        secrets.discard(key)


def _project_values(project: Project) -> Iterable[tuple[str, Node]]:
    config = project_config(project)
    for key, entry in config.entries.items() if config is not None else ():
        node = entry.node
        if isinstance(node, MapNode) and not is_secure(node):
            # A declaration: {type, description, default, secret}, or {value}; without a value there is none.
            found = next((node.entries[name].node for name in ("value", "default") if name in node.entries), None)
            if found is None:
                continue
            node = found
        yield full_key(key, project.name), node


def _engine_data(node: Node) -> Any:
    match node:
        case Scalar(raw=None):
            return node.value
        case Scalar():
            return engine_value(node.raw or "")
        case MapNode():
            if is_secure(node):
                return SECRET_PLACEHOLDER
            return {key: _engine_data(entry.node) for key, entry in node.entries.items()}
        case ListNode():
            return [_engine_data(item) for item in node.items]


def _has_secret(node: Node) -> bool:
    match node:
        case MapNode():
            return is_secure(node) or any(_has_secret(entry.node) for entry in node.entries.values())
        case ListNode():
            return any(_has_secret(item) for item in node.items)
        case Scalar():
            return False


def _scalar_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return _float_text(value)
        case _:
            return str(value)


def _float_text(value: float) -> str:
    """As Go writes it: an exponent only for the very small and the very large."""
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        text = format(Decimal(repr(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits, _, exponent = format(Decimal(repr(value)).normalize(), "e").partition("e")
    return f"{digits}e{exponent[0]}{exponent[1:].lstrip('0')}"


def _json(value: object) -> str:
    """As Go writes it: keys sorted, no blanks, <, > and & escaped."""
    match value:
        case dict():
            pairs = cast("dict[str, object]", value)
            return "{" + ",".join(f"{_json(key)}:{_json(pairs[key])}" for key in sorted(pairs)) + "}"
        case list():
            return "[" + ",".join(_json(item) for item in cast("list[object]", value)) + "]"
        case str():
            text = json.dumps(value, ensure_ascii=False)
            for char in "<>&\u2028\u2029":
                text = text.replace(char, f"\\u{ord(char):04x}")
            return text
        case None:
            return "null"
        case _:
            return _scalar_text(value)


def _json_env(name: str, default: Any) -> Any:
    text = os.environ.get(name)
    if not text:
        return default
    value: Any = json.loads(text)
    return value if isinstance(value, type(default)) else default


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


__all__ = [
    "SECRET_PLACEHOLDER",
    "SECURE",
    "UNDECRYPTED",
    "EngineConfig",
    "engine_config",
    "engine_text",
    "file_engine_config",
    "full_key",
]
