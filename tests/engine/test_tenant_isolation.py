"""Tenants are kept apart: asked of the API server's authorizer and admission, on the shipped `stage`.

Network policies are looked at and not tried: no node is there to enforce them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest

from homeport.tenancy.manifests import dns_egress
from tests.engine.access import STRANGER, Who, ask, may, rules, service_account
from tests.engine.control_plane import ControlPlane
from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]

TENANTS = ("shop", "tools")
ROLES = ("admin", "edit", "view")
CLUSTER_WIDE: tuple[str, ...] = (
    "nodes",
    "namespaces",
    "persistentvolumes",
    "rbac.authorization.k8s.io/clusterroles",
    "rbac.authorization.k8s.io/clusterrolebindings",
    "apiextensions.k8s.io/customresourcedefinitions",
    "storage.k8s.io/storageclasses",
    "scheduling.k8s.io/priorityclasses",
    "admissionregistration.k8s.io/validatingwebhookconfigurations",
)
NAMESPACED: tuple[str, ...] = (
    "pods",
    "secrets",
    "configmaps",
    "services",
    "serviceaccounts",
    "apps/deployments",
    "batch/jobs",
    "networking.k8s.io/networkpolicies",
    "rbac.authorization.k8s.io/rolebindings",
    "resourcequotas",
    "limitranges",
)
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
READING, WRITING = VERBS[:3], VERBS[3:]
#: Of other tenants and of the platform itself.
ELSEWHERE = ("kube-system", "default", "sealed-secrets", "cert-manager", "monitoring", "traefik")
#: Which of `NAMESPACED` each role may read and write in its tenant's namespace; Kubernetes' own roles say so.
READS: dict[str, set[str]] = {
    "admin": set[str](NAMESPACED),
    "edit": set[str](NAMESPACED) - {"rbac.authorization.k8s.io/rolebindings"},
    "view": set[str](NAMESPACED) - {"rbac.authorization.k8s.io/rolebindings", "secrets"},
}
#: Room and limits of a tenant are the platform's: nobody writes them.
WRITES: dict[str, set[str]] = {
    "admin": set[str](NAMESPACED) - {"resourcequotas", "limitranges"},
    "edit": set[str](NAMESPACED) - {"resourcequotas", "limitranges", "rbac.authorization.k8s.io/rolebindings"},
    "view": set(),
}


def person(tenant: str, role: str) -> Who:
    return Who(f"somebody@{tenant}.acme.example", f"{tenant}-{role}@acme.example")


def _name_groups(config: dict[str, Any]) -> None:
    config["cluster"]["rbac_group"] = "gke-security-groups@acme.example"
    for tenant in TENANTS:
        config["tenants"][tenant]["groups"] = {role: [person(tenant, role).group] for role in ROLES}


@pytest.fixture(scope="module")
def plane(new_engine: Callable[[str], Engine]) -> ControlPlane:
    """The cluster of `stage`, whose tenants have people."""
    engine = new_engine("stage")
    engine.edit(_name_groups)
    engine.up().must()
    return engine.control_plane


PEOPLE = [(tenant, role) for tenant in TENANTS for role in ROLES]


@pytest.mark.parametrize(("tenant", "role"), PEOPLE)
def test_people_may_do_in_their_own_namespace_what_their_role_says(plane: ControlPlane, tenant: str, role: str) -> None:
    who = person(tenant, role)
    allowed = {(verb, resource) for verb in VERBS for resource in NAMESPACED if may(plane, who, verb, resource, tenant)}
    assert allowed == {
        *((verb, resource) for verb in READING for resource in READS[role]),
        *((verb, resource) for verb in WRITING for resource in WRITES[role]),
    }


@pytest.mark.parametrize(("tenant", "role"), PEOPLE)
def test_people_may_do_elsewhere_what_a_stranger_may_and_nothing_more(
    plane: ControlPlane, tenant: str, role: str
) -> None:
    who = person(tenant, role)
    others = [*(other for other in TENANTS if other != tenant), *ELSEWHERE]
    assert rules(plane, who, tenant) != rules(plane, STRANGER, tenant)
    assert [place for place in others if rules(plane, who, place) != rules(plane, STRANGER, place)] == []


@pytest.mark.parametrize(("tenant", "role"), PEOPLE)
def test_people_may_do_nothing_to_the_cluster_as_a_whole(plane: ControlPlane, tenant: str, role: str) -> None:
    who = person(tenant, role)
    assert [(v, r) for v in VERBS for r in (*CLUSTER_WIDE, *NAMESPACED) if may(plane, who, v, r)] == []


@pytest.mark.parametrize("role", ROLES)
def test_secrets_are_given_to_those_who_may_change_them_and_to_no_neighbour(plane: ControlPlane, role: str) -> None:
    who = person("shop", role)
    own = HTTPStatus.FORBIDDEN if role == "view" else HTTPStatus.OK
    assert ask(plane, who, "GET", "/api/v1/namespaces/shop/secrets").status == own
    for path in ("namespaces/tools/secrets", "namespaces/sealed-secrets/secrets", "secrets", "namespaces/tools/pods"):
        assert ask(plane, who, "GET", f"/api/v1/{path}").status == HTTPStatus.FORBIDDEN


def test_an_admin_of_a_tenant_gives_no_right_that_they_have_not(plane: ControlPlane) -> None:
    api = "rbac.authorization.k8s.io"
    path = f"/apis/{api}/v1/namespaces/shop/rolebindings?dryRun=All"
    for role, status in (("cluster-admin", HTTPStatus.FORBIDDEN), ("edit", HTTPStatus.CREATED)):
        binding = {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "more"},
            "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "User", "apiGroup": api, "name": "friend@acme.example"}],
        }
        assert ask(plane, person("shop", "admin"), "POST", path, binding).status == status


@pytest.mark.parametrize("role", ROLES)
def test_nobody_of_a_tenant_changes_the_level_that_its_namespace_enforces(plane: ControlPlane, role: str) -> None:
    labels = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}
    path = "/api/v1/namespaces/shop?dryRun=All"
    assert ask(plane, person("shop", role), "PATCH", path, labels, merge=True).status == HTTPStatus.FORBIDDEN
    assert ask(plane, person("shop", role), "DELETE", path).status == HTTPStatus.FORBIDDEN


def _accounts(plane: ControlPlane) -> Iterator[tuple[str, str]]:
    for tenant in TENANTS:
        for found in plane.request("GET", f"/api/v1/namespaces/{tenant}/serviceaccounts").body["items"]:
            yield tenant, found["metadata"]["name"]


def test_service_accounts_of_applications_may_do_nothing_anywhere(plane: ControlPlane) -> None:
    accounts = set(_accounts(plane))
    assert accounts >= {("shop", "web"), ("shop", "worker"), ("shop", "default"), ("tools", "feedback")}
    # What an account may that nothing is bound to; on GKE and EKS the same few reviews of itself and discovery.
    bound_to_nothing = service_account("nowhere", "nobody")
    for tenant, name in accounts:
        who = service_account(tenant, name)
        for place in (*TENANTS, "kube-system", "sealed-secrets"):
            assert rules(plane, who, place) == rules(plane, bound_to_nothing, place), (tenant, name, place)
        everything = (*CLUSTER_WIDE, *NAMESPACED)
        assert not any(may(plane, who, verb, resource) for verb in ("get", "create") for resource in everything)


def test_pods_of_applications_carry_no_token(plane: ControlPlane) -> None:
    pods = [pod for each in TENANTS for pod in plane.request("GET", f"/api/v1/namespaces/{each}/pods").body["items"]]
    told = {pod["metadata"]["name"]: pod["spec"].get("automountServiceAccountToken") for pod in pods}
    # The chart that was there before is as it is: what its pods may do is tested above.
    assert {
        name for name, mounted in told.items() if mounted is not False and not name.startswith("dashboard")
    } == set()


def _pod(name: str, **container: Any) -> dict[str, Any]:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    spec = {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "app", "image": "registry.example/app:1", "securityContext": security, **container}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_pod_that_breaks_the_level_is_refused_whoever_sends_it(plane: ControlPlane, tenant: str) -> None:
    path = f"/api/v1/namespaces/{tenant}/pods?dryRun=All"
    editor = person(tenant, "edit")
    assert ask(plane, editor, "POST", path, _pod("fine")).status == HTTPStatus.CREATED
    hostile = _pod("hostile", securityContext={"privileged": True})
    for refused in (ask(plane, editor, "POST", path, hostile), plane.request("POST", path, hostile)):
        assert refused.status == HTTPStatus.FORBIDDEN
        assert 'violates PodSecurity "restricted' in refused.body["message"]
    assert ask(plane, person(tenant, "view"), "POST", path, _pod("fine")).status == HTTPStatus.FORBIDDEN


def test_the_quota_refuses_the_pod_too_many(plane: ControlPlane) -> None:
    path = "/api/v1/namespaces/tools/pods"
    editor = person("tools", "edit")
    there = len(plane.request("GET", path).body["items"])
    made = 0
    try:
        while (answer := ask(plane, editor, "POST", path, _pod(f"one-of-many-{made}"))).status == HTTPStatus.CREATED:
            made += 1
        assert there + made == 50
        assert answer.status == HTTPStatus.FORBIDDEN
        assert "exceeded quota: tenant, requested: pods=1, used: pods=50, limited: pods=50" in answer.body["message"]
    finally:
        for number in range(made):
            plane.request("DELETE", f"{path}/one-of-many-{number}", {"gracePeriodSeconds": 0})


@pytest.mark.parametrize(
    ("container", "said"),
    [
        ({"resources": {"requests": {"cpu": "5"}}}, "requests.cpu"),
        ({"resources": {"limits": {"memory": "17Gi"}}}, "limits.memory"),
    ],
)
def test_the_quota_refuses_a_pod_that_is_too_large(plane: ControlPlane, container: Any, said: str) -> None:
    path = "/api/v1/namespaces/tools/pods?dryRun=All"
    refused = ask(plane, person("tools", "edit"), "POST", path, _pod("large", **container))
    assert refused.status == HTTPStatus.FORBIDDEN
    assert f"exceeded quota: tenant, requested: {said}=" in refused.body["message"]


@pytest.mark.parametrize("type_", ["LoadBalancer", "NodePort"])
def test_no_tenant_opens_a_door_to_the_outside(plane: ControlPlane, type_: str) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "door"},
        "spec": {"type": type_, "selector": {"app": "x"}, "ports": [{"port": 80}]},
    }
    path = "/api/v1/namespaces/tools/services?dryRun=All"
    refused = ask(plane, person("tools", "admin"), "POST", path, service)
    assert refused.status == HTTPStatus.FORBIDDEN
    assert "exceeded quota" in refused.body["message"]


@pytest.mark.parametrize("tenant", TENANTS)
def test_every_namespace_is_closed_but_for_names_and_what_monitoring_asks(plane: ControlPlane, tenant: str) -> None:
    path = f"/apis/networking.k8s.io/v1/namespaces/{tenant}/networkpolicies"
    there = {found["metadata"]["name"]: found["spec"] for found in plane.request("GET", path).body["items"]}
    # Nothing is inside of it for the other direction: an empty list of rules lets nothing in.
    assert there["default-deny"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [dns_egress()],
    }
    scraped = there["scraped"]
    assert scraped["podSelector"] == {}
    [peer] = scraped["ingress"][0]["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}
    # Every other one is of one application, and selects its pods alone.
    apps = {name: spec["podSelector"] for name, spec in there.items() if name not in {"default-deny", "scraped"}}
    expected = {"shop": {"web", "api", "worker", "cleanup", "migrate"}, "tools": {"dashboard", "feedback"}}[tenant]
    assert set(apps) == expected
    assert all(selector.get("matchLabels") for selector in apps.values())
