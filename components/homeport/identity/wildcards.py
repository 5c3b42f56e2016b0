"""The rights that no API can scope, listed with the page that says so; everything else wide is a violation.

`violations` walks any policy document or grant, ours or not. Tests walk all that `render_aws` and `render_gcp` write;
`homeport.identity.walk` walks a whole plan.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from homeport.identity.permissions import BASIC_ROLES
from homeport.identity.render_gcp import Grant
from homeport.problems import Path, Problem

_REFERENCE: Final = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
_CHECKED: Final = "2026-11-21"


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Something wide that is allowed because nothing narrower exists.

    Attributes:
        right: an AWS action, or a Google Cloud role on a project.
        resource: the ARN or pattern that it may be used with; `*:` before the name stands for every region.
        reason: why it cannot be narrower, and what that shows or allows.
        page: the vendor's page.
        date: when the page was last checked.
    """

    right: str
    resource: str
    reason: str
    page: str
    date: str = _CHECKED


def rows(service: str, page: str, reason: str, actions: str, resource: str = "*") -> Iterator[Wildcard]:
    """A row for each of the actions of a service, which share everything else."""
    for action in actions.split():
        yield Wildcard(f"{service}:{action}", resource, reason, _REFERENCE + page)


_LISTS: Final = "reads lists; the action knows no resources"
_EC2: Final = "list_amazonec2.html"
_ELB: Final = "list_awselasticloadbalancingv2.html"

#: AWS actions that may stand with a resource that is nothing but a wildcard, without a condition.
AWS_WILDCARDS: Final[tuple[Wildcard, ...]] = (
    *rows(
        "ec2",
        _EC2,
        _LISTS,
        """DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones DescribeImages DescribeInstanceTypes
        DescribeInstances DescribeInternetGateways DescribeIpamPools DescribeLaunchTemplateVersions
        DescribeNetworkInterfaces DescribeRouteTables DescribeSecurityGroups DescribeSnapshots DescribeSubnets
        DescribeTags DescribeVolumeStatus DescribeVolumes DescribeVolumesModifications DescribeVpcPeeringConnections
        DescribeVpcs GetInstanceTypesFromInstanceRequirements""",
    ),
    *rows(
        "elasticloadbalancing",
        _ELB,
        _LISTS,
        """DescribeCapacityReservation DescribeListenerAttributes DescribeListenerCertificates DescribeListeners
        DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeRules DescribeSSLPolicies DescribeTags
        DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth DescribeTrustStores""",
    ),
    *rows(
        "autoscaling",
        "list_amazonec2autoscaling.html",
        _LISTS,
        """DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations
        DescribeScalingActivities""",
    ),
    *rows("acm", "list_awscertificatemanager.html", _LISTS, "ListCertificates"),
    *rows(
        "acm",
        "list_awscertificatemanager.html",
        "reads the public part of certificates; the controller finds the one for a host name",
        "DescribeCertificate",
        "certificate/*",
    ),
    *rows("route53", "list_amazonroute53.html", _LISTS, "ListHostedZones ListHostedZonesByName"),
    *rows(
        "route53",
        "list_amazonroute53.html",
        "the id of a change exists only after it was asked for; tells whether it is done",
        "GetChange",
        "change/*",
    ),
    *rows(
        "ecr",
        "list_amazonelasticcontainerregistry.html",
        "logs in to the registry; what can be pulled is scoped by repository",
        "GetAuthorizationToken",
    ),
    *rows(
        "elasticloadbalancing",
        _ELB,
        "listeners, rules and targets of load balancers that old controllers or others made have no tags",
        """AddListenerCertificates CreateRule DeleteListener ModifyListener ModifyListenerAttributes
        RemoveListenerCertificates AddTags RemoveTags""",
        "listener/{app,net}/*",
    ),
    *rows(
        "elasticloadbalancing",
        _ELB,
        "listeners, rules and targets of load balancers that old controllers or others made have no tags",
        "DeleteRule ModifyRule SetRulePriorities AddTags RemoveTags",
        "listener-rule/{app,net}/*",
    ),
    *rows(
        "elasticloadbalancing",
        _ELB,
        "a listener's load balancer may have been made by an old controller or by others, without tags",
        "CreateListener",
        "loadbalancer/{app,net}/*",
    ),
    *rows(
        "elasticloadbalancing",
        _ELB,
        "a TargetGroupBinding may name a target group that something else made",
        "RegisterTargets DeregisterTargets",
        "targetgroup/*",
    ),
    *rows("elasticloadbalancing", _ELB, "the action knows no resources; for WAF", "SetWebAcl"),
    *rows(
        "wafv2",
        "list_awswafv2.html",
        "which web ACL an Ingress asks for is known when it is deployed; only with waf",
        "AssociateWebACL DisassociateWebACL GetWebACL GetWebACLForResource",
        "regional/webacl/*",
    ),
    *rows(
        "wafv2",
        "list_awswafv2.html",
        "which load balancer an Ingress gets is known when it is deployed; only with waf",
        "AssociateWebACL DisassociateWebACL GetWebACL GetWebACLForResource",
        "loadbalancer/app/*",
    ),
    *rows(
        "shield",
        "list_awsshield.html",
        "the action knows no resources; only with shield",
        "CreateProtection GetSubscriptionState",
    ),
    *rows(
        "shield",
        "list_awsshield.html",
        "the id of a protection is made with it, and it has no tag of the controller; only with shield",
        "DeleteProtection DescribeProtection",
        "protection/*",
    ),
    *rows(
        "cognito-idp",
        "list_amazoncognitouserpools.html",
        "which user pool an Ingress names is known when it is deployed; only with cognito",
        "DescribeUserPoolClient",
        "userpool/*",
    ),
)

