"""A graph as a tree for people. Pure: it takes a graph and gives text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from homeport.plan.graph import STACK_TYPE, Graph, Resource, marks
from homeport.plan.key_inputs import key_inputs
from homeport.plan.text import SECRET_TEXT, UNKNOWN_TEXT, safe, short_type, value_text

_CLOSING: Final = (
    "This is what the program declares, not a difference against the cloud: "
    "`pulumi preview` compares with what is there."
)
#: Columns that one key input may take in the tree.
_VALUE_WIDTH: Final = 72
_MARKS: Final = re.compile(r"\$\{[^}]*\}|\(unknown\)|\(secret\)")


@dataclass(frozen=True, slots=True)
class View:
    """What of a graph is shown.

    Attributes:
        verbose: all inputs, options and dependencies.
        type: only resources whose type token this finds; None for all.
        name: only resources whose name this finds; None for all.
    """

    verbose: bool = False
    type: re.Pattern[str] | None = None
    name: re.Pattern[str] | None = None

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return self.type is not None or self.name is not None

    def matches(self, resource: Resource) -> bool:
        """Whether a resource is asked for."""
        return (self.type is None or bool(self.type.search(resource.type))) and (
            self.name is None or bool(self.name.search(resource.name))
        )


def plan_text(graph: Graph, view: View | None = None) -> RenderableType:
    """The whole output of `homeport plan`: the tree, what it counts, what it cannot know."""
    view = view or View()
    return Group(tree(graph, view), Text(), *(Text(line, no_wrap=False) for line in summary(graph, view)))


def make_console(*, width: int | None, color: bool) -> Console:
    """A console for a plan: on a terminal lines are cut at its width; elsewhere every resource is one whole line."""
    return Console(
        width=width or 100_000,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        force_terminal=color,
        legacy_windows=False,
    )


def tree(graph: Graph, view: View) -> Tree:
    """Resources below their parents."""
    shown = _selected(graph, view)
    head = Text.assemble((safe(f"{graph.project} / {graph.stack}"), "bold"))
    if graph.layer:
        head.append(f"  layer {safe(graph.layer)}", "dim")
    out = Tree(head, guide_style="dim")
    stack = next((resource for resource in graph.resources if resource.type == STACK_TYPE), None)
    tops = graph.children(stack.urn) if stack else []
    orphans = [item for item in graph.resources if item.parent is None and item is not stack]
    below = _counts(graph)
    pending: list[tuple[Tree, Resource]] = [(out, item) for item in reversed(_ordered([*tops, *orphans]))]
    while pending:
        parent, resource = pending.pop()
        if resource.urn not in shown:
            continue
        node = parent.add(_label(resource, below.get(resource.urn, 0), view))
        if view.verbose and view.matches(resource):
            for line in _details(graph, resource):
                node.add(line)
        pending.extend((node, child) for child in reversed(_ordered(graph.children(resource.urn))))
    return out


def summary(graph: Graph, view: View | None = None) -> list[str]:
    """Counts, what is not known, warnings, and what a plan is."""
    resources = [item for item in graph.resources if item.custom and not item.is_provider and item.external is None]
    packages = Counter(item.package for item in resources)
    by_package = ", ".join(f"{name} {count}" for name, count in sorted(packages.items()))
    components = sum(item.is_component for item in graph.resources)
    providers = sum(item.is_provider for item in graph.resources)
    line = _count(len(resources), "resource") + (f" ({by_package})" if by_package else "")
    line += f", {_count(components, 'component')}, {_count(providers, 'provider')}"
    external = sum(item.external is not None for item in graph.resources)
    if external:
        line += f", {external} only read"
    lines = [line]
    if view is not None and view.filters:
        matching = sum(view.matches(item) for item in graph.resources if item.type != STACK_TYPE)
        lines.append(f"{matching} of them match the filter.")
    found = Counter(mark for item in graph.resources for mark in marks(item.inputs))
    found.update(marks(graph.outputs))
    if found["token"] or found["unknown"]:
        lines.append(
            f"Only the cloud can say {_count(found['token'] + found['unknown'], 'value')}:"
            f" {found['token']} named by ${{resource.output}}, {found['unknown']} shown as {UNKNOWN_TEXT}."
        )
    if found["secret"]:
        lines.append(f"{_count(found['secret'], 'secret')}, shown as {SECRET_TEXT}.")
    if graph.outputs:
        lines.append(f"Outputs: {', '.join(safe(name) for name in sorted(graph.outputs))}.")
    lines.extend(f"warning: {safe(warning)}" for warning in graph.warnings)
    lines.append(_CLOSING)
    return lines


def _selected(graph: Graph, view: View) -> set[str]:
    """URNs of what is asked for and of all above it."""
    out: set[str] = set()
    for resource in graph.resources:
        current: Resource | None = resource if view.matches(resource) else None
        while current is not None and current.urn not in out:
            out.add(current.urn)
            current = graph.by_urn.get(current.parent or "")
    return out


def _ordered(resources: list[Resource]) -> list[Resource]:
    """Providers, then components, then the rest, each by name."""
    return sorted(resources, key=lambda item: (not item.is_provider, not item.is_component, item.name, item.type))


def _counts(graph: Graph) -> dict[str, int]:
    """How many resources are below each, components not counted."""
    counts: dict[str, int] = {}
    tops = [resource for resource in graph.resources if resource.parent not in graph.by_urn]
    order = [resource for top in tops for resource in (top, *graph.descendants(top.urn))]
    for resource in reversed(order):
        own = counts.get(resource.urn, 0) + (not resource.is_component)
        counts[resource.parent or ""] = counts.get(resource.parent or "", 0) + own
    return counts


def _label(resource: Resource, below: int, view: View) -> Text:
    asked = view.matches(resource)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(safe(resource.name), "bold" if asked else "dim")
    text.append("  ")
    text.append(safe(resource.type if view.verbose else short_type(resource.type)), "cyan" if asked else "dim")
    if below:
        text.append(f"  {_count(below, 'resource')}", "dim")
    for badge in _badges(resource):
        text.append(f"  [{badge}]", "green")
    if asked and not view.verbose:
        pairs = key_inputs(resource)
        last = Counter(path.rpartition(".")[2] for path, _ in pairs)
        for path, value in pairs:
            # The last part of a path says enough, unless two end alike.
            name = path.rpartition(".")[2]
            text.append(f"  {safe(name if last[name] == 1 else path)}=", "dim")
            text.append_text(_value(value, _VALUE_WIDTH))
    return text


def _badges(resource: Resource) -> Iterator[str]:
    options = resource.options
    if options.protect:
        yield "protect"
    if options.retain_on_delete:
        yield "retain"
    if _deletion_protection(resource.inputs):
        yield "deletion protection"
    if resource.remote:
        yield "made by its plugin"
    if resource.external is not None:
        yield f"only read: {value_text(resource.external, _VALUE_WIDTH)}" if resource.external else "only read"
    if options.import_id:
        yield f"import {value_text(options.import_id, _VALUE_WIDTH)}"


def _deletion_protection(inputs: dict[str, Any]) -> bool:
    """The cloud's own switch, under the names that the clouds give it."""
    return any(
        inputs.get(name) is True
        for name in ("deletionProtection", "deletionProtectionEnabled", "enableDeletionProtection")
    )


