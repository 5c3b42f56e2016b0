"""What a check of charts finds.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a release.

    Attributes:
        rule: what is wrong, as a sentence without the final full stop.
        fix: what to do.
        where: a value path, an object or a template; empty where it is the whole chart.
    """

    rule: str
    fix: str = ""
    where: str = ""

    def text(self) -> str:
        """One line."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.rule}" + (f"; {self.fix}" if self.fix else "")

    def as_json(self) -> dict[str, str]:
        """For machines."""
        return {"where": self.where, "rule": self.rule, "fix": self.fix}
