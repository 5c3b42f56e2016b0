"""The completed settings as text, with the origin of each value beside it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeport.problems import Path
from homeport.settings import write
from homeport.settings.secrets import SHOWN
from homeport.settings.tree import Origin, mapping, sequence

#: Beyond this column a comment goes where it fits, so that one long line does not push all of them away.
WIDEST: Final = 72


def render(completed: Mapping[str, Any], origin: Callable[[Path], Origin] | None) -> str:
    """Settings as YAML-like text.

    Args:
        completed: plain data.
        origin: of a path, for the comment to its right; None leaves comments out.
    """
    lines = _map(completed, (), 0)
    if origin is None:
        return "".join(f"{text}\n" for text, _ in lines)
    width = max((len(text) for text, path in lines if path is not None and len(text) <= WIDEST), default=0)
    return "".join(f"{text}\n" if path is None else f"{text:<{width}}  # {origin(path)}\n" for text, path in lines)


#: A line, and the path whose origin stands beside it.
_Line = tuple[str, Path | None]


def _map(data: Mapping[str, Any], path: Path, indent: int) -> list[_Line]:
    lines: list[_Line] = []
    for key, value in data.items():
        lines += _value(f"{' ' * indent}{write.scalar(key)}:", value, (*path, key), indent)
    return lines


def _value(head: str, value: Any, path: Path, indent: int) -> list[_Line]:
    if value == SHOWN:
        return [(f"{head} (secret)", path)]
    pairs, items = mapping(value), sequence(value) or []
    if pairs:
        return [(head, None), *_map(pairs, path, indent + 2)]
    if any(mapping(item) for item in items):
        below = [(f"{' ' * (indent + 2)}- {write.flow(item)}", (*path, index)) for index, item in enumerate(items)]
        return [(head, None), *below]
    return [(f"{head} {write.flow(value)}", path)]
