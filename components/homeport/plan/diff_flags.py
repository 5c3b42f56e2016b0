"""What a reviewer must not overlook in a difference, by name. Pure.

A danger loses something or lets somebody in; a caution is worth a look. The judgement knows two programs and dated
tables, no cloud: what it does not flag can still be dangerous.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from homeport.plan.graph import Resource

FlagKind = Literal[
    "renamed-without-alias",
    "stateful-removal",
    "stack-removed",
    "not-compared",
    "lost-protection",
    "stateful-replacement",
    "replacement",
    "provider-moved",
    "secret-exposed",
    "public-access",
    "wider-access",
    "alias-removed",
    "no-effect",
]
Level = Literal["danger", "caution"]

#: What each kind means, for tables and documentation.
MEANING: Final[dict[FlagKind, str]] = {
    "renamed-without-alias": "The engine deletes the old and makes a new one, for nothing but a name.",
    "stateful-removal": "Something that holds state is deleted.",
    "stack-removed": "The stack's file is gone: what it made stays, and nothing here manages it any more.",
    "not-compared": "The base revision cannot be evaluated: what changes is not known.",
    "lost-protection": "What kept something from being deleted, or its data from being lost, is off.",
    "stateful-replacement": "The provider deletes something that holds state and makes an empty one.",
    "replacement": "The provider makes a new one and deletes the old.",
    "provider-moved": "A provider works in another place: all its resources are replaced or made anew there.",
    "secret-exposed": "What was a secret is plain text: in the state, in logs, in this plan.",
    "public-access": "Something can be reached by anybody.",
    "wider-access": "Somebody may do more, or from more places.",
    "alias-removed": "A stack that was not updated since the rename would delete and make the resource.",
    "no-effect": "The provider does not see the change: what the cloud has stays.",
}


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at.

    Attributes:
        kind: its name.
        level: danger or caution.
        urn: of the resource.
        type: its type token.
        name: its logical name.
        text: what happens, as a sentence without its full stop; names field, before and after.
        fix: what to do where it is not meant; empty where that is plain.
        path: the input or option; empty for the resource as a whole.
    """

    kind: FlagKind
    level: Level
    urn: str
    type: str
    name: str
    text: str
    fix: str = ""
    path: str = ""

    @property
    def order(self) -> tuple[bool, int, str, str]:
        """Dangers first, then by kind and resource."""
        return (self.level != "danger", list(MEANING).index(self.kind), self.urn, self.path)


def flag(kind: FlagKind, level: Level, resource: Resource, text: str, *, fix: str = "", path: str = "") -> Flag:
    """A flag on a resource."""
    return Flag(kind, level, resource.urn, resource.type, resource.name, text, fix, path)


def dangers(flags: Iterable[Flag]) -> list[Flag]:
    """Those that are dangers."""
    return [item for item in flags if item.level == "danger"]


def digest(flags: Iterable[Flag]) -> str:
    """A short name of exactly these dangers, in any order: what a person accepts is these and no others."""
    lines = sorted(f"{item.kind}\0{item.urn}\0{item.path}\0{item.text}" for item in dangers(flags))
    return hashlib.sha256("\0\0".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:12] if lines else ""


def unique(flags: Iterable[Flag]) -> Iterator[Flag]:
    """Each once, dangers first."""
    yield from sorted(dict.fromkeys(flags), key=lambda item: item.order)
