"""The model of a stack file: one class per layer.

Everything that can be wrong is found here, before any resource exists; see `check`. Nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.gke_args import GkeClusterArgs, gke_name_problems
from homeport.cluster.gke_pool import gke_pool_problems
from homeport.cluster.pool_args import NodePoolArgs
from homeport.globals.args import GlobalSections
from homeport.labels import Labels, LabelValue
from homeport.model import In, Model, Tagged
from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_names import GcpNetworkNames
from homeport.network.gcp_plan import capacity_problems, plan_network
from homeport.problems import Path, Problem
from homeport.storage.args import StorageArgs
from homeport.storage.classes import storage_problems
from homeport.values import Cloud, DnsLabel, DnsName, Protection

#: Environments whose loss hurts: they cannot be left unprotected.
_PRODUCTION = ("prod", "production", "live")


class GkeSection(GkeClusterArgs):
    """A GKE cluster and its node pools."""

    node_pools: dict[DnsLabel, NodePoolArgs]
    """Name to pool. Adding, changing or removing one touches nothing else."""


class ExistingSection(ExistingClusterArgs):
    """A cluster that something else made."""


ClusterSection = Annotated[GkeSection | ExistingSection, Field(discriminator="kind")]


class StackBase(Model):
    """What every stack file says."""

    environment: DnsLabel
    """For example stage or prod; also the default name of the cluster and its network."""
    protection: Protection
    """How well stateful things are guarded against deletion: none, standard, strict."""
    decommission: bool = False
    """Consent to protection none in production, for the update before its end; nowhere else."""
    owner: LabelValue
    """Team that answers for the stack; a label on everything."""
    cost_centre: LabelValue
    """Where the cost is booked; a label on everything."""
    allowed_regions: list[str] | None = None
    """Regions in which anything may be made (data residency); default: any."""
    secrets: dict[str, In[str]] = Field(default_factory=dict)
    """Name to secret, encrypted in the stack file; set with `pulumi config set --secret --path`."""

    def labels(self, *, project: str, stack: str) -> Labels:
        """What every resource of the stack is labelled with."""
        return Labels(
            project=project,
            environment=self.environment,
            stack=stack,
            owner=self.owner,
            cost_centre=self.cost_centre,
        )


class GlobalStack(StackBase, GlobalSections):
    """What every cluster of the organisation shares."""

    layer: Literal["global"]
    """Always global."""

    def check(self) -> Iterator[Problem]:
        """What only the whole stack shows."""
        yield from super().check()
        yield from _protection_problems(self, production=True)
        for path, place in self.places():
            yield from _residency_problems(self, path, place)


class ClusterStack(StackBase):
    """One cluster and what runs on it."""

    layer: Literal["cluster"]
    """Always cluster."""
    domain: DnsName
    """Domain under which the environment's applications live."""
    network: GcpNetworkArgs | None = None
    """The cluster's network; not for an existing cluster, which has one."""
    cluster: ClusterSection
    """The cluster."""
    storage: StorageArgs = StorageArgs()
    """Storage classes."""

    def check(self) -> Iterator[Problem]:
        """What only the whole stack shows."""
        yield from _protection_problems(self, production=self.environment in _PRODUCTION)
        if self.cluster.region is not None:
            yield from _residency_problems(self, ("cluster", "region"), self.cluster.region)
        for problem in storage_problems(self.storage, cloud=_cloud(self.cluster), zones=self.cluster.zones):
            yield problem.below(("storage",))
        if isinstance(self.cluster, GkeSection):
            yield from _name_problems(self.cluster, self.network, self.environment)
            yield from _pool_problems(self.cluster)
            yield from _network_problems(self.cluster, self.network)
        elif self.network is not None:
            yield Problem(
                ("network",),
                "an existing cluster has a network already; this one would be made and never used",
                "remove the section",
                related=(("cluster", "kind"),),
            )


Stack = Annotated[GlobalStack | ClusterStack, Tagged("layer")]


def _cloud(cluster: GkeSection | ExistingSection) -> Cloud:
    return "gcp" if isinstance(cluster, GkeSection) else cluster.cloud


def _protection_problems(stack: StackBase, *, production: bool) -> Iterator[Problem]:
    unguarded = stack.protection == "none" and production
    if unguarded and not stack.decommission:
        yield Problem(
            ("protection",),
            f"none is not for production, and the environment is {stack.environment}",
            "use strict; only to take it down for good, consent with decommission: true",
            stack.protection,
            related=(("environment",), ("decommission",)),
        )
    if stack.decommission and not unguarded:
        yield Problem(
            ("decommission",),
            "has an effect only with protection: none in production",
            "remove it",
            value=True,
            related=(("protection",), ("environment",)),
        )


def _residency_problems(stack: StackBase, path: Path, region: str) -> Iterator[Problem]:
    if stack.allowed_regions is not None and region not in stack.allowed_regions:
        yield Problem(
            path,
            f"is not among the regions in which data may be kept: {', '.join(stack.allowed_regions)}",
            "choose one of them, or extend allowed_regions if the data may leave",
            region,
            related=(("allowed_regions",),),
        )


def _name_problems(cluster: GkeSection, network: GcpNetworkArgs | None, environment: str) -> Iterator[Problem]:
    """Names that the environment lends to the cluster and the network where they have none of their own."""
    broken = {problem.rule: "cluster" for problem in gke_name_problems(environment)} if cluster.name is None else {}
    if not broken and network is not None and network.existing is None and network.name is None:
        rule = GcpNetworkNames(environment).violation()
        broken = {rule: "network"} if rule else {}
    for rule, section in broken.items():
        yield Problem(
            ("environment",),
            rule,
            f"shorten it, or set {section}.name",
            environment,
            related=((section,),),
        )


def _pool_problems(cluster: GkeSection) -> Iterator[Problem]:
    for name, pool in cluster.node_pools.items():
        for problem in gke_pool_problems(name, pool, cluster):
            yield problem.below(("cluster", "node_pools", name))
    if not any(pool.accepts_system_pods for pool in cluster.node_pools.values()):
        yield Problem(
            ("cluster", "node_pools"),
            "no node pool takes pods of the cluster's own services: each has a taint or no nodes",
            "add a pool without taints, for example system: {machines: [e2-standard-2], min: 1, max: 2}",
        )


def _network_problems(cluster: GkeSection, network: GcpNetworkArgs | None) -> Iterator[Problem]:
    if network is None:
        yield Problem(
            ("network",),
            "a cluster of our own needs a network",
            "add network: {cidr: 10.20.0.0/16}, or network: {existing: {...}}",
        )
        return
    planned = plan_network(network)
    pools = {
        name: (pool.most_with_upgrade, pool.max_pods or cluster.max_pods) for name, pool in cluster.node_pools.items()
    }
    for problem in [*planned.problems, *capacity_problems(planned, pools)]:
        yield problem.below(("network",))
