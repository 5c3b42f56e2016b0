"""Paths as people write them: `cluster.node_pools.general.max`, `cluster.zones[0]`, `labels["acme.example/team"]`."""

from __future__ import annotations

import re
from typing import Final

from homeport.problems import Path
from homeport.settings.project import NAMESPACE

_TOKEN: Final = re.compile(
    r"""(?P<dot>\.)?(?:
        \[(?P<index>[0-9]{1,6})\]
      | \["(?P<double>[^"]*)"\]
      | \['(?P<single>[^']*)'\]
      | "(?P<quoted>[^"]*)"
      | (?P<bare>[^.\[\]"'=\s]+)
    )""",
    re.VERBOSE,
)


class PathError(ValueError):
    """Text that is no path; it says what is wrong."""


def parse_path(text: str) -> Path:
    """The path that a text names, from the root of the settings, without `homeport:`.

    Raises:
        PathError: it names none.
    """
    path, end = _scan(text)
    if end != len(text):
        raise PathError(_hint(text, end))
    return path


def parse_assignment(text: str) -> tuple[Path, str]:
    """`path=value` as path and value.

    Raises:
        PathError: it is none.
    """
    path, end = _scan(text)
    if text[end : end + 1] != "=":
        at_end = end == len(text)
        raise PathError(
            f"{text}: write path=value, for example cluster.node_pools.general.max=6"
            if at_end
            else _hint(text.partition("=")[0], end)
        )
    return path, text[end + 1 :]


def _scan(text: str) -> tuple[Path, int]:
    path: list[str | int] = []
    start = len(f"{NAMESPACE}:") if text.startswith(f"{NAMESPACE}:") else 0
    end = start
    while match := _TOKEN.match(text, end):
        bracketed = text[match.end("dot") if match["dot"] else end] == "["
        if bool(match["dot"]) == (end == start) or (match["dot"] and bracketed):
            if end == start and match["dot"]:
                break
            if not bracketed or match["dot"]:
                break
        if match["index"] is not None:
            path.append(int(match["index"]))
        else:
            name = next(match[group] for group in ("double", "single", "quoted", "bare") if match[group] is not None)
            path.append(name)
        end = match.end()
    if not path or isinstance(path[0], int):
        raise PathError(f"{text.partition('=')[0] or '(nothing)'}: a path begins with a section, for example cluster")
    return tuple(path), end


def _hint(text: str, end: int) -> str:
    return (
        f"{text}: cannot be read as a path from {text[end:]!r} on; put keys with other characters than letters,"
        ' digits, - and _ in brackets and quotes: labels["acme.example/team"]'
    )
