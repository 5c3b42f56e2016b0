"""Which resource of one graph is which of another: by URN, by alias, by the alias of a parent. Pure.

https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from homeport.plan.graph import STACK_TYPE, Graph, Resource


def match(base: Graph, head: Graph) -> dict[str, str]:
    """URNs of `head` to those that the same resources have in `base`; what is new is not in it.

    The engine's rules: a URN that exists wins; then the aliases of a resource in their order; then what its parent's
    alias means for it. Nothing is matched twice.
    """
    found = {urn: urn for urn in head.by_urn if urn in base.by_urn}
    taken = set(found.values())
    for resource in parents_first(head):
        if resource.urn in found:
            continue
        for candidate in _former(resource, found, base, head):
            if candidate in base.by_urn and candidate not in taken:
                found[resource.urn] = candidate
                taken.add(candidate)
                break
    return found


def parents_first(graph: Graph) -> Iterator[Resource]:
    """Every resource, none before its parent."""
    done: set[str] = set()
    for start in graph.resources:
        chain: list[Resource] = []
        current: Resource | None = start
        while current is not None and current.urn not in done:
            chain.append(current)
            done.add(current.urn)
            current = graph.by_urn.get(current.parent) if current.parent else None
        yield from reversed(chain)


def _former(resource: Resource, found: Mapping[str, str], base: Graph, head: Graph) -> Iterator[str]:
    yield from resource.options.aliases
    parent = head.by_urn.get(resource.parent) if resource.parent else None
    was = base.by_urn.get(found.get(parent.urn, "")) if parent else None
    if parent is None or was is None or was.urn == parent.urn:
        return
    yield under(was, resource.type, _carried(resource.name, parent.name, was.name))
    for alias in resource.options.aliases:
        _, type_, name = parts(alias)
        if type_.rpartition("$")[0] == qualified(parent):
            yield under(was, type_.rpartition("$")[2], _carried(name, parent.name, was.name))


def _carried(name: str, parent: str, former: str) -> str:
    """What a child was called: names that begin with the parent's follow it."""
    return former + name.removeprefix(parent) if name.startswith(parent) else name


def under(parent: Resource, type_: str, name: str) -> str:
    """The URN of a child."""
    head, _, _ = parts(parent.urn)
    chain = qualified(parent)
    return f"{head}::{chain}${type_}::{name}" if chain else f"{head}::{type_}::{name}"


def qualified(resource: Resource) -> str:
    """The type of a resource with those of its parents, as its children's URNs begin; the stack has none."""
    return "" if resource.type == STACK_TYPE else parts(resource.urn)[1]


def parts(urn: str) -> tuple[str, str, str]:
    """A URN as stack and project, types, name."""
    pieces = urn.split("::", 3)
    if len(pieces) != 4:
        return urn, "", ""
    return f"{pieces[0]}::{pieces[1]}", pieces[2], pieces[3]