#: Google Cloud roles that may be granted on a whole project.
GCP_PROJECT_ROLES: Final[tuple[Wildcard, ...]] = (
    Wildcard(
        "roles/dns.reader",
        "project",
        "zones are listed by project; shows the names and records of all zones of the project",
        "https://cloud.google.com/dns/docs/zones/iam-per-resource-zones",
    ),
)


def violations(
    subject: str | Mapping[str, Any] | Grant | Iterable[Grant], *, listed: Iterable[Wildcard] = AWS_WILDCARDS
) -> list[Problem]:
    """What is wider than it needs to be.

    Args:
        subject: an IAM policy document (text or parsed, a trust policy too), a grant, or grants. Marks and tokens for
            names that only the cloud can say count as names.
        listed: what may be wide in a policy document.

    Returns:
        One problem for each thing that is too wide, with its path in the document; empty where there is none.
    """
    if isinstance(subject, Grant):
        return list(_grant(subject, ()))
    if isinstance(subject, str):
        return violations(cast("Mapping[str, Any]", json.loads(subject)), listed=listed)
    if isinstance(subject, Mapping):
        found = cast("Mapping[str, Any]", subject)
        statements = _list(found.get("Statement"))
        allowed = [(row.right, name) for row in listed for name in _alternatives(row.resource)]
        return [problem for i, item in enumerate(statements) for problem in _statement(item, ("Statement", i), allowed)]
    return [problem for i, item in enumerate(subject) for problem in _grant(item, (i,))]


def role_violation(role: str, *, on_project: bool) -> str | None:
    """The rule that a Google Cloud role breaks, as a sentence, or None.

    Args:
        role: predefined or custom.
        on_project: whether it is granted on a whole project, folder or organisation.
    """
    if role in BASIC_ROLES:
        return f"{role} is a basic role and opens the whole project"
    if on_project and role not in {row.right for row in GCP_PROJECT_ROLES}:
        return f"{role} is granted on the whole project, which only listed roles may be"
    return None


def _grant(grant: Grant, path: Path) -> Iterator[Problem]:
    broken = role_violation(grant.role, on_project=grant.kind == "project")
    if broken:
        yield Problem((*path, grant.key), broken, "grant a role of the service on the one resource", grant.role)


#: Pairs of an action and the name that it may be used with although that is wide.
_Allowed = Sequence[tuple[str, str]]


def _statement(statement: Any, path: Path, allowed: _Allowed) -> Iterator[Problem]:
    if statement.get("Effect") != "Allow":
        return
    for inverted in ("NotAction", "NotResource", "NotPrincipal"):
        if inverted in statement:
            yield Problem((*path, inverted), "allows everything but what it names", "name what is allowed instead")
    conditions = _conditions(statement)
    actions = [str(action) for action in _list(statement.get("Action"))]
    for index, action in enumerate(actions):
        if "*" in action or "?" in action:
            yield Problem((*path, "Action", index), "a wildcard among actions", "name each action", action)
    if "Principal" in statement:
        yield from _principal(statement, conditions, path)
        return
    for index, resource in enumerate(_list(statement.get("Resource"))):
        for action in actions:
            broken = _too_wide(action, str(resource), conditions, allowed)
            if broken:
                yield Problem((*path, "Resource", index), f"{action}: {broken}", "name the resource", str(resource))


