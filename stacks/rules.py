"""What only a whole stack shows to be wrong. Pure: nothing here imports pulumi; paths are those of the stack file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from homeport.cluster.eks_args import EksClusterArgs, eks_name_problems
from homeport.cluster.eks_pool_problems import eks_pool_problems, hosts_node_addons, no_host_problem
from homeport.cluster.gke_args import GkeClusterArgs, gke_name_problems
from homeport.cluster.gke_pool import gke_pool_problems
from homeport.cluster.pool_args import NodePoolArgs
from homeport.network import aws_plan, gcp_plan
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_names import GcpNetworkNames
from homeport.problems import Path, Problem
from homeport.values import Protection

#: Environments whose loss hurts: they cannot be left unprotected.
PRODUCTION = ("prod", "production", "live")

Pools = Mapping[str, NodePoolArgs]


def protection_problems(
    protection: Protection, environment: str, *, decommission: bool, production: bool
) -> Iterator[Problem]:
    """Production is protected, unless its end is meant."""
    unguarded = protection == "none" and production
    if unguarded and not decommission:
        yield Problem(
            ("protection",),
            f"none is not for production, and the environment is {environment}",
            "use strict; only to take it down for good, consent with decommission: true",
            protection,
            related=(("environment",), ("decommission",)),
        )
    if decommission and not unguarded:
        yield Problem(
            ("decommission",),
            "has an effect only with protection: none in production",
            "remove it",
            value=True,
            related=(("protection",), ("environment",)),
        )


def residency_problems(allowed: Sequence[str] | None, path: Path, region: str) -> Iterator[Problem]:
    """Data stays in the regions where it may be."""
    if allowed is not None and region not in allowed:
        yield Problem(
            path,
            f"is not among the regions in which data may be kept: {', '.join(allowed)}",
            "choose one of them, or extend allowed_regions if the data may leave",
            region,
            related=(("allowed_regions",),),
        )


def gke_problems(
    cluster: GkeClusterArgs, pools: Pools, network: GcpNetworkArgs | AwsNetworkArgs | None, environment: str
) -> Iterator[Problem]:
    """A GKE cluster, its pools and its network against each other."""
    if cluster.name is None:
        lent = _lent_name_problems("cluster", environment, gke_name_problems(environment))
    elif isinstance(network, GcpNetworkArgs) and network.existing is None and network.name is None:
        rule = GcpNetworkNames(environment).violation()
        lent = _lent_name_problems("network", environment, [Problem((), rule)] if rule else [])
    else:
        lent = []
    yield from lent
    yield from _pool_problems(pools, lambda name, pool: gke_pool_problems(name, pool, cluster))
    if not isinstance(network, GcpNetworkArgs):
        yield _wrong_network("gke", "gcp", network)
        return
    planned = gcp_plan.plan_network(network)
    sizes = {name: (pool.most_with_upgrade, pool.max_pods or cluster.max_pods) for name, pool in pools.items()}
    for problem in [*planned.problems, *gcp_plan.capacity_problems(planned, sizes)]:
        yield problem.below(("network",))


def eks_problems(
    cluster: EksClusterArgs, pools: Pools, network: GcpNetworkArgs | AwsNetworkArgs | None, environment: str
) -> Iterator[Problem]:
    """An EKS cluster, its pools and its network against each other."""
    if cluster.name is None:
        yield from _lent_name_problems("cluster", environment, eks_name_problems(environment))
    yield from _pool_problems(pools, lambda name, pool: eks_pool_problems(name, pool, cluster))
    if any(pool.accepts_system_pods for pool in pools.values()) and not any(map(hosts_node_addons, pools.values())):
        yield no_host_problem().below(("cluster",))
    if not isinstance(network, AwsNetworkArgs):
        yield _wrong_network("eks", "aws", network)
        return
    planned = aws_plan.plan_network(network, cluster.zones)
    sizes = {
        name: aws_plan.PoolNodes(pool.most_with_upgrade, pool.max_pods or cluster.max_pods, tuple(pool.zones or ()))
        for name, pool in pools.items()
    }
    for problem in [
        *planned.problems,
        *aws_plan.services_problems(network, cluster.service_cidr),
        *aws_plan.capacity_problems(planned, sizes),
    ]:
        yield problem.below(("network",))


def _lent_name_problems(
    section: str, environment: str, problems: Iterator[Problem] | Sequence[Problem]
) -> list[Problem]:
    """Names that the environment lends to what has none of its own."""
    fix = f"shorten it, or set {section}.name"
    return [Problem(("environment",), found.rule, fix, environment, related=((section,),)) for found in problems]


def _pool_problems(pools: Pools, of_cloud: Callable[[str, NodePoolArgs], Iterator[Problem]]) -> Iterator[Problem]:
    for name, pool in pools.items():
        for problem in of_cloud(name, pool):
            yield problem.below(("cluster", "node_pools", name))
    if not any(pool.accepts_system_pods for pool in pools.values()):
        yield Problem(
            ("cluster", "node_pools"),
            "no node pool takes pods of the cluster's own services: each has a taint or no nodes",
            "add a pool without taints, for example system: {machines: [...], min: 1, max: 2}",
        )


def _wrong_network(kind: str, cloud: str, network: GcpNetworkArgs | AwsNetworkArgs | None) -> Problem:
    if network is None:
        return Problem(
            ("network",),
            "a cluster of our own needs a network",
            f"add network: {{cloud: {cloud}, cidr: 10.20.0.0/16}}, or network: {{cloud: {cloud}, existing: ...}}",
        )
    return Problem(
        ("network", "cloud"),
        f"a cluster of kind {kind} needs a network on {cloud}",
        f"write cloud: {cloud}",
        network.cloud,
        related=(("cluster", "kind"),),
    )
