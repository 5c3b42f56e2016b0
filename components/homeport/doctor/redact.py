"""Texts of other programs may quote what they were given: nothing secret of it is passed on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_SECRET_NAME: Final = re.compile(
    r"PASSPHRASE(?!_FILE)|PASSWORD|TOKEN(?!_FILE)|SECRET|PRIVATE|CREDENTIALS$|ACCESS_KEY|API_KEY|KEYFILE_JSON"
)
#: A path to a credential is no secret, and people need to read it.
_PATH_NAMES: Final = frozenset({"GOOGLE_APPLICATION_CREDENTIALS"})
_USER_INFO: Final = re.compile(r"(?<=://)[^/@\s]+@")
_SHORTEST: Final = 6


def redact(text: str, env: Mapping[str, str]) -> str:
    """`text` without user names and passwords in addresses, and without the values of secret variables."""
    out = _USER_INFO.sub("...@", text)
    for name, value in env.items():
        if len(value) >= _SHORTEST and name not in _PATH_NAMES and _SECRET_NAME.search(name.upper()):
            out = out.replace(value, "...")
    return out
