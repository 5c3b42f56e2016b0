"""Walks a whole plan: every policy document, trust policy, attached policy and grant that it declares.

Documents are found by their shape, wherever they stand: JSON with statements, as text or as data, inside any input of
any resource. So a new component is walked without being known here.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from homeport.globals.wildcards import AWS_ACCOUNT_WILDCARDS
from homeport.identity import managed_policies
from homeport.identity.permissions import BASIC_ROLES
from homeport.identity.wildcards import AWS_WILDCARDS, Wildcard, violations
from homeport.plan.graph import Graph, Resource, marks
from homeport.problems import Path, Problem

#: Types of Google Cloud that take rights away from everybody whom they do not name, by how their names end.
_AUTHORITATIVE: Final = ("iambinding", "iampolicy")
#: The same on AWS.
_EXCLUSIVE: Final = frozenset(
    {
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    }
)
#: Credentials that last until somebody remembers them.
_STATIC_KEYS: Final = frozenset({"aws:iam/accessKey:AccessKey", "gcp:serviceaccount/key:Key"})
_EVERYBODY: Final = frozenset({"allUsers", "allAuthenticatedUsers"})

Kind = Literal["document", "attachment", "grant"]


@dataclass(frozen=True, slots=True)
class Right:
    """One thing in a plan that gives rights.

    Attributes:
        kind: a policy document, the attachment of a policy, or a grant of Google Cloud.
        resource: that declares it.
        path: of the input that holds it.
        value: the document parsed, the ARN, or the role; None where the input is a document that cannot be read.
    """

    kind: Kind
    resource: Resource
    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class TooWide:
    """A right that is wider than it may be.

    Attributes:
        stack: whose plan it is.
        urn: of the resource.
        problem: what and where; its path begins at the resource's inputs.
    """

    stack: str
    urn: str
    problem: Problem

    def __str__(self) -> str:
        return f"{self.stack}: {self.urn}\n    {self.problem.text()}"


def rights(graph: Graph) -> list[Right]:
    """Everything in a plan that gives rights, in the order of its resources."""
    return [right for resource in graph.resources for right in _of(resource)]


def too_wide(graph: Graph, *, listed: Iterable[Wildcard] = (*AWS_WILDCARDS, *AWS_ACCOUNT_WILDCARDS)) -> list[TooWide]:
    """What of a plan's rights is wider than it may be, or cannot be read; and credentials that last.

    Args:
        graph: the plan.
        listed: what may be wide in a policy document.
    """
    rows = tuple(listed)
    found: list[tuple[Resource, Problem]] = []
    for resource in graph.resources:
        found += [(resource, problem) for problem in _forbidden(resource)]
        for right in _of(resource):
            found += [(resource, problem) for problem in _problems(right, rows)]
    return [TooWide(graph.stack, resource.urn, problem) for resource, problem in found]


def _of(resource: Resource) -> Iterator[Right]:
    if resource.package == "gcp" and not resource.is_provider and "role" in resource.inputs:
        yield Right("grant", resource, ("role",), resource.inputs["role"])
    for path, value in _leaves(resource.inputs, ()):
        name = _last_name(path)
        if isinstance(value, str) and ":policy/" in value and value.startswith("arn:") and _attaches(name):
            yield Right("attachment", resource, path, value)
        elif isinstance(value, Mapping) and "Statement" in value:
            yield Right("document", resource, path, value)
        elif isinstance(value, str) and '"Statement"' in value:
            parsed = _parsed(value)
            # Elsewhere than on AWS such a text may be anything.
            if parsed is not None or resource.package == "aws":
                yield Right("document", resource, path, parsed)
        elif resource.package == "aws" and name.lower().endswith("policy") and _is_hidden(cast("object", value)):
            yield Right("document", resource, path, None)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every text, mark and document of nested data; not what stands inside of a document."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value)
        if "Statement" in items or (len(items) == 1 and next(iter(items)).startswith("$")):
            yield path, items
            return
        for key, item in items.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _is_hidden(value: object) -> bool:
    return bool({"secret", "unknown"}.intersection(marks(value)))


def _last_name(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _attaches(name: str) -> bool:
    """Whether an input of this name hands a policy to somebody; a boundary takes away."""
    return name in {"policyArn", "policyArns", "managedPolicyArns"}


def _parsed(text: str) -> Mapping[str, Any] | None:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) and "Statement" in found else None


def _problems(right: Right, listed: tuple[Wildcard, ...]) -> Iterator[Problem]:
    if right.kind == "document":
        yield from _document(right, listed)
    elif right.kind == "attachment":
        if not managed_policies.listed(right.value):
            yield Problem(
                right.path,
                "a policy whose text is not in the plan, and it is not listed among AWS's own that may be attached",
                "declare the document, or list the policy in homeport.identity.managed_policies with its reason",
                right.value,
            )
    elif right.value in BASIC_ROLES:
        yield Problem(
            right.path, "a basic role opens the whole project", "grant a predefined role of the service", right.value
        )


def _document(right: Right, listed: tuple[Wildcard, ...]) -> Iterator[Problem]:
    if right.value is None:
        yield Problem(
            right.path,
            "a policy document that cannot be read: it is unknown, a secret or no JSON",
            "build it from what is known before anything is made",
        )
        return
    for problem in violations(right.value, listed=listed):
        yield problem.below(right.path)


def _forbidden(resource: Resource) -> Iterator[Problem]:
    """What is wrong whatever it holds."""
    if resource.type in _STATIC_KEYS:
        yield Problem(
            (),
            f"{resource.type} makes a key that lasts until somebody remembers it",
            "let the workload be known by its identity",
        )
    if resource.type in _EXCLUSIVE or (resource.package == "gcp" and resource.type.lower().endswith(_AUTHORITATIVE)):
        yield Problem(
            (),
            f"{resource.type} is authoritative: it takes the right from everybody whom it does not name",
            "use the additive resource: one member, or one attachment",
        )
    members: list[Any] = [resource.inputs.get("member"), *(resource.inputs.get("members") or [])]
    for member in members:
        if resource.package == "gcp" and isinstance(member, str) and member in _EVERYBODY:
            yield Problem(("member",), "grants to everybody on the internet", "name who needs it", member)
