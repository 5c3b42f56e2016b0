"""A finding: what one check saw, and the command that mends it.

Pure data: nothing here looks at the machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

#: ok: as it should be. missing: not there. wrong: there, and of no use as it is.
#: unknown: cannot be told before another finding is mended.
Status = Literal["ok", "missing", "wrong", "unknown"]

#: plan: `homeport plan` and everything else without an engine. deploy: `pulumi up`. extra: people, after a deployment.
Need = Literal["plan", "deploy", "extra"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw.

    Attributes:
        name: what was looked at, for example `pulumi` or `stack`.
        status: how it is.
        text: what was seen; never a secret.
        fix: what to do, an exact command where there is one; empty only when there is nothing to mend.
        need: who cannot do without.
    """

    name: str
    status: Status
    text: str
    fix: str = ""
    need: Need = "deploy"

    def blocks(self, *, deploy: bool) -> bool:
        """Whether work cannot go on: planning, or with `deploy` also deploying."""
        if self.status in {"ok", "unknown"} or self.need == "extra":
            return False
        return self.need == "plan" or deploy

    def as_json(self, *, deploy: bool) -> dict[str, Any]:
        """For machines: the public form of `--json`."""
        return {
            "name": self.name,
            "status": self.status,
            "text": self.text,
            "fix": self.fix,
            "need": self.need,
            "blocks": self.blocks(deploy=deploy),
        }


def ok(name: str, text: str, need: Need = "deploy") -> Finding:
    """A finding with nothing to mend."""
    return Finding(name, "ok", text, need=need)


def blocking(findings: Iterable[Finding], *, deploy: bool) -> list[Finding]:
    """The findings that stop planning, or with `deploy` also deploying."""
    return [finding for finding in findings if finding.blocks(deploy=deploy)]
