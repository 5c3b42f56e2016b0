"""Which zone of the global layer a cluster stack's domain belongs in.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from homeport.globals.dns_plan import nearest_above
from homeport.globals.globals_output import Zone
from homeport.problems import Problem, SettingsError
from homeport.values import Cloud

_CLOUDS: Final = {"gcp": "Google Cloud", "aws": "AWS"}


def zone_for(zones: Mapping[str, Zone], domain: str, *, stack: str, cloud: Cloud = "none") -> tuple[str, Zone]:
    """The zone that a domain's records belong in: the nearest one at or above it, whichever that is.

    A farther zone would not do: name servers answer from the nearest one alone.

    Args:
        zones: name to zone, as the global stack published them.
        domain: of the cluster stack.
        stack: name of the global stack, for the texts.
        cloud: where the cluster runs; none: its workloads get no rights from homeport, so any zone serves.

    Returns:
        The zone's name and the zone.

    Raises:
        SettingsError: no zone holds the domain, so nobody would ever find it; or the zone stands on another cloud,
            where the cluster's workloads are nobody. The problem stands at the setting `domain`.
    """
    domains = {name: zone.domain for name, zone in zones.items()}
    name = next((name for name, other in domains.items() if other == domain), None) or nearest_above(domain, domains)
    if name is None:
        raise SettingsError([_no_zone(zones, domain, stack)])
    zone = zones[name]
    if cloud not in {zone.cloud, "none"}:
        raise SettingsError([_other_cloud(zones, domain, name, stack, cloud)])
    return name, zone


def _no_zone(zones: Mapping[str, Zone], domain: str, stack: str) -> Problem:
    return Problem(
        ("domain",),
        f"lies in no zone of the stack {stack}, which has: {_listed(zones)}; nobody would find what runs there",
        f"choose a domain in one of them, or add a zone to homeport:dns.zones in Pulumi.{stack}.yaml and run"
        f" pulumi up -s {stack}",
        domain,
        related=(("global",),),
    )


def _other_cloud(zones: Mapping[str, Zone], domain: str, name: str, stack: str, cloud: Cloud) -> Problem:
    zone = zones[name]
    here = _listed({other: found for other, found in zones.items() if found.cloud == cloud})
    if domain == zone.domain:
        fix = f"write cloud: {cloud} at homeport:dns.zones.{name} in Pulumi.{stack}.yaml, which makes a new zone"
    else:
        added = f"{{cloud: {cloud}, domain: {domain}, parent: {name}}}"
        fix = f"add {added} to homeport:dns.zones in Pulumi.{stack}.yaml and run pulumi up -s {stack}"
    return Problem(
        ("domain",),
        f"lies in the zone {name} ({zone.domain}) of the stack {stack}, which stands on {_CLOUDS[zone.cloud]};"
        f" the cluster runs on {_CLOUDS[cloud]}, and its workloads could not keep records there",
        f"choose a domain in a zone on {_CLOUDS[cloud]} ({here}), or {fix}",
        domain,
        related=(("global",), ("cluster", "kind")),
    )


def _listed(zones: Mapping[str, Zone]) -> str:
    return ", ".join(sorted(zone.domain for zone in zones.values())) or "none"
