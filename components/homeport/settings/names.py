"""Names that tell of a secret, and the nearest of some names. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Final

from homeport.problems import Path

_WORDS: Final = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|pwd|token|secret|credential|private_?key|api_?key|access_?key|kubeconfig)s?(?:$|_)"
)
_PLAIN_LONG: Final = ("password", "passphrase", "secret", "credential", "privatekey", "apikey", "accesskey")


def secret_name(name: str) -> bool:
    """Whether a field of this name most likely holds a secret: `admin_password`, `apiKey`, `TOKEN`."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").replace(".", "_").lower()
    return bool(_WORDS.search(snake)) or any(word in snake.replace("_", "") for word in _PLAIN_LONG)


def looks_secret(path: Path) -> bool:
    """Whether a value at `path` must not be shown."""
    return any(isinstance(part, str) and secret_name(part) for part in path)


def nearest(name: str, valid: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The valid name that was most likely meant, or None."""
    found = difflib.get_close_matches(name, list(valid), n=1, cutoff=cutoff)
    return found[0] if found else None


def listed(names: Iterable[str]) -> str:
    """`a, b, c`."""
    return ", ".join(names)
