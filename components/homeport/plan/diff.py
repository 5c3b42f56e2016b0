"""What differs between two graphs of a stack, resource by resource. Pure.

Two programs are compared, not a program and a cloud: what the engine makes of a difference, `pulumi preview` says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from homeport.plan.diff_match import match
from homeport.plan.diff_values import ABSENT, Change, changes, uncompared
from homeport.plan.graph import STACK_TYPE, Graph, Resource


@dataclass(frozen=True, slots=True)
class Changed:
    """A resource of both graphs that is not the same in both.

    Attributes:
        before: as it was.
        after: as it is.
        inputs: places where what the provider sees differs.
        options: the same for options of the engine: protect, aliases, parent, provider ...
        edges: resources that it waits for now (after) or waited for (before), under `depends_on` or the input.
    """

    before: Resource
    after: Resource
    inputs: tuple[Change, ...] = ()
    options: tuple[Change, ...] = ()
    edges: tuple[Change, ...] = ()

    @property
    def renamed(self) -> bool:
        """Whether it has another URN, which an alias connects with the former."""
        return self.before.urn != self.after.urn

    @property
    def order_only(self) -> bool:
        """Whether nothing but the order of work differs."""
        return not self.inputs and not self.options and not self.renamed


@dataclass(frozen=True, slots=True)
class Diff:
    """All that differs between two graphs of one stack, sorted by URN.

    Attributes:
        base: the graph before; None for a stack that was not there.
        head: the graph now; None for a stack that is gone.
        added: what the head alone has.
        removed: what the base alone has.
        changed: what both have and differs, renamed ones included.
        outputs: exports of the stack that differ.
        unchanged: number of resources that are the same.
        uncompared: what could not be compared in resources of both: `secret`, `unknown`, `file`, how many of each.
    """

    base: Graph | None
    head: Graph | None
    added: tuple[Resource, ...] = ()
    removed: tuple[Resource, ...] = ()
    changed: tuple[Changed, ...] = ()
    outputs: tuple[Change, ...] = ()
    unchanged: int = 0
    uncompared: Counter[str] = field(default_factory=Counter[str])

    @property
    def empty(self) -> bool:
        """Whether nothing differs that can be compared."""
        return not (self.added or self.removed or self.changed or self.outputs) and self.base is not None

    @property
    def graph(self) -> Graph:
        """The head, or where it is gone the base."""
        graph = self.head or self.base
        assert graph is not None  # noqa: S101 - one of the two is always there
        return graph

    @property
    def renamed(self) -> tuple[Changed, ...]:
        """What an alias connects with its former URN."""
        return tuple(item for item in self.changed if item.renamed)


def compare(base: Graph | None, head: Graph | None) -> Diff:
    """What differs from `base` to `head`; one of them may be missing.

    Raises:
        ValueError: both are missing, or they are of different stacks.
    """
    if base is None or head is None:
        if base is head:
            raise ValueError("there is no graph to compare")
        return Diff(
            base,
            head,
            added=_all(head) if head else (),
            removed=_all(base) if base else (),
            outputs=tuple(changes(base.outputs if base else {}, head.outputs if head else {})),
        )
    if base.stack != head.stack:
        raise ValueError(f"graphs of different stacks: {base.stack!r} and {head.stack!r}")
    found = match(base, head)
    now = {old: new for new, old in found.items()}
    translate = _translator(base, head, now)
    compared = [_compared(base.by_urn[old], head.by_urn[new], translate, now) for new, old in sorted(found.items())]
    kept = [base.by_urn[old] for old in now]
    return Diff(
        base,
        head,
        added=tuple(item for item in _all(head) if item.urn not in found),
        removed=tuple(item for item in _all(base) if item.urn not in now),
        changed=tuple(item for item in compared if item is not None),
        outputs=tuple(changes(translate(base.outputs), head.outputs)),
        unchanged=sum(item is None for item in compared) - sum(item.type == STACK_TYPE for item in kept),
        uncompared=sum((uncompared(item.inputs) for item in kept), Counter[str]()),
    )


def _all(graph: Graph) -> tuple[Resource, ...]:
    return tuple(sorted((item for item in graph.resources if item.type != STACK_TYPE), key=lambda item: item.urn))


def _compared(
    before: Resource, after: Resource, translate: Callable[[Any], Any], now: Mapping[str, str]
) -> Changed | None:
    inputs = tuple(changes(translate(before.inputs), after.inputs))
    options = tuple(changes(_options(before, now), _options(after, {})))
    edges = tuple(_edges(before, after, now))
    if before.urn == after.urn and not (inputs or options or edges):
        return None
    return Changed(before, after, inputs, options, edges)


def _options(resource: Resource, now: Mapping[str, str]) -> dict[str, Any]:
    """What the engine does with a resource, under the names that a program gives it; defaults left out."""
    options = resource.options
    # A renamed parent shows at the parent; the stack is everybody's.
    parent = now.get(resource.parent, resource.parent) if resource.parent else None
    every: dict[str, Any] = {
        "parent": parent,
        "provider": now.get(resource.provider, resource.provider) if resource.provider else None,
        "protect": options.protect or None,
        "retain_on_delete": options.retain_on_delete or None,
        "ignore_changes": sorted(options.ignore_changes) or None,
        "replace_on_changes": sorted(options.replace_on_changes) or None,
        "delete_before_replace": options.delete_before_replace,
        "deleted_with": now.get(options.deleted_with, options.deleted_with) if options.deleted_with else None,
        "aliases": options.aliases or None,
        "import_": options.import_id,
        "id": resource.external,
    }
    return {key: value for key, value in every.items() if value is not None}


def _edges(before: Resource, after: Resource, now: Mapping[str, str]) -> list[Change]:
    old, new = _waits(before, now), _waits(after, {})
    out = [Change((why,), urn, ABSENT) for why, urn in sorted(old - new)]
    out += [Change((why,), ABSENT, urn) for why, urn in sorted(new - old)]
    return out


def _waits(resource: Resource, now: Mapping[str, str]) -> set[tuple[str, str]]:
    by_property = {(key, now.get(urn, urn)) for key, urns in resource.property_dependencies.items() for urn in urns}
    known = {urn for _, urn in by_property}
    named = {now.get(urn, urn) for urn in resource.dependencies}
    return by_property | {("depends_on", urn) for urn in named - known}


def _translator(base: Graph, head: Graph, now: Mapping[str, str]) -> Callable[[Any], Any]:
    """Values of the base as they would be had everything its present name: tokens carry names."""
    kept = {resource.name for resource in head.resources}
    names = {
        base.by_urn[old].name: head.by_urn[new].name
        for old, new in now.items()
        if base.by_urn[old].name != head.by_urn[new].name and base.by_urn[old].name not in kept
    }
    if not names:
        return lambda value: value
    # Longest first: a name may begin with another.
    spelled = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    pattern = re.compile(r"\$\{(" + spelled + r")(?=\.)")

    def translate(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda found: "${" + names[found[1]], value)
        if isinstance(value, Mapping):
            return {key: translate(item) for key, item in cast("Mapping[str, Any]", value).items()}
        if isinstance(value, list):
            return [translate(item) for item in cast("list[Any]", value)]
        return value

    return translate
