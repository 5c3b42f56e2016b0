"""Places for the boxes of a picture: layers from left to right, few crossings, arrows around boxes.

The usual four steps of layered drawing: layers by the longest path, points where long arrows cross a layer, order
within a layer by the mean place of neighbours, and places as close to the neighbours as the order allows.
https://en.wikipedia.org/wiki/Layered_graph_drawing
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from homeport.plan.picture import depth_first

_SWEEPS: Final = 12
_BETWEEN: Final = 22.0
_COLUMN: Final = 76.0


@dataclass(frozen=True, slots=True)
class Size:
    """Of a box, in pixels."""

    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Where everything goes, in pixels from the top left.

    Attributes:
        boxes: left top corner of each box.
        arrows: by arrow, the points that it goes through, box edge to box edge.
        width: of all.
        height: of all.
    """

    boxes: list[tuple[float, float]]
    arrows: dict[tuple[int, int], list[tuple[float, float]]]
    width: float
    height: float


def place(sizes: Sequence[Size], arrows: Sequence[tuple[int, int]]) -> Layout:
    """Lay boxes and arrows out.

    Args:
        sizes: of the boxes.
        arrows: pairs of boxes; those that close a circle are drawn backwards.
    """
    if not sizes:
        return Layout([], {}, 0.0, 0.0)
    forward = _without_circles(len(sizes), arrows)
    layer = _layers(len(sizes), forward)
    nodes, chains = _with_points(layer, forward)
    columns = _columns(nodes)
    before, after = _neighbours(len(nodes), chains)
    _order(columns, before, after)
    heights = [sizes[node].height if node < len(sizes) else 0.0 for node in range(len(nodes))]
    centres = _centres(columns, before, after, heights)
    lefts, widths = _lefts(columns, sizes)
    return _finished(sizes, set(arrows), nodes, chains, centres, lefts, widths)


