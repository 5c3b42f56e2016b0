"""What must hold of a node pool on every cloud, pure: its zones, and totals that can be shared out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homeport.cluster.pool_args import NodePoolArgs
from homeport.problems import Problem


@dataclass(frozen=True, slots=True)
class UnevenCount:
    """A total that cannot be shared out evenly.

    Attributes:
        field: of the pool: size, min or max.
        value: what it is.
        fix: the nearest that can, as they would be written.
    """

    field: str
    value: int
    fix: str


def zone_problems(pool: NodePoolArgs, zones: Sequence[str]) -> Iterator[Problem]:
    """Zones of a pool that the cluster does not have; paths relative to the pool.

    Args:
        pool: the pool.
        zones: of the cluster.
    """
    for index, zone in enumerate(pool.zones or ()):
        if zone not in zones:
            yield Problem(
                ("zones", index),
                f"is not a zone of the cluster, which has {', '.join(zones)}",
                "use one of them, or add it to the cluster's zones",
                zone,
            )


def uneven_counts(pool: NodePoolArgs, zones: int, fields: Sequence[str]) -> Iterator[UnevenCount]:
    """Totals of a pool that are no multiple of the number of its zones.

    Args:
        pool: the pool.
        zones: how many it has.
        fields: which totals are to be shared out: size, min, max.
    """
    for field in fields:
        value: int | None = getattr(pool, field)
        if value is None or value % zones == 0:
            continue
        lower = value - value % zones
        # A pool of no nodes is written with min: 0 alone.
        nearest = [count for count in (lower, lower + zones) if count > 0 or field == "min"]
        yield UnevenCount(field, value, "use " + " or ".join(f"{field}: {count}" for count in nearest))
