"""The engine's event log: its lines, and what was done according to them.

`pulumi up --event-log FILE` writes one JSON document a line; a preview before the update comes first in the same file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from homeport.deploy.fields import mapping, text_of

#: What a step is counted as; steps that are not here change nothing.
_COUNTED: Final = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "import": "import",
    "create-replacement": "replace",
    "discard": "forget",
    "remove-pending-replace": "forget",
}


def read_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """The events of a log; lines that are cut off or no JSON documents are left out."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield mapping(json.loads(line))
        except (ValueError, RecursionError):
            continue


def done(events: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many resources were created, updated, replaced, deleted: done, not planned, and not what a refresh found."""
    begun: set[tuple[str, str]] = set()
    counted: Counter[str] = Counter()
    for event in events:
        before = mapping(event.get("resourcePreEvent"))
        after = mapping(event.get("resOutputsEvent"))
        metadata = mapping((before or after).get("metadata"))
        step = (text_of(metadata.get("op")), text_of(metadata.get("urn")))
        if before and not before.get("planning"):
            begun.add(step)
        elif after and step in begun and step[0] in _COUNTED:
            # What is begun is no plan; and a refresh begins with the operation `refresh` and ends with what it found.
            counted[_COUNTED[step[0]]] += 1
    return dict(sorted(counted.items()))


def interrupted(events: Iterable[Mapping[str, Any]]) -> bool:
    """Whether somebody stopped the run: the engine says so before it cancels."""
    return any("^C received" in text_of(mapping(event.get("stdoutEvent")).get("message")) for event in events)
