"""Which add-ons are installed, in which order, by which edges, and what is found wrong before anything exists."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.addons import graph
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon, Conflict
from homeport.addons.exports import GatewayExport
from homeport.addons.graph import API, NODES, AddonPlan, Edge
from homeport.addons.items import Chart, GivenSecret, Namespace, Need, Object, Password, Ref, Rights
from homeport.kube.manifest import Manifest
from homeport.problems import Problem, SettingsError
from tests.addons.places import site
from tests.addons.toys import PIN, thing, toy


def planned(*addons: Addon[Any], sections: dict[str, AddonArgs] | None = None, **facts: Any) -> AddonPlan:
    return graph.plan(sections or {}, site(**facts), addons)


def refused(*addons: Addon[Any], sections: dict[str, AddonArgs] | None = None, **facts: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        planned(*addons, sections=sections, **facts)
    return [problem.text() for problem in caught.value.problems]


def chart(*needs: Need, **more: Any) -> Chart:
    given: dict[str, Any] = {"pin": PIN, **more}
    return Chart(key="release", needs=needs, **given)


ON, OFF = AddonArgs(enabled=True), AddonArgs(enabled=False)


def test_a_missing_requirement_is_told_with_its_reasons_and_the_line_to_add() -> None:
    certs = toy("certs", thing())
    web = toy(
        "web",
        thing("release", Need("certs/release", "its webhook has a certificate from there")),
        thing("route", Need("certs/release", "routes carry certificates")),
    )
    assert refused(certs, web, sections={"certs": OFF}) == [
        (
            "addons.web: needs certs: its webhook has a certificate from there; routes carry certificates;"
            " switch it on: certs: {enabled: true}"
        )
    ]
    assert planned(certs, web).left_out == {}


def test_a_requirement_that_the_cloud_cannot_have_is_told_with_the_way_out() -> None:
    lb = toy("lb", thing(), clouds=frozenset({"aws"}))
    web = toy("web", thing("release", Need("lb/release", "its Service is a load balancer")))
    assert refused(lb, web, cloud="gcp") == [
        (
            "addons.web: needs lb: its Service is a load balancer;"
            " switch web off, since lb serves aws, and the cluster's cloud is gcp"
        )
    ]


def test_what_the_cluster_brings_meets_a_need_and_is_not_installed() -> None:
    crds = toy("crds", thing(), instead_of="autoscaler")
    web = toy("web", thing("release", Need("crds/release", "it watches routes")))
    on_gke = planned(crds, web, cloud="gcp")
    assert on_gke.left_out == {"crds": "the cluster brings it already (autoscaler)"}
    assert Edge("web/release", API, "create", "it watches routes") in on_gke.edges
    on_eks = planned(crds, web, cloud="aws")
    assert on_eks.left_out == {}
    assert Edge("web/release", "crds/release", "create", "it watches routes") in on_eks.edges


def test_a_need_on_an_item_that_an_installed_add_on_does_not_make_points_to_its_settings() -> None:
    certs = toy("certs", thing())
    web = toy("web", thing("release", Need("certs/issuer", "its certificate comes from there")))
    assert refused(certs, web) == [
        (
            "addons.web: needs certs/issuer: its certificate comes from there;"
            " certs is installed without it: see the settings of certs, or switch web off"
        )
    ]


def test_a_need_on_an_add_on_that_nobody_has_is_told() -> None:
    web = toy("web", thing("release", Need("dns/release", "it needs names")))
    assert refused(web) == [
        (
            "addons.web: needs dns/release: it needs names;"
            " there is no add-on dns: hand it to Addons, or take the need out of web"
        )
    ]


def test_an_optional_need_is_an_edge_only_if_the_other_is_there() -> None:
    dns = toy("dns", thing())
    web = toy("web", thing("release", Need("dns/release", "it removes the records", "destroy", optional=True)))
    edge = Edge("web/release", "dns/release", "destroy", "it removes the records")
    assert edge in planned(dns, web).edges
    assert edge not in planned(dns, web, sections={"dns": OFF}).edges


def test_a_cycle_is_told_with_its_path_and_reasons() -> None:
    one = toy("one", thing("release", Need("two/release", "because")))
    two = toy("two", thing("release", Need("three/release", "so")))
    three = toy("three", thing("release", Need("one/release", "therefore")))
    assert refused(three, two, one) == [
        (
            "addons.one: needs itself: one/release needs two/release (because), two/release needs three/release (so),"
            " three/release needs one/release (therefore);"
            " one of these needs is not true: remove it from its add-on"
        )
    ]


def test_an_add_on_that_cannot_stand_beside_another_is_refused_once() -> None:
    one = toy("one", thing(), conflicts=[Conflict("two", "both own port 53")])
    two = toy("two", thing(), conflicts=[Conflict("one", "both own port 53")])
    assert refused(two, one) == [
        (
            "addons.one: cannot stand beside two: both own port 53;"
            " switch one of them off, for example two: {enabled: false}"
        )
    ]
    assert planned(one, two, sections={"two": OFF}).left_out == {"two": "switched off"}


def test_an_add_on_that_is_asked_for_where_it_does_not_serve_is_refused() -> None:
    lb = toy("lb", thing(), clouds=frozenset({"aws"}))
    metrics = toy("metrics", thing(), instead_of="metrics-server")
    assert refused(lb, metrics, sections={"lb": ON, "metrics": ON}, cloud="gcp") == [
        "addons.lb.enabled = true: serves aws, and the cluster's cloud is gcp; remove enabled: true",
        "addons.metrics.enabled = true: the cluster brings it already (metrics-server); remove enabled: true",
    ]
    assert planned(lb, cloud="gcp").left_out == {"lb": "serves aws, and the cluster's cloud is gcp"}


def test_a_chart_that_was_not_made_for_the_clusters_version_is_refused_unless_another_is_named() -> None:
    assert refused(toy("web", chart()), cloud="aws", kubernetes="1.35") == [
        (
            "addons.web: the chart toy 1.2.3 serves Kubernetes 1.32 to 1.34, and the cluster's version is 1.35;"
            " stay within that range, or name a chart version that serves it: version: ..."
        )
    ]
    for version in ("1.32", "1.34", None):
        assert planned(toy("web", chart()), cloud="aws", kubernetes=version).steps
    newer = {"web": AddonArgs(version="2.0.0")}
    assert planned(toy("web", chart()), sections=newer, cloud="aws", kubernetes="1.35").warnings == (
        (
            "addons.web.version is 2.0.0, and our values were written for 1.2.3: homeport charts verify says whether"
            " they fit"
        ),
    )


def test_a_secret_that_nobody_set_is_told_with_the_command() -> None:
    web = toy("web", GivenSecret(key="hook", secret="hook", data={"url": "hook_url"}))
    assert refused(web, secrets={}) == [
        (
            'addons.web: needs the secret "hook_url" of the stack, which is not set;'
            " pulumi config set --secret --path 'homeport:secrets.hook_url'"
        )
    ]
    assert planned(web, secrets={"hook_url": "x"}).steps


def test_two_levels_for_one_namespace_are_refused() -> None:
    one = toy("one", thing(), namespace=Namespace("shared", "restricted"))
    two = toy("two", thing(), namespace=Namespace("shared", "privileged"))
    assert refused(two, one) == [
        (
            'addons.two: lives in the namespace "shared" at pod security privileged, and one has it at restricted;'
            " give one of them a namespace of its own"
        )
    ]


GATEWAY = GatewayExport("web", "web", "https", None, "web", (), "stage.acme.example", "web/gateway")


def test_two_that_offer_the_same_are_refused() -> None:
    one = toy("one", thing(), exports={"gateway": GATEWAY, "items": {"routes": "one/release"}})
    two = toy("two", thing(), exports={"gateway": GATEWAY, "items": {"routes": "two/release"}})
    assert refused(one, two) == [
        (
            "addons.two: offers gateway to tenants and applications, and one does too;"
            " switch one of them off, for example two: {enabled: false}"
        ),
        (
            "addons.two: offers items.routes to tenants and applications, and one does too;"
            " switch one of them off, for example two: {enabled: false}"
        ),
    ]
    offered = planned(one, two, sections={"two": OFF}).exports
    assert (offered.gateway, offered.items) == (GATEWAY, (("routes", "one/release"),))


def test_what_one_section_has_wrong_does_not_hide_what_others_have() -> None:
    wrong = toy("wrong", thing(), problems=[Problem(("email",), "is missing", "set it")])
    user = toy("user", thing("release", Need("wrong/release", "it is checked there")))
    lonely = toy("lonely", thing("release", Need("gone/release", "it cannot without")))
    assert refused(wrong, user, lonely, toy("gone", thing()), sections={"gone": OFF}) == [
        "addons.wrong.email: is missing; set it",
        "addons.lonely: needs gone: it cannot without; switch it on: gone: {enabled: true}",
    ]
    assert wrong.asked == [], "an add-on that is told something wrong is not asked what it consists of"


def test_add_ons_are_told_what_else_is_installed() -> None:
    one, two, off = toy("one", thing()), toy("two", thing()), toy("off", thing())
    planned(one, two, off, sections={"off": OFF})
    assert one.asked[-1].installed == {"one", "two"}


def test_profiles_decide_unless_a_section_does() -> None:
    small = toy("small", thing())
    large = toy("large", thing(), profiles=frozenset({"standard"}))
    assert planned(small, large, profile="minimal").left_out == {"large": "not part of the profile minimal"}
    assert planned(small, large, profile="minimal", sections={"large": ON}).left_out == {}


def test_items_need_what_they_are_made_of_without_saying_so() -> None:
    web = toy(
        "web",
        chart(values={"address": Ref("other/release", "uid"), "list": [{"of": Ref("secret", "id")}]}),
        Password(key="secret", secret="admin", user="admin"),
        Rights(key="rights", service_account="web", permissions=[]),
    )
    found = planned(web, toy("other", thing())).edges
    assert set(found) == {
        Edge("namespaces/web", API, "create", "it is kept by the Kubernetes API"),
        Edge("namespaces/other", API, "create", "it is kept by the Kubernetes API"),
        Edge("other/release", API, "create", "it is kept by the Kubernetes API"),
        Edge("web/release", API, "create", "it is kept by the Kubernetes API"),
        Edge("web/release", NODES, "create", "its pods need a place to run, and the release waits for them"),
        Edge("web/release", "namespaces/web", "both", "lives in it"),
        Edge("web/release", "other/release", "create", "holds its uid"),
        Edge("web/release", "web/secret", "create", "holds its id"),
        Edge("web/secret", API, "create", "it is kept by the Kubernetes API"),
        Edge("web/secret", "namespaces/web", "both", "lives in it"),
    }
    assert len(found) == len(set(found))


def test_a_release_of_definitions_alone_needs_no_node() -> None:
    assert NODES not in {edge.on for edge in planned(toy("web", chart(pods=False))).edges}


def test_a_reference_to_something_that_is_not_there_is_told() -> None:
    web = toy("web", chart(values={"address": Ref("address", "address")}))
    assert refused(web) == [
        (
            "addons.web: needs web/address: holds its address;"
            " web is installed without it: see the settings of web, or switch web off"
        )
    ]


def test_an_object_waits_for_its_namespace_only_where_that_is_made_here() -> None:
    inside = Object(key="in", manifest=Manifest("v1", "ConfigMap", "x", "web"))
    outside = Object(key="out", manifest=Manifest("v1", "ConfigMap", "x", "kube-system"))
    on = {edge.of: edge.on for edge in planned(toy("web", inside, outside)).edges if edge.on != API}
    assert on == {"web/in": "namespaces/web"}


def test_mistakes_of_an_add_ons_author_are_errors_of_the_program() -> None:
    with pytest.raises(ValueError, match="two items called release"):
        planned(toy("web", thing(), thing()))
    with pytest.raises(ValueError, match="two add-ons are called web"):
        planned(toy("web", thing()), toy("web", thing()))
    with pytest.raises(ValueError, match="exports gatway; Exports has gateway"):
        planned(toy("web", thing(), exports={"gatway": GATEWAY}))
    with pytest.raises(LookupError, match=r"no chart web is pinned in versions\.yaml; .* hands a Pin to its Chart"):
        planned(toy("web", Chart(key="release")))


def test_an_override_of_what_keeps_the_cluster_safe_is_said_aloud() -> None:
    web = toy("web", chart(values={"crds": {"keep": True}, "replicas": 2}, safety={"crds.keep": "every route goes"}))
    loud = ("addons.web.values.crds.keep overrides a value that keeps the cluster safe: every route goes",)
    assert planned(web, sections={"web": AddonArgs(values={"crds": {"keep": False}})}).warnings == loud
    assert planned(web, sections={"web": AddonArgs(values={"crds": None})}).warnings == loud
    assert planned(web, sections={"web": AddonArgs(values={"crds": {"keep": True}, "replicas": 3})}).warnings == ()


def test_what_an_add_on_has_to_say_is_a_warning_under_its_name() -> None:
    assert planned(toy("web", thing(), warnings=["nobody is told of alerts"])).warnings == (
        "addons.web: nobody is told of alerts",
    )


NAMES = ("ant", "bee", "cat", "dog", "eel", "fox")


@st.composite
def toy_sets(draw: st.DrawFn) -> list[Addon[Any]]:
    """Add-ons with needs that lead back alone, so that there is no circle."""
    order: list[str] = draw(st.permutations(NAMES))
    out: list[Addon[Any]] = []
    keys: list[str] = []
    for name in order[: draw(st.integers(1, len(order)))]:
        items: list[Object] = []
        for number in range(draw(st.integers(1, 3))):
            chosen = draw(st.lists(st.sampled_from(keys), unique=True, max_size=4)) if keys else []
            items.append(
                thing(
                    f"i{number}",
                    *(Need(key, "why", draw(st.sampled_from(["create", "destroy", "both"]))) for key in chosen),
                )
            )
            keys.append(f"{name}/i{number}")
        out.append(toy(name, *items, namespace=Namespace(draw(st.sampled_from(["shared", name])))))
    return out


@settings(max_examples=60, deadline=None)
@given(toy_sets(), st.randoms(use_true_random=False))
def test_the_order_follows_every_edge_and_does_not_depend_on_who_is_named_first(
    addons: list[Addon[Any]], luck: Any
) -> None:
    made = planned(*addons)
    place = {step.key: number for number, step in enumerate(made.steps)}
    for edge in made.edges:
        assert edge.on in graph.GIVEN or place[edge.on] < place[edge.of]
    said = {(f"{a.name}/{i.key}", need.on) for a in addons for i in a.items(AddonArgs(), site()) for need in i.needs}
    assert {(edge.of, edge.on) for edge in made.edges if edge.reason == "why"} == said, "exactly what was said"
    shuffled = list(addons)
    luck.shuffle(shuffled)
    again = planned(*shuffled)
    assert again == made
    assert list(again.sections) == list(made.sections)


def test_what_could_come_at_the_same_time_comes_by_name() -> None:
    addons = [toy(name, thing()) for name in ("b", "c", "a")]
    for order in itertools.permutations(addons):
        keys = [step.key for step in planned(*order).steps]
        assert keys == ["a/release", "b/release", "c/release", "namespaces/a", "namespaces/b", "namespaces/c"]
