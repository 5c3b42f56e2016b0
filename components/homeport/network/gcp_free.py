"""Finds ranges to suggest: exact text for a fix.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_layout import Range, Role, given, in_use
from homeport.network.plan import PRIVATE, RFC1918, free_range
from homeport.values import Cidr

#: The bridge of Docker and of the machines behind Google's managed services (Cloud SQL among them): what has an address
#: there never gets an answer from them. https://cloud.google.com/sql/docs/postgres/private-ip#requirements_for_private_ip
DOCKER_BRIDGE: Final[Cidr] = "172.17.0.0/16"


class FreeSpace:
    """Private space that nothing in the settings uses.

    It remembers what it gave out, so that the fixes of several problems can all be followed.
    """

    def __init__(self, args: GcpNetworkArgs, ranges: Mapping[Role, Range]) -> None:
        """Look around the section `network` and its ranges, from `lay_out`."""
        self._args = args
        self._ranges = ranges
        self._taken: list[Cidr] = [*args.peers.values(), DOCKER_BRIDGE]

    def for_role(self, role: Role, prefix: int) -> Cidr | None:
        """A range of length `prefix` that `role` could have instead of its own; None where none is left."""
        others = [found.cidr for found in self._ranges.values() if found.role != role]
        own = self._ranges.get(role)
        whole = self._args.cidr
        space = RFC1918 if role == "databases" else PRIVATE
        taken = [*self._taken, *others, *([whole] if whole else [])]
        return self._give(free_range(prefix, taken, space, near=whole or (own.cidr if own else None)))

    def whole(self, prefix: int) -> Cidr | None:
        """A range of length `prefix` to plan in instead of `cidr`; None where none is left."""
        by_hand = [cidr for role in in_use(self._args) if (cidr := given(self._args, role))]
        return self._give(free_range(prefix, [*self._taken, *by_hand], RFC1918, near=self._args.cidr))

    def _give(self, found: Cidr | None) -> Cidr | None:
        if found is not None:
            self._taken.append(found)
        return found
