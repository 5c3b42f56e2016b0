"""What a cluster stack reads from the global stack: its one output `globals`, checked before the first resource."""

from __future__ import annotations

import pulumi

from homeport.globals.globals_output import Globals, Zone
from homeport.problems import Problem, SettingsError


async def read(stack: str) -> Globals:
    """Read the output `globals` of another stack of this project.

    Raises:
        SettingsError: there is no such output, or it is of another version.
    """
    reference = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    # The engine ends the program when the stack is not there, and nothing can catch that: so say it before.
    pulumi.log.info(f"reading the global layer from the stack {reference}; if it is not there: pulumi up -s {stack}")
    details = await pulumi.StackReference("global", stack_name=reference).get_output_details("globals")
    return Globals.parse(details.value, stack=stack)


def zone_of(shared: Globals, domain: str, *, stack: str) -> Zone:
    """The zone that a domain's records belong in: the nearest one at or above it.

    Raises:
        SettingsError: no zone of the global layer holds the domain, so nobody would ever find it.
    """
    holding = [zone for zone in shared.zones.values() if f".{domain}".endswith(f".{zone.domain}")]
    if not holding:
        known = ", ".join(sorted(zone.domain for zone in shared.zones.values())) or "none"
        raise SettingsError(
            [
                Problem(
                    ("domain",),
                    f"lies in no zone of the stack {stack}, which has: {known}",
                    f"add a zone to Pulumi.{stack}.yaml, homeport:dns.zones, and run pulumi up -s {stack}",
                    domain,
                    related=(("global",),),
                )
            ]
        )
    return max(holding, key=lambda zone: len(zone.domain))
