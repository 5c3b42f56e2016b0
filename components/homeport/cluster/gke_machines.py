"""What GKE's rules on node pools need to know about machine families.

Pure: nothing here imports pulumi. A family that is not listed has no restriction known here; Google has the last word.
"""

from __future__ import annotations

import re
from typing import Final, Literal

#: Families with Arm processors.
#: https://cloud.google.com/kubernetes-engine/docs/concepts/arm-on-gke
ARM: Final = frozenset({"t2a", "c4a", "n4a"})

#: Families whose boot disk must be a Hyperdisk.
#: https://cloud.google.com/compute/docs/disks/hyperdisks#hd-machine-types
HYPERDISK_ONLY: Final = frozenset({"c4", "c4a", "c4d", "n4", "n4a", "n4d", "m4", "x4", "h4d", "a4", "g4"})

#: Families that take no pd-standard boot disk, though other persistent disks.
#: https://cloud.google.com/compute/docs/disks/persistent-disks#pd-machine-types
NO_STANDARD_DISK: Final = frozenset({"c3", "c3d", "g2", "h3", "a3", "z3"})

#: Families that take accelerators.
#: https://cloud.google.com/compute/docs/gpus
ACCELERATED: Final = frozenset({"n1", "a2", "a3", "a4", "g2", "g4"})

_MACHINE: Final = re.compile(r"(custom-[0-9]+-[0-9]+|[a-z][a-z0-9]*(-[a-z0-9]+)+)(-ext|-lssd)?")

DiskType = Literal["balanced", "ssd", "standard"]


def is_machine_type(machine: str) -> bool:
    """Whether `machine` has the form of a Compute Engine machine type, for example n2-standard-4."""
    return _MACHINE.fullmatch(machine) is not None


def family(machine: str) -> str:
    """The family of a machine type: n2 of n2-standard-4; n1 of custom-4-8192."""
    first = machine.split("-", 1)[0]
    return "n1" if first == "custom" else first


def boot_disk(disk: DiskType, machine: str) -> str:
    """Compute Engine's name for the boot disk of a machine."""
    return "hyperdisk-balanced" if family(machine) in HYPERDISK_ONLY else f"pd-{disk}"


def boot_disk_violation(disk: DiskType, machine: str) -> str | None:
    """The rule that a boot disk breaks on a machine, or None."""
    kind = family(machine)
    if kind in HYPERDISK_ONLY and disk != "balanced":
        return f"{kind} machines boot from Hyperdisk Balanced alone"
    if kind in NO_STANDARD_DISK and disk == "standard":
        return f"{kind} machines take no pd-standard boot disk"
    return None
