"""Node pools on GKE, pure: what is wrong with one, and what GKE is asked for.

Nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from homeport import naming
from homeport.cluster import gke_machines as machines
from homeport.cluster.gke_args import GkeClusterArgs
from homeport.cluster.gke_nodes import NodeIdentity, node_config
from homeport.cluster.pool_args import POOL_LABEL, BlueGreen, Gpu, NodePoolArgs, Upgrade
from homeport.cluster.pool_rules import uneven_counts, zone_problems
from homeport.problems import Problem

_DRIVERS = {"default": "DEFAULT", "latest": "LATEST", "none": "INSTALLATION_DISABLED"}


@dataclass(frozen=True)
class GkePool:
    """One `container.NodePool`, in the SDK's spelling.

    Attributes:
        suffix: tells it from the pool's other groups; empty where there is one group.
        zones: zones of its nodes.
        initial_node_count: nodes per zone at its birth; afterwards ignored, since a change of it replaces the pool.
        node_count: fixed nodes per zone; None where the autoscaler owns the number.
        autoscaling: None where the number is fixed.
        node_config: what a node is.
        upgrade_settings: how nodes are replaced.
        max_pods_per_node: most pods per node.
        update_minutes: how long an update may take, soaking times of a blue-green upgrade included.
    """

    suffix: str
    zones: tuple[str, ...]
    initial_node_count: int
    node_count: int | None
    autoscaling: dict[str, Any] | None
    node_config: dict[str, Any]
    upgrade_settings: dict[str, Any]
    max_pods_per_node: int
    update_minutes: int

    def inputs(self) -> dict[str, Any]:
        """The inputs of `container.NodePool` that rest on the arguments alone."""
        return {
            "node_locations": list(self.zones),
            "initial_node_count": self.initial_node_count,
            "node_count": self.node_count,
            "autoscaling": self.autoscaling,
            # In a release channel neither can be off; outside of one nodes would fall behind the control plane.
            "management": {"auto_repair": True, "auto_upgrade": True},
            "upgrade_settings": self.upgrade_settings,
            "network_config": {"enable_private_nodes": True},
            "max_pods_per_node": self.max_pods_per_node,
            "node_config": self.node_config,
        }

    def ignored(self) -> list[str]:
        """Property paths that the autoscaler, or whoever resizes a pool by hand, changes.

        The first would replace the pool.
        """
        return ["initialNodeCount"] if self.autoscaling is None else ["initialNodeCount", "nodeCount"]


def pool_zones(pool: NodePoolArgs, cluster: GkeClusterArgs) -> tuple[str, ...]:
    """Zones of a pool's nodes: its own, or all of the cluster's."""
    return tuple(pool.zones or cluster.zones)


def child_names(name: str, pool: NodePoolArgs, cluster: GkeClusterArgs) -> list[str]:
    """Names of a pool's groups, to which an automatic suffix is added: one, or one per zone."""
    if not pool.split_zones:
        return [f"{name}-pool"]
    return [f"{name}-pool-{_letter(zone)}" for zone in pool_zones(pool, cluster)]


def gke_pools(name: str, pool: NodePoolArgs, cluster: GkeClusterArgs, identity: NodeIdentity) -> list[GkePool]:
    """What a pool without problems is on GKE.

    Args:
        name: the pool's name.
        pool: what it shall be.
        cluster: the cluster that it belongs to.
        identity: who the nodes are.

    Returns:
        One group, or with `split_zones` one per zone, each with its share of the totals.
    """
    zones = pool_zones(pool, cluster)
    groups = [(zone,) for zone in zones] if pool.split_zones else [zones]
    return [
        GkePool(
            suffix=_letter(group[0]) if pool.split_zones else "",
            zones=group,
            initial_node_count=_initial(pool, shares=len(groups), zones=len(group)),
            node_count=None if pool.size is None else pool.size // len(zones),
            autoscaling=_autoscaling(pool, shares=len(groups)),
            node_config=_node_config(name, pool, identity),
            upgrade_settings=_upgrade_settings(pool.upgrade),
            max_pods_per_node=pool.max_pods or cluster.max_pods,
            update_minutes=_update_minutes(pool),
        )
        for group in groups
    ]


def gke_pool_problems(name: str, pool: NodePoolArgs, cluster: GkeClusterArgs) -> Iterator[Problem]:
    """What GKE would refuse, or what would not do what it says; paths relative to the pool."""
    for child in child_names(name, pool, cluster):
        broken = naming.GKE_NODE_POOL.violation(child, reserved=naming.AUTONAME_SUFFIX_LENGTH)
        if broken:
            yield Problem((), broken, "rename the pool", related=())
            break
    yield from zone_problems(pool, cluster.zones)
    yield from _count_problems(pool, cluster)
    if len(pool.machines) != 1:
        yield Problem(
            ("machines",),
            f"a GKE node pool has exactly one machine type; here are {len(pool.machines)}",
            f"keep one, for example [{pool.machines[0]}], and make a pool for each of the others",
            ", ".join(pool.machines),
        )
    yield from _machine_problems(pool)
    if pool.gpu is not None:
        yield from _gpu_problems(pool, pool.gpu)


