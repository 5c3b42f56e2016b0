"""Which change of an input makes the provider delete a resource and make another. Pure.

A type without a table is not judged: only `pulumi preview` asks the provider itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeport.plan.diff_replaced_inputs import (
    CLOUDS,
    EVERYTHING,
    KEPT_WHEN_REMOVED,
    KUBERNETES,
    METADATA,
    PROVIDER_PLACES,
)
from homeport.plan.diff_values import ABSENT, Change

_KUBERNETES_TYPE: Final = re.compile(r"kubernetes:([^/:]+)(?:/[^:]+)?:(\w+)")


def replaces(token: str, change: Change) -> bool:
    """Whether the provider replaces a resource of the type for the change of this input."""
    rules = table(token)
    if EVERYTHING in rules:
        return True
    if unseen(token, change):
        return False
    if token == "gcp:compute/subnetwork:Subnetwork" and change.keys == ("ipCidrRange",):  # noqa: S105 - a type's
        return not _grows(change.before, change.after)
    if token == "gcp:secretmanager/secret:Secret" and change.keys[:1] == ("replication",):  # noqa: S105
        return change.keys[:2] != ("replication", "auto")
    if token == "aws:eks/cluster:Cluster" and change.keys[:1] == ("encryptionConfig",):  # noqa: S105
        return change.after is ABSENT
    return any(_within(change.keys, rule.split(".")) for rule in rules)


def unseen(token: str, change: Change) -> bool:
    """Whether the provider does not see that this block is gone."""
    return change.after is ABSENT and ".".join(change.keys) in KEPT_WHEN_REMOVED.get(token, ())


def table(token: str) -> frozenset[str]:
    """Paths of inputs whose change replaces a resource of the type; empty for a type that is not judged."""
    if found := _KUBERNETES_TYPE.fullmatch(token):
        return frozenset(f"{METADATA} {KUBERNETES.get((found[1], found[2]), '')}".split())
    return _TABLES.get(token, frozenset())


def tabled() -> frozenset[str]:
    """Types of clouds that have a table."""
    return frozenset(_TABLES)


def moves_everything(package: str, change: Change) -> bool:
    """Whether a provider's resources are elsewhere with this change of its configuration."""
    return change.keys[0] in PROVIDER_PLACES.get(package, ())


def ignored(change: Change, paths: Sequence[str]) -> bool:
    """Whether `ignore_changes` or `replace_on_changes` names the place of a change, or something around it."""
    return any(
        path == "*" or _within(change.keys, [part for part in re.split(r"[.\[\]]+", path) if part and part != "*"])
        for path in paths
    )


_TABLES: Final[Mapping[str, frozenset[str]]] = {token: frozenset(paths.split()) for token, paths in CLOUDS.items()}


def _within(keys: Sequence[str], rule: Sequence[str]) -> bool:
    """Whether the change is at the rule's place, inside of it, or takes something around it away or puts it there."""
    shorter = min(len(keys), len(rule))
    return bool(rule) and tuple(keys[:shorter]) == tuple(rule[:shorter])


def _grows(before: Any, after: Any) -> bool:
    """Whether a subnet's range is extended, the only change of it that Google makes in place."""
    try:
        return ipaddress.ip_network(before).subnet_of(ipaddress.ip_network(after))  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        return False
