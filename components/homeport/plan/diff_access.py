"""Who may do more, or from where, than before. Pure.

What is new in a stack counts as well: it was not open before. A stack that is new as a whole is told as a caution.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from homeport.plan.diff import Diff
from homeport.plan.diff_flags import Flag, FlagKind, Level, flag
from homeport.plan.diff_values import ABSENT, Change, changes, flat, leaves
from homeport.plan.graph import Resource
from homeport.plan.text import value_text

#: Last keys of a field: the values that open it, what that means.
_OPENING: Final[Mapping[tuple[str, ...], tuple[frozenset[Any], str]]] = {
    ("publiclyAccessible",): (frozenset({True}), "it has an address on the internet"),
    ("endpointPublicAccess",): (frozenset({True}), "the cluster's API is on the internet"),
    ("mapPublicIpOnLaunch",): (frozenset({True}), "machines in it get an address on the internet"),
    ("associatePublicIpAddress",): (frozenset({True, "true"}), "it gets an address on the internet"),
    ("ipv4Enabled",): (frozenset({True}), "it has an address on the internet"),
    ("enablePrivateNodes",): (frozenset({False}), "nodes get addresses on the internet"),
    ("enablePrivateEndpoint",): (frozenset({False}), "the cluster's API is on the internet"),
    ("enablePublicEndpoint",): (frozenset({True}), "the cluster's API is on the internet"),
    ("allowExternalTraffic",): (frozenset({True}), "the cluster's API is reached from outside of the network"),
    ("publicAccessPrevention",): (frozenset({"inherited"}), "the bucket may be made public"),
    ("uniformBucketLevelAccess",): (frozenset({False}), "single objects may be made public"),
    ("blockPublicAcls",): (frozenset({False}), "the bucket may be made public"),
    ("blockPublicPolicy",): (frozenset({False}), "the bucket may be made public"),
    ("ignorePublicAcls",): (frozenset({False}), "the bucket may be made public"),
    ("restrictPublicBuckets",): (frozenset({False}), "the bucket may be made public"),
    ("acl",): (frozenset({"public-read", "public-read-write", "authenticated-read"}), "anybody can read it"),
    ("scheme",): (frozenset({"internet-facing"}), "it is on the internet"),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme",): (frozenset({"internet-facing"}), "it is on the internet"),
    ("internal",): (frozenset({False}), "it is on the internet"),
    ("privileged",): (frozenset({True}), "the container is as mighty as its node"),
    ("hostNetwork",): (frozenset({True}), "the pod sees its node's network"),
    ("hostPID",): (frozenset({True}), "the pod sees its node's processes"),
    ("pod-security.kubernetes.io/enforce",): (frozenset({"privileged"}), "pods may be as mighty as their node"),
}
#: Values that stand for everybody.
_ANYBODY: Final = frozenset({"allUsers", "allAuthenticatedUsers", "system:anonymous", "system:unauthenticated"})
#: Fields whose ranges say who may come in, and those that say where something may go.
_FROM: Final = frozenset(
    {
        "sourceRanges", "publicAccessCidrs", "loadBalancerSourceRanges", "masterAuthorizedNetworksConfig",
        "authorizedNetworks", "ingress", "ingresses", "from", "cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks",
    }
)  # fmt: skip
_TO: Final = frozenset({"egress", "egresses", "to", "destinationRanges", "routes"})
_GRANTS: Final = re.compile(
    r"^gcp:.*:\w*(?:IAM|Iam)(?:Member|Binding|Policy)$"
    r"|^aws:iam/(?:role|user|group)?[pP]olicy(?:Attachment)?:|^aws:iam/(?:role|user|group)PolicyAttachment:"
    r"|^aws:iam/role:Role$|^aws:eks/access\w+:|^aws:(?:lambda/permission|kms/grant|kms/keyPolicy|ecr/repositoryPolicy):"
    r"|^aws:(?:s3/bucketPolicy|sns/topicPolicy|sqs/queuePolicy|secretsmanager/secretPolicy):"
    r"|^aws:(?:ram/\w+|ssoadmin/\w*[aA]ssignment|ssoadmin/\w*[pP]olicy\w*):"
    r"|^kubernetes:rbac\.authorization\.k8s\.io/[^:]+:(?:Cluster)?Role(?:Binding)?$"
)
#: Fields of a grant that say who, what and where.
_GRANTING: Final = frozenset(
    {
        "role", "member", "members", "policyArn", "principal", "principals", "principalArn", "subjects", "roleRef",
        "rules", "policy", "assumeRolePolicy", "managedPolicyArns", "kubernetesGroups", "accessScope", "action",
        "condition",
    }
)  # fmt: skip
#: Rights that amount to all.
_MIGHTY: Final = re.compile(
    r"^roles/(?:owner|editor|iam\.securityAdmin|resourcemanager\.(?:organization|folder|project)(?:Iam)?Admin)$"
    r"|:policy/(?:AdministratorAccess|IAMFullAccess|PowerUserAccess)$|AmazonEKSClusterAdminPolicy$|^cluster-admin$"
    r"|^system:masters$"
)
#: Resources whose removal opens something.
_WALLS: Final[Mapping[str, str]] = {
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "its bucket may be made public",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": "every bucket of the account may be made public",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": "the traffic that it forbade is allowed",
}
#: Blocks without which everybody may come in.
_LISTS: Final[Mapping[str, str]] = {
    "masterAuthorizedNetworksConfig": "the list of networks that may reach the API is gone",
    "publicAccessCidrs": "the list of networks that may reach the API is gone",
    "loadBalancerSourceRanges": "the list of networks that may reach it is gone",
}


def access_flags(diff: Diff) -> Iterator[Flag]:
    """Everything that lets somebody in who was not let in before."""
    if diff.head is None:
        return
    for resource in diff.added:
        if resource.external is None:
            yield from _new(resource, softened=diff.base is None)
    for changed in diff.changed:
        for change in changed.inputs:
            yield from _field(changed.after, changed.before, change)
    for resource in diff.removed:
        if resource.type in _WALLS:
            yield flag("wider-access", "danger", resource, f"is gone: {_WALLS[resource.type]}")


def _new(resource: Resource, *, softened: bool) -> Iterator[Flag]:
    if _GRANTS.search(resource.type) and resource.type != "aws:iam/role:Role":
        level: Level = "danger" if _mighty(resource) and not softened else "caution"
        yield flag("wider-access", level, resource, f"is new and grants {_granted(resource)}")
    for change in changes({}, resource.inputs):
        for leaf in leaves(change):
            for found in (_opened(resource, leaf), _anybody(resource, leaf), _range(resource, leaf, ())):
                if found is not None:
                    kind, level, text = found
                    yield flag(kind, "caution" if softened else level, resource, text, path=leaf.path)


def _field(resource: Resource, before: Resource, change: Change) -> Iterator[Flag]:
    single = list(leaves(change))
    closed = [leaf for leaf in single if leaf.after is ABSENT]
    if closed and change.keys and change.after is ABSENT and change.keys[-1] in _LISTS:
        yield flag("public-access", "danger", resource, f"{change.path}: {_LISTS[change.keys[-1]]}", path=change.path)
    sources = ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    if change.keys[:1] == ("sourceRanges",) and not any(resource.inputs.get(key) for key in sources):
        text = "sourceRanges: the list is gone, and without one everybody may come in"
        yield flag("public-access", "danger", resource, text, path="sourceRanges")
    known = [value for parts, value in flat(before.inputs) if parts[:1] == change.parts[:1]]
    for leaf in single:
        for found in (_opened(resource, leaf), _anybody(resource, leaf), _range(resource, leaf, known)):
            if found is not None:
                kind, level, text = found
                yield flag(kind, level, resource, text, path=leaf.path)
        if leaf.after is not ABSENT and _GRANTS.search(resource.type) and _GRANTING & set(leaf.keys):
            wide = _is_mighty(leaf.after) or _is_wild(leaf)
            text = f"{leaf.path}: {_shown(leaf.before)} -> {_shown(leaf.after)}"
            yield flag("wider-access", "danger" if wide else "caution", resource, text, path=leaf.path)
        if leaf.after is ABSENT and _GRANTS.search(resource.type) and "condition" in {key.lower() for key in leaf.keys}:
            text = f"{leaf.path}: the condition {_shown(leaf.before)} is gone, the grant is without it"
            yield flag("wider-access", "danger", resource, text, path=leaf.path)


def _opened(resource: Resource, leaf: Change) -> tuple[FlagKind, Level, str] | None:
    if leaf.after is ABSENT or (resource.package == "kubernetes" and leaf.keys[:1] == ("data",)):
        return None
    for keys, (opening, text) in _OPENING.items():
        if leaf.keys[-len(keys) :] == keys and _is(leaf.after, opening) and not _is(leaf.before, opening):
            return "public-access", "danger", f"{leaf.path}: {_shown(leaf.before)} -> {_shown(leaf.after)}: {text}"
    if leaf.keys == ("spec", "type") and leaf.after == "LoadBalancer" and resource.type.endswith(":Service"):
        inside = any("internal" in text for text in map(str, _annotations(resource).items()))
        if not inside:
            return "wider-access", "caution", "spec.type: LoadBalancer: it may get an address on the internet"
    return None


def _anybody(resource: Resource, leaf: Change) -> tuple[FlagKind, Level, str] | None:
    everybody = leaf.after in _ANYBODY if isinstance(leaf.after, str) else False
    star = leaf.after == "*" and any(key in {"Principal", "principal", "AWS"} for key in leaf.keys)
    denied = "Deny" in str(resource.inputs.get("policy", "")) and star
    if (everybody or star) and not denied:
        return "public-access", "danger", f"{leaf.path}: {_shown(leaf.after)} is everybody"
    return None


def _range(resource: Resource, leaf: Change, known: Iterable[Any]) -> tuple[FlagKind, Level, str] | None:
    if not isinstance(leaf.after, str) or "/" not in leaf.after or not _lets_in(resource, leaf):
        return None
    network = _network(leaf.after)
    if network is None:
        return None
    if network.prefixlen == 0:
        return "public-access", "danger", f"{leaf.path}: {leaf.after} is the whole internet"
    within = [_network(value) for value in known if isinstance(value, str)]
    if any(old is not None and old.version == network.version and _inside(network, old) for old in within):
        return None
    if leaf.before is ABSENT and not known:
        return None  # a new resource with ranges of its own: nothing became wider
    return "wider-access", "caution", f"{leaf.path}: {leaf.after} may come in now"


def _lets_in(resource: Resource, leaf: Change) -> bool:
    keys = set(leaf.keys)
    direction = str(resource.inputs.get("direction", resource.inputs.get("type", "INGRESS"))).upper()
    refuses = bool(resource.inputs.get("denies"))
    egress = resource.type.endswith("EgressRule") or direction == "EGRESS" or refuses
    return bool(keys & _FROM) and not keys & _TO and not egress


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _inside(inner: _Network, outer: _Network) -> bool:
    return inner.prefixlen >= outer.prefixlen and inner.network_address in outer


def _mighty(resource: Resource) -> bool:
    values = dict(flat(resource.inputs))
    # A conditional grant is as mighty as its condition says.
    if any("condition" in {part.lower() for part in parts} for parts in values):
        return False
    return any(_is_mighty(value) for value in values.values()) or any(
        _is_wild(Change(parts, ABSENT, value)) for parts, value in values.items()
    )


def _is_mighty(value: Any) -> bool:
    return isinstance(value, str) and _MIGHTY.search(value) is not None


def _is_wild(leaf: Change) -> bool:
    return leaf.after in {"*", "*:*", "iam:*"} if isinstance(leaf.after, str) and _acts(leaf.keys) else False


def _acts(keys: Iterable[str]) -> bool:
    return bool({"Action", "verbs", "apiGroups"} & set(keys))


def _granted(resource: Resource) -> str:
    wanted = [(".".join(p for p in parts if not p.startswith("[")), value) for parts, value in flat(resource.inputs)]
    said = [f"{key} {_shown(value)}" for key, value in wanted if key.split(".")[0] in _GRANTING and "(" not in key]
    return ", ".join(said[:4]) or "rights"


def _annotations(resource: Resource) -> Mapping[str, Any]:
    metadata: Any = resource.inputs.get("metadata")
    found: Any = metadata.get("annotations") if isinstance(metadata, dict) else None  # pyright: ignore[reportUnknownVariableType]
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _is(value: Any, opening: frozenset[Any]) -> bool:
    return any(value is item if isinstance(item, bool) else value == item for item in opening)


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else value_text(value, 100)
