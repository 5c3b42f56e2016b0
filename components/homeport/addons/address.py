"""Reserved public addresses: what DNS records and partners' firewalls know outlives a load balancer.

Pure: nothing here imports pulumi. `declare_address` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from homeport.addons.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedAddress(Item):
    """Public IPv4 addresses in the cluster's region, guarded as the stack's protection says.

    `Ref`s name attributes of `Addresses`.

    Attributes:
        cloud: where.
        zones: AWS: zones with a public subnet, each of which gets an address. Google Cloud needs one for the region.
    """

    cloud: Literal["gcp", "aws"]
    zones: tuple[str, ...] = ()
