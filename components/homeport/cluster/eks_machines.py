"""What EKS's rules on node pools need to know about EC2 instance types.

Pure: nothing here imports pulumi. A family that is not listed has no restriction known here; AWS has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

Arch = Literal["amd64", "arm64"]

#: Family, as prefix, generation and attributes, then a dot and the size.
#: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_MACHINE: Final = re.compile(
    r"([a-z]+)([0-9]+)([a-z]*(?:-[a-z0-9]+)*)\.(nano|micro|small|medium|[0-9]*x?large|metal\S*)"
)

_SMALL: Final = ("xlarge", "2xlarge", "4xlarge", "8xlarge")
_G: Final[Mapping[str, int]] = {**dict.fromkeys(_SMALL, 1), "12xlarge": 4, "16xlarge": 1, "24xlarge": 4, "48xlarge": 8}

#: Family to size to its NVIDIA GPUs. https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
GPUS: Final[Mapping[str, Mapping[str, int]]] = {
    "g4dn": {**dict.fromkeys(_SMALL, 1), "12xlarge": 4, "16xlarge": 1, "metal": 8},
    "g5": _G,
    "g5g": {**dict.fromkeys(_SMALL, 1), "16xlarge": 2, "metal": 2},
    "g6": _G,
    "g6e": _G,
    "gr6": {"4xlarge": 1, "8xlarge": 1},
    "p3": {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8},
    "p4d": {"24xlarge": 8},
    "p4de": {"24xlarge": 8},
    "p5": {"4xlarge": 1, "48xlarge": 8},
    "p5e": {"48xlarge": 8},
    "p5en": {"48xlarge": 8},
    "p6-b200": {"48xlarge": 8},
}


def is_machine_type(machine: str) -> bool:
    """Whether `machine` has the form of an EC2 instance type, for example m7i.xlarge."""
    return _MACHINE.fullmatch(machine) is not None


def family(machine: str) -> str:
    """The part before the dot: m7i of m7i.xlarge."""
    return machine.partition(".")[0]


def size(machine: str) -> str:
    """The part after the dot: xlarge of m7i.xlarge."""
    return machine.partition(".")[2]


def arch(machine: str) -> Arch:
    """The processor's architecture: Graviton families have a g behind their generation, and a1 was the first."""
    match = _MACHINE.fullmatch(machine)
    graviton = match is not None and (match[1] + match[2] == "a1" or "g" in match[3].partition("-")[0])
    return "arm64" if graviton else "amd64"


def gpus(machine: str) -> int | None:
    """NVIDIA GPUs of a machine; 0 where it has none, None where homeport does not know the size."""
    sizes = GPUS.get(family(machine))
    return 0 if sizes is None else sizes.get(size(machine))
