"""All flags of a difference. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from homeport.plan.diff import Changed, Diff
from homeport.plan.diff_access import access_flags
from homeport.plan.diff_flags import Flag, Level, flag, unique
from homeport.plan.diff_guards import guard_flags
from homeport.plan.diff_renames import pairs, rename_flags
from homeport.plan.diff_replacements import ignored, moves_everything, replaces, unseen
from homeport.plan.diff_state import loss
from homeport.plan.diff_values import ABSENT, Change, leaves
from homeport.plan.graph import STACK_TYPE, Resource
from homeport.plan.text import value_text


def judge(diff: Diff) -> tuple[Flag, ...]:
    """What a reviewer must not overlook, dangers first."""
    return tuple(unique(_all(diff)))


def _all(diff: Diff) -> Iterator[Flag]:
    if diff.head is None:
        yield _gone(diff)
        return
    found = pairs(diff)
    renamed = {pair.before.urn for pair in found}
    yield from rename_flags(diff, found)
    for resource in diff.removed:
        if resource.urn not in renamed and resource.external is None and (lost := loss(resource.type)):
            yield flag("stateful-removal", "danger", resource, *_removal(resource, lost))
    yield from guard_flags(diff)
    yield from access_flags(diff)
    for changed in diff.changed:
        yield from _replacements(diff, changed)
        for change in (*changed.inputs, *changed.options):
            if change.exposes:
                text = f"{change.path}: was secret and is plain text now"
                yield flag("secret-exposed", "danger", changed.after, text, path=change.path)
    for change in diff.outputs:
        if change.exposes:
            stack = diff.head.root
            text = f"output {change.path}: was secret and is plain text now"
            yield flag("secret-exposed", "danger", stack, text, path=change.path)


def _gone(diff: Diff) -> Flag:
    assert diff.base is not None  # noqa: S101 - one of the two is there
    stack = next((item for item in diff.base.resources if item.type == STACK_TYPE), diff.base.resources[0])
    real = [item for item in diff.removed if item.custom and item.external is None and not item.is_provider]
    held = sum(loss(item.type) is not None for item in real)
    text = (
        f"the stack's file is gone: {len(real)} resources, {held} of which hold state, stay where they are, and nothing"
        " here updates or destroys them any more"
    )
    return flag("stack-removed", "danger", stack, text, fix="destroy the stack before its file goes")


def _removal(resource: Resource, lost: str) -> tuple[str]:
    text = f"is gone from the program: with it goes {lost}"
    options = resource.options
    if options.protect:
        text = f"is gone from the program while protect is on: the engine refuses the update; without it goes {lost}"
    elif options.retain_on_delete:
        text = "is gone from the program: retain_on_delete leaves it in the cloud, where nothing manages it any more"
    return (text,)


def _replacements(diff: Diff, changed: Changed) -> Iterator[Flag]:
    resource = changed.after
    if resource.external is not None or not resource.custom:
        return
    for change in changed.options:
        if change.parts == ("provider",):
            yield _replacement(resource, "provider: another provider than before: the engine replaces what it made")
    for change in changed.inputs:
        if resource.is_provider:
            if moves_everything(resource.package, change):
                yield _moved(diff, resource, change)
            continue
        if ignored(change, resource.options.ignore_changes):
            continue
        if unseen(resource.type, change):
            text = f"{change.path}: gone from the program, which the provider does not see: the cloud keeps what it has"
            yield flag(
                "no-effect", "caution", resource, text, fix="write the value that turns it off", path=change.path
            )
        elif _is_replaced(resource, change):
            yield _replacement(resource, f"{change.path}: {_shown(change.before)} -> {_shown(change.after)}", change)


def _is_replaced(resource: Resource, change: Change) -> bool:
    return any(replaces(resource.type, leaf) for leaf in leaves(change)) or ignored(
        change, resource.options.replace_on_changes
    )


def _replacement(resource: Resource, how: str, change: Change | None = None) -> Flag:
    lost = loss(resource.type)
    text = f"{how}: the provider replaces it" if change is not None else how
    if lost:
        text += f"; with the old one goes {lost}"
    if resource.options.protect:
        text += "; protect makes the engine refuse"
    level: Level = "danger" if lost else "caution"
    path = change.path if change is not None else "provider"
    return flag("stateful-replacement" if lost else "replacement", level, resource, text, path=path)


def _moved(diff: Diff, resource: Resource, change: Change) -> Flag:
    count = sum(item.provider == resource.urn for item in diff.graph.resources)
    text = (
        f"{change.path}: {_shown(change.before)} -> {_shown(change.after)}: it is where {count} resources of this stack"
        " are; the engine replaces them, or looks for them where they are not"
    )
    return flag("provider-moved", "danger" if count else "caution", resource, text, path=change.path)


def _shown(value: object) -> str:
    return "nothing" if value is ABSENT else value_text(value, 80)
