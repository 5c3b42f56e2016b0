"""What the cloud says about a network, read back.

Nothing here declares a resource.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import pulumi

from homeport.values import Cidr


class SecondaryRange(Protocol):
    """A secondary range as the provider gives it back."""

    @property
    def range_name(self) -> str:
        """Its name."""
        ...

    @property
    def ip_cidr_range(self) -> str | None:
        """The range."""
        ...


def checked_range(
    real: Sequence[SecondaryRange] | None, name: str, wanted: Cidr | None, *, planned: bool = False
) -> str:
    """The name of a secondary range, once the subnet is known to have it as the settings say.

    Changes of the subnet's ranges are ignored, since GKE adds some itself. So a range that was changed in the settings
    would silently stay as it is, and all that is computed from it would be wrong.

    Args:
        real: the subnet's ranges, from its outputs.
        name: of the range, pods or services; also of the field in the settings.
        wanted: the range that the settings say.
        planned: whether they say it by `network.cidr`.

    Raises:
        pulumi.RunError: the subnet has another range under this name, or none.
    """
    found = {item.range_name: item.ip_cidr_range for item in real or ()}
    if found.get(name) == wanted:
        return name
    says = f"by network.cidr say {wanted}" if planned else f"say {wanted}"
    has = f"has {found[name]} for {name}" if name in found else f"has no secondary range {name}"
    if name not in found:
        back = "add the range to it by hand"
    elif planned:
        back = "take the change of network.cidr back"
    else:
        back = f'write network.{name}: "{found[name]}" again'
    raise pulumi.RunError(
        f"the subnet of the nodes {has}, the settings {says}; a subnet's ranges stay as they are while a cluster "
        f"may use them: {back}; another range takes a new network and cluster, see docs/network.md"
    )


def project_of(link: str) -> str | None:
    """The project in a self link or in projects/P/...; None where there is none."""
    found = re.search(r"(?:^|/)projects/([^/]+)/", link)
    return found[1] if found else None