def _value(value: Any, limit: int | None = None) -> Text:
    text = Text(value_text(value, limit))
    text.highlight_regex(_MARKS, "yellow")
    return text


def _details(graph: Graph, resource: Resource) -> Iterator[Text]:
    """All of a resource, a line each."""
    for key, value in resource.inputs.items():
        yield Text.assemble((f"{safe(key)}: ", "dim"), _value(value), no_wrap=True, overflow="ellipsis")
    options = resource.options.model_dump(exclude_defaults=True)
    for key, value in sorted(options.items()):
        yield Text.assemble((f"option {key}: ", "magenta"), value_text(value), no_wrap=True, overflow="ellipsis")
    named = _namer(graph)
    if resource.provider:
        yield Text(f"provider: {named(resource.provider)}", "dim")
    if resource.dependencies:
        names = ", ".join(named(urn) for urn in resource.dependencies)
        yield Text(f"after: {names}", "dim", no_wrap=True, overflow="ellipsis")
    if resource.source:
        yield Text(f"declared at {safe(resource.source.file)}:{resource.source.line}", "dim")


def _namer(graph: Graph) -> Callable[[str], str]:
    def named(urn: str) -> str:
        resource = graph.by_urn.get(urn)
        if resource is None:
            return safe(urn)
        return safe(f"{resource.name} ({short_type(resource.type)})")

    return named


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
