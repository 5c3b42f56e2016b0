"""Arithmetic with Kubernetes quantities.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

_UNITS: Final = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate(("k", "M", "G", "T", "P", "E"), start=1)},
    **{unit: Decimal(1024) ** power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)},
}
_PARTS: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)([a-zA-Z]*)")
#: From the largest down: a sum is shown in the largest unit that needs no fraction.
_BINARY: Final = ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki")
_DECIMAL: Final = ("E", "P", "T", "G", "M", "k", "", "m")


def amount(quantity: str) -> Decimal:
    """How much a quantity is, in cores or bytes.

    Raises:
        ValueError: it is no quantity.
    """
    found = _PARTS.fullmatch(quantity)
    if not found or found[2] not in _UNITS:
        raise ValueError(f"{quantity!r} is no quantity")
    return Decimal(found[1]) * _UNITS[found[2]]


def times(quantity: str, factor: int) -> str:
    """A multiple, in the same unit."""
    found = _PARTS.fullmatch(quantity)
    if not found:
        raise ValueError(f"{quantity!r} is no quantity")
    return f"{_plain(Decimal(found[1]) * factor)}{found[2]}"


def canonical(quantity: str) -> str:
    """A quantity as Kubernetes writes it: the largest unit of its family that needs no fraction.

    What is sent in another spelling comes back in this one, and a comparison of the two finds a difference.
    """
    size = amount(quantity)
    family = _BINARY if quantity.endswith("i") else _DECIMAL
    for unit in family:
        if size and size % _UNITS[unit] == 0:
            return f"{_plain(size / _UNITS[unit])}{unit}"
    return _plain(size)


def total(quantities: Iterable[str]) -> Decimal:
    """The sum, in cores or bytes."""
    return sum((amount(quantity) for quantity in quantities), Decimal(0))


def shown_cpu(cores: Decimal) -> str:
    """Cores as people write them: 1500m, 2."""
    return _plain(cores) if cores == cores.to_integral_value() else f"{_plain(cores * 1000)}m"


def shown_bytes(size: Decimal) -> str:
    """Bytes in the largest binary unit that needs no fraction."""
    for unit in _BINARY:
        if size and size % _UNITS[unit] == 0:
            return f"{_plain(size / _UNITS[unit])}{unit}"
    return _plain(size)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
