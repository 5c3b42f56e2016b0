"""Which properties a resource type has and of what type, read from the sources of the installed SDKs.

The packages themselves are not imported: that alone would take longer than many a test.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.simcloud.values import SIGNATURE, as_list, as_map, plain

_GETTER = re.compile(r'@pulumi\.getter(?:\(name="(\w+)"\))?\n    def (\w+)\(self\) -> ([^\n]*):\n')
_MODULES = re.compile(r'resource_modules="""\n(.*?)"""', re.DOTALL)


@dataclass(frozen=True, slots=True)
class TypeSchema:
    """Properties of a resource type.

    Attributes:
        inputs: name to annotation in the SDK.
        outputs: the same of all that the resource has.
        folder: of the SDK's module, with the nested types.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    folder: Path


def package_root(package: str) -> Path | None:
    """Folder of an SDK; None where it is not installed."""
    spec = importlib.util.find_spec(f"pulumi_{package}")
    return Path(spec.origin).parent if spec and spec.origin else None


@functools.cache
def package_version(package: str) -> str:
    """Version of an SDK's plugin; 0.0.0 where it is not installed."""
    root = package_root(package)
    if root is None:
        return "0.0.0"
    return json.loads((root / "pulumi-plugin.json").read_text())["version"]


@functools.cache
def type_schema(token: str) -> TypeSchema | None:
    """The schema of a type; None for one that the SDK does not have."""
    package = token.split(":", maxsplit=1)[0]
    root = package_root(package)
    if root is None or token not in _types(package):
        return None
    module, name = _types(package)[token]
    folder = root.parent.joinpath(*module.split("."))
    file = folder / f"{_snake(name)}.py"
    if not file.exists():
        file = next(path for path in sorted(folder.glob("*.py")) if f"\nclass {name}(" in _text(path))
    outputs = _getters(file, name)
    # Where a nested type has the name already, the SDK calls the inputs otherwise.
    inputs = _getters(file, f"{name}Args") or _getters(file, f"{name}InitArgs")
    return TypeSchema(inputs, outputs, folder) if outputs else None


def unknown_keys(folder: Path, annotation: str, value: Any, where: str) -> Iterator[str]:
    """Nested inputs that the SDK does not know: a slip in a dict literal, which no cloud would accept."""
    value = plain(value)
    if (items := as_list(value)) is not None:
        for index, item in enumerate(items):
            yield from unknown_keys(folder, annotation, item, f"{where}[{index}]")
        return
    nested = re.search(r"'(\w+Args)'", annotation)
    entries = as_map(value)
    if entries is None or nested is None or SIGNATURE in entries or "Mapping[" in annotation:
        return
    properties = _getters(folder / "_inputs.py", nested[1])
    for key, item in entries.items() if properties else ():
        if key not in properties:
            yield f"{where}.{key}"
        else:
            yield from unknown_keys(folder, properties[key], item, f"{where}.{key}")


def nested_outputs(folder: Path, annotation: str) -> Mapping[str, str] | None:
    """Properties of the nested type that an annotation names; None where it names none."""
    nested = re.search(r"outputs\.(\w+)", annotation)
    return _getters(folder / "outputs.py", nested[1]) if nested else None


@functools.cache
def _types(package: str) -> Mapping[str, tuple[str, str]]:
    root = package_root(package)
    found = _MODULES.search(_text(root / "__init__.py")) if root else None
    modules: list[dict[str, Any]] = json.loads(found[1]) if found else []
    return {token: (module["fqn"], name) for module in modules for token, name in module["classes"].items()}


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


@functools.cache
def _getters(path: Path, name: str) -> Mapping[str, str]:
    body = re.search(
        rf"\nclass {re.escape(name)}[(:].*?(?=\n@pulumi|\nclass |\nif not MYPY|\Z)", _text(path), re.DOTALL
    )
    return {m[1] or m[2]: m[3].strip() for m in _GETTER.finditer(body[0])} if body else {}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
