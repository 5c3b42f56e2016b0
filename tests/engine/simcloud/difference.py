"""What differs between the inputs in the state and new ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from tests.engine.simcloud.values import SIGNATURE, Properties, Secret, as_list, as_map, has_unknown, plain

Kind = Literal["ADD", "DELETE", "UPDATE"]


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Kind]]:
    """Paths of the leaves that differ and how; secrets compare by value, an unknown value differs from everything."""
    old, new = (value.value if isinstance(value, Secret) else value for value in (old, new))
    maps, lists = (as_map(old), as_map(new)), (as_list(old), as_list(new))
    if maps[0] is not None and maps[1] is not None and SIGNATURE not in maps[0]:
        yield from _of_maps(maps[0], maps[1], path)
    elif lists[0] is not None and lists[1] is not None:
        yield from _of_lists(lists[0], lists[1], path)
    elif plain(old) != plain(new) or has_unknown(new):
        yield path, "UPDATE"


def _of_maps(old: Properties, new: Properties, path: str) -> Iterator[tuple[str, Kind]]:
    for key in sorted({*old, *new} - {"__defaults"}):
        below = f"{path}.{key}".lstrip(".") if re.fullmatch(r"\w+", key) else f'{path}["{key}"]'
        if key not in new:
            yield below, "DELETE"
        elif key not in old:
            yield below, "ADD"
        else:
            yield from differences(old[key], new[key], below)


def _of_lists(old: list[Any], new: list[Any], path: str) -> Iterator[tuple[str, Kind]]:
    for index in range(max(len(old), len(new))):
        below = f"{path}[{index}]"
        if index >= len(new):
            yield below, "DELETE"
        elif index >= len(old):
            yield below, "ADD"
        else:
            yield from differences(old[index], new[index], below)


def as_read(inputs: Properties, live: Properties, whole: frozenset[str] = frozenset(), path: str = "") -> Properties:
    """The inputs that a refresh puts into the state: those that were given, with the values that the cloud has now.

    What the cloud added by itself stays out, as in the real providers: nobody asked for it.

    Args:
        inputs: in the state.
        live: in the cloud.
        whole: paths of maps that belong to the program as a whole, so that an entry that somebody added is read too.
        path: of `inputs`, below the resource.
    """
    return {
        key: _as_read(value, live.get(key, value), whole, f"{path}.{key}".lstrip(".")) for key, value in inputs.items()
    }


def _as_read(given: Any, live: Any, whole: frozenset[str], path: str) -> Any:
    if plain(given) == plain(live):
        return given
    asked, there = as_map(given), as_map(live)
    return live if asked is None or there is None or path in whole else as_read(asked, there, whole, path)
