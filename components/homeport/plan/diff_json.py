"""A difference as JSON: public, `docs/pull-requests.md`. Pure.

Keys are added within a format, never changed or removed. Secrets are the marks that plans have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from homeport.plan.diff import Changed, Diff
from homeport.plan.diff_flags import Flag, dangers
from homeport.plan.diff_values import ABSENT, Change
from homeport.plan.diff_words import counts
from homeport.plan.graph import Resource

FORMAT: Final = 1


def diff_document(diff: Diff, flags: Iterable[Flag]) -> dict[str, Any]:
    """The difference of one stack with what was flagged, without the revisions."""
    every = list(flags)
    return {
        "project": diff.graph.project,
        "stack": diff.graph.stack,
        "summary": {**counts(diff), "dangers": len(dangers(every)), "cautions": len(every) - len(dangers(every))},
        "flags": [flag_document(item) for item in every],
        "added": [_resource(item) for item in diff.added],
        "removed": [_resource(item) for item in diff.removed],
        "changed": [_changed(item) for item in diff.changed],
        "outputs": [change_document(item) for item in diff.outputs],
        "uncompared": {key: count for key, count in sorted(diff.uncompared.items()) if count},
    }


def flag_document(flag: Flag) -> dict[str, str]:
    """One flag."""
    return {
        "kind": flag.kind,
        "level": flag.level,
        "urn": flag.urn,
        "type": flag.type,
        "name": flag.name,
        "path": flag.path,
        "text": flag.text,
        "fix": flag.fix,
    }


def change_document(change: Change) -> dict[str, Any]:
    """One place; `before` and `after` are there where there was and is something."""
    out: dict[str, Any] = {"path": change.path, "kind": change.kind}
    if change.before is not ABSENT:
        out["before"] = change.before
    if change.after is not ABSENT:
        out["after"] = change.after
    return out


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "inputs": resource.inputs,
    }


def _changed(changed: Changed) -> dict[str, Any]:
    return {
        "urn": changed.after.urn,
        "before_urn": changed.before.urn,
        "type": changed.after.type,
        "name": changed.after.name,
        "inputs": [change_document(item) for item in changed.inputs],
        "options": [change_document(item) for item in changed.options],
        "edges": [change_document(item) for item in changed.edges],
    }
