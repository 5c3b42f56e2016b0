"""A chart as it lies in a file or folder: its metadata, default values, schema, templates and sub-charts.

Pure but for reading files: nothing here imports pulumi.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from homeport.charts.yaml_text import YamlTextError, load

#: Files larger than this are no part of a chart that anybody would install.
_LARGEST_FILE: Final = 64 * 1024 * 1024


class ArchiveError(Exception):
    """A file is no chart; the message says why."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A chart.

    Attributes:
        name: from Chart.yaml.
        version: from Chart.yaml.
        app_version: from Chart.yaml; empty where it says none.
        kube_version: range of Kubernetes versions that it says it serves; empty where it says none.
        values: its default values.
        values_text: the same as text, with comments.
        schema: of its values; None where it has none.
        templates: texts of its templates.
        definitions: whether it has a folder crds/.
        conditions: value paths that switch its sub-charts on.
        parts: its sub-charts by the name, or alias, under which values reach them.
    """

    name: str
    version: str
    app_version: str
    kube_version: str
    values: Mapping[str, Any] = field(repr=False)
    values_text: str = field(repr=False)
    schema: Mapping[str, Any] | None = field(repr=False)
    templates: tuple[str, ...] = field(repr=False)
    definitions: bool
    conditions: frozenset[str]
    parts: Mapping[str, Archive] = field(repr=False)


def read_archive(path: Path) -> Archive:
    """Read a chart.

    Args:
        path: a .tgz as `helm package` makes it, or a folder.

    Raises:
        ArchiveError: it is not there, or no chart.
    """
    if path.is_dir():
        files = {
            item.relative_to(path).as_posix(): item.read_bytes() for item in sorted(path.rglob("*")) if item.is_file()
        }
        return _chart(files)
    try:
        return _from_bytes(path.read_bytes())
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}") from None


def _from_bytes(data: bytes) -> Archive:
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as tar:
            for member in tar:
                if not member.isfile() or member.size > _LARGEST_FILE:
                    continue
                _, _, name = member.name.lstrip("./").partition("/")
                content = tar.extractfile(member)
                if name and content is not None:
                    files[name] = content.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ArchiveError(f"is no chart: {error}") from None
    return _chart(files)


def _chart(files: Mapping[str, bytes]) -> Archive:
    if "Chart.yaml" not in files:
        raise ArchiveError("is no chart: it has no Chart.yaml")
    about = _map(files, "Chart.yaml")
    requirements = _map(files, "requirements.yaml")
    dependencies = [
        cast("Mapping[str, Any]", item)
        for item in (about.get("dependencies") or requirements.get("dependencies") or ())
        if isinstance(item, Mapping)
    ]
    schema = files.get("values.schema.json")
    try:
        parsed: Any = json.loads(schema) if schema is not None else None
    except ValueError as error:
        raise ArchiveError(f"is no chart: values.schema.json is not JSON: {error}") from None
    conditions = {
        path.strip() for item in dependencies for path in str(item.get("condition") or "").split(",") if path.strip()
    }
    return Archive(
        name=str(about.get("name", "")),
        version=str(about.get("version", "")),
        app_version=str(about.get("appVersion", "")),
        kube_version=str(about.get("kubeVersion", "")),
        values=_map(files, "values.yaml"),
        values_text=_text(files.get("values.yaml", b"")),
        schema=cast("Mapping[str, Any]", parsed) if isinstance(parsed, Mapping) else None,
        templates=tuple(_text(data) for name, data in sorted(files.items()) if name.startswith("templates/")),
        definitions=any(name.startswith("crds/") for name in files),
        conditions=frozenset(conditions | {f"tags.{tag}" for item in dependencies for tag in item.get("tags") or ()}),
        parts=dict(_parts(files, dependencies)),
    )


def _parts(files: Mapping[str, bytes], dependencies: list[Mapping[str, Any]]) -> Iterator[tuple[str, Archive]]:
    """Sub-charts, packed or not, by the names under which values reach them."""
    found: dict[str, Archive] = {}
    folders: dict[str, dict[str, bytes]] = {}
    for name, data in sorted(files.items()):
        top, _, rest = name.partition("/")
        if top != "charts":
            continue
        folder, _, inner = rest.partition("/")
        if inner:
            folders.setdefault(folder, {})[inner] = data
        elif rest.endswith(".tgz"):
            part = _from_bytes(data)
            found[part.name] = part
    for inside in folders.values():
        if "Chart.yaml" in inside:
            part = _chart(inside)
            found[part.name] = part
    aliased: set[str] = set()
    for item in dependencies:
        name, alias = str(item.get("name", "")), str(item.get("alias") or "")
        if alias and name in found:
            aliased.add(name)
            yield alias, found[name]
    plain = {str(item.get("name", "")) for item in dependencies if not item.get("alias")}
    for name, part in found.items():
        if name in plain or name not in aliased:
            yield name, part


def _map(files: Mapping[str, bytes], name: str) -> Mapping[str, Any]:
    try:
        value = load(_text(files.get(name, b"")))
    except YamlTextError as error:
        raise ArchiveError(f"is no chart: {name}: {error}") from None
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
