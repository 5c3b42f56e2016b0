"""A GKE cluster with a stand-in for its network, for tests of what is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke import GkeCluster
from homeport.cluster.gke_args import GkeClusterArgs
from homeport.cluster.pool import NodePool
from homeport.cluster.pool_args import NodePoolArgs
from homeport.labels import Labels
from homeport.plan import Graph, record
from homeport.values import Protection

#: As `Pulumi.yaml` has it: a resource without an explicit provider is refused.
NO_DEFAULT_PROVIDERS = {"pulumi:disable-default-providers": '["*"]'}

LABELS = Labels(project="homeport", environment="stage", stack="stage", owner="platform", cost_centre="1000")


@dataclass
class StandInNetwork:
    """As much of a network as a cluster needs."""

    network: pulumi.Output[str]
    subnetwork: pulumi.Output[str]
    pods_range: pulumi.Output[str]
    services_range: pulumi.Output[str]
    control_plane_cidr: str | None
    node_tag: str
    ready: Sequence[pulumi.Resource]


def stand_in_network(opts: pulumi.ResourceOptions, *, control_plane_cidr: str | None) -> StandInNetwork:
    vpc = gcp.compute.Network("vpc", auto_create_subnetworks=False, opts=opts)
    subnet = gcp.compute.Subnetwork(
        "subnet",
        network=vpc.id,
        region="europe-west3",
        ip_cidr_range="10.20.0.0/20",
        opts=opts,
    )
    gate = gcp.compute.Router("router", network=vpc.id, region="europe-west3", opts=opts)
    return StandInNetwork(
        network=vpc.self_link,
        subnetwork=subnet.self_link,
        pods_range=subnet.name.apply(lambda name: f"{name}-pods"),
        services_range=subnet.name.apply(lambda name: f"{name}-services"),
        control_plane_cidr=control_plane_cidr,
        node_tag="stage-node",
        ready=[gate],
    )


def args(**changes: Any) -> GkeClusterArgs:
    given: dict[str, Any] = {
        "name": "stage",
        "project": "acme-stage",
        "region": "europe-west3",
        "zones": ["europe-west3-a", "europe-west3-b"],
    }
    return GkeClusterArgs.model_validate({**given, **changes})


def pool(**changes: Any) -> NodePoolArgs:
    given: dict[str, Any] = {"machines": ["e2-standard-4"], "min": 1, "max": 6}
    if "size" in changes:
        given = {"machines": ["e2-standard-4"]}
    return NodePoolArgs.model_validate({**given, **changes})


def graph(
    cluster_args: GkeClusterArgs | None = None,
    *,
    pools: Mapping[str, NodePoolArgs] | None = None,
    protection: Protection = "standard",
    control_plane_cidr: str | None = "172.16.0.0/28",
    then: Callable[[GkeCluster], object] | None = None,
) -> Graph:
    """What a cluster and its pools declare; `then` adds to the program, and a mapping that it returns is exported."""

    def program() -> Any:
        provider = gcp.Provider("gcp", project="acme-stage", region="europe-west3")
        opts = pulumi.ResourceOptions(providers=[provider])
        network = stand_in_network(pulumi.ResourceOptions(provider=provider), control_plane_cidr=control_plane_cidr)
        cluster = GkeCluster(
            "cluster", cluster_args or args(), network=network, protection=protection, labels=LABELS, opts=opts
        )
        for name, pool_args in (pools or {}).items():
            NodePool(name, pool_args, cluster=cluster, opts=opts)
        return then(cluster) if then else None

    return record(program, config=NO_DEFAULT_PROVIDERS)


CLUSTER = "gcp:container/cluster:Cluster"
POOL = "gcp:container/nodePool:NodePool"
