"""What a cloud's part of the cluster layer hands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from homeport.cluster.base import Cluster


@dataclass(frozen=True)
class Made:
    """A cluster with its nodes.

    Attributes:
        cluster: behind the contract that everything above depends on.
        outputs: of this cloud, for the stack.
        snapshots: what brings the definition of snapshot classes, where the cluster does not.
    """

    cluster: Cluster
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    snapshots: Sequence[pulumi.Resource] = ()
