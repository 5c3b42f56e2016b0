"""What a drawing of a graph shows: boxes and arrows. Pure; the formats draw it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from homeport.plan.graph import STACK_TYPE, Graph, Resource
from homeport.plan.text import safe, short_type

#: What an arrow means, on every drawing.
LEGEND: Final = "A -> B: B needs A. A is made first and destroyed last."

#: Fill and line by provider package; others take the spare ones in order of their names.
_COLOURS: Final = {
    "gcp": ("#e3eefd", "#3b78d8"),
    "aws": ("#fdf0dd", "#c77f1a"),
    "kubernetes": ("#e9e6fb", "#5b4fc7"),
    "pulumi": ("#f0f0f0", "#7a7a7a"),
}
_SPARE: Final = (
    ("#e2f4e6", "#2f8f4e"),
    ("#fbe4ea", "#b8405e"),
    ("#def3f4", "#1f8a8f"),
    ("#f6f1d4", "#8f7d14"),
    ("#f3e4f7", "#8f3fa8"),
)


@dataclass(frozen=True, slots=True)
class Box:
    """A component, or a resource that stands for itself.

    Attributes:
        name: its logical name, safe to print.
        type: its type, shortened.
        package: the provider package that most of it belongs to.
        detail: one more line, or empty.
        urn: what it stands for, safe to print.
    """

    name: str
    type: str
    package: str
    detail: str
    urn: str


@dataclass(frozen=True)
class Picture:
    """Boxes and arrows between them, each by the place of its box.

    Attributes:
        title: project and stack.
        boxes: sorted by URN.
        arrows: from what is needed to what needs it, reduced: none that others imply.
        inside: from a component to the components directly inside of it.
    """

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int], ...]
    inside: tuple[tuple[int, int], ...] = ()
    colours: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])


def draw(graph: Graph, *, resources: bool = False) -> Picture:
    """The picture of a graph.

    Args:
        graph: any.
        resources: a box per resource; otherwise per component and per resource that is in none.
    """
    owners = {item.urn: item if resources else _owner(graph, item) for item in graph.resources}
    shown = sorted(
        {
            owner.urn: owner for owner in owners.values() if owner.type != STACK_TYPE and _is_box(owner, resources)
        }.values(),
        key=lambda item: item.urn,
    )
    places = {item.urn: place for place, item in enumerate(shown)}
    arrows: set[tuple[int, int]] = set()
    for item in graph.resources:
        end = places.get(owners[item.urn].urn)
        if end is None:
            continue
        for urn in graph.waits_for(item) - {item.parent}:
            start = places.get(owners[urn].urn)
            if start is not None and start != end:
                arrows.add((start, end))
    boxes = tuple(_box(graph, item, resources=resources) for item in shown)
    return Picture(
        title=safe(f"{graph.project} / {graph.stack}"),
        boxes=boxes,
        arrows=tuple(sorted(reduced(len(boxes), arrows))),
        inside=() if resources else _inside(shown, places, owners),
        colours=_colours({box.package for box in boxes}),
    )


def reduced(count: int, arrows: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Leave out every arrow that a path of others implies; arrows within a circle stay."""
    after: dict[int, list[int]] = {}
    for start, end in sorted(arrows):
        after.setdefault(start, []).append(end)
    order, back = depth_first(count, after)
    reach = [0] * count
    for place in order:
        for end in after.get(place, ()):
            if (place, end) not in back:
                reach[place] |= reach[end] | (1 << end)
    return {
        (start, end)
        for start, end in arrows
        if (start, end) in back
        or not any(reach[other] >> end & 1 for other in after[start] if other != end and (start, other) not in back)
    }


def depth_first(count: int, after: dict[int, list[int]]) -> tuple[list[int], set[tuple[int, int]]]:
    """All places so that each comes after those that its arrows lead to, and the arrows that close a circle."""
    order: list[int] = []
    back: set[tuple[int, int]] = set()
    state = [0] * count
    for root in range(count):
        pending = [(root, iter(after.get(root, ())))] if not state[root] else []
        state[root] = state[root] or 1
        while pending:
            place, ends = pending[-1]
            for end in ends:
                if state[end] == 1:
                    back.add((place, end))
                elif not state[end]:
                    state[end] = 1
                    pending.append((end, iter(after.get(end, ()))))
                    break
            else:
                state[place] = 2
                order.append(place)
                pending.pop()
    return order, back


def _owner(graph: Graph, resource: Resource) -> Resource:
    """The nearest component around a resource, itself included; the outermost resource where there is none."""
    current = resource
    while not current.is_component:
        above = graph.by_urn.get(current.parent or "")
        if above is None or above.type == STACK_TYPE:
            return current
        current = above
    return current


def _is_box(resource: Resource, resources: bool) -> bool:
    return not (resources and resource.is_component and not resource.remote)


def _inside(shown: list[Resource], places: dict[str, int], owners: dict[str, Resource]) -> tuple[tuple[int, int], ...]:
    pairs: set[tuple[int, int]] = set()
    for item in shown:
        above = owners.get(item.parent or "")
        if above is not None and above.urn in places:
            pairs.add((places[above.urn], places[item.urn]))
    return tuple(sorted(pairs))


def _box(graph: Graph, resource: Resource, *, resources: bool) -> Box:
    below = [item for item in graph.descendants(resource.urn) if not item.is_component]
    counts = Counter(item.package for item in below)
    package = min(counts, key=lambda name: (-counts[name], name)) if counts else resource.package
    detail = f"{len(below)} resource{'' if len(below) == 1 else 's'}" if below else ""
    if resources:
        above = graph.by_urn.get(resource.parent or "")
        detail = f"in {safe(above.name)}" if above is not None and above.type != STACK_TYPE else ""
    return Box(safe(resource.name), safe(short_type(resource.type)), package, detail, safe(resource.urn))


def _colours(packages: set[str]) -> dict[str, tuple[str, str]]:
    others = sorted(packages - _COLOURS.keys())
    spare = {package: _SPARE[place % len(_SPARE)] for place, package in enumerate(others)}
    return {package: _COLOURS.get(package) or spare[package] for package in sorted(packages)}
