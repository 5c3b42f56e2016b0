"""What add-ons, tenants and applications are told about a stack's cluster: from settings alone, before it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeport.addons.site import DnsZone, Provided, Site
from homeport.identity.refs import CloudDnsZone, RoleRef, Route53Zone, ZoneRef
from homeport.labels import Labels
from homeport.model import In
from homeport.storage.classes import CLASS_NAMES, default_kind

if TYPE_CHECKING:
    from homeport.globals.globals_output import Zone
    from stacks.settings import ClusterStack

#: Stands for facts that only the engine knows, while nothing but the settings is checked.
_LATER = "known-later"


def site(
    stack: ClusterStack,
    *,
    labels: Labels,
    zone: DnsZone | None = None,
    vpc: In[str] | None = None,
) -> Site:
    """The facts of a stack.

    Args:
        stack: the settings.
        labels: what everything carries.
        zone: in which the domain's records are kept.
        vpc: AWS: id of the network.
    """
    cluster = stack.cluster
    profile = stack.addons.profile if stack.addons else "standard"
    common: dict[str, Any] = {
        "environment": stack.environment,
        "domain": stack.domain,
        "labels": labels,
        "protection": stack.protection,
        "profile": profile,
        "region": cluster.region,
        "zones": tuple(cluster.zones),
        "dns": zone,
        "vpc": vpc,
        "charts": stack.charts,
        "secrets": stack.secrets,
    }
    if cluster.kind == "existing":
        own = None if cluster.cloud == "none" else _default_class(stack, cluster.cloud, cluster.zones)
        return Site(cluster=cluster.name or cluster.context, cloud=cluster.cloud, storage_class=own, **common)
    name = cluster.name or stack.environment
    if cluster.kind == "gke":
        provides: set[Provided] = {"autoscaler", "load-balancers", "metrics-server", "snapshot-controller"}
        if cluster.gateway_api:
            provides.add("gateway-api-crds")
        return Site(
            cluster=name,
            cloud="gcp",
            project=cluster.project,
            storage_class=_default_class(stack, "gcp", cluster.zones),
            provides=frozenset(provides),
            **common,
        )
    return Site(
        cluster=name,
        cloud="aws",
        account=cluster.account,
        kubernetes=cluster.version,
        storage_class=_default_class(stack, "aws", cluster.zones),
        public_subnets=len(cluster.zones),
        provides=frozenset({"metrics-server", "snapshot-controller"}),
        **common,
    )


def dns_zone(zone: Zone, role: RoleRef | None = None) -> DnsZone:
    """A zone of the global layer as add-ons need it.

    Args:
        zone: as published.
        role: what workloads take on to keep its records; None where they have rights of their own.
    """
    if zone.cloud == "aws":
        ref = ZoneRef(name=zone.domain, aws=Route53Zone(zone_id=zone.id))
    else:
        ref = ZoneRef(name=zone.domain, gcp=CloudDnsZone(project=zone.project or "", name=zone.name))
    return DnsZone(ref, zone.cloud, zone.domain, role)


def expected(stack: ClusterStack, labels: Labels) -> Site:
    """The facts of a stack as far as settings show them; what only the engine knows is assumed to be there."""
    return site(stack, labels=labels, zone=_assumed_zone(stack), vpc=_LATER)


def _assumed_zone(stack: ClusterStack) -> DnsZone | None:
    """The zone that the global layer will name: on the cluster's own cloud, so far as anybody knows."""
    if stack.global_ is None:
        return None
    if stack.cluster.kind == "eks":
        return DnsZone(ZoneRef(name=stack.domain, aws=Route53Zone(zone_id=_LATER)), "aws", stack.domain)
    ref = ZoneRef(name=stack.domain, gcp=CloudDnsZone(project=_LATER, name=_LATER))
    return DnsZone(ref, "gcp", stack.domain)


def _default_class(stack: ClusterStack, cloud: Any, zones: list[str]) -> str:
    return CLASS_NAMES[default_kind(stack.storage, cloud=cloud, zones=zones)]