def _too_wide(action: str, resource: str, conditions: frozenset[str], allowed: _Allowed) -> str | None:
    """The rule that an action with a resource breaks, or None."""
    if resource == "*":
        # A condition on tags does not help here: an action that knows no resources has none to look at.
        return None if (action, "*") in allowed else "every resource, and it is not listed among what no API can scope"
    if _TOKEN.fullmatch(resource):
        return None
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return "no ARN"
    name = parts[5]
    if parts[3] == "*" and (action, f"*:{name}") in allowed and "*" not in parts[:3] + parts[4:5]:
        return None
    if any("*" in part for part in parts[:5]):
        return "a wildcard for partition, service, region or account"
    # The name of an object begins with its bucket, every other with its kind.
    wide = "*" in name.split("/")[0] if parts[2] == "s3" else _WIDE.fullmatch(name) is not None
    if not wide or any(_SCOPING.fullmatch(key) for key in conditions) or (action, name) in allowed:
        return None
    return "every resource of its kind, and no condition narrows it"


#: A name that is nothing but a kind and a wildcard.
_WIDE: Final = re.compile(r"([A-Za-z-]+[/:])?((app|net|gwy|regional|global|webacl)/)*(vol-)?\*.*")
#: Condition keys that narrow a statement to what belongs to somebody.
_SCOPING: Final = re.compile(r"([a-z0-9-]+:(Resource|Request)Tag/.+|[a-z0-9-]+:CreateAction|ec2:Vpc)")
#: An ARN that only the cloud can say, as it stands in a plan.
_TOKEN: Final = re.compile(r"\$\{[^{}*?]+\.arn\}")
#: Who of an account: at least a kind and the beginning of a name.
_SOMEBODY: Final = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[^*?]+.*")


def _alternatives(pattern: str) -> list[str]:
    """`listener/{app,net}/*` as `listener/app/*` and `listener/net/*`."""
    match = re.search(r"\{([^}]*)\}", pattern)
    return [pattern.replace(match[0], choice) for choice in match[1].split(",")] if match else [pattern]


def _principal(statement: Any, conditions: frozenset[str], path: Path) -> Iterator[Problem]:
    principal = statement["Principal"]
    if isinstance(principal, str):
        names = [principal]
    else:
        names = [str(name) for values in cast("Mapping[str, Any]", principal).values() for name in _list(values)]
    accounts = any(name.endswith(":root") for name in names)
    if "*" in names or (accounts and not _account_decides(statement) and not _names_somebody(statement)):
        yield Problem((*path, "Principal"), "trusts everybody or a whole account", "name the principal")
    if "pods.eks.amazonaws.com" in names and "aws:RequestTag/kubernetes-service-account" not in conditions:
        yield Problem(
            (*path, "Condition"),
            "every pod of every cluster of the account may assume the role",
            "add conditions on aws:RequestTag/eks-cluster-arn, kubernetes-namespace and kubernetes-service-account",
        )
    if any(":oidc-provider/" in name for name in names) and not any(key.endswith(":sub") for key in conditions):
        yield Problem(
            (*path, "Condition"), "every subject of the identity provider may assume the role", "add one on :sub"
        )


def _account_decides(statement: Any) -> bool:
    """Whether this stands in a key's own policy and hands the decision to IAM policies.

    Without it nobody could change the policy any more.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return all(str(action).startswith("kms:") for action in _list(statement.get("Action")))


def _names_somebody(statement: Any) -> bool:
    """Whether a condition says who of the account: permission sets' roles have names that nobody knows before.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    """
    found = cast("Mapping[str, Mapping[str, Any]]", statement.get("Condition") or {})
    return any(
        all(_SOMEBODY.fullmatch(str(value)) for value in _list(keys["aws:PrincipalArn"]))
        for operator, keys in found.items()
        if operator in {"ArnEquals", "ArnLike", "StringEquals", "StringLike"} and keys.get("aws:PrincipalArn")
    )


def _conditions(statement: Any) -> frozenset[str]:
    """Condition keys that narrow a statement: operators that hold for other or absent keys do not, nor does a `*`."""
    found = cast("Mapping[str, Mapping[str, Any]]", statement.get("Condition") or {})
    return frozenset(
        key
        for operator, keys in found.items()
        if operator != "Null" and "Not" not in operator and not operator.endswith("IfExists")
        for key, values in keys.items()
        if "*" not in _list(values)
    )


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]