def _count_problems(pool: NodePoolArgs, cluster: GkeClusterArgs) -> Iterator[Problem]:
    zones = len(pool_zones(pool, cluster))
    split = "split_zones shares it out evenly" if pool.split_zones else "GKE keeps the same number in each"
    for count in uneven_counts(pool, zones, ("size", "min", "max") if pool.split_zones else ("size",)):
        yield Problem(
            (count.field,),
            f"must be a multiple of the number of zones, which is {zones}: {split}",
            count.fix,
            count.value,
            related=(("zones",),) if pool.zones else (),
        )


def _machine_problems(pool: NodePoolArgs) -> Iterator[Problem]:
    for index, machine in enumerate(pool.machines):
        if not machines.is_machine_type(machine):
            yield Problem(
                ("machines", index),
                "is no Compute Engine machine type: family-kind-size, in lower case",
                "write one of `gcloud compute machine-types list`, for example e2-standard-4",
                machine,
            )
            continue
        kind = machines.family(machine)
        actual = "arm64" if kind in machines.ARM else "amd64"
        if actual != pool.arch:
            yield Problem(
                ("arch",),
                f"{kind} machines are {actual}",
                f"write arch: {actual}, or choose another machine type",
                pool.arch,
                related=(("machines", index),),
            )
        broken = machines.boot_disk_violation(pool.disk.type, machine)
        if broken:
            yield Problem(
                ("disk", "type"),
                broken,
                "use type: balanced",
                pool.disk.type,
                related=(("machines", index),),
            )


def _gpu_problems(pool: NodePoolArgs, gpu: Gpu) -> Iterator[Problem]:
    machine = pool.machines[0]
    if machines.is_machine_type(machine) and machines.family(machine) not in machines.ACCELERATED:
        yield Problem(
            ("gpu",),
            f"{machines.family(machine)} machines take no accelerators",
            f"use a machine of {', '.join(sorted(machines.ACCELERATED))}, for example n1-standard-4 for T4",
            gpu.type,
            related=(("machines", 0),),
        )
    if gpu.driver == "none" and pool.secure_boot:
        yield Problem(
            ("secure_boot",),
            "secure boot loads signed kernel modules only, and with driver: none the driver is one of your own",
            "let GKE install its signed driver with driver: default, or write secure_boot: false",
            value=True,
            related=(("gpu", "driver"),),
        )


def _letter(zone: str) -> str:
    """What tells a zone from the others of its region: a of europe-west3-a."""
    return zone.rsplit("-", 1)[-1]


def _initial(pool: NodePoolArgs, *, shares: int, zones: int) -> int:
    """Nodes per zone at birth: enough for `min` at once, unless that is more than `max`."""
    if pool.size is not None:
        return pool.size // (shares * zones)
    least, most = (pool.min or 0) // shares, (pool.max or 0) // shares
    rounded_up = -(-least // zones)
    return rounded_up if rounded_up * zones <= most else least // zones


def _autoscaling(pool: NodePoolArgs, *, shares: int) -> dict[str, Any] | None:
    if pool.size is not None:
        return None
    return {
        # Totals: per-zone limits would make three nodes of a minimum of one.
        "total_min_node_count": (pool.min or 0) // shares,
        "total_max_node_count": (pool.max or 0) // shares,
        # Spot capacity comes and goes by zone; balancing would wait for the zone that has none.
        "location_policy": "ANY" if pool.spot else "BALANCED",
    }


def _node_config(name: str, pool: NodePoolArgs, identity: NodeIdentity) -> dict[str, Any]:
    machine = pool.machines[0]
    config = {
        **node_config(identity, secure_boot=pool.secure_boot),
        "machine_type": machine,
        "spot": pool.spot,
        "disk_size_gb": pool.disk.size_gb,
        "disk_type": machines.boot_disk(pool.disk.type, machine),
        "labels": {POOL_LABEL: name, **pool.labels},
        "taints": [{"key": taint.key, "value": taint.value, "effect": taint.cloud_effect()} for taint in pool.taints],
    }
    if pool.gpu is not None:
        config["guest_accelerators"] = [
            {
                "type": pool.gpu.type,
                "count": pool.gpu.count,
                "gpu_driver_installation_config": {"gpu_driver_version": _DRIVERS[pool.gpu.driver]},
            }
        ]
    return config


def _upgrade_settings(upgrade: Upgrade) -> dict[str, Any]:
    if isinstance(upgrade, BlueGreen):
        return {
            "strategy": "BLUE_GREEN",
            "blue_green_settings": {
                "node_pool_soak_duration": f"{upgrade.pool_soak_seconds}s",
                "standard_rollout_policy": {
                    "batch_node_count": upgrade.batch_size,
                    "batch_soak_duration": f"{upgrade.batch_soak_seconds}s",
                },
            },
        }
    return {"strategy": "SURGE", "max_surge": upgrade.max_surge, "max_unavailable": upgrade.max_unavailable}


def _update_minutes(pool: NodePoolArgs) -> int:
    """Two hours, and the time that a blue-green upgrade waits on purpose."""
    if not isinstance(pool.upgrade, BlueGreen):
        return 120
    batches = -(-pool.most // pool.upgrade.batch_size)
    soaking = pool.upgrade.pool_soak_seconds + batches * pool.upgrade.batch_soak_seconds
    return 120 + -(-soaking // 60)
