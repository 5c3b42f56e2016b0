"""Applications against tenants, the cluster and each other: what is found, where, and what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.addons.exports import Exports
from homeport.cluster.pool_args import NodePoolArgs
from homeport.problems import Problem, dotted
from homeport.tenancy.args import Quota, TenantArgs
from homeport.workloads.args import Flow, Hardening
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.resolve import Ground, app_problems, deployed
from homeport.workloads.resources import Resources
from homeport.workloads.scaling import Autoscale
from homeport.workloads.specs import AppSpec
from tests.workloads.places import EXPORTS, LABELS, cron_job, job, web, worker

DOMAIN = "stage.acme.example"


def ground(**more: Any) -> Ground:
    facts: dict[str, Any] = {
        "tenants": {"shop": TenantArgs(), "tools": TenantArgs(namespaces=["tools", "tools-jobs"])},
        "pools": {"general": NodePoolArgs(machines=["e2-standard-4"], size=1)},
        "exports": EXPORTS,
        "program": "stacks/apps.py",
        **more,
    }
    return Ground(environment="stage", domain=DOMAIN, labels=LABELS, cloud="gcp", **facts)


def problems(
    specs: dict[str, AppSpec], overlays: dict[str, dict[str, Any]] | None = None, **more: Any
) -> list[Problem]:
    found = {name: AppOverlay.model_validate(one) for name, one in (overlays or {one: {} for one in specs}).items()}
    return list(app_problems(specs, found, ground(**more)))


def only(*args: Any, **more: Any) -> Problem:
    (problem,) = problems(*args, **more)
    return problem


def test_apps_that_fit_have_no_problem() -> None:
    specs: dict[str, AppSpec] = {
        "web": web(connects=[Flow(app="api")], after=["migrate"]),
        "api": web(hosts=[]),
        "worker": worker(after=["migrate"], node_pool="general"),
        "cleanup": cron_job(),
        "migrate": job(),
    }
    assert problems(specs) == []


@pytest.mark.parametrize(
    ("specs", "path", "says", "fix"),
    [
        ({"web": web(tenant="shp")}, "apps.web.tenant", "is no tenant of this stack", "tenants: {shp: {}}"),
        ({"web": web(namespace="tools")}, "apps.web.namespace", "of the tenant shop", "shop"),
        ({"web": web(tag=None)}, "apps.web.tag", "neither a tag nor a digest", 'tag: "1.4.2"'),
        ({"web": web(node_pool="genral")}, "apps.web.node_pool", "no node pool of this cluster", '"general"'),
        ({"web": web(hosts=["acme.test"])}, "apps.web.hosts", f"outside the stack's domain {DOMAIN}", f"web.{DOMAIN}"),
        ({"web": web(connects=[Flow(app="api")])}, "apps.web.connects[0]", "api, which is not deployed", "api: {tag"),
        ({"web": web(after=["migrate"])}, "apps.web.after", "migrate, which is not deployed", "migrate: {tag"),
        (
            {"web": web(after=["worker"]), "worker": worker()},
            "apps.web.after",
            "worker, which is a worker and never done",
            "in stacks/apps.py: name jobs alone",
        ),
        (
            {"web": web(after=["migrate"]), "migrate": job(tenant="tools")},
            "apps.web.after",
            "of the tenant tools",
            "its own tenant",
        ),
        (
            {"web": web(connects=[Flow(app="worker")]), "worker": worker()},
            "apps.web.connects[0]",
            "has no port",
            "ports=[5432]",
        ),
        (
            {"web": web(connects=[Flow(app="api")]), "api": web(hosts=[], tenant="tools")},
            "apps.web.connects[0]",
            "the tenant tools, which does not admit the tenant shop",
            "admits_tenants=['shop'] of api",
        ),
        (
            {"web": web(), "shop": web(hosts=[f"web.{DOMAIN}"])},
            "apps.web.hosts",
            "the app shop answers on this host and the path / already",
            "another host",
        ),
        ({"a": job(after=["b"]), "b": job(after=["a"])}, "apps.a.after", "comes after itself: a <- b <- a", "remove"),
        ({"web": web(hardening=Hardening(user=0), port=8080)}, "apps.web.hardening.user", "restricted", "10001"),
        ({"scraped": worker()}, "apps.scraped", "the tenant's policy scraped", "call it something else"),
    ],
)
def test_each_mistake_is_told_once_at_its_place_with_what_to_write(
    specs: dict[str, AppSpec], path: str, says: str, fix: str
) -> None:
    try:
        problem = only(specs)
    except ValueError:
        pytest.fail(str([one.text() for one in problems(specs)]))
    assert dotted(problem.path) == path
    assert says in problem.rule
    assert fix in problem.fix


def test_all_of_them_at_once() -> None:
    specs: dict[str, AppSpec] = {"web": web(tag=None, hosts=["acme.test"]), "worker": worker(tenant="shp")}
    overlays: dict[str, dict[str, Any]] = {"web": {"schedule": "1 2 * * *"}, "worker": {}, "wokrer": {}}
    assert [dotted(one.path) for one in problems(specs, overlays)] == [
        "apps.web.schedule",
        "apps.wokrer",
        "apps.web.tag",
        "apps.worker.tenant",
        "apps.web.hosts",
    ]


def test_an_unknown_app_is_told_with_the_nearest_name() -> None:
    problem = only({"worker": worker()}, {"wokrer": {}})
    assert problem.fix == 'did you mean "worker"?'
    assert problem.rule == "is no application of this program"


def test_what_stands_in_the_program_alone_is_told_to_stand_there() -> None:
    assert "stacks/apps.py" in only({"web": web(hosts=["acme.test"])}).fix
    assert "stacks/apps.py" not in only({"web": web()}, {"web": {"hosts": ["acme.test"]}}).fix
    specs: dict[str, AppSpec] = {"web": web(after=["worker"]), "worker": worker()}
    assert only(specs).fix.startswith("in stacks/apps.py: ")


def test_room_of_the_stack_file_is_checked_against_that_of_the_program() -> None:
    spec = web(resources=Resources(memory="1Gi"))
    problem = only({"web": spec}, {"web": {"resources": {"memory_limit": "512Mi"}}})
    assert dotted(problem.path) == "apps.web.resources.memory_limit"


def test_two_apps_share_a_host_by_their_paths() -> None:
    host = [f"shop.{DOMAIN}"]
    assert problems({"web": web(hosts=host), "api": web(hosts=host, paths=["/api"])}) == []
    problem = only({"web": web(hosts=host, paths=["/api/"]), "api": web(hosts=host, paths=["/api"])})
    assert problem.value == host[0]
    assert problem.related == (("apps", "api"),)


def test_a_public_app_needs_a_gateway_and_an_ingress_class_will_do() -> None:
    problem = only({"web": web()}, exports=Exports())
    assert dotted(problem.path) == "apps.web.hosts"
    assert "traefik" in problem.fix
    assert problems({"web": web()}, exports=Exports(ingress_class="traefik")) == []
    assert problems({"web": web(hosts=[])}, exports=Exports()) == []


def test_a_flow_to_another_tenant_needs_its_consent() -> None:
    specs: dict[str, AppSpec] = {
        "web": web(connects=[Flow(app="api")]),
        "api": web(hosts=[], tenant="tools", admits_tenants=["shop"]),
    }
    assert problems(specs) == []


def test_names_of_a_tenants_identities_are_taken_in_its_first_namespace_alone() -> None:
    tenants = {"shop": TenantArgs(namespaces=["shop", "jobs"], identities={"worker": []})}
    assert "identity worker" in only({"worker": worker()}, tenants=tenants).rule
    assert problems({"worker": worker(namespace="jobs")}, tenants=tenants) == []


def test_the_quota_holds_what_apps_reserve_scaled_out_and_rolling_and_the_text_says_how_much() -> None:
    # 8 pods and a quarter of them beside the old ones: 10 of 300m.
    spec = web(autoscale=Autoscale(min=2, max=8), resources=Resources(cpu="300m", memory="64Mi"))
    assert problems({"web": spec}, tenants={"shop": TenantArgs(quota=Quota(cpu="3"))}) == []
    problem = only({"web": spec}, tenants={"shop": TenantArgs(quota=Quota(cpu="2900m"))})
    assert dotted(problem.path) == "tenants.shop.quota.cpu"
    assert "up to 3 of cpu" in problem.rule
    assert "2900m are allowed" in problem.rule
    assert problem.fix == "allow 3 or more, or let the apps ask for less"
    assert problems({"web": spec}, tenants={"shop": TenantArgs(quota=None)}) == []


def test_each_namespace_has_a_quota_of_its_own() -> None:
    tenants = {"shop": TenantArgs(namespaces=["shop", "jobs"], quota=Quota(pods=4))}
    specs: dict[str, AppSpec] = {"a": worker(), "b": worker(namespace="jobs")}
    assert problems(specs, tenants=tenants) == []
    assert "the namespace shop" in only({"a": worker(), "b": worker()}, tenants=tenants).rule


NAMES = ["a", "b", "c", "d", "e"]


@settings(max_examples=100, deadline=None)
@given(st.permutations(NAMES), st.data())
def test_jobs_come_first_and_the_order_of_the_file_means_nothing(order: list[str], data: st.DataObject) -> None:
    after = {name: data.draw(st.lists(st.sampled_from(NAMES[:index] or ["a"]), unique=True)) if index else []
             for index, name in enumerate(NAMES)}  # fmt: skip
    flows = {name: data.draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True)) for name in NAMES}
    specs: dict[str, AppSpec] = {
        name: job(after=after[name], connects=[Flow(app=other, ports=[80]) for other in flows[name]]) for name in NAMES
    }
    assert problems(specs) == []
    one = deployed(specs, {name: AppOverlay() for name in order}, ground())
    other = deployed(specs, {name: AppOverlay() for name in NAMES}, ground())
    assert list(one.items()) == list(other.items())
    seen = list(one)
    assert all(seen.index(before) < seen.index(name) for name in NAMES for before in after[name])
