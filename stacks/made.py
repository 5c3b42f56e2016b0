"""What a cloud's part of the cluster layer hands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from homeport.cluster.base import Cluster
from homeport.model import In


@dataclass(frozen=True)
class Made:
    """A cluster with its nodes.

    Attributes:
        cluster: behind the contract that everything above depends on.
        outputs: of this cloud, for the stack.
        snapshots: what brings the definition of snapshot classes, where the cluster does not.
        nodes: what pods wait for: node pools, and what a node needs before pods can resolve names.
        volumes: what makes volumes, where the cluster does not; whatever owns some must go before it.
        vpc: AWS: id of the network.
        opts: with the providers of its cloud.
    """

    cluster: Cluster
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    snapshots: Sequence[pulumi.Resource] = ()
    nodes: Sequence[pulumi.Resource] = ()
    volumes: Sequence[pulumi.Resource] = ()
    vpc: In[str] | None = None
    opts: pulumi.ResourceOptions | None = None
