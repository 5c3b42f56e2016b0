"""What became of a run: for people a block of lines, for machines a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from homeport.deploy.explain import Explanation
from homeport.deploy.guards import Guarded, some
from homeport.deploy.lock import Lock
from homeport.deploy.show import explanation_lines
from homeport.deploy.state import Pending
from homeport.deploy.whereabouts import whereabouts
from homeport.doctor.finding import Finding
from homeport.doctor.show import lines as finding_lines

#: up: `pulumi up`. destroy: `pulumi destroy`.
Operation = Literal["up", "destroy"]
#: interrupted: somebody stopped it. declined: asked, and answered with no. not_ready: nothing was begun.
Result = Literal["done", "failed", "interrupted", "declined", "not_ready"]

RUNBOOK: Final = "docs/runbooks/interrupted-update.md"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run.

    Attributes:
        operation: what was asked for.
        stack: of which stack.
        result: in one word.
        steps: what was done to how many resources.
        explanation: why it failed.
        findings: what is missing on this machine.
        locks: who has the stack.
        pending: what a lost run had begun.
        guarded: what keeps the stack from being destroyed.
        trouble: why the state could not be read.
        next: the command to go on with; empty where there is nothing to go on with.
    """

    operation: Operation
    stack: str
    result: Result
    steps: Mapping[str, int] = field(default_factory=dict[str, int])
    explanation: Explanation | None = None
    findings: Sequence[Finding] = ()
    locks: Sequence[Lock] = ()
    pending: Sequence[Pending] = ()
    guarded: Guarded | None = None
    trouble: str = ""
    next: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines: the public form of `--json`."""
        failures = [self.explanation.first, *self.explanation.others] if self.explanation else []
        return {
            "format": 1,
            "operation": self.operation,
            "stack": self.stack,
            "result": self.result,
            "steps": dict(self.steps),
            "failures": [failure.as_json() for failure in failures],
            "kind": self.explanation.kind if self.explanation else None,
            "remedy": self.explanation.remedy if self.explanation else None,
            "checks": [finding.as_json(deploy=True) for finding in self.findings],
            "locks": [lock.as_json() for lock in self.locks],
            "pending": [
                {"name": item.name, "type": item.type, "urn": item.urn, "look": whereabouts(item)}
                for item in self.pending
            ],
            "guarded": self.guarded.as_json() if self.guarded else None,
            "trouble": self.trouble or None,
            "next": self.next or None,
        }

    def lines(self) -> list[str]:
        """For people; nothing where the engine has said it all."""
        if self.result == "not_ready":
            return self._not_ready()
        if self.result == "done":
            return [f"next: {self.next}"] if self.next else []
        head = {
            "failed": f"{self.stack}: {self.operation} failed.",
            "interrupted": f"{self.stack}: {self.operation} was interrupted, and the engine ended by itself.",
            "declined": f"{self.stack}: nothing was done.",
        }
        out = ["", head[self.result]]
        if self.explanation is not None and self.result != "declined":
            out += explanation_lines(self.explanation)
        elif self.result == "failed":
            out += ["", "The engine gave no reason in its event log; what it printed above is all there is."]
        if self.steps:
            out += ["", f"done before: {', '.join(f'{count} {step}' for step, count in self.steps.items())}"]
        return [*out, *([f"next: {self.next}"] if self.next else [])]

    def _not_ready(self) -> list[str]:
        out: list[str] = []
        if self.findings:
            stop = [finding for finding in self.findings if finding.blocks(deploy=True)]
            out += finding_lines(stop, deploy=True)
        if self.trouble:
            out.append(self.trouble)
        if self.locks:
            out += self._locked()
        if self.pending:
            out += ["", *self._begun()] if out else self._begun()
        if self.guarded is not None:
            out += self._guarded(self.guarded)
        if self.explanation is not None:
            out += ["", f"{self.stack}: {self.operation} did not begin.", *explanation_lines(self.explanation)]
        return out

    def _locked(self) -> list[str]:
        return [
            f"{self.stack} is locked:",
            *(f"  by {lock.who}{f', since {lock.since}' if lock.since else ''}" for lock in self.locks),
            "Wait for the end of that run. Only if you are sure that it is dead:",
            f"  pulumi cancel {self.stack}",
            f"  homeport {self.operation} -s {self.stack}",
        ]

    def _begun(self) -> list[str]:
        count = len(self.pending)
        what, whether = (f"{count} resources", "they are") if count > 1 else ("a resource", "it is")
        out = [f"{self.stack}: a lost run had begun to make {what}, and nobody knows whether {whether} there:"]
        for item in self.pending:
            out += ["", f"  - {item.name} ({item.type})", f"    {whereabouts(item)}"]
        return [
            *out,
            "",
            "If another run is at work on the stack now, these are its own: wait for its end.",
            "Otherwise look, and remove in the cloud what is there: an update would make it a second time, or fail",
            "because its name is taken. Then:",
            f"  homeport {self.operation} -s {self.stack} --clear-pending",
            f"More: {RUNBOOK}",
        ]

    def _guarded(self, guarded: Guarded) -> list[str]:
        held = f" Guarded: {some(guarded.names)}." if guarded.names else ""
        return [
            f"{self.stack} is not to be destroyed: {guarded.why}.{held}",
            "To take it down for good:",
            *(f"  {command}" for command in guarded.commands),
            f"  homeport destroy -s {self.stack}",
        ]
