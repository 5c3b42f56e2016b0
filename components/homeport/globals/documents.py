"""AWS policy documents: statements to deterministic JSON.

Pure: nothing here imports pulumi. A document holds plain text alone: what only the cloud knows (an ARN with a random
part) is put in by the component that declares the policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

#: The only version of the policy language with variables.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
_VERSION: Final = "2012-10-17"

Statement = Mapping[str, Any]


def statement(
    sid: str,
    actions: Iterable[str],
    *,
    effect: str = "Allow",
    resources: Any = None,
    principals: Mapping[str, Any] | str | None = None,
    conditions: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """One statement; actions sorted, absent parts left out.

    Args:
        sid: letters and digits.
        actions: at least one.
        effect: Allow or Deny.
        resources: ARNs; None in trust and repository policies, which have none.
        principals: kind to who, `{"AWS": [...]}`; None in policies of a role.
        conditions: operator to key to values.
    """
    out: dict[str, Any] = {"Sid": sid, "Effect": effect}
    if principals is not None:
        out["Principal"] = principals
    out["Action"] = sorted(actions)
    if resources is not None:
        out["Resource"] = resources
    if conditions:
        out["Condition"] = {operator: dict(keys) for operator, keys in conditions.items()}
    return out


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    """A policy document of these statements."""
    return {"Version": _VERSION, "Statement": list(statements)}


def to_json(body: Any) -> str:
    """The same text for the same document, so that no update shows a difference that is none."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def account_root(account: str) -> str:
    """The principal that stands for a whole account: whom that account's own IAM policies allow."""
    return f"arn:aws:iam::{account}:root"
