"""Which encrypted values of a stack's file have another text than before.

That is all that can be known of a secret without its key: another text can be another value, or the same one encrypted
anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from homeport.problems import SettingsError, dotted
from homeport.settings.project import read_project
from homeport.settings.reader import read_bytes
from homeport.settings.tree import plain


def sealed_changes(before: Path, after: Path, stack: str) -> list[str]:
    """Names of encrypted values that came, went or have another text.

    Args:
        before: folder of the project in the base.
        after: the same in the head.
        stack: name of the stack.
    """
    old, new = _sealed(before, stack), _sealed(after, stack)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _sealed(root: Path, stack: str) -> dict[str, str]:
    if not root.is_dir():
        return {}
    try:
        file = read_project(root).stack_file(stack)
        document = read_bytes(file.read_bytes(), file=file.name).root
    except (OSError, SettingsError):
        return {}
    return dict(_walk(plain(document), ())) if document is not None else {}


def _walk(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value)
        if list(items) == ["secure"]:
            yield dotted(path[1:] if path[:1] == ("config",) else path), str(items["secure"])
            return
        for key, item in items.items():
            yield from _walk(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(cast("list[Any]", value)):
            yield from _walk(item, (*path, place))
