"""A problem in settings: where, what, by which rule, and what to write instead.

Pure text and data: no YAML, no pydantic, no pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

Path = tuple[str | int, ...]


class _NoValue:
    def __repr__(self) -> str:
        return "<no value>"


#: Stands for "there is no value to show": a missing field, or one whose value must not be shown.
NO_VALUE: Final = _NoValue()


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: from the root of the settings (or of the section that found it) to the field.
        rule: what must hold, as a full sentence without the final full stop.
        fix: what to do, with the exact text to write where there is one; empty where the rule says it.
        value: the offending value; `NO_VALUE` where there is none or where it may be secret.
        related: other fields that take part, so that a reader finds both ends.
        location: where the field stands in a file.
        written: the value as it stands in the file, where it reads differently (1.30 is the number 1.3).
    """

    path: Path
    rule: str
    fix: str = ""
    value: Any = field(default=NO_VALUE, repr=False)
    related: tuple[Path, ...] = ()
    location: Location | None = None
    written: str = field(default="", repr=False)

    def below(self, prefix: Path) -> Problem:
        """The same problem seen from a section further up."""
        return replace(self, path=prefix + self.path, related=tuple(prefix + path for path in self.related))

    def at(self, location: Location | None) -> Problem:
        """The same problem with its place in a file."""
        return replace(self, location=location)

    def text(self) -> str:
        """One line: path, value, rule, fix."""
        return f"{dotted(self.path)}{self._value()}: {self.rule}" + (f"; {self.fix}" if self.fix else "")

    def lines(self) -> list[str]:
        """For people: the place, then field, value, rule and fix, a line each."""
        place = f"{self.location}: " if self.location else ""
        out = [f"{place}{dotted(self.path)}{self._value()}", f"    {self.rule}"]
        if self.fix:
            out.append(f"    fix: {self.fix}")
        if self.related:
            out.append(f"    see: {', '.join(dotted(path) for path in self.related)}")
        return out

    def _value(self) -> str:
        return "" if self.value is NO_VALUE else f" = {self.written or _shown(self.value)}"

    def as_json(self) -> dict[str, Any]:
        """For machines: the public form of `--json`."""
        out: dict[str, Any] = {"path": dotted(self.path), "rule": self.rule, "fix": self.fix}
        if self.value is not NO_VALUE:
            out["value"] = self.value
        if self.related:
            out["related"] = [dotted(path) for path in self.related]
        if self.location:
            out["file"], out["line"], out["column"] = (
                self.location.file,
                self.location.line,
                self.location.column,
            )
        return out


class SettingsError(Exception):
    """All problems of a stack's settings at once.

    Args:
        problems: at least one; shown in the order of their places.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the settings:"
        return "\n".join([head, *(line for problem in self.problems for line in ["", *problem.lines()])])


def dotted(path: Path) -> str:
    """`("cluster", "zones", 0)` as `cluster.zones[0]`."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        elif part and all(char.isalnum() or char in "_-:" for char in part):
            out += f".{part}" if out else part
        else:
            out += f'["{part}"]'
    return out or "(the whole file)"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        text = value if len(value) <= 80 else value[:77] + "..."
        return f'"{text}"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
