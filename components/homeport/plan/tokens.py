"""Tokens: text that stands for an output that only the cloud can say.

A program may do anything with text: cut it, hash it, measure it. To see that from outside, each pass of an evaluation
spells the same token differently, in another length, and with the separators that programs split at. A text is
accepted only if all its tokens are whole and the rest is the same in two passes; what was computed from a token
differs, and is shown as unknown. Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Final

#: One spelling per pass; pass 1 issues tokens only for values that no Output can carry. ASCII letters and digits
#: alone, so that JSON and YAML writers leave them as they are; mixed case, so that a change of case shows.
_NONCES: Final = ("Zq7RvKx", "kW3hTzJpB9", "Xg5MdLs2Ycfn4")
_SEPARATORS: Final = "@/:.-_=,"


class Tokens:
    """The tokens of one pass.

    Args:
        number: of the pass, 1 to 3.
        paths: what the tokens stand for, `<resource name>.<output>`, in the order of their first use.
    """

    def __init__(self, number: int) -> None:
        nonce = _NONCES[number - 1]
        self.number = number
        self._nonce = nonce
        self._head = nonce + "".join(separator + nonce for separator in _SEPARATORS) + "+"
        self._tail = "+" + nonce + "".join(separator + nonce for separator in reversed(_SEPARATORS))
        self._pattern = re.compile(re.escape(self._head) + r"([0-9]+)" + re.escape(self._tail))
        self._paths: list[str] = []
        self._indexes: dict[str, int] = {}

    @property
    def used(self) -> bool:
        """Whether any token was given out."""
        return bool(self._paths)

    def make(self, path: str) -> str:
        """The token of an output, as this pass spells it."""
        index = self._indexes.get(path)
        if index is None:
            index = self._indexes[path] = len(self._paths)
            self._paths.append(path)
        return f"{self._head}{index}{self._tail}"

    def touched(self, text: str) -> bool:
        """Whether a text holds a token or a piece of one, in any case of letters."""
        return self._nonce in text or self._nonce.lower() in text.lower()

    def is_one(self, text: str) -> bool:
        """Whether a text is one whole token and nothing else, of an output that is no list of unknown length."""
        found = self._pattern.fullmatch(text)
        return found is not None and "[*]" not in self._paths[int(found[1])]

    def read(self, text: str) -> tuple[str, ...]:
        """Split a text into literal pieces (even places) and the paths of tokens between them (odd places)."""
        parts = self._pattern.split(text)
        return tuple(self._paths[int(part)] if place % 2 else part for place, part in enumerate(parts))


def shown(parts: tuple[str, ...]) -> str:
    """The public spelling of a text that `Tokens.read` split."""
    return "".join(f"${{{part}}}" if place % 2 else part for place, part in enumerate(parts))


def whole(parts: tuple[str, ...], tokens: Tokens) -> bool:
    """Whether no piece of a broken token is left in the literal parts."""
    return not any(tokens.touched(part) for part in parts[::2])
