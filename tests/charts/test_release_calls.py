"""What a plan asks of Helm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeport.charts.releases import LATER, definitions_in, kubernetes_version, release_calls
from homeport.charts.verify import fitted
from homeport.plan.graph import Graph, Options, Resource

RELEASE = "kubernetes:helm.sh/v3:Release"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
SPEC: dict[str, Any] = {
    "group": "acme.example",
    "names": {"kind": "Toy"},
    "versions": [{"name": "v1"}, {"name": "v0", "served": False}],
}


def resource(
    name: str, type_: str, inputs: dict[str, Any] | None = None, *, on: Sequence[str] = (), **more: Any
) -> Resource:
    given: dict[str, Any] = {
        "urn": name,
        "type": type_,
        "name": name,
        "parent": None,
        "custom": True,
        "remote": False,
        "provider": None,
        "inputs": inputs or {},
        "dependencies": list(on),
        "property_dependencies": {},
        "options": Options(),
        "source": None,
    }
    return Resource.model_validate({**given, **more})


def graph(*resources: Resource) -> Graph:
    return Graph(project="homeport", stack="test", layer=None, resources=list(resources), outputs={})


def test_what_a_release_waits_for_counts_also_by_way_of_others_and_of_components() -> None:
    made = graph(
        resource("box", "homeport:x:Box", custom=False),
        resource("definition", DEFINITION, {"spec": SPEC}, parent="box"),
        resource("config", "kubernetes:core/v1:ConfigMap", on=["box"]),
        resource("first", RELEASE, {"chart": "a"}),
        resource("between", "kubernetes:core/v1:ConfigMap", on=["first"]),
        resource("chart", "kubernetes:helm.sh/v4:Chart", {"chart": "b"}, custom=False, remote=True),
        resource("last", RELEASE, {"chart": "c"}, on=["config", "between", "chart"]),
    )
    calls = {call.name: call for call in release_calls(made)}
    assert list(calls) == ["chart", "first", "last"]
    assert calls["last"].after == {"first", "chart"}
    assert calls["last"].definitions == {"acme.example/v1/Toy"}
    assert calls["first"].after == frozenset()
    assert (calls["chart"].upgrades_crds, calls["first"].upgrades_crds) == (True, False)


def test_what_only_the_cloud_can_say_has_a_placeholder_and_secrets_are_named() -> None:
    inputs = {
        "chart": "toy",
        "name": "web",
        "namespace": "${namespace.name}",
        "version": "1.2.3",
        "repositoryOpts": {"repo": "https://x.example"},
        "skipCrds": True,
        "values": {
            "arn": "arn:${role.arn}/x",
            "later": {"$unknown": True},
            "list": [{"password": {"$secret": True}}],
            "plain": {"a": 1, "b": None},
        },
    }
    [call] = release_calls(graph(resource("web", RELEASE, inputs)))
    assert call.values == {
        "arn": f"arn:{LATER}/x",
        "later": LATER,
        "list": [{"password": LATER}],
        "plain": {"a": 1, "b": None},
    }
    assert call.secrets == ("list.0.password",)
    assert (call.release, call.namespace, call.label) == ("web", LATER, "toy 1.2.3")
    assert (call.repository, call.skip_crds) == ("https://x.example", True)


def test_a_placeholder_takes_the_form_of_the_charts_default() -> None:
    defaults: dict[str, Any] = {"notes": {"a": 1}, "list": [1], "text": "x", "deep": {"notes": {}}}
    values: dict[str, Any] = {"notes": LATER, "list": LATER, "text": LATER, "deep": {"notes": LATER, "new": LATER}}
    assert fitted(values, defaults) == {
        "notes": {},
        "list": [],
        "text": LATER,
        "deep": {"notes": {}, "new": LATER},
    }


def test_the_version_of_the_cluster_is_known_where_the_program_fixes_it() -> None:
    assert kubernetes_version(graph(resource("c", "eks:index:Cluster", {"version": "1.34"}))) == "1.34"
    assert kubernetes_version(graph(resource("c", "gcp:container/cluster:Cluster", {"version": "x"}))) is None
    assert kubernetes_version(graph()) is None


def test_clusters_bring_kinds_of_their_own() -> None:
    def kinds(type_: str, inputs: dict[str, Any]) -> set[str]:
        return {kind.split("/")[0] for kind in definitions_in(resource("x", type_, inputs))}

    gke = "gcp:container/cluster:Cluster"
    assert kinds(gke, {}) == {"snapshot.storage.k8s.io"}
    assert "gateway.networking.k8s.io" in kinds(gke, {"gatewayApiConfig": {"channel": "CHANNEL_STANDARD"}})
    assert "gateway.networking.k8s.io" not in kinds(gke, {"gatewayApiConfig": {"channel": "CHANNEL_DISABLED"}})
    assert kinds("aws:eks/addon:Addon", {"addonName": "snapshot-controller"}) == {"snapshot.storage.k8s.io"}
    assert kinds("aws:eks/addon:Addon", {"addonName": "coredns"}) == set()
    assert set(definitions_in(resource("x", DEFINITION, {"spec": SPEC}))) == {"acme.example/v1/Toy"}
    assert set(definitions_in(resource("x", DEFINITION, {"spec": {"$unknown": True}}))) == set()