def _without_circles(count: int, arrows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The arrows, with those turned round that close a circle."""
    following: dict[int, list[int]] = {}
    for start, end in sorted(arrows):
        following.setdefault(start, []).append(end)
    _, back = depth_first(count, following)
    return sorted({(end, start) if (start, end) in back else (start, end) for start, end in arrows})


def _layers(count: int, arrows: list[tuple[int, int]]) -> list[int]:
    following: dict[int, list[int]] = {}
    for start, end in arrows:
        following.setdefault(start, []).append(end)
    order, _ = depth_first(count, following)
    layer = [0] * count
    for start in reversed(order):
        for end in following.get(start, ()):
            layer[end] = max(layer[end], layer[start] + 1)
    # What needs nothing stands next to the first that needs it, not at the far left.
    reached = {end for _, end in arrows}
    for start in order:
        ends = following.get(start, ())
        if ends and start not in reached:
            layer[start] = min(layer[end] for end in ends) - 1
    return layer


def _with_points(layer: list[int], arrows: list[tuple[int, int]]) -> tuple[list[int], dict[tuple[int, int], list[int]]]:
    """Layer of each node, points included, and by arrow the nodes that it goes through."""
    nodes = list(layer)
    chains: dict[tuple[int, int], list[int]] = {}
    for start, end in arrows:
        chain = [start]
        for between in range(layer[start] + 1, layer[end]):
            chain.append(len(nodes))
            nodes.append(between)
        chains[start, end] = [*chain, end]
    return nodes, chains


def _columns(nodes: list[int]) -> list[list[int]]:
    columns: list[list[int]] = [[] for _ in range(max(nodes) + 1)]
    for node, layer in enumerate(nodes):
        columns[layer].append(node)
    return columns


def _neighbours(count: int, chains: dict[tuple[int, int], list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for chain in chains.values():
        for start, end in pairwise(chain):
            after[start].append(end)
            before[end].append(start)
    return before, after


def _order(columns: list[list[int]], before: list[list[int]], after: list[list[int]]) -> None:
    """Sort each column by the mean place of neighbours, there and back; keep the order with the fewest crossings."""
    best, fewest = [list(column) for column in columns], _crossings(columns, after)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        neighbours = before if down else after
        for column in columns[1:] if down else columns[-2::-1]:
            _sort(column, columns, neighbours)
        crossings = _crossings(columns, after)
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    for column, kept in zip(columns, best, strict=True):
        column[:] = kept


def _sort(column: list[int], columns: list[list[int]], neighbours: list[list[int]]) -> None:
    place_of = {node: index for other in columns for index, node in enumerate(other)}
    own = {node: index for index, node in enumerate(column)}

    def mean(node: int) -> tuple[float, int]:
        near = neighbours[node]
        return (sum(place_of[item] for item in near) / len(near) if near else float(own[node]), own[node])

    column.sort(key=mean)


def _crossings(columns: list[list[int]], after: list[list[int]]) -> int:
    total = 0
    for column, following in pairwise(columns):
        place_of = {node: index for index, node in enumerate(following)}
        ends = [place_of[end] for node in column for end in sorted(after[node], key=place_of.__getitem__)]
        total += _inversions(ends)
    return total


def _inversions(values: list[int]) -> int:
    """Pairs that are out of order, counted while merging."""
    if len(values) < 2:
        return 0
    middle = len(values) // 2
    left, right = values[:middle], values[middle:]
    count = _inversions(left) + _inversions(right)
    left.sort()
    right.sort()
    index = 0
    for value in right:
        while index < len(left) and left[index] <= value:
            index += 1
        count += len(left) - index
    return count


def _centres(
    columns: list[list[int]], before: list[list[int]], after: list[list[int]], heights: list[float]
) -> list[float]:
    """The vertical middle of each node: as near to its neighbours as order and distances allow."""
    centres = [0.0] * len(heights)
    for column in columns:
        _spread(column, heights, centres, lambda node: centres[node])
    for sweep in range(_SWEEPS):
        near = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _spread(column, heights, centres, lambda node, near=near: _mean(near[node], centres, node))
    top = min(centres[node] - heights[node] / 2 for column in columns for node in column)
    return [centre - top for centre in centres]


def _mean(near: list[int], centres: list[float], node: int) -> float:
    return sum(centres[item] for item in near) / len(near) if near else centres[node]


def _spread(column: list[int], heights: list[float], centres: list[float], wanted: Callable[[int], float]) -> None:
    """Least squares under fixed order and distances: pool neighbours that push each other apart."""
    offsets: list[float] = []
    offset = 0.0
    for index, node in enumerate(column):
        if index:
            offset += (heights[column[index - 1]] + heights[node]) / 2 + _BETWEEN
        offsets.append(offset)
    pools: list[tuple[float, int]] = []
    for node, shift in zip(column, offsets, strict=True):
        total, count = wanted(node) - shift, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    index = 0
    for total, count in pools:
        for _ in range(count):
            centres[column[index]] = total / count + offsets[index]
            index += 1


def _lefts(columns: list[list[int]], sizes: Sequence[Size]) -> tuple[list[float], list[float]]:
    lefts: list[float] = []
    widths: list[float] = []
    left = 0.0
    for column in columns:
        width = max((sizes[node].width for node in column if node < len(sizes)), default=0.0)
        lefts.append(left)
        widths.append(width)
        left += width + _COLUMN
    return lefts, widths


def _finished(
    sizes: Sequence[Size],
    wanted: set[tuple[int, int]],
    nodes: list[int],
    chains: dict[tuple[int, int], list[int]],
    centres: list[float],
    lefts: list[float],
    widths: list[float],
) -> Layout:
    count = len(sizes)
    boxes = [(lefts[nodes[node]], centres[node] - sizes[node].height / 2) for node in range(count)]
    arrows: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for (start, end), chain in chains.items():
        points = [(lefts[nodes[start]] + sizes[start].width, centres[start])]
        for node in chain[1:-1]:
            points.append((lefts[nodes[node]], centres[node]))
            points.append((lefts[nodes[node]] + widths[nodes[node]], centres[node]))
        points.append((lefts[nodes[end]], centres[end]))
        if (start, end) in wanted:
            arrows[start, end] = points
        if (end, start) in wanted:
            arrows[end, start] = points[::-1]
    width = max(left + size.width for (left, _), size in zip(boxes, sizes, strict=True))
    bottoms = [top + size.height for (_, top), size in zip(boxes, sizes, strict=True)]
    height = max(*bottoms, *(y for points in arrows.values() for _, y in points), 0.0)
    return Layout(boxes, arrows, width, height)
