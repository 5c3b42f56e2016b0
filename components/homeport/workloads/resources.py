"""Room for a container.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.kube.quantity import amount
from homeport.model import Model
from homeport.problems import Problem
from homeport.values import Quantity

#: Rule and fix for amounts that are possible as numbers and never meant.
_ODD: Final[dict[str, tuple[str, str]]] = {
    "cpu": (
        "must be at least a thousandth of a core, in cores or thousandths",
        'for example "250m" (a quarter of a core) or "2"',
    ),
    "memory": ("is less than any process needs to start (m is a thousandth of a byte)", 'for example "256Mi"'),
    "disk": ("is less than a log needs (m is a thousandth of a byte)", 'for example "64Mi"'),
}
_MIB: Final = 1024 * 1024
#: Container runtimes start nothing with less. https://docs.docker.com/engine/containers/resource_constraints/
_LEAST_MEMORY: Final = 6 * _MIB


class Resources(Model):
    """Room for one container: what is reserved for it on a node, and where it ends.

    More memory or disk than its limit ends a pod, more CPU only slows it down.
    https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    """

    cpu: Quantity = "100m"
    """Reserved CPU."""
    memory: Quantity = "128Mi"
    """Reserved memory, and its limit: a pod that needs more is ended rather than its node's other pods."""
    memory_limit: Quantity | None = None
    """Limit of memory; default: what is reserved."""
    cpu_limit: Quantity | None = None
    """Limit of CPU; default: ten times what is reserved, which checkers ask for and few workloads reach."""
    disk: Quantity = "64Mi"
    """Reserved ephemeral disk: logs and writable folders."""
    disk_limit: Quantity | None = None
    """Limit of ephemeral disk; default: eight times what is reserved."""

    def check(self) -> Iterator[Problem]:
        """Amounts that a container can live with, in the units of what they measure, limits not below them."""
        for name, limit in (("cpu", "cpu_limit"), ("memory", "memory_limit"), ("disk", "disk_limit")):
            reserved: str = getattr(self, name)
            most: str | None = getattr(self, limit)
            wrong = [
                (field, value) for field, value in ((name, reserved), (limit, most)) if value and _odd(name, value)
            ]
            for field, value in wrong:
                yield Problem((field,), *_ODD[name], value)
            if not wrong and most is not None and amount(most) < amount(reserved):
                yield Problem(
                    (limit,),
                    f"is less than what is reserved, {reserved}; the API refuses it",
                    f'write "{reserved}" or more, or reserve less',
                    most,
                    related=((name,),),
                )


def _odd(name: str, quantity: str) -> bool:
    size = amount(quantity)
    if name == "cpu":
        return size * 1000 < 1 or size * 1000 % 1 != 0 or quantity[-1].isupper() or quantity.endswith(("i", "k"))
    return size < (_LEAST_MEMORY if name == "memory" else _MIB)
