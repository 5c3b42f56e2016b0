"""What became of evaluating one stack of one revision. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from homeport.plan.graph import FORMAT, Graph


@dataclass(frozen=True, slots=True)
class Outcome:
    """A graph, or why there is none.

    Attributes:
        graph: of the stack; None where it could not be evaluated, or is not there.
        message: why there is none, for people; empty where the stack is not there.
        problems: of the settings, as `homeport plan --json` lists them.
        foreign: the answer is none that this homeport can read: another homeport gave it.
    """

    graph: Graph | None = None
    message: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()
    foreign: bool = False

    @property
    def failed(self) -> bool:
        """Whether there is a stack that cannot be evaluated."""
        return self.graph is None and bool(self.message)

    def lines(self) -> list[str]:
        """The message and the problems, a line each."""
        out = self.message.splitlines()
        for problem in self.problems:
            place = f"{problem['file']}:{problem.get('line', 1)}: " if problem.get("file") else ""
            fix = f"; {problem['fix']}" if problem.get("fix") else ""
            out.append(f"{place}{problem.get('path', '')}: {problem.get('rule', '')}{fix}")
        return out


#: The stack has no file in the revision.
NOT_THERE = Outcome()


def read(code: object, text: str) -> Outcome:
    """What an answer of `homeport plan --json` means.

    Args:
        code: the command's exit code.
        text: what it wrote to standard output.
    """
    try:
        document: Any = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return Outcome(message=f"homeport plan ended with {code} and said nothing that can be read", foreign=True)
    found = cast("dict[str, Any]", document)
    if "error" in found:
        problems = cast("list[Mapping[str, Any]]", found.get("problems") or [])
        return Outcome(message=str(found["error"]), problems=tuple(problems))
    if found.get("format") != FORMAT:
        return Outcome(
            message=f"its homeport writes plans of format {found.get('format')}, this one reads {FORMAT}", foreign=True
        )
    try:
        return Outcome(graph=Graph.from_json(text))
    except ValueError:
        return Outcome(message=f"its homeport's plan is not as format {FORMAT} says", foreign=True)
