"""How an explanation looks to people."""

from __future__ import annotations

from typing import Final

from homeport.deploy.explain import Explanation, Failure

_LONGEST_TEXT: Final = 14
_WIDEST: Final = 118


def explanation_lines(explanation: Explanation) -> list[str]:
    """The first failure whole, what to do, and a line for each of the others."""
    text = explanation.first.text.splitlines() or ["(nobody said why)"]
    shown = text[:_LONGEST_TEXT]
    more = [f"    ... {len(text) - len(shown)} more lines, above"] if len(text) > len(shown) else []
    # No line begins with words of others: some runners of CI take such lines for commands.
    out = ["", f"  first: {_title(explanation.first)}: {explanation.kind.replace('_', ' ')}"]
    out += [f"    | {line}".rstrip() for line in shown]
    out += [*more, "", f"  {explanation.remedy}"]
    if explanation.others:
        out += ["", "  failed as well, for reasons of their own:"]
        out += [_cut(f"    - {_title(other)}: {' '.join(other.text.split())}") for other in explanation.others]
    return out


def _title(failure: Failure) -> str:
    about = ", ".join(part for part in (failure.type, failure.operation) if part)
    return f"{failure.name} ({about})" if about else failure.name


def _cut(line: str) -> str:
    return line if len(line) <= _WIDEST else line[: _WIDEST - 3] + "..."
