"""What is to be sealed: keys and values, from wherever they come, as `kubectl create secret generic` takes them.

Pure: nothing here imports pulumi. No message holds a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from homeport.seal.errors import SealError

#: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data
_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_LIMIT: Final = 1024 * 1024


def assignment(text: str, option: str) -> tuple[str, str]:
    """KEY=VALUE, cut at the first =.

    Raises:
        SealError: there is no =. The text is not repeated: it may be the value.
    """
    key, separator, value = text.partition("=")
    if not separator:
        raise SealError(f"{option} takes KEY=VALUE, and there is no = in what was given")
    return key, value


def file_assignment(text: str) -> tuple[str, str]:
    """[KEY=]PATH; the key's default is the file's own name."""
    key, separator, path = text.partition("=")
    return (key, path) if separator else (re.split(r"[/\\]", text)[-1], text)


def env_lines(text: str, *, where: str) -> list[tuple[str, bytes]]:
    """The lines KEY=VALUE of a file, without blank ones and those that begin with #. Quotes are part of a value.

    Raises:
        SealError: a line is something else; it is named by its number.
    """
    found: list[tuple[str, bytes]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        key, separator, value = stripped.removeprefix("export ").partition("=")
        if not separator:
            raise SealError(f"{where}:{number}: the line is not KEY=VALUE")
        found.append((key.strip(), value.encode()))
    return found


def collect(pairs: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """All values by key.

    Raises:
        SealError: a key is twice there or is no key of a Secret, nothing is there, or it is too much.
    """
    values: dict[str, bytes] = {}
    for key, value in pairs:
        if not _KEY.fullmatch(key):
            # A key that is none may be a value that was put in its place.
            raise SealError(
                "a key is not 1 to 253 characters of letters, digits, -, _ and .",
                "name it before the =, for example --from-file tls.crt=server.pem",
            )
        if key in values:
            raise SealError(f"the key {key} is given twice")
        values[key] = value
    if not values:
        raise SealError(
            "there is nothing to seal",
            "name values: --from-stdin KEY, --prompt KEY, --from-file KEY=PATH, --from-env-file PATH",
        )
    size = sum(len(value) for value in values.values())
    if size > _LIMIT:
        raise SealError(f"the values have {size} bytes in all, and a Secret holds {_LIMIT}", "make two of them")
    return values
