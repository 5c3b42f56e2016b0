"""Merging a cluster's kubeconfig into a file that people keep for all of their clusters.

Text in, text out; comments, order and foreign entries stay. Errors never quote the files: they hold tokens.
https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
Pure: nothing here imports pulumi or touches the disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

#: The three lists of a kubeconfig, and what an entry of each is called.
_LISTS: Final = {"clusters": "cluster", "contexts": "context", "users": "user"}
_SOURCE: Final = "the stack's kubeconfig"
#: Names that every YAML reader takes as text without quotes.
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.@/-]{3,}")


class KubeconfigError(Exception):
    """A text is no kubeconfig, or none that can be changed safely."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging gave.

    Attributes:
        text: the whole file, new.
        context: the context of the merged cluster.
        added: entries that were not there, for example `user stage`.
        replaced: entries that were there under the same name.
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
    source = rename(_parse(kubeconfig, _SOURCE, keep=False), context)
    target = _parse(into, "the file", keep=True) if into and into.strip() else _empty()
    added: list[str] = []
    replaced: list[str] = []
    for key, word in _LISTS.items():
        entries = _entries(target, key, "the file")
        for entry in _entries(source, key, _SOURCE):
            where = next((at for at, old in enumerate(entries) if old.get("name") == entry["name"]), None)
            if where is None:
                entries.append(entry)
                added.append(f"{word} {entry['name']}")
            else:
                if entries[where] != entry:
                    replaced.append(f"{word} {entry['name']}")
                    entries[where] = entry
    name = next(_names(source, "contexts"))
    previous = _text(target, "current-context")
    if current:
        target["current-context"] = name
    return Merged(
        _dump(target),
        str(name),
        tuple(added),
        tuple(replaced),
        previous,
        str(name) if current else previous,
    )


def renamed(kubeconfig: str, context: str | None) -> tuple[str, str]:
    """A kubeconfig as readable text, its context, cluster and user called `context`, and the context's name.

    Raises:
        KubeconfigError: the text is no kubeconfig with exactly one context.
    """
    parsed = rename(_parse(kubeconfig, _SOURCE, keep=False), context)
    return _dump(parsed), str(next(_names(parsed, "contexts")))


def rename(config: dict[str, Any], name: str | None) -> dict[str, Any]:
    """The parsed kubeconfig of one cluster, with everything called `name`."""
    counts = {key: len(_entries(config, key, _SOURCE)) for key in _LISTS}
    if counts["contexts"] != 1 or counts["clusters"] != 1 or counts["users"] > 1:
        shown = ", ".join(f"{count} {key}" for key, count in counts.items())
        raise KubeconfigError(f"{_SOURCE} has {shown}; one context with its cluster and user is needed")
    if name is None:
        return config
    scalar = name if _PLAIN.fullmatch(name) else DoubleQuotedScalarString(name)
    for key in _LISTS:
        for entry in _entries(config, key, _SOURCE):
            entry["name"] = scalar
    inner = cast("dict[str, Any]", config["contexts"][0]["context"])
    inner.update({key: scalar for key in ("cluster", "user") if key in inner})
    config["current-context"] = scalar
    return config


def _names(config: dict[str, Any], key: str) -> Iterator[object]:
    for entry in cast("list[dict[str, Any]]", config[key]):
        yield entry["name"]


def _entries(config: dict[str, Any], key: str, what: str) -> list[dict[str, Any]]:
    """The list `key`, made when there is none (kubectl writes null for an empty one)."""
    value = cast("object", config.get(key))
    if value is None:
        value = config[key] = []
    if not isinstance(value, list) or not all(
        isinstance(entry, dict) and "name" in entry for entry in cast("list[object]", value)
    ):
        raise KubeconfigError(f"{what} is no kubeconfig: {key} is not a list of named entries")
    return cast("list[dict[str, Any]]", value)


def _text(config: dict[str, Any], key: str) -> str | None:
    value = cast("object", config.get(key))
    return str(value) if value else None


def _empty() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Config", "preferences": {}}


def _parse(text: str, what: str, *, keep: bool) -> dict[str, Any]:
    """Read a kubeconfig; `keep` its comments, quotes and flow style for writing it again."""
    yaml = _yaml() if keep else YAML(typ="safe", pure=True)
    try:
        parsed = cast("object", yaml.load(text))  # pyright: ignore[reportUnknownMemberType]
    except MarkedYAMLError as error:
        mark = cast("Any", error.problem_mark)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise KubeconfigError(f"{what} cannot be read as YAML{place}") from None
    except (YAMLError, ValueError, RecursionError):
        raise KubeconfigError(f"{what} cannot be read as YAML") from None
    if not isinstance(parsed, dict):
        raise KubeconfigError(f"{what} is no kubeconfig: it is not a mapping")
    if cast("dict[str, Any]", parsed).get("kind", "Config") != "Config":
        raise KubeconfigError(f"{what} is no kubeconfig: its kind is not Config")
    return cast("dict[str, Any]", parsed)


def _dump(config: dict[str, Any]) -> str:
    """The text of a kubeconfig, read back to be sure that it says the same."""
    out = StringIO()
    _yaml().dump(config, out)  # pyright: ignore[reportUnknownMemberType]
    text = out.getvalue()
    if _parse(text, "the result", keep=True) != config:
        raise KubeconfigError("the result would not say the same once it is read again")
    return text


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # certificates are long lines; kubectl does not fold them
    return yaml
