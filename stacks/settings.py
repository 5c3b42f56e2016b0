"""The model of a stack file: one class per layer.

Everything that can be wrong is found here, before any resource exists; see `check`. Nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from homeport.addons.args import ChartsArgs
from homeport.addons.section import AddonsArgs
from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.gke_args import GkeClusterArgs
from homeport.cluster.pool_args import NodePoolArgs
from homeport.globals.args import GlobalSections
from homeport.labels import Labels, LabelValue
from homeport.model import In, Model, Tagged
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.gcp_args import GcpNetworkArgs
from homeport.problems import Problem
from homeport.storage.args import StorageArgs
from homeport.storage.classes import storage_problems
from homeport.tenancy.args import TenantArgs
from homeport.values import Cloud, DnsLabel, DnsName, Protection
from homeport.workloads.overlay import AppOverlay
from stacks import ground, rules

#: What the names of images begin with: a registry's host and path.
Registry = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$")]


class GkeSection(GkeClusterArgs):
    """A GKE cluster and its node pools."""

    node_pools: dict[DnsLabel, NodePoolArgs]
    """Name to pool. Adding, changing or removing one touches nothing else."""


class EksSection(EksClusterArgs):
    """An EKS cluster and its node pools."""

    node_pools: dict[DnsLabel, NodePoolArgs]
    """Name to pool. Adding, changing or removing one touches nothing else."""


class ExistingSection(ExistingClusterArgs):
    """A cluster that something else made."""


ClusterSection = Annotated[GkeSection | EksSection | ExistingSection, Field(discriminator="kind")]
#: `stacks/base.yaml` says the cloud for each kind of cluster, so a stack file need not.
NetworkSection = Annotated[GcpNetworkArgs | AwsNetworkArgs, Tagged("cloud", default="gcp")]


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

    def protection_problems(self, *, production: bool) -> Iterator[Problem]:
        """Whether the stack is as protected as its environment asks."""
        return rules.protection_problems(
            self.protection, self.environment, decommission=self.decommission, production=production
        )


class GlobalStack(StackBase, GlobalSections):
    """What every cluster of the organisation shares."""

    layer: Literal["global"]
    """Always global."""

    def check(self) -> Iterator[Problem]:
        """What only the whole stack shows."""
        yield from super().check()
        yield from self.protection_problems(production=True)
        for path, place in self.places():
            yield from rules.residency_problems(self.allowed_regions, path, place)


class ClusterStack(StackBase):
    """One cluster and what runs on it."""

    layer: Literal["cluster"]
    """Always cluster."""
    global_: Annotated[str, Field(min_length=1)] | None = Field(default=None, alias="global")
    """Stack of the project-global layer, which must be up first; default: none, and nothing of it is used."""
    domain: DnsName
    """Domain under which the environment's applications live."""
    network: NetworkSection | None = None
    """The cluster's network; not for an existing cluster, which has one."""
    cluster: ClusterSection
    """The cluster."""
    storage: StorageArgs = StorageArgs()
    """Storage classes."""
    addons: AddonsArgs | None = None
    """What runs in the cluster for the sake of what runs on it; default: nothing is installed."""
    charts: ChartsArgs = ChartsArgs()
    """Where charts and their images come from."""
    tenants: dict[DnsLabel, TenantArgs] = Field(default_factory=dict[str, TenantArgs])
    """Name to tenant: who shares the cluster, kept apart from each other."""
    registry: Registry | None = None
    """What the names of our images begin with; default: the registry `apps` of the global layer on the cluster's
    cloud."""
    apps: dict[DnsLabel, AppOverlay] = Field(default_factory=dict[str, AppOverlay])
    """Application to what varies of it here. One that is not named is not deployed; what each is stands in
    stacks/apps.py."""

    def check(self) -> Iterator[Problem]:
        """What only the whole stack shows."""
        yield from self.protection_problems(production=self.environment in rules.PRODUCTION)
        cluster = self.cluster
        if cluster.region is not None:
            yield from rules.residency_problems(self.allowed_regions, ("cluster", "region"), cluster.region)
        for problem in storage_problems(self.storage, cloud=_cloud(cluster), zones=cluster.zones):
            yield problem.below(("storage",))
        if isinstance(cluster, GkeSection):
            yield from rules.gke_problems(cluster, cluster.node_pools, self.network, self.environment)
        elif isinstance(cluster, EksSection):
            yield from rules.eks_problems(cluster, cluster.node_pools, self.network, self.environment)
        elif self.network is not None:
            yield Problem(
                ("network",),
                "an existing cluster has a network already; this one would be made and never used",
                "remove the section",
                related=(("cluster", "kind"),),
            )
        yield from ground.problems(self)


class AppsStack(StackBase):
    """Applications alone, on the cluster of another stack."""

    layer: Literal["apps"]
    """Always apps."""
    cluster_stack: Annotated[str, Field(min_length=1)]
    """Stack of the cluster, which must be up: stage, or organization/project/stage of another project."""
    charts: ChartsArgs = ChartsArgs()
    """Where charts and their images come from."""
    registry: Registry | None = None
    """What the names of our images begin with; default: as the cluster's stack has it."""
    apps: dict[DnsLabel, AppOverlay]
    """Application to what varies of it here; see layer cluster."""

    def check(self) -> Iterator[Problem]:
        """What the file shows by itself; the rest is checked against the cluster's stack before the first resource."""
        yield from self.protection_problems(production=self.environment in rules.PRODUCTION)
        yield from ground.alone(self.apps, self.environment)


Stack = Annotated[GlobalStack | ClusterStack | AppsStack, Tagged("layer")]


def _cloud(cluster: GkeSection | EksSection | ExistingSection) -> Cloud:
    if isinstance(cluster, ExistingSection):
        return cluster.cloud
    return "gcp" if isinstance(cluster, GkeSection) else "aws"
