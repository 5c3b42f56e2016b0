"""Physical names of what `GcpNetwork` makes: one base, one suffix each.

A change of any suffix replaces the resource in every network that exists: they are part of the contract.
Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from homeport import naming

#: Names of the subnet's secondary ranges; a GKE cluster refers to them, and changing them replaces it.
PODS_RANGE: Final = "pods"
SERVICES_RANGE: Final = "services"


@dataclass(frozen=True, slots=True)
class GcpNetworkNames:
    """The names under one base.

    Attributes:
        base: the VPC's own name.
    """

    base: str

    @property
    def subnetwork(self) -> str:
        """The subnet of the nodes."""
        return f"{self.base}-nodes"

    @property
    def router(self) -> str:
        """The Cloud Router that carries the NAT."""
        return f"{self.base}-router"

    @property
    def nat(self) -> str:
        """The Cloud NAT gateway."""
        return f"{self.base}-nat"

    def nat_address(self, index: int) -> str:
        """The reserved address of the gateway, from 0."""
        return f"{self.base}-nat-{index}"

    @property
    def webhooks(self) -> str:
        """The firewall rule from the control plane to webhooks."""
        return f"{self.base}-webhooks"

    @property
    def health_checks(self) -> str:
        """The firewall rule from Google's load balancers and health checks."""
        return f"{self.base}-health-checks"

    @property
    def deny_ingress(self) -> str:
        """The firewall rule that denies what no other rule allows."""
        return f"{self.base}-deny-ingress"

    @property
    def databases(self) -> str:
        """The range of managed databases."""
        return f"{self.base}-databases"

    @property
    def node_tag(self) -> str:
        """The network tag of nodes, by which firewall rules find them."""
        return f"{self.base}-node"

    def violation(self) -> str | None:
        """The rule of the Compute Engine API that the base or the longest name breaks, as a sentence, or None."""
        longest = max((self.health_checks, self.deny_ingress, self.nat_address(15)), key=len)
        return naming.GCP_COMPUTE.violation(self.base) or naming.GCP_COMPUTE.violation(longest)
