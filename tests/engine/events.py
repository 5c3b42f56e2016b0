"""What the engine did to which resource, read from its event log.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

#: Steps in which nothing happens to a resource.
_QUIET: Final = frozenset({"same", "read", "read-replacement", "read-discard", "refresh"})
#: The provider with which the engine itself reads other stacks; no program declares it.
BUILT_IN: Final = "pulumi:providers:pulumi"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an update or preview.

    Attributes:
        operation: `create`, `update`, `delete`, `replace`, `create-replacement`, `delete-replaced`, `refresh` ...
        urn: of the resource.
        type: its type token.
        changed: paths of the properties that differ.
        replacing: properties that force a replacement.
        failed: the step was begun and did not succeed.
    """

    operation: str
    urn: str
    type: str
    changed: tuple[str, ...]
    replacing: tuple[str, ...]
    failed: bool = False

    @property
    def name(self) -> str:
        """Logical name."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did and said.

    Attributes:
        command: `up`, `preview`, `refresh`, `destroy` ...
        code: exit status; negative if a signal ended it.
        steps: what was done, or planned, in order; nothing that stays the same.
        errors: messages of severity error, first one first.
        warnings: the same of severity warning.
        output: all that a person would have seen.
        seconds: how long it took.
        event_log: the file of its events; None for what writes none.
    """

    command: str
    code: int
    steps: Sequence[Step]
    errors: Sequence[str]
    warnings: Sequence[str]
    output: str
    seconds: float
    event_log: Path | None = None

    @property
    def touched(self) -> Mapping[str, str]:
        """Logical name to what happens to it: `create`, `update`, `delete`, `replace`."""
        out: dict[str, str] = {}
        for step in self.steps:
            kind = "replace" if "replace" in step.operation else step.operation
            out[step.name] = kind if out.get(step.name) != "replace" else "replace"
        return out

    def of_type(self, type_: str) -> list[Step]:
        """Steps of resources whose type token holds `type_`."""
        return [step for step in self.steps if type_ in step.type]

    def must(self) -> Result:
        """This result, if the command succeeded.

        Raises:
            AssertionError: it failed; with all that it said.
        """
        assert self.code == 0, f"pulumi {self.command} ended with {self.code}:\n{self.output}"
        return self


@dataclass(slots=True)
class EventLog:
    """What an event log holds."""

    steps: list[Step] = field(default_factory=list[Step])
    errors: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])


def read_events(path: Path) -> EventLog:
    """Read an event log; the last line of a killed engine's may be cut off."""
    found = EventLog()
    failed: set[tuple[str, str]] = set()
    for event in _lines(path):
        if "resourcePreEvent" in event:
            step = _step(event["resourcePreEvent"]["metadata"])
            if step.operation not in _QUIET and step.type != BUILT_IN:
                found.steps.append(step)
        elif "resOutputsEvent" in event:
            _note_drift(found, event["resOutputsEvent"]["metadata"])
        elif "resOpFailedEvent" in event:
            metadata = event["resOpFailedEvent"]["metadata"]
            failed.add((metadata["op"], metadata["urn"]))
        elif "diagnosticEvent" in event:
            _note_diagnostic(found, event["diagnosticEvent"])
    found.steps = [
        Step(s.operation, s.urn, s.type, s.changed, s.replacing, failed=(s.operation, s.urn) in failed)
        for s in found.steps
    ]
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def _step(metadata: dict[str, Any]) -> Step:
    return Step(
        metadata["op"],
        metadata["urn"],
        metadata["type"],
        tuple(sorted(metadata.get("detailedDiff") or metadata.get("diffs") or ())),
        tuple(metadata.get("keys") or ()),
    )


def _note_drift(found: EventLog, metadata: dict[str, Any]) -> None:
    """A refresh learns what it did only from its answer."""
    drifted = metadata["op"] in {"update", "delete"} and not any(s.urn == metadata["urn"] for s in found.steps)
    if drifted:
        found.steps.append(_step(metadata))


def _note_diagnostic(found: EventLog, event: dict[str, Any]) -> None:
    text = re.sub(r"<\{%[^%]*%\}>", "", event.get("message", "")).strip()
    if text and event.get("severity") == "error":
        found.errors.append(text)
    elif text and event.get("severity") == "warning":
        found.warnings.append(text)
