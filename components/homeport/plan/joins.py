"""What `Output.concat` joins: texts whose pieces are seen, so that no third pass has to confirm them.

Whether a text was computed from a token or only holds it shows by comparing two spellings of the token, hence the third
pass. Where the SDK itself joined the text, its pieces tell: literals that pass 1 had at the same call, values that
pass 1 knew, and whole tokens. Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence

from homeport.plan.tokens import Tokens

#: The literal arguments of a call, None for each output.
Literals = tuple[str | None, ...]


class Joins:
    """What one pass joins.

    Args:
        tokens: of this pass.
        first: what pass 1 joined; None in pass 1 itself.

    Attributes:
        calls: the literal arguments of each call.
        known: values that outputs among the arguments had.
        sure: texts that are nothing but literals, known values and whole tokens.
    """

    def __init__(self, tokens: Tokens, first: Joins | None = None) -> None:
        self._tokens = tokens
        self._first = first
        self.calls: set[Literals] = set()
        self.known: set[str] = set()
        self.sure: set[str] = set()

    def called(self, literals: Literals) -> None:
        """Note a call."""
        self.calls.add(literals)

    def knows(self, value: object) -> None:
        """Note the value of an output among the arguments."""
        if isinstance(value, str):
            self.known.add(value)

    def join(self, literals: Literals, values: Sequence[str]) -> str:
        """The text, noted if it is sure."""
        text = "".join(values)
        first = self._first
        if first is not None and literals in first.calls:
            pieces = [value for literal, value in zip(literals, values, strict=True) if literal is None]
            if all(piece in first.known or piece in self.sure or self._tokens.is_one(piece) for piece in pieces):
                self.sure.add(text)
        return text
