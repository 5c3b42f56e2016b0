"""What a stack's `protection` means for things that hold state.

| level | the cloud refuses to delete it | the engine refuses to delete or replace it | deleted from the state only |
|---|---|---|---|
| none | - | - | - |
| standard | clusters, databases | the same, keys, reserved addresses, DNS zones, buckets, registries | - |
| strict | clusters, databases | the same, networks | keys |

The cloud's refusal alone is not enough: the engine would learn of it only after it has deleted what depends on the
cluster, its node pools first. Pulumi's `protect` refuses in the preview, before the first deletion; so never skip the
preview of a destroy.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from homeport.values import Protection

#: Kinds of resource that lose something for good when they are deleted.
StatefulKind = Literal["cluster", "network", "key", "address", "database", "zone", "bucket", "registry"]

#: Guarded by the engine from `standard` on: what is lost with them cannot be made again.
_IRREPLACEABLE: Final = frozenset({"cluster", "database", "key", "address", "zone", "bucket", "registry"})


@dataclass(frozen=True, slots=True)
class Guard:
    """How one resource is guarded.

    Attributes:
        deletion_protection: the cloud's own switch, where the API has one; off again in one update, gone in the next.
        protect: Pulumi's option: the engine refuses every deletion and replacement.
        retain: Pulumi's retain_on_delete: the resource outlives the stack.
    """

    deletion_protection: bool
    protect: bool
    retain: bool


def guard(protection: Protection, kind: StatefulKind) -> Guard:
    """The guard of a resource of `kind` at the level `protection`."""
    if protection == "none":
        return Guard(deletion_protection=False, protect=False, retain=False)
    api = kind in {"cluster", "database"}
    if protection == "standard":
        return Guard(deletion_protection=api, protect=kind in _IRREPLACEABLE, retain=False)
    return Guard(deletion_protection=api, protect=True, retain=kind == "key")
