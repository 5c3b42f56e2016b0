"""What a workload is told about where it runs. Plain facts, so that rendering it is a pure function.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from homeport.addons.exports import Exports
from homeport.cluster.pool_args import Taint
from homeport.labels import Labels
from homeport.values import Cidr, Cloud


class Pool(Protocol):
    """What workloads know of a node pool; `NodePoolArgs` is one."""

    @property
    def taints(self) -> Sequence[Taint]:
        """What pods must tolerate to run there."""
        ...


@dataclass(frozen=True, slots=True)
class Peer:
    """Another workload, as network policies see it.

    Attributes:
        app: its name.
        namespace: where it runs.
        labels: of its pods; default: name and instance, as our own workloads have them.
        ports: that the flow between the two is about; empty among `reached_by`: the port on which the workload
            serves; empty among `reaches`: the flow names them.
    """

    app: str
    namespace: str
    ports: tuple[int, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a workload runs.

    Attributes:
        app: its name in the stack; the name of every object of it.
        tenant: whose it is.
        namespace: where its objects live.
        pod_security: level that the namespace enforces.
        environment: for example stage.
        domain: under which hosts must lie.
        cloud: of the cluster.
        exports: what add-ons offer.
        labels: of everything.
        reaches: the workloads that its flows name, one for each flow to an app and in their order.
        reached_by: workloads whose flows name it.
        jobs: names of the objects of the jobs that it comes after.
        pools: the cluster's node pools, as far as they are known.
        pod_ranges: addresses of pods and nodes, which "internet" leaves out; default: all private ranges.
        secrets: of the stack, by name.
        secret_name: of the Secret with those that the app names; default: the app's name with -secrets, for showing.
    """

    app: str
    tenant: str
    namespace: str
    environment: str
    domain: str
    labels: Labels
    pod_security: str = "restricted"
    cloud: Cloud = "none"
    exports: Exports = field(default_factory=Exports)
    reaches: Sequence[Peer] = ()
    reached_by: Sequence[Peer] = ()
    jobs: Sequence[str] = ()
    pools: Mapping[str, Pool] = field(default_factory=dict[str, Pool])
    pod_ranges: Sequence[Cidr] = ()
    secrets: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    secret_name: Any = None
