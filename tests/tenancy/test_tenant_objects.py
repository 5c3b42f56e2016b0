"""What a tenant consists of, and that tenants are kept apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.kube.manifest import Manifest
from homeport.kube.quantity import amount
from homeport.tenancy.args import Groups, Quota, TenantArgs
from homeport.tenancy.manifests import TENANT_LABEL, namespaces, taken_names, tenant_objects
from homeport.tenancy.problems import tenant_problems
from tests.workloads.flows import allowed, end, outside
from tests.workloads.places import LABELS

names = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
members = st.lists(st.from_regex(r"[a-z]{1,8}@acme\.example", fullmatch=True), max_size=3, unique=True)
PODS = st.fixed_dictionaries({"app.kubernetes.io/name": names, "app.kubernetes.io/instance": names})


@st.composite
def tenants(draw: st.DrawFn) -> dict[str, TenantArgs]:
    """Two or three tenants without a namespace in common."""
    spaces = draw(st.lists(names, min_size=3, max_size=8, unique=True))
    count = draw(st.integers(2, 3))
    return {
        f"t{number}": TenantArgs(
            namespaces=spaces[number::count],
            groups=Groups(admin=draw(members), edit=draw(members), view=draw(members)),
            scraped=draw(st.booleans()),
        )
        for number in range(count)
    }


def inside(args: TenantArgs, name: str = "shop", **more: Any) -> list[Manifest]:
    objects = tenant_objects(name, args, labels=LABELS, **more)
    return [*objects.namespaces, *(one for each in objects.inside.values() for one in each)]


def only(manifests: list[Manifest], kind: str, name: str | None = None) -> Manifest:
    (found,) = [one for one in manifests if one.kind == kind and name in (None, one.name)]
    return found


@settings(max_examples=60, deadline=None)
@given(tenants(), PODS, PODS, st.integers(1, 65535))
def test_no_tenant_reaches_another_unless_a_flow_is_declared(
    them: dict[str, TenantArgs], mine: dict[str, str], theirs: dict[str, str], port: int
) -> None:
    policies = [
        one
        for name, args in them.items()
        for one in inside(args, name, monitoring_namespace="monitoring")
        if one.kind == "NetworkPolicy"
    ]
    every = [space for name, args in them.items() for space in namespaces(name, args)]
    for one in every:
        for two in every:
            # Not even inside of the tenant: what is not declared does not talk.
            assert not allowed(policies, end(one, mine), end(two, theirs), port)
        # Neither from nor to where no policy holds: each direction is closed by itself.
        assert not allowed(policies, end(one, mine), outside("203.0.113.7"), port)
        assert not allowed(policies, outside("203.0.113.7"), end(one, mine), port)


@settings(max_examples=60, deadline=None)
@given(tenants())
def test_people_have_rights_in_their_tenant_alone(them: dict[str, TenantArgs]) -> None:
    for name, args in them.items():
        manifests = inside(args, name)
        bindings = [one for one in manifests if one.kind == "RoleBinding"]
        assert {one.namespace for one in manifests if one.kind != "Namespace"} == set(namespaces(name, args))
        assert not [one for one in manifests if one.kind in ("ClusterRoleBinding", "ClusterRole")]
        for role in ("admin", "edit", "view"):
            wanted = sorted(getattr(args.groups, role))
            found = [one for one in bindings if one.body["roleRef"]["name"] == role]
            assert len(found) == (len(namespaces(name, args)) if wanted else 0)
            for one in found:
                assert [subject["name"] for subject in one.body["subjects"]] == wanted
                assert {subject["kind"] for subject in one.body["subjects"]} == {"Group"}


def test_namespaces_enforce_audit_and_warn_at_the_tenants_level_and_say_whose_they_are() -> None:
    for namespace in tenant_objects("shop", TenantArgs(namespaces=["a", "b"]), labels=LABELS).namespaces:
        levels = {key: value for key, value in namespace.labels.items() if key.startswith("pod-security")}
        modes = ("enforce", "audit", "warn")
        assert levels == {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes}
        assert namespace.labels[TENANT_LABEL] == "shop"
        assert namespace.labels["homeport.dev/owner"] == "platform"


def test_the_quota_bounds_what_is_reserved_and_what_is_borrowed() -> None:
    hard = only(inside(TenantArgs(quota=Quota(cpu="2", memory="3Gi", pods=7))), "ResourceQuota").body["spec"]["hard"]
    assert hard["requests.cpu"] == "2"
    assert amount(hard["limits.memory"]) == 2 * amount(hard["requests.memory"])
    assert hard["pods"] == "7"
    assert hard["services.loadbalancers"] == hard["services.nodeports"] == "0"


def test_without_a_quota_there_is_none_and_containers_still_get_defaults() -> None:
    manifests = inside(TenantArgs(quota=None))
    assert not [one for one in manifests if one.kind == "ResourceQuota"]
    (limit,) = only(manifests, "LimitRange").body["spec"]["limits"]
    # Every resource that a quota counts has a default: a pod that says nothing would be refused otherwise.
    assert limit["defaultRequest"].keys() == {"cpu", "memory", "ephemeral-storage"}
    assert limit["default"].keys() == {"memory", "ephemeral-storage"}


def test_names_are_resolved_through_closed_doors() -> None:
    policies = [one for one in inside(TenantArgs()) if one.kind == "NetworkPolicy"]
    me = end("shop", {"app": "x"})
    assert allowed(policies, me, end("kube-system", {"k8s-app": "kube-dns"}), 53, "UDP")
    assert not allowed(policies, me, end("kube-system", {"k8s-app": "kube-dns"}), 443)


@pytest.mark.parametrize(("scraped", "monitoring"), [(True, None), (False, "monitoring"), (True, "monitoring")])
def test_prometheus_comes_in_where_there_is_one_and_the_tenant_lets_it(scraped: bool, monitoring: str | None) -> None:
    manifests = inside(TenantArgs(scraped=scraped), monitoring_namespace=monitoring)
    policies = [one for one in manifests if one.kind == "NetworkPolicy" and one.name == "scraped"]
    assert len(policies) == (scraped and monitoring is not None)
    for one in policies:
        assert allowed([one], end("monitoring", {"app.kubernetes.io/name": "prometheus"}), end("shop", {"a": "b"}), 80)
        assert not allowed([one], end("shop", {"app.kubernetes.io/name": "prometheus"}), end("shop", {"a": "b"}), 80)


def test_names_that_no_app_can_have_are_those_of_the_tenants_own_objects() -> None:
    args = TenantArgs(namespaces=["shop", "shop-jobs"], identities={"runner": []})
    manifests = inside(args, monitoring_namespace="monitoring")
    policies = {one.name for one in manifests if one.kind == "NetworkPolicy"}
    assert taken_names("shop", args, "shop").keys() == policies | {"default", "runner"}
    assert taken_names("shop", args, "shop-jobs").keys() == policies | {"default"}


@pytest.mark.parametrize(
    ("them", "path", "says"),
    [
        ({"kube-system": TenantArgs()}, ("kube-system",), "of the cluster or its add-ons"),
        ({"default": TenantArgs()}, ("default",), "of the cluster or its add-ons"),
        ({"shop": TenantArgs(namespaces=["traefik"])}, ("shop", "namespaces"), "of the cluster or its add-ons"),
        ({"a": TenantArgs(namespaces=["x"]), "x": TenantArgs()}, ("x",), "a namespace of the tenant a already"),
    ],
)
def test_namespaces_of_others_are_refused(them: dict[str, TenantArgs], path: tuple[str, ...], says: str) -> None:
    (problem,) = tenant_problems(them, taken=["traefik"])
    assert problem.path == path
    assert says in problem.rule
    assert problem.fix
