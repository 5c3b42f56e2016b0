"""Merging a cluster's kubeconfig into a file that people keep for all of their clusters.

Text in, text out; comments, order, quotes and foreign entries stay. Errors never quote the files: they hold tokens.
https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
Pure: nothing here imports pulumi or touches the disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

#: The three lists of a kubeconfig, and what an entry of each is called.
_LISTS: Final = {"clusters": "cluster", "contexts": "context", "users": "user"}
_SOURCE: Final = "the stack's kubeconfig"
_TARGET: Final = "the file"
#: Text that every YAML reader takes as text without quotes, unless it is one of the words.
_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./:@-]*[A-Za-z0-9_./@-]")
_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null"})


class KubeconfigError(Exception):
    """A text is no kubeconfig, or none that can be changed safely."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging gave.

    Attributes:
        text: the whole file, new.
        context: the context of the merged cluster.
        added: entries that were not there, for example `user stage`.
        replaced: entries that were there under the same name with something else in them.
        previous: the context that was current before; None where there was none.
        current: the context that is current now; None where there is none.
    """

    text: str
    context: str
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    previous: str | None
    current: str | None


def merge(into: str | None, kubeconfig: str, *, context: str | None = None, current: bool = True) -> Merged:
    """Put the one cluster of `kubeconfig` into the text of a kubeconfig file.

    Entries of the same name are replaced in place; no other entry is touched.

    Args:
        into: text of the file; None or empty for a new one.
        kubeconfig: what to put in: one context with its cluster and user.
        context: name for the context, its cluster and its user; default: the names that they have.
        current: make it the current context.

    Raises:
        KubeconfigError: one of the two is no kubeconfig.
    """
    source = _renamed(_values(kubeconfig, _SOURCE), context)
    before = into if into and into.strip() else "apiVersion: v1\nkind: Config\npreferences: {}\n"
    expected = _values(before, _TARGET)
    previous = expected.get("current-context")
    changes = _put(expected, source, current=current, written=_same)
    target = _texts(before)
    # Entries are compared by value, which the texts do not have: only what changed is put.
    _put(target, source, current=current, written=_written, only=changes)
    name = str(source["contexts"][0]["name"])
    return Merged(
        text=_dump(target, expected),
        context=name,
        added=tuple(changes.added),
        replaced=tuple(changes.replaced),
        previous=str(previous) if previous else None,
        current=name if current else str(previous) if previous else None,
    )


def renamed(kubeconfig: str, context: str | None) -> tuple[str, str]:
    """A kubeconfig as readable text, its context, cluster and user called `context`, and the context's name.

    Raises:
        KubeconfigError: the text is no kubeconfig with exactly one context.
    """
    config = _renamed(_values(kubeconfig, _SOURCE), context)
    return _dump(_written(config), config), str(config["contexts"][0]["name"])


@dataclass(slots=True)
class _Changes:
    added: list[str] = field(default_factory=list[str])
    replaced: list[str] = field(default_factory=list[str])


def _put(
    target: dict[str, Any],
    source: dict[str, Any],
    *,
    current: bool,
    written: Callable[[Any], Any],
    only: _Changes | None = None,
) -> _Changes:
    """Put the entries of `source` into `target`; with `only`, no others than those."""
    changes = _Changes()
    for key, word in _LISTS.items():
        entries = _entries(target, key, _TARGET)
        for entry in _entries(source, key, _SOURCE):
            what = f"{word} {entry['name']}"
            where = next((at for at, old in enumerate(entries) if str(old["name"]) == str(entry["name"])), None)
            if where is None:
                entries.append(written(entry))
                changes.added.append(what)
            elif entries[where] != entry if only is None else what in only.replaced:
                entries[where] = written(entry)
                changes.replaced.append(what)
    if current:
        target["current-context"] = written(source["contexts"][0]["name"])
    return changes


def _renamed(config: dict[str, Any], name: str | None) -> dict[str, Any]:
    """The kubeconfig of one cluster, with everything in it called `name`."""
    counts = {key: len(_entries(config, key, _SOURCE)) for key in _LISTS}
    if counts["contexts"] != 1 or counts["clusters"] != 1 or counts["users"] > 1:
        shown = ", ".join(f"{count} {key}" for key, count in counts.items())
        raise KubeconfigError(f"{_SOURCE} has {shown}; one context with its cluster and user is needed")
    if name is None:
        return config
    for key in _LISTS:
        for entry in _entries(config, key, _SOURCE):
            entry["name"] = name
    inner = config["contexts"][0].get("context")
    if isinstance(inner, dict):
        there = cast("dict[str, Any]", inner)
        there.update({key: name for key in ("cluster", "user") if key in there})
    config["current-context"] = name
    return config


def _entries(config: dict[str, Any], key: str, what: str) -> list[dict[str, Any]]:
    """The list `key`, made when there is none (kubectl writes null for an empty one)."""
    value = config.get(key)
    if value is None or (isinstance(value, str) and value in {"null", "~", ""}):
        value = config[key] = []
    if not isinstance(value, list) or not all(
        isinstance(entry, dict) and "name" in entry for entry in cast("list[object]", value)
    ):
        raise KubeconfigError(f"{what} is no kubeconfig: {key} is not a list of named entries")
    return cast("list[dict[str, Any]]", value)


class _Texts(VersionedResolver):
    """Takes every scalar as the text that it is, so that writing it again changes nothing."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode:
            return self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _texts(text: str) -> dict[str, Any]:
    """A kubeconfig that was read before, now with comments, quotes and layout."""
    return cast("dict[str, Any]", _writer().load(text))  # pyright: ignore[reportUnknownMemberType]


def _values(text: str, what: str) -> dict[str, Any]:
    """Read a kubeconfig."""
    try:
        parsed = cast("object", YAML(typ="safe", pure=True).load(text))  # pyright: ignore[reportUnknownMemberType]
    except MarkedYAMLError as error:
        mark = cast("Any", error.problem_mark)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise KubeconfigError(f"{what} cannot be read as YAML{place}") from None
    except (YAMLError, ValueError, RecursionError):
        raise KubeconfigError(f"{what} cannot be read as YAML") from None
    if not isinstance(parsed, dict):
        raise KubeconfigError(f"{what} is no kubeconfig: it is not a mapping")
    config = cast("dict[str, Any]", parsed)
    if config.get("kind", "Config") != "Config":
        raise KubeconfigError(f"{what} is no kubeconfig: its kind is not Config")
    return config


def _same(value: Any) -> Any:
    return value


def _written(value: Any) -> Any:
    """A value as the texts that stand for it in YAML, quoted where a reader could take them for something else."""
    if isinstance(value, dict):
        return {_written(key): _written(item) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list):
        return [_written(item) for item in cast("list[Any]", value)]
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, str) and (not _PLAIN.fullmatch(value) or value.lower() in _WORDS):
        return DoubleQuotedScalarString(value)
    return str(value)


def _dump(config: dict[str, Any], expected: dict[str, Any]) -> str:
    """The text of a kubeconfig, read back to be sure that it says what it should."""
    out = StringIO()
    _writer().dump(config, out)  # pyright: ignore[reportUnknownMemberType]
    text = out.getvalue()
    if _values(text, "the result") != expected:
        raise KubeconfigError("the result would say something else once it is read again")
    return text


def _writer() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = _Texts
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # certificates are long lines; kubectl does not fold them
    return yaml
