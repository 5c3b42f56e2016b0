"""The objects of a tenant: namespaces, room, defaults, closed doors, people.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from homeport.kube.manifest import Manifest
from homeport.kube.pod_security import level_labels
from homeport.kube.quantity import times
from homeport.labels import Labels
from homeport.tenancy.args import ContainerDefaults, Groups, Quota, TenantArgs

#: Label of a tenant's namespaces, with its name. Gateways admit routes from namespaces that have it.
TENANT_LABEL: Final = "homeport.dev/tenant"
#: Name of what each namespace has once.
OBJECT_NAME: Final = "tenant"

_CLOSED: Final = "default-deny"
_SCRAPED: Final = "scraped"
#: Kubernetes' own roles for people. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
_ROLES: Final = ("admin", "edit", "view")


@dataclass(frozen=True, slots=True)
class TenantObjects:
    """What a tenant consists of.

    Attributes:
        namespaces: made first.
        inside: namespace to what must be there before anything runs in it.
    """

    namespaces: tuple[Manifest, ...]
    inside: dict[str, tuple[Manifest, ...]]


def namespaces(name: str, args: TenantArgs) -> list[str]:
    """Names of a tenant's namespaces; the first is where its apps go that name none."""
    return list(args.namespaces or [name])


def taken_names(name: str, args: TenantArgs, namespace: str) -> dict[str, str]:
    """Names in a namespace that no application can have, with whose they are: apps name their objects after themselves.

    Args:
        name: of the tenant.
        args: what is wanted.
        namespace: one of its namespaces.
    """
    taken = {_CLOSED: f"the tenant's policy {_CLOSED}", _SCRAPED: f"the tenant's policy {_SCRAPED}"}
    # Every namespace has an account of this name by itself.
    taken["default"] = "the account default"
    if namespace == namespaces(name, args)[0]:
        taken |= {account: f"the tenant's identity {account}" for account in args.identities}
    return taken


def tenant_objects(
    name: str, args: TenantArgs, *, labels: Labels, monitoring_namespace: str | None = None
) -> TenantObjects:
    """Everything of a tenant.

    Args:
        name: of the tenant.
        args: what is wanted.
        labels: what everything carries.
        monitoring_namespace: where Prometheus runs, which may reach the pods.
    """
    common = {**labels.kubernetes(), TENANT_LABEL: name}
    levels = level_labels(args.pod_security)
    names = namespaces(name, args)
    scraper = monitoring_namespace if args.scraped else None
    return TenantObjects(
        namespaces=tuple(Manifest("v1", "Namespace", each, labels={**common, **levels}) for each in names),
        inside={each: tuple(_inside(each, args, common, scraper)) for each in names},
    )


def _inside(namespace: str, args: TenantArgs, labels: dict[str, str], scraper: str | None) -> Iterator[Manifest]:
    if args.quota is not None:
        yield _quota(namespace, args.quota, labels)
    yield _limits(namespace, args.defaults, labels)
    yield _closed(namespace, labels)
    if scraper is not None:
        yield _scraped(namespace, scraper, labels)
    yield from _people(namespace, args.groups, labels)


def _quota(namespace: str, quota: Quota, labels: dict[str, str]) -> Manifest:
    hard = {
        "requests.cpu": quota.cpu,
        "requests.memory": quota.memory,
        # Memory above what is reserved is borrowed from neighbours, so it has an end too.
        "limits.memory": times(quota.memory, 2),
        "requests.ephemeral-storage": quota.disk,
        "requests.storage": quota.storage,
        "pods": str(quota.pods),
        "services.loadbalancers": str(quota.load_balancers),
        "services.nodeports": "0",
    }
    return Manifest("v1", "ResourceQuota", OBJECT_NAME, namespace, {"spec": {"hard": hard}}, labels)


def _limits(namespace: str, defaults: ContainerDefaults, labels: dict[str, str]) -> Manifest:
    # Without it a pod that says nothing is refused as soon as there is a quota.
    container = {
        "type": "Container",
        "defaultRequest": {"cpu": defaults.cpu, "memory": defaults.memory, "ephemeral-storage": "64Mi"},
        "default": {"memory": defaults.memory_limit, "ephemeral-storage": "1Gi"},
    }
    return Manifest("v1", "LimitRange", OBJECT_NAME, namespace, {"spec": {"limits": [container]}}, labels)


def _closed(namespace: str, labels: dict[str, str]) -> Manifest:
    """Nothing in, nothing out but the cluster's DNS, until a policy of an app opens it."""
    spec: dict[str, Any] = {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [dns_egress()],
    }
    return Manifest("networking.k8s.io/v1", "NetworkPolicy", _CLOSED, namespace, {"spec": spec}, labels)


def dns_egress() -> dict[str, Any]:
    """The egress rule that lets pods resolve names.

    Pods in kube-system, and the address on which a cache on the node answers (NodeLocal DNSCache, on GKE too).
    https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache
    """
    return {
        "to": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}},
            {"ipBlock": {"cidr": "169.254.20.10/32"}},
        ],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }


def _scraped(namespace: str, scraper: str, labels: dict[str, str]) -> Manifest:
    prometheus = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scraper}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
    }
    spec: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [prometheus]}]}
    return Manifest("networking.k8s.io/v1", "NetworkPolicy", _SCRAPED, namespace, {"spec": spec}, labels)


def _people(namespace: str, groups: Groups, labels: dict[str, str]) -> Iterator[Manifest]:
    for role in _ROLES:
        members: list[str] = getattr(groups, role)
        if members:
            api = "rbac.authorization.k8s.io"
            subjects = [{"kind": "Group", "apiGroup": api, "name": member} for member in sorted(members)]
            body = {"roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": role}, "subjects": subjects}
            yield Manifest(f"{api}/v1", "RoleBinding", f"people-{role}", namespace, body, labels)
