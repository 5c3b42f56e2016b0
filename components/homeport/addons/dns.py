"""The stack's DNS zone, for those who write records into it.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Final

from homeport.addons.items import Ref
from homeport.addons.site import DnsZone, Site
from homeport.identity.permissions import DnsEditor, RecordType, RoleAssumer
from homeport.problems import Problem

_CLOUDS: Final = {"gcp": "Google Cloud", "aws": "AWS", "none": "one that homeport does not know"}


def missing_zone(site: Site, need: str, way_out: str) -> Problem | None:
    """What keeps an add-on from writing into the stack's zone; the path is the section's own.

    Args:
        site: the cluster.
        need: what needs the zone, as a clause.
        way_out: what to write instead of having a zone.
    """
    if site.dns is None:
        return Problem(
            (),
            f"{need}, and this stack has none",
            f"name the stack of the global layer, whose zones hold the domain: homeport:global: global; or {way_out}",
        )
    if site.dns.cloud != site.cloud:
        return Problem(
            (),
            f"{need}; the zone {site.dns.domain} is on {_CLOUDS[site.dns.cloud]}, and a cluster on"
            f" {_CLOUDS[site.cloud]} has no identity there",
            f"keep the zone of {site.domain} on the cluster's cloud; or {way_out}",
        )
    return None


def zone_rights(zone: DnsZone, *, record_types: list[RecordType], list_zones: bool) -> DnsEditor | RoleAssumer:
    """What a workload needs to keep records of a zone: the zone itself, or the identity that keeps it elsewhere.

    Args:
        zone: the zone.
        record_types: the only ones that it writes, where the cloud can tell them apart.
        list_zones: whether it looks for its zone by itself.
    """
    if zone.role is not None:
        return RoleAssumer(role=zone.role)
    return DnsEditor(zones=[zone.ref], record_types=record_types, list_zones=list_zones)


def role_annotations(zone: DnsZone) -> Ref | None:
    """Annotations of the service account of an add-on's item `rights`; None where it needs none.

    On Google Cloud a service account becomes another identity by an annotation; on AWS the workload asks for it.
    """
    return Ref("rights", "service_account_annotations") if zone.cloud == "gcp" and zone.role is not None else None
