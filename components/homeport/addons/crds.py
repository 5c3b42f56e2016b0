"""Definitions of kinds that other add-ons build on: what their sections have, and who can count on them.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.addons.args import AddonArgs
from homeport.addons.items import Need
from homeport.addons.site import Site
from homeport.problems import Problem

GATEWAY_API: Final = "gateway-api-crds"


class DefinitionsArgs(AddonArgs):
    """What the section of an add-on has that brings definitions of kinds and nothing else."""

    present: bool = False
    """Whether the cluster has the definitions already, from somebody else: then none are made, and what builds on them
    goes on. Only for a cluster that the stack did not make."""

    def check(self) -> Iterator[Problem]:
        """Whether the switches agree."""
        if self.present and self.enabled is False:
            yield Problem(
                ("present",),
                "says that what builds on the definitions may count on them, and enabled: false says the opposite",
                "remove one of the two",
                value=True,
                related=(("enabled",),),
            )

    def present_problems(self, site: Site) -> Iterator[Problem]:
        """Definitions that nobody can have brought into a cluster of our own."""
        if self.present and owns_definitions(site):
            yield Problem(
                ("present",),
                "a cluster that the stack makes is empty, so nobody has brought the definitions",
                "remove it",
                value=True,
            )


def owns_definitions(site: Site) -> bool:
    """Whether definitions of a chart's own kinds are the stack's: in a cluster that the stack makes, everything is.

    In a cluster that something else made they may be somebody else's, and one that stayed behind would keep the next
    `up` from making it. There Helm's way is right, which leaves alone what it finds.
    """
    return site.project is not None or site.account is not None


def has_gateway_api(site: Site) -> bool:
    """Whether Gateway and HTTPRoute are known kinds: by this stack's doing, or by the cluster's own."""
    return GATEWAY_API in site.installed or GATEWAY_API in site.provides


def gateway_kinds(reason: str) -> Need:
    """The need of what looks for the Gateway API when it starts; what the cluster brings by itself is there before."""
    return Need(f"{GATEWAY_API}/release", reason, optional=True)
