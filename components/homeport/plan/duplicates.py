"""Things that one plan declares twice.

The engine sees two resources with two URNs. The API behind them sees one thing: in a cluster of our own, where
server-side apply takes over what exists, the second owner overwrites the first without a word, and deleting one deletes
both (docs/adr/0008). A cloud refuses the second name half-way through the update, and takes a grant from both.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from homeport.plan.graph import Graph, Resource, Source
from homeport.plan.identities import Identity, identity
from homeport.problems import Location, Problem


def duplicates(graph: Graph) -> list[Problem]:
    """One problem for each thing that two or more resources of a plan stand for, with the URNs of all of them.

    Names that are automatic, secret or known to the cloud alone are left out: nothing can be said of them.
    """
    found: dict[tuple[str, ...], tuple[Identity, list[Resource]]] = {}
    for resource in graph.resources:
        same = identity(resource, graph)
        if same is not None:
            found.setdefault(same.key, (same, []))[1].append(resource)
    return [_problem(same, owners) for same, owners in found.values() if len(owners) > 1]


def _problem(same: Identity, owners: list[Resource]) -> Problem:
    declared = "; ".join(f"{owner.urn}{_place(owner.source)}" for owner in owners)
    times = "twice" if len(owners) == 2 else f"{len(owners)} times"
    source = owners[-1].source
    return Problem(
        (owners[-1].name,),
        f"{same.words} is declared {times}, and is one thing: {declared}",
        _fix(owners[0]),
        location=Location(source.file, source.line, 1) if source else None,
    )


def _place(source: Source | None) -> str:
    return f" ({source.file}:{source.line})" if source else ""


def _fix(owner: Resource) -> str:
    if owner.type == "kubernetes:helm.sh/v3:Release":
        return "remove one, or give it another name or namespace"
    if owner.type.startswith("kubernetes:"):
        return "remove one, or give it another metadata.name or metadata.namespace"
    if owner.type.lower().endswith("iammember"):
        return "remove one: deleting either later would take the right from both"
    return "remove one, or give it another name"
