"""What a cluster stack reads from the global stack: its one output `globals`, checked before the first resource."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from homeport.globals.globals_output import Globals, Zone
from homeport.globals.zone_access import zone_permission
from homeport.globals.zone_choice import zone_for
from homeport.identity.permissions import DnsEditor, RoleAssumer
from homeport.identity.refs import RoleRef
from homeport.model import known
from homeport.problems import Problem, SettingsError
from homeport.values import Cloud
from stacks.other import full_name
from stacks.settings import ClusterStack, EksSection, GkeSection


@dataclass(frozen=True)
class Shared:
    """What the global layer has for one cluster stack.

    Attributes:
        globals: everything that is shared.
        zone_name: name of the zone in which the stack's domain lies.
        zone: that zone.
        keeps_zone: what a workload of the cluster needs to keep the zone's records; None where homeport can grant
            nothing, on a cluster of no known account or project.
    """

    globals: Globals
    zone_name: str
    zone: Zone
    keeps_zone: DnsEditor | RoleAssumer | None

    @property
    def zone_role(self) -> RoleRef | None:
        """What a workload of the cluster takes on to keep the zone's records; None where it has rights of its own."""
        return self.keeps_zone.role if isinstance(self.keeps_zone, RoleAssumer) else None


async def read(stack: str) -> Globals:
    """Read the output `globals` of another stack of this project.

    The log says first which stack that is: where it is not there, the engine ends the program without another word.

    Raises:
        SettingsError: there is no such output, or it is of another version.
    """
    reference = pulumi.StackReference("global", stack_name=full_name(stack, read="the global layer"))
    details = await reference.get_output_details("globals")
    return Globals.parse(details.value, stack=stack)


def choose(shared: Globals, settings: ClusterStack, *, stack: str) -> Shared:
    """What of the global layer is for a cluster stack.

    Args:
        shared: as published.
        settings: of the cluster stack.
        stack: name of the global stack, for the texts.

    Raises:
        SettingsError: no zone is for the stack's domain, or its workloads may not keep the zone's records.
    """
    cloud, owner = _place(settings)
    name, zone = zone_for(shared.zones, settings.domain, stack=stack, cloud=cloud)
    keeps = None if owner is None else zone_permission(name, zone, owner=owner, stack=stack)
    return Shared(shared, name, zone, keeps)


def registry_of(shared: Globals, settings: ClusterStack) -> str | None:
    """What the names of our images begin with: the registry `apps` on the cluster's cloud; None where nothing is named.

    Raises:
        SettingsError: apps are deployed, and the global layer has no registry `apps` on their cloud.
    """
    cloud, _ = _place(settings)
    registries = {
        "gcp": {name: one.url for name, one in (shared.gcp.registries if shared.gcp else {}).items()},
        "aws": {name: one.url for name, one in (shared.aws.registries if shared.aws else {}).items()},
    }.get(cloud, {})
    if "apps" in registries or not settings.apps:
        return registries.get("apps")
    raise SettingsError(
        [
            Problem(
                ("apps",),
                f"the global layer has no registry apps on the cluster's cloud, {cloud}",
                "add registries: {apps: {}} to the global stack and update it, or write registry: ... here",
                related=(("global",), ("registry",)),
            )
        ]
    )


def _place(settings: ClusterStack) -> tuple[Cloud, str | None]:
    """Cloud of the cluster, and the account or project in which its workloads are somebody."""
    cluster = settings.cluster
    if isinstance(cluster, GkeSection):
        return "gcp", known(cluster.project)
    if isinstance(cluster, EksSection):
        return "aws", known(cluster.account)
    return "none", None
