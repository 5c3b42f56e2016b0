"""IAM policy documents: statements, how they merge, and how they fit into AWS's limits.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from homeport.identity.templates import longest
from homeport.problems import Problem, SettingsError

#: Characters of all inline policies of a role together, without white space.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
INLINE_LIMIT: Final = 10_240
#: Characters of one managed policy, without white space.
MANAGED_LIMIT: Final = 6_144
#: Managed policies of a role, unless AWS raises the quota.
MANAGED_PER_ROLE: Final = 10
#: Characters of a role's trust policy, unless AWS raises the quota.
TRUST_LIMIT: Final = 2_048

#: operator -> key -> values
Conditions = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that allows something. Nothing here denies.

    Attributes:
        sid: letters and digits; says what the statement is for.
        actions: exact, without wildcards.
        resources: ARNs; `*` only where `wildcards` lists the action.
        conditions: operator -> condition key -> values.
        principal: who, in a trust policy; None in a role's own policy.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    conditions: Conditions = field(default_factory=dict[str, Mapping[str, Sequence[str]]])
    principal: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands in a document: lists sorted, so that the same rights are always the same text."""
        out: dict[str, Any] = {"Sid": self.sid, "Effect": "Allow"}
        if self.principal is not None:
            out["Principal"] = dict(self.principal)
        out["Action"] = sorted(set(self.actions))
        if self.resources:
            out["Resource"] = sorted(set(self.resources))
        if self.conditions:
            out["Condition"] = {
                operator: {key: _values(values) for key, values in sorted(keys.items())}
                for operator, keys in sorted(self.conditions.items())
            }
        return out


def _values(values: Sequence[str]) -> str | list[str]:
    found = sorted(set(values))
    return found[0] if len(found) == 1 else found


def merge(statements: Iterable[Statement]) -> list[Statement]:
    """Put statements together that differ in their resources alone, and make every sid unique.

    Returns:
        The statements in the order of their first appearance.
    """
    found: dict[str, Statement] = {}
    for statement in statements:
        key = json.dumps({**statement.as_json(), "Resource": None}, sort_keys=True)
        known = found.get(key)
        resources = statement.resources if known is None else (*known.resources, *statement.resources)
        found[key] = replace(statement, resources=tuple(sorted(set(resources))))
    counts: dict[str, int] = {}
    out: list[Statement] = []
    for statement in found.values():
        count = counts[statement.sid] = counts.get(statement.sid, 0) + 1
        out.append(statement if count == 1 else replace(statement, sid=f"{statement.sid}{count}"))
    return out


def document(statements: Iterable[Statement]) -> str:
    """A policy document without white space, which is how AWS counts."""
    body = {"Version": "2012-10-17", "Statement": [statement.as_json() for statement in statements]}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Documents:
    """The policies of one role: either all of it inline, or managed policies.

    Attributes:
        inline: the only policy, as part of the role; None where it does not fit or nothing is allowed.
        managed: policies of their own, where inline does not fit.
    """

    inline: str | None
    managed: tuple[str, ...]


def split(statements: Iterable[Statement]) -> Documents:
    """Fit statements into a role.

    One inline policy up to `INLINE_LIMIT`: it lives and dies with its role. Above, managed policies filled in order,
    up to `MANAGED_PER_ROLE`. Names that only the cloud knows count with their greatest length, so that the number of
    policies is known before anything exists.

    Raises:
        SettingsError: it fits in no way.
    """
    merged = merge(statements)
    if not merged:
        return Documents(None, ())
    whole = document(merged)
    if longest(whole) <= INLINE_LIMIT:
        return Documents(whole, ())
    groups: list[list[Statement]] = []
    for part in [part for statement in merged for part in _parts(statement)]:
        if groups and longest(document([*groups[-1], part])) <= MANAGED_LIMIT:
            groups[-1].append(part)
        else:
            groups.append([part])
    if len(groups) > MANAGED_PER_ROLE:
        raise SettingsError(
            [
                Problem(
                    ("permissions",),
                    f"need {len(groups)} policies of {MANAGED_LIMIT} characters, and a role holds {MANAGED_PER_ROLE}",
                    "grant a prefix or namespace instead of single things, or split the work between service accounts",
                )
            ]
        )
    return Documents(None, tuple(document(merge(group)) for group in groups))


def _parts(statement: Statement) -> list[Statement]:
    """A statement that fits into one managed policy, or several with a share of its resources each."""
    if longest(document([statement])) <= MANAGED_LIMIT or len(statement.resources) < 2:
        return [statement]
    half = len(statement.resources) // 2
    return [
        part
        for resources in (statement.resources[:half], statement.resources[half:])
        for part in _parts(replace(statement, resources=resources))
    ]
