"""How long a first update takes: from a plan's graph and a table of durations.

What the engine does: a resource starts when everything that it depends on is done, as far as one of its workers is
free. The result is a model: it compares orders of the same work, and foretells no minutes.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from homeport.plan.graph import Graph, Resource

#: How many operations the engine runs at once: `homeport up` says so with PULUMI_PARALLEL. Without it the CLI (3.260,
#: tried) takes four per processor. https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
ENGINE_PARALLEL: Final = 16

#: Components that a script would install one after the other.
INSTALLED: Final = (
    "homeport:addons:Addon",
    "homeport:tenancy:Tenant",
    "homeport:workloads:WebApp",
    "homeport:workloads:Worker",
    "homeport:workloads:CronJob",
    "homeport:workloads:Job",
    "homeport:workloads:HelmApp",
    "homeport:workloads:KustomizeApp",
)

#: Seconds that each resource of a type takes to make: the first that fits, from special to general. Orders of
#: magnitude: the clouds' own pages say 5 to 15 minutes for a cluster, and a release waits for its pods.
DURATIONS: Final[Mapping[str, float]] = {
    "gcp:container/cluster:Cluster": 480,
    "gcp:container/nodePool:NodePool": 150,
    "gcp:projects/service:Service": 20,
    "gcp:": 12,
    "eks:index:Cluster": 660,
    "aws:eks/nodeGroup:NodeGroup": 150,
    "aws:eks/addon:Addon": 45,
    "aws:ec2/natGateway:NatGateway": 110,
    "aws:ec2/vpcEndpoint:VpcEndpoint": 60,
    "aws:": 6,
    "kubernetes:helm.sh/v3:Release": 60,
    "kubernetes:helm.sh/v4:Chart": 20,
    "kubernetes:apps/v1:Deployment": 45,
    "kubernetes:apps/v1:StatefulSet": 60,
    "kubernetes:batch/v1:Job": 30,
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": 90,
    "kubernetes:cert-manager.io/v1:ClusterIssuer": 10,
    "kubernetes:cert-manager.io/v1:Certificate": 60,
    "kubernetes:": 2,
    "pulumi:": 0,
    "random:": 0,
}


@dataclass(frozen=True, slots=True)
class Makespan:
    """How long it takes.

    Attributes:
        seconds: from the first start to the last end.
        work: seconds of all operations together.
        path: URNs of the chain that decides the end, with the seconds of each; without those that take none.
    """

    seconds: float
    work: float
    path: tuple[tuple[str, float], ...]


def seconds_by_type(table: Mapping[str, float]) -> Callable[[str], float]:
    """Seconds of a type: of the longest entry that it begins with; 0 for a type that begins with none."""
    entries = sorted(table.items(), key=lambda entry: -len(entry[0]))

    def seconds(type_: str) -> float:
        return next((value for start, value in entries if type_.startswith(start)), 0.0)

    return seconds


def durations(table: Mapping[str, float]) -> Callable[[Resource], float]:
    """Seconds of a resource, by its type; none for components and providers."""
    by_type = seconds_by_type(table)

    def seconds(resource: Resource) -> float:
        if not (resource.custom or resource.remote) or resource.is_provider or resource.external is not None:
            return 0.0
        return by_type(resource.type)

    return seconds


def waits(graph: Graph) -> dict[str, frozenset[str]]:
    """What each resource waits for: what it depends on, what its components depend on, its provider.

    A component among them stands for everything in it, as the engine has it.
    """
    inside: dict[str, frozenset[str]] = {}

    def meant(urn: str) -> frozenset[str]:
        if urn not in inside:
            resource = graph.by_urn.get(urn)
            below = graph.descendants(urn) if resource is not None and resource.is_component else ()
            inside[urn] = frozenset({urn, *(item.urn for item in below)})
        return inside[urn]

    out: dict[str, frozenset[str]] = {}
    for resource in graph.resources:
        own: set[str] = set(resource.dependencies)
        own |= {urn for urns in resource.property_dependencies.values() for urn in urns}
        own |= {resource.provider} if resource.provider else set()
        parent = graph.by_urn.get(resource.parent or "")
        while parent is not None:
            own |= set(parent.dependencies)
            parent = graph.by_urn.get(parent.parent or "")
        found = {other for urn in own for other in meant(urn)}
        found.discard(resource.urn)
        out[resource.urn] = frozenset(found & graph.by_urn.keys()) - {item.urn for item in _above(graph, resource)}
    return out


def true_waits(graph: Graph) -> dict[str, frozenset[str]]:
    """What each resource has to wait for: leaves that it names, and its provider; no component with all that is in it.

    What `waits` has beyond this holds something back without need.
    """
    out: dict[str, frozenset[str]] = {}
    for resource in graph.resources:
        own: set[str] = set(resource.dependencies)
        own |= {urn for urns in resource.property_dependencies.values() for urn in urns}
        own |= {resource.provider} if resource.provider else set()
        known = (graph.by_urn[urn] for urn in own if urn in graph.by_urn)
        out[resource.urn] = frozenset(item.urn for item in known if item.custom or item.remote) - {resource.urn}
    return out


@dataclass(frozen=True, slots=True)
class Comparison:
    """An update of a plan beside what it could be and what it is not.

    Attributes:
        ours: with as many workers as there is work.
        engine: with the engine's default.
        critical: the longest chain of what has to be waited for.
        ordered: everything in the cluster strictly one after the other, with the engine's default.
    """

    ours: Makespan
    engine: Makespan
    critical: Makespan
    ordered: Makespan

    @property
    def beyond_critical(self) -> float:
        """How much longer an update takes than its critical path; 1 is the best that can be."""
        return self.ours.seconds / self.critical.seconds if self.critical.seconds else 1.0

    @property
    def saved(self) -> float:
        """How many times as long a strictly ordered installation takes."""
        return self.ordered.seconds / self.engine.seconds if self.engine.seconds else 1.0


def compare(graph: Graph, types: Sequence[str] = INSTALLED, table: Mapping[str, float] = DURATIONS) -> Comparison:
    """Compare a plan's update with its critical path and with a strictly ordered installation.

    Args:
        graph: the plan.
        types: components that a script would install one after the other.
        table: seconds by the beginning of types.
    """
    seconds = durations(table)
    cost = {resource.urn: seconds(resource) for resource in graph.resources}
    return Comparison(
        ours=makespan(graph, seconds),
        engine=makespan(graph, seconds, parallel=ENGINE_PARALLEL),
        critical=schedule(true_waits(graph), cost, None),
        ordered=makespan(
            graph, seconds, parallel=ENGINE_PARALLEL, after=one_after_another(groups_in_order(graph, types))
        ),
    )


def makespan(
    graph: Graph,
    seconds: Callable[[Resource], float],
    *,
    parallel: int | None = None,
    after: Mapping[str, Collection[str]] | None = None,
) -> Makespan:
    """How long the first update of a plan takes.

    Args:
        graph: the plan.
        seconds: what each resource takes.
        parallel: workers of the engine; None for as many as there is work.
        after: further waits, by URN: what an order that is stricter than the plan's would add.

    Raises:
        ValueError: resources wait for each other in a circle.
    """
    edges = {urn: {*own, *(after or {}).get(urn, ())} for urn, own in waits(graph).items()}
    cost = {resource.urn: seconds(resource) for resource in graph.resources}
    return schedule(edges, cost, parallel)


def schedule(edges: Mapping[str, Collection[str]], cost: Mapping[str, float], parallel: int | None) -> Makespan:
    """Start whatever may start, first come, first served; of those that come together, the first by name.

    Raises:
        ValueError: there is a circle.
    """
    missing = {node: len(set(before)) for node, before in edges.items()}
    users: dict[str, list[str]] = {}
    for node, before in edges.items():
        for other in set(before):
            users.setdefault(other, []).append(node)
    ready = [(0.0, node) for node, count in missing.items() if count == 0]
    heapq.heapify(ready)
    running: list[tuple[float, str]] = []
    cause: dict[str, str | None] = {node: None for _, node in ready}
    ends: dict[str, float] = {}
    clock, width = 0.0, parallel or len(edges) + 1
    while ready or running:
        while ready and len(running) < width:
            _, node = heapq.heappop(ready)
            heapq.heappush(running, (clock + cost[node], node))
        clock, done = heapq.heappop(running)
        ends[done] = clock
        for user in sorted(users.get(done, ())):
            missing[user] -= 1
            if missing[user] == 0:
                cause[user] = done
                heapq.heappush(ready, (clock, user))
    if len(ends) < len(edges):
        raise ValueError(f"{len(edges) - len(ends)} resources wait for each other in a circle")
    last = max(ends, key=lambda node: (ends[node], node), default=None)
    path: list[tuple[str, float]] = []
    while last is not None:
        if cost[last] > 0:
            path.append((last, cost[last]))
        last = cause[last]
    return Makespan(max(ends.values(), default=0.0), sum(cost.values()), tuple(reversed(path)))


def one_after_another(groups: Iterable[Collection[str]]) -> dict[str, frozenset[str]]:
    """Further waits that make groups of resources come strictly one after the other, as scripts install them.

    Args:
        groups: URNs; everything of a group waits for everything of the one before.
    """
    out: dict[str, frozenset[str]] = {}
    before: frozenset[str] = frozenset()
    for group in groups:
        for urn in group:
            out[urn] = before
        before = frozenset(group) or before
    return out


def groups_in_order(graph: Graph, types: Sequence[str]) -> list[list[str]]:
    """The resources in a cluster by the component that they belong to, in an order that the plan's edges allow.

    Components of the given types are groups, each with all that is in it: an add-on, a tenant, an application. Those
    that need parts of each other are one group.
    """
    found = [item for item in graph.resources if item.type in types]
    # One inside of another belongs to it.
    components = [item for item in found if not any(above.type in types for above in _above(graph, item))]
    members = {item.urn: [below.urn for below in graph.descendants(item.urn)] for item in components}
    owner = {urn: component for component, urns in members.items() for urn in urns}
    edges = waits(graph)
    needs: dict[str, set[str]] = {component: set() for component in members}
    # By way of resources that belong to no group, too.
    memo: dict[str, frozenset[str]] = {}

    def reached(urn: str) -> frozenset[str]:
        if urn not in memo:
            memo[urn] = frozenset()
            owners: set[str] = set()
            for other in edges[urn]:
                owners |= {owner[other]} if other in owner else reached(other)
            memo[urn] = frozenset(owners)
        return memo[urn]

    for component, urns in members.items():
        needs[component] = {other for urn in urns for other in reached(urn)} - {component}
    order: list[list[str]] = []
    left = dict(sorted(needs.items()))
    while left:
        free = next((component for component, others in left.items() if not others & left.keys()), None)
        together = [free] if free is not None else _circle(left)
        order.append([urn for component in together for urn in members[component]])
        for component in together:
            del left[component]
    return order


def _circle(needs: Mapping[str, Collection[str]]) -> list[str]:
    """Components that need parts of each other, and nothing else that is left: a script installs them as one."""

    def below(component: str) -> frozenset[str]:
        seen: set[str] = set()
        todo = [component]
        while todo:
            found = {other for other in needs[todo.pop()] if other in needs and other not in seen}
            seen |= found
            todo += found
        return frozenset(seen)

    reached = {component: below(component) for component in needs}
    first = min(needs, key=lambda component: (len(reached[component]), component))
    return sorted({first, *(other for other in reached[first] if first in reached[other])})


def _above(graph: Graph, resource: Resource) -> list[Resource]:
    out: list[Resource] = []
    parent = graph.by_urn.get(resource.parent or "")
    while parent is not None:
        out.append(parent)
        parent = graph.by_urn.get(parent.parent or "")
    return out
