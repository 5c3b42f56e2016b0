"""How freely a SealedSecret may be moved: its scope is part of what is encrypted.

https://github.com/bitnami-labs/sealed-secrets#scopes

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

#: strict: for one name in one namespace. namespace-wide: for any name in one namespace. cluster-wide: anywhere.
Scope = Literal["strict", "namespace-wide", "cluster-wide"]

_PREFIX: Final = "sealedsecrets.bitnami.com"
_ANNOTATIONS: Final[dict[Scope, dict[str, str]]] = {
    "strict": {},
    "namespace-wide": {f"{_PREFIX}/namespace-wide": "true"},
    "cluster-wide": {f"{_PREFIX}/cluster-wide": "true"},
}


def scope_annotations(scope: Scope) -> dict[str, str]:
    """What tells the controller the scope."""
    return dict(_ANNOTATIONS[scope])


def scope_of(given: Mapping[str, object]) -> Scope:
    """The scope that annotations tell; the widest wins, as with the controller."""
    for scope in ("cluster-wide", "namespace-wide"):
        if given.get(f"{_PREFIX}/{scope}") == "true":
            return scope
    return "strict"


def label(scope: Scope, namespace: str, name: str) -> bytes:
    """What the controller must be told again to open a value: a value that was moved elsewhere does not open."""
    match scope:
        case "strict":
            return f"{namespace}/{name}".encode()
        case "namespace-wide":
            return namespace.encode()
        case "cluster-wide":
            return b""
