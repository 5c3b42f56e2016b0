"""Figures: what was measured, against what, and whether it is as good as it should be. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        name: what it is.
        value: the number.
        unit: of the number; `x` for a ratio.
        limit: most that it should be; None where nothing is promised.
        note: what it was measured on.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the number is within its limit; None without one."""
        return None if self.limit is None else self.value <= self.limit

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "limit": self.limit,
            "met": self.met,
            "note": self.note,
        }


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of measurements that were taken in turns: what slows the machine slows both.

    Raises:
        ValueError: the two do not pair up, or there are none.
    """
    if not ours or len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} and {len(theirs)} measurements do not pair up")
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """How cost grows with size: the slope of a straight line through their logarithms; 1 is proportional.

    Raises:
        ValueError: fewer than two sizes, or a number that has no logarithm.
    """
    if len(sizes) != len(costs) or len(set(sizes)) < 2 or min([*sizes, *costs]) <= 0:
        raise ValueError("growth needs two different sizes or more, and positive costs")
    xs, ys = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - mean_x) ** 2 for x in xs)


def table(figures: Sequence[Figure]) -> str:
    """For people."""
    rows = [("figure", "measured", "limit", "", "on")]
    for figure in figures:
        limit = "" if figure.limit is None else f"{figure.limit:g} {figure.unit}"
        met = {None: "", True: "ok", False: "MISSED"}[figure.met]
        rows.append((figure.name, f"{figure.value:.4g} {figure.unit}", limit, met, figure.note))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)), row[4]]).rstrip()
        for row in rows
    )
