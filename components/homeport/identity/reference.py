"""What each permission becomes on each cloud, as the tables of docs/permissions.md.

`python -m homeport.identity.reference docs/permissions.md` rewrites them; a test compares them with the page.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from homeport.globals.wildcards import AWS_ACCOUNT_WILDCARDS
from homeport.identity.aws_documents import Conditions, Statement, document, merge
from homeport.identity.aws_scope import AwsScope
from homeport.identity.managed_policies import AWS_MANAGED
from homeport.identity.permissions import (
    AutoscalingAdmin,
    BucketReader,
    BucketWriter,
    DnsEditor,
    ImagePuller,
    KeyUser,
    LoadBalancerAdmin,
    Permission,
    RoleAssumer,
    SecretReader,
    SecretWriter,
    SnapshotAdmin,
    VolumeAdmin,
)
from homeport.identity.refs import (
    ArtifactRepository,
    BucketRef,
    CloudDnsZone,
    EcrRepositories,
    KeyRef,
    RegistryRef,
    RoleRef,
    Route53Zone,
    SecretRef,
    ServiceAccount,
    ZoneRef,
)
from homeport.identity.render_aws import render as render_aws
from homeport.identity.render_gcp import GcpScope, Grant, native
from homeport.identity.render_gcp import render as render_gcp
from homeport.identity.wildcards import AWS_WILDCARDS, GCP_PROJECT_ROLES, Wildcard

AWS: Final = AwsScope(account="111122223333", region="eu-central-1", cluster="stage-eks")
GCP: Final = GcpScope(project="acme-stage")

_ARN: Final = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY: Final = KeyRef(
    label="stage",
    aws=_ARN,
    gcp="projects/acme-stage/locations/europe-west3/keyRings/stage/cryptoKeys/stage",
)
ZONE: Final = ZoneRef(
    name="stage.acme.example",
    aws=Route53Zone(zone_id="Z0123456789ABCDEFGHIJ"),
    gcp=CloudDnsZone(project="acme-global", name="stage-acme-example"),
)
REGISTRY: Final = RegistryRef(
    label="acme",
    aws=EcrRepositories(repositories=["acme/*"]),
    gcp=ArtifactRepository(project="acme-global", location="europe-west3", repository="acme"),
)

ROLE: Final = RoleRef(
    label="zone-stage",
    aws="arn:aws:iam::444455556666:role/homeport/zones/zone-stage",
    gcp=ServiceAccount(project="acme-global", email="zone-stage@acme-global.iam.gserviceaccount.com"),
)

#: One of each, with everything that it can ask for.
EXAMPLES: Final[tuple[Permission, ...]] = (
    DnsEditor(zones=[ZONE], record_types=["TXT"]),
    BucketReader(bucket=BucketRef(name="acme-models"), prefix="released/", metadata=True),
    BucketWriter(bucket=BucketRef(name="acme-backups", key=KEY)),
    VolumeAdmin(keys=[KEY]),
    SnapshotAdmin(),
    SecretReader(secrets=[SecretRef(name="grafana-admin")], key=KEY),
    SecretWriter(secrets=[SecretRef(name="sealed-secrets-keys")], key=KEY),
    ImagePuller(registry=REGISTRY),
    LoadBalancerAdmin(vpc="vpc-0123456789abcdef0", waf=True, shield=True, cognito=True),
    AutoscalingAdmin(),
    KeyUser(key=KEY),
    RoleAssumer(role=ROLE),
)


def overview() -> str:
    """Intents in a table: who asks, what it is on AWS, what on Google Cloud."""
    rows = [
        (f"[`{type(p).__name__}`](#{type(p).__name__.lower()})", _summary(p), _aws_short(p), _gcp_short(p))
        for p in EXAMPLES
    ]
    return _table(("intent", "what for", "on AWS", "on Google Cloud"), rows)


def details() -> str:
    """A section for each intent: the arguments of the example, every statement and every grant."""
    return "\n\n".join(_section(permission) for permission in EXAMPLES)


def wildcards() -> str:
    """What may stand with a resource that is nothing but a wildcard, and why."""
    return _wide((*AWS_WILDCARDS, *GCP_PROJECT_ROLES))


def account_wildcards() -> str:
    """The same for what people and CI may do."""
    return _wide(AWS_ACCOUNT_WILDCARDS)


def managed() -> str:
    """Policies that AWS maintains and homeport attaches."""
    rows = [(f"[{policy.name}]({policy.page})", policy.holder, policy.reason) for policy in AWS_MANAGED]
    return _table(("policy", "whose", "why"), rows)


def _wide(listed: Iterable[Wildcard]) -> str:
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for row in listed:
        grouped.setdefault((row.resource, row.reason, row.page, row.date), []).append(row.right)
    rows = [
        (_codes(rights), f"`{resource}`", reason, f"[page]({page}), {date}")
        for (resource, reason, page, date), rights in grouped.items()
    ]
    return _table(("right", "resource", "why", "vendor's page, checked"), rows)


def rewrite(page: str) -> str:
    """A page with its generated parts, between `<!-- begin NAME -->` and `<!-- end NAME -->`, made anew."""
    parts = {
        "overview": overview(),
        "details": details(),
        "wildcards": wildcards(),
        "account": account_wildcards(),
        "managed": managed(),
    }
    for name, text in parts.items():
        pattern = rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"
        page = re.sub(pattern, lambda found, text=text: f"{found[1]}\n{text}\n\n{found[2]}", page, flags=re.DOTALL)
    return page


def _section(permission: Permission) -> str:
    statements = merge(render_aws(permission, AWS))
    grants = list(render_gcp(permission, GCP))
    parts = [
        f"### {type(permission).__name__}",
        inspect.cleandoc(type(permission).__doc__ or ""),
        f"```python\n{_call(permission)}\n```",
        f"AWS, {len(document(statements))} characters:",
        _table(("statement", "actions", "on", "if"), [_statement_row(statement) for statement in statements]),
    ]
    reason = native(permission)
    if reason:
        parts.append(f"Google Cloud: nothing to grant. {_linked(reason)}")
    else:
        parts.append("Google Cloud:")
        parts.append(_table(("role", "on", "if"), [_grant_row(grant) for grant in grants]))
    return "\n\n".join(parts)


def _call(permission: Permission) -> str:
    """The example as it is written, references by their names."""
    arguments: list[str] = []
    for name in type(permission).model_fields:
        value = getattr(permission, name)
        if name == "kind" or name not in permission.model_fields_set:
            continue
        arguments.append(f"{name}={_written(value)}")
    return f"{type(permission).__name__}({', '.join(arguments)})"


def _written(value: object) -> str:
    names = {id(KEY): "key", id(ZONE): "zone", id(REGISTRY): "registry", id(ROLE): "role"}
    if id(value) in names:
        return names[id(value)]
    if isinstance(value, BucketRef):
        return f'BucketRef(name="{value.name}"' + (", key=key)" if value.key else ")")
    if isinstance(value, SecretRef):
        return f'SecretRef(name="{value.name}")'
    if isinstance(value, list):
        return f"[{', '.join(_written(item) for item in _items(value))}]"  # pyright: ignore[reportUnknownArgumentType]
    return f'"{value}"' if isinstance(value, str) else str(value)


def _items(value: Iterable[object]) -> Iterator[object]:
    yield from value


def _statement_row(statement: Statement) -> tuple[str, ...]:
    return (
        statement.sid,
        _codes(sorted(statement.actions)),
        _codes(_short(resource) for resource in statement.resources),
        _conditions(statement.conditions),
    )


def _grant_row(grant: Grant) -> tuple[str, ...]:
    where = "/".join(grant.target.values())
    return (
        f"`{grant.role}`",
        f"{grant.kind} `{where}`",
        f"`{grant.condition.expression}`".replace("|", "\\|") if grant.condition else "",
    )


def _conditions(conditions: Conditions) -> str:
    return "<br>".join(
        f"{operator} `{key}` {_codes(values)}"
        for operator, keys in sorted(conditions.items())
        for key, values in sorted(keys.items())
    )


def _short(resource: str) -> str:
    """An ARN without its account and region, which are the cluster's unless the page says otherwise."""
    return resource.replace(f":{AWS.region}:{AWS.account}:", ":...:").replace(f":{AWS.region}::", ":...:")


def _summary(permission: Permission) -> str:
    return inspect.cleandoc(type(permission).__doc__ or "").splitlines()[0]


def _aws_short(permission: Permission) -> str:
    statements = merge(render_aws(permission, AWS))
    actions = {action for statement in statements for action in statement.actions}
    return f"{len(actions)} actions in {len(statements)} statement{'s' if len(statements) > 1 else ''}"


def _gcp_short(permission: Permission) -> str:
    grants = list(render_gcp(permission, GCP))
    return ", ".join(f"`{grant.role}` on the {grant.kind}" for grant in grants) or "native, no grant"


def _linked(reason: str) -> str:
    text, page = reason.split(": ", 1)
    return f"[{text}]({page})."


def _codes(values: Iterable[str]) -> str:
    return "<br>".join(f"`{value}`" for value in values)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        Path(argument).write_text(rewrite(Path(argument).read_text(encoding="utf-8")), encoding="utf-8")
