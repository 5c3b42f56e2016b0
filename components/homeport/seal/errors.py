"""What is wrong with what `homeport seal` was given."""

from __future__ import annotations


class SealError(Exception):
    """A sentence about what is wrong, and what to do; never a value.

    Args:
        text: what is wrong.
        fix: what to do; empty where the text says it.
    """

    def __init__(self, text: str, fix: str = "") -> None:
        super().__init__(f"{text}\n    fix: {fix}" if fix else text)
        self.text = text
        self.fix = fix
