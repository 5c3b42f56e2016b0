"""How zones hang together: which zone delegates to which, and what is wrong with it.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from homeport.globals.values import nearest
from homeport.problems import Problem

if TYPE_CHECKING:
    from homeport.globals.dns_args import ZoneArgs

#: Stands for a parent outside of any zone that homeport can write to.
REGISTRAR: Final = "registrar"


def editor_name(zone: str) -> str:
    """Name of the role or service account that keeps a zone's records."""
    return f"zone-{zone}"


def is_below(domain: str, ancestor: str) -> bool:
    """Whether `domain` lies in `ancestor`, and is not the same."""
    return domain.endswith(f".{ancestor}")


def nearest_above(domain: str, domains: Mapping[str, str]) -> str | None:
    """The name of the zone with the longest domain above `domain`; None where there is none.

    Args:
        domain: a domain.
        domains: zone name to domain.
    """
    above = [name for name, other in domains.items() if is_below(domain, other)]
    return max(above, key=lambda name: len(domains[name]), default=None)


def absolute(domain: str) -> str:
    """The domain with its final dot, as Cloud DNS writes every name."""
    return f"{domain.rstrip('.')}."


def relative(domain: str) -> str:
    """The domain without its final dot, as Route 53 answers name servers."""
    return domain.rstrip(".")


def normal_servers(servers: Sequence[str]) -> list[str]:
    """Name servers in one spelling and order: no final dot, lower case unless it is no host name, sorted."""
    return sorted({relative(server) for server in servers})


def zone_problems(zones: Mapping[str, ZoneArgs]) -> Iterator[Problem]:
    """What is wrong between the zones; paths relative to the section `dns`."""
    domains = {name: zone.domain for name, zone in zones.items()}
    yield from _duplicates(domains)
    if REGISTRAR in zones:
        yield Problem(
            ("zones", REGISTRAR),
            "registrar stands for a parent outside of these zones",
            "give the zone another name",
            related=tuple(("zones", name, "parent") for name, zone in zones.items() if zone.parent == REGISTRAR),
        )
    for name, zone in zones.items():
        yield from _parent_problems(name, zone, zones, domains)
        yield from _dnssec_problems(name, zone, zones)


def _duplicates(domains: Mapping[str, str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, domain in domains.items():
        if domain in first:
            yield Problem(
                ("zones", name, "domain"),
                f"the zone {first[domain]} has this domain already; its parent can delegate to one of them only",
                "remove one of the two zones",
                domain,
                related=(("zones", first[domain], "domain"),),
            )
        first.setdefault(domain, name)


def _parent_problems(
    name: str, zone: ZoneArgs, zones: Mapping[str, ZoneArgs], domains: Mapping[str, str]
) -> Iterator[Problem]:
    path = ("zones", name, "parent")
    above = nearest_above(zone.domain, domains)
    parent = zone.parent
    if parent is None:
        if above is not None:
            yield Problem(
                path,
                f"{zone.domain} lies in {domains[above]}, the domain of the zone {above}: without a delegation there"
                " nobody finds it",
                f"add parent: {above}; or parent: registrar, if the name servers are entered elsewhere by hand",
                related=(("zones", above, "domain"),),
            )
    elif isinstance(parent, str):
        if parent != REGISTRAR:
            yield from _named_parent_problems(name, zone, parent, above, zones)
    elif not is_below(zone.domain, parent.domain):
        yield Problem(
            (*path, "domain"),
            f"{zone.domain} does not lie in it; a zone delegates only what is below it",
            "name the zone whose domain ends the domain of this one",
            parent.domain,
            related=(("zones", name, "domain"),),
        )


def _named_parent_problems(
    name: str, zone: ZoneArgs, parent: str, above: str | None, zones: Mapping[str, ZoneArgs]
) -> Iterator[Problem]:
    path = ("zones", name, "parent")
    if parent not in zones:
        near = nearest(parent, [*(other for other in zones if other != name), REGISTRAR])
        yield Problem(
            path,
            f"there is no zone of this name; there are {', '.join(sorted(zones))}",
            f"write {near}" if near else "name a zone, write registrar, or describe a zone that exists",
            parent,
        )
    elif not is_below(zone.domain, zones[parent].domain):
        yield Problem(
            path,
            f"{zone.domain} does not lie in {zones[parent].domain}; a zone delegates only what is below it",
            f"write parent: {above}" if above else "write parent: registrar",
            parent,
            related=(("zones", name, "domain"), ("zones", parent, "domain")),
        )
    elif above is not None and parent != above:
        yield Problem(
            path,
            f"{zones[above].domain}, the zone {above}, lies between: what is delegated above it is never asked",
            f"write parent: {above}",
            parent,
            related=(("zones", above, "domain"),),
        )


def _dnssec_problems(name: str, zone: ZoneArgs, zones: Mapping[str, ZoneArgs]) -> Iterator[Problem]:
    parent = zones.get(zone.parent) if isinstance(zone.parent, str) else None
    if zone.dnssec == "delegated" and parent is not None and parent.dnssec == "none":
        yield Problem(
            ("zones", name, "dnssec"),
            f"the parent zone {zone.parent} is unsigned, so its DS record proves nothing",
            f"set dnssec: signed for the zone {zone.parent} first, or leave this one at signed",
            zone.dnssec,
            related=(("zones", str(zone.parent), "dnssec"),),
        )
