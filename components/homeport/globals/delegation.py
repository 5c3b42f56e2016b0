"""Whether the world finds a zone: what its parent answers, against what the zone says; and what to enter at a
registrar.

Pure: who asks the name servers is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from homeport.globals.dns_plan import normal_servers
from homeport.globals.globals_output import Zone


class Lookup(Protocol):
    """Asks the name servers of the parent zone, not a resolver's memory."""

    def __call__(self, domain: str, kind: Literal["NS", "DS"]) -> Sequence[str] | None:
        """The records that the parent zone holds for `domain`; empty where it has none, None where nobody answers."""
        ...


@dataclass(frozen=True, slots=True)
class Delegation:
    """What was found about one zone.

    Attributes:
        zone: its name in the settings.
        domain: its domain.
        ok: nothing has to be done.
        finding: what is, as a sentence.
        fix: what to do, by line; empty where nothing.
    """

    zone: str
    domain: str
    ok: bool
    finding: str
    fix: tuple[str, ...] = ()


def check_delegations(zones: Mapping[str, Zone], lookup: Lookup) -> list[Delegation]:
    """One finding for each zone, sorted by domain from the top."""
    ordered = sorted(zones.items(), key=lambda item: (item[1].domain.count("."), item[1].domain))
    return [check_delegation(name, zone, lookup) for name, zone in ordered]


def check_delegation(name: str, zone: Zone, lookup: Lookup) -> Delegation:
    """Compare the parent's records with the zone's own.

    Args:
        name: the zone's name in the settings.
        zone: as published.
        lookup: asks the parent's name servers.
    """

    def result(finding: str, *fix: str, ok: bool = False) -> Delegation:
        return Delegation(name, zone.domain, ok, finding, fix)

    answered = lookup(zone.domain, "NS")
    if answered is None:
        return result(
            f"the name servers above {zone.domain} do not answer: nothing is known of its delegation",
            "check the network, and that the domain above is registered",
        )
    ours, theirs = normal_servers(zone.name_servers), normal_servers([server.lower() for server in answered])
    if not theirs:
        return result(f"{zone.domain} is not delegated: the domain above has no NS record for it", *to_enter(zone))
    if {server.lower() for server in ours} != set(theirs):
        missing = sorted({server.lower() for server in ours} - set(theirs))
        foreign = sorted(set(theirs) - {server.lower() for server in ours})
        parts = [
            *([f"misses {', '.join(missing)}"] if missing else []),
            *([f"names {', '.join(foreign)}, which do not serve this zone"] if foreign else []),
        ]
        return result(f"{zone.domain} is delegated wrongly: the domain above {' and '.join(parts)}", *to_enter(zone))
    return _check_ds(zone, lookup, result)


class _Result(Protocol):
    def __call__(self, finding: str, *fix: str, ok: bool = False) -> Delegation: ...


def _check_ds(zone: Zone, lookup: Lookup, result: _Result) -> Delegation:
    found = lookup(zone.domain, "DS")
    if found is None:
        return result(f"{zone.domain} is delegated; whether it is signed could not be asked", "try again")
    held = {_ds(record) for record in found}
    if zone.ds is None:
        if held:
            return result(
                f"the domain above holds a DS record for {zone.domain}, which publishes none: resolvers that validate"
                " refuse its answers unless the zone is still signed",
                "set dnssec: delegated, if the zone is signed; or remove the DS record there, now",
            )
        return result(f"{zone.domain} is delegated to its name servers", ok=True)
    if _ds(zone.ds) in held:
        return result(f"{zone.domain} is delegated to its name servers, and signed", ok=True)
    what = "another DS record: resolvers that validate refuse its answers" if held else "no DS record"
    return result(f"{zone.domain} is delegated, but the domain above holds {what}", *_enter_ds(zone))


def to_enter(zone: Zone) -> tuple[str, ...]:
    """What to enter where the domain is registered, by line."""
    lines = [
        f"enter these name servers for {zone.domain} at its registrar, or as NS record in the zone above:",
        *(f"  {server}" for server in normal_servers(zone.name_servers)),
    ]
    return (*lines, *_enter_ds(zone))


def _enter_ds(zone: Zone) -> tuple[str, ...]:
    if zone.ds is None:
        return ()
    parts = zone.ds.split(maxsplit=3)
    if len(parts) != 4:
        return (f"and this DS record: {zone.ds}",)
    tag, algorithm, digest_type, digest = parts
    return (
        f"and this DS record for {zone.domain}:",
        f"  key tag      {tag}",
        f"  algorithm    {algorithm}",
        f"  digest type  {digest_type}",
        f"  digest       {digest}",
    )


def _ds(record: str) -> tuple[str, ...]:
    """Tag, algorithm, type, digest; a digest may be written with spaces and in any case."""
    parts = record.split()
    return (*parts[:3], "".join(parts[3:]).lower())
