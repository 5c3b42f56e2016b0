"""What a node pool is, on any cloud: the arguments of `NodePool` and the section `cluster.node_pools.<name>`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.model import Model, Tagged, rule_error
from homeport.problems import Problem

TaintEffect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]

#: The same effects as the GKE and EKS APIs spell them.
#: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/NodeConfig#Effect
#: https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html
CLOUD_TAINT_EFFECTS: Final[Mapping[TaintEffect, str]] = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}

#: Prefixes of node labels that only Kubernetes or the cloud may set.
#: https://kubernetes.io/docs/reference/labels-annotations-taints/
#: https://cloud.google.com/kubernetes-engine/docs/how-to/creating-managing-labels
_RESERVED_PREFIXES: Final = ("kubernetes.io", "k8s.io", "cloud.google.com", "eks.amazonaws.com", "gke.io")

#: Label that every node of a pool carries, with the pool's name: the same on every cloud, while the clouds' own labels
#: hold the automatic name, which changes when a pool is replaced.
POOL_LABEL: Final = "homeport.dev/node-pool"

_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def _label_key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if (slash and not prefix) or len(prefix) > 253 or not _NAME.fullmatch(name):
        raise rule_error(
            "must be a Kubernetes label key: an optional DNS prefix and a slash, then up to 63 of letters, digits, "
            "-, _ and . that begin and end with a letter or digit",
            "for example acme.example/team",
        )
    if any(prefix == reserved or prefix.endswith(f".{reserved}") for reserved in _RESERVED_PREFIXES):
        raise rule_error(
            "uses a prefix that is reserved for Kubernetes and the clouds; the API refuses it",
            "use a prefix of your own domain, or none",
        )
    if key == POOL_LABEL:
        raise rule_error("is set by homeport on every node, with the name of its pool", "remove it, or use another key")
    return key


def _label_value(value: str) -> str:
    if value and not _NAME.fullmatch(value):
        raise rule_error(
            "must be a Kubernetes label value: up to 63 of letters, digits, -, _ and . that begin and end with a "
            "letter or digit"
        )
    return value


#: A node label's or taint's key.
NodeLabelKey = Annotated[str, AfterValidator(_label_key)]
#: A node label's or taint's value; may be empty.
NodeLabelValue = Annotated[str, AfterValidator(_label_value)]


class Taint(Model):
    """Keeps pods away that do not tolerate it.

    https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
    """

    key: NodeLabelKey
    """Key, for example spot."""
    value: NodeLabelValue = ""
    """Value, for example "true"."""
    effect: TaintEffect
    """As Kubernetes spells it; each cloud gets its own spelling."""

    def cloud_effect(self) -> str:
        """The effect as the GKE and EKS APIs spell it."""
        return CLOUD_TAINT_EFFECTS[self.effect]


class Disk(Model):
    """Boot disk of each node, encrypted on both clouds."""

    size_gb: Annotated[int, Field(ge=20, le=65536)] = 100
    """GB. GKE asks for 20 at least here so that images and logs fit."""
    type: Literal["balanced", "ssd", "standard"] = "balanced"
    """balanced: pd-balanced, gp3. ssd: pd-ssd, gp3 with more throughput. standard: pd-standard, gp3."""


class Surge(Model):
    """Rolling upgrade: new nodes beside the old ones.

    https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies
    """

    strategy: Literal["surge"] = "surge"
    """Always surge."""
    max_surge: Annotated[int, Field(ge=0, le=20)] = 1
    """Nodes added at a time."""
    max_unavailable: Annotated[int, Field(ge=0, le=20)] = 0
    """Nodes that may be missing at a time."""

    def check(self) -> Iterator[Problem]:
        """Something must move."""
        if self.max_surge == 0 and self.max_unavailable == 0:
            yield Problem(
                ("max_surge",),
                "max_surge and max_unavailable are both 0: no node could ever be upgraded",
                "set max_surge to 1",
                0,
                related=(("max_unavailable",),),
            )


class BlueGreen(Model):
    """A second set of nodes takes over; the first is kept for a while.

    https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies#blue-green-upgrade-strategy
    """

    strategy: Literal["blue-green"]
    """Always blue-green."""
    batch_size: Annotated[int, Field(ge=1, le=100)] = 1
    """Nodes drained at a time."""
    batch_soak_seconds: Annotated[int, Field(ge=0, le=604800)] = 60
    """Wait after each batch."""
    pool_soak_seconds: Annotated[int, Field(ge=0, le=604800)] = 3600
    """How long the old nodes are kept after the last batch, for a way back."""


class Gpu(Model):
    """Accelerators of each node."""

    type: Annotated[str, Field(min_length=1)]
    """As the cloud names it, for example nvidia-tesla-t4; on AWS the machine type brings it."""
    count: Annotated[int, Field(ge=1, le=16)] = 1
    """Per node."""
    driver: Literal["default", "latest", "none"] = "default"
    """Which driver GKE installs; none leaves it to you."""


Upgrade = Annotated[Surge | BlueGreen, Tagged("strategy")]


class NodePoolArgs(Model):
    """Machines of one kind that pods run on.

    Counts are totals over all zones on both clouds. Either `min` and `max`: the autoscaler owns the number, and nothing
    here touches it; or `size`: a fixed number.

    What happens to a running pool: a change of spot, gpu, secure_boot, max_pods or split_zones replaces it (the new one
    comes first); a change of machines, disk, labels or taints rolls its nodes in place; counts just change.
    """

    machines: Annotated[list[str], Field(min_length=1)]
    """Machine types, first choice first. GKE takes exactly one, EKS several of the same size."""
    spot: bool = False
    """Use spare capacity that the cloud may take back; cheaper. Changing it replaces the pool."""
    min: Annotated[int, Field(ge=0, le=15000)] | None = None
    """Fewest nodes, in total. Only with max."""
    max: Annotated[int, Field(ge=1, le=15000)] | None = None
    """Most nodes, in total. Only with min."""
    size: Annotated[int, Field(ge=0, le=15000)] | None = None
    """Fixed number of nodes, in total. Not with min and max."""
    zones: Annotated[list[str], Field(min_length=1)] | None = None
    """Zones of the nodes; default: all of the cluster's."""
    split_zones: bool = False
    """One group per zone, for volumes that exist in one zone only: the autoscaler can then add a node just there."""
    disk: Disk = Disk()
    """Boot disk."""
    labels: dict[NodeLabelKey, NodeLabelValue] = Field(default_factory=dict)
    """Kubernetes labels of the nodes."""
    taints: list[Taint] = Field(default_factory=list)
    """Keep pods away that do not tolerate them. Spot pools should have one."""
    upgrade: Upgrade = Surge()
    """How nodes are replaced."""
    gpu: Gpu | None = None
    """Accelerators; default none."""
    arch: Literal["amd64", "arm64"] = "amd64"
    """Processor architecture; must be the machines'."""
    max_pods: Annotated[int, Field(ge=8, le=256)] | None = None
    """Most pods per node; default: the cluster's. Changing it replaces the pool."""
    secure_boot: bool = True
    """Verify the boot chain (shielded nodes). Changing it replaces the pool."""
    system: bool = False
    """Mark the pool that carries cluster services; by default any pool without taints serves."""

    @property
    def autoscaled(self) -> bool:
        """Whether an autoscaler owns the number of nodes."""
        return self.size is None

    @property
    def most(self) -> int:
        """Most nodes that the pool can have, without those of an upgrade."""
        return self.size if self.size is not None else (self.max or 0)

    @property
    def most_with_upgrade(self) -> int:
        """Most nodes during an upgrade: what addresses and quotas must have room for.

        Surge adds `max_surge` nodes (zones are upgraded one after the other); blue-green doubles the pool.
        https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies
        """
        if self.most == 0:
            return 0
        return 2 * self.most if isinstance(self.upgrade, BlueGreen) else self.most + self.upgrade.max_surge

    @property
    def accepts_system_pods(self) -> bool:
        """Whether pods of the cluster's own services can be scheduled on it."""
        return self.most > 0 and not any(taint.effect != "PreferNoSchedule" for taint in self.taints)

    def check(self) -> Iterator[Problem]:
        """Counts, taints and zones against each other."""
        if self.size is not None and (self.min is not None or self.max is not None):
            yield Problem(
                ("size",),
                "size fixes the number of nodes; min and max give it to the autoscaler",
                "keep size, or min and max",
                self.size,
                related=(("min",), ("max",)),
            )
        elif self.size is None and (self.min is None or self.max is None):
            missing = "min" if self.min is None else "max"
            yield Problem(
                (missing,),
                "a node pool needs min and max (autoscaled) or size (fixed)",
                "add min and max, for example min: 1, max: 3",
            )
        elif self.min is not None and self.max is not None and self.min > self.max:
            yield Problem(
                ("min",),
                f"min must not be greater than max, which is {self.max}",
                f"lower min to {self.max} or raise max to {self.min}",
                self.min,
                related=(("max",),),
            )
        seen: set[tuple[str, str]] = set()
        for index, taint in enumerate(self.taints):
            if (taint.key, taint.effect) in seen:
                yield Problem(
                    ("taints", index),
                    f"the taint {taint.key} with effect {taint.effect} stands here twice; Kubernetes keeps one",
                    "remove one of them",
                    taint.key,
                )
            seen.add((taint.key, taint.effect))
        for name, values in (("machines", self.machines), ("zones", self.zones or [])):
            for index, value in enumerate(values):
                if value in values[:index]:
                    yield Problem((name, index), "stands in the list twice", "remove one of them", value)
