"""Objects as plain data, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from homeport.cluster.existing import ExistingCluster
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.kube.declare import declare
from homeport.kube.manifest import Manifest, leaves, merged, without_nothing
from homeport.plan import Graph, Resource, record
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS
from tests.cluster.gke_world import graph as gke_graph

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "core/v1:ConfigMap": ("v1", {"data": {"snake_case": "a", "camelCase": "b"}, "immutable": True}),
    "core/v1:ServiceAccount": ("v1", {"automountServiceAccountToken": False}),
    "core/v1:Secret": ("v1", {"stringData": {"a_b": "x"}, "type": "Opaque"}),
    "apps/v1:Deployment": (
        "apps/v1",
        {
            "spec": {
                "selector": {"matchLabels": {"app_name": "x"}},
                "template": {"metadata": {"labels": {"app_name": "x"}}},
            }
        },
    ),
    "networking.k8s.io/v1:NetworkPolicy": ("networking.k8s.io/v1", {"spec": {"podSelector": {}, "policyTypes": []}}),
    "rbac.authorization.k8s.io/v1:RoleBinding": (
        "rbac.authorization.k8s.io/v1",
        {"roleRef": {"apiGroup": "x", "kind": "Role", "name": "x"}, "subjects": [{"kind": "User", "name": "x"}]},
    ),
    "scheduling.k8s.io/v1:PriorityClass": ("scheduling.k8s.io/v1", {"value": 1, "preemptionPolicy": "Never"}),
    "gateway.networking.k8s.io/v1:Gateway": ("gateway.networking.k8s.io/v1", {"spec": {"gatewayClassName": "x"}}),
    "snapshot.storage.k8s.io/v1:VolumeSnapshotClass": (
        "snapshot.storage.k8s.io/v1",
        {"driver": "x", "parameters": {"a_b": "c"}},
    ),
}


def declared(*manifests: Manifest, **more: Any) -> Graph:
    def program() -> None:
        cluster = ExistingCluster("cluster", ExistingClusterArgs(context="kind-homeport"))
        for number, manifest in enumerate(manifests):
            declare(f"thing-{number}", manifest, cluster=cluster, **more)

    return record(program, config=NO_DEFAULT_PROVIDERS)


def first(*manifests: Manifest, **more: Any) -> Resource:
    return declared(*manifests, **more).one(name="thing-0")


@pytest.mark.parametrize("token", KINDS)
def test_every_kind_is_declared_under_its_own_type_with_its_keys_as_they_are(token: str) -> None:
    api, body = KINDS[token]
    kind = token.rpartition(":")[2]
    found = first(Manifest(api, kind, "x", "shop", body, labels={"b": "1", "a": "2"}))
    assert found.type == f"kubernetes:{token}"
    expected = {"stringData": {"$secret": True}} if kind == "Secret" else {}
    assert found.inputs == {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": "x", "namespace": "shop", "labels": {"a": "2", "b": "1"}},
        **body,
        **expected,
    }


def test_empty_maps_of_metadata_are_never_sent_since_each_update_would_add_them_again() -> None:
    assert Manifest("v1", "Namespace", "x").metadata == {"name": "x"}
    assert Manifest("v1", "Namespace", "x", wait_for="condition=Ready").metadata == {
        "name": "x",
        "annotations": {"pulumi.com/waitFor": "condition=Ready"},
    }


def test_an_object_keeps_its_own_labels() -> None:
    made = Manifest("v1", "Namespace", "x", labels={"a": "own"}).labelled({"a": "theirs", "b": "more"})
    assert made.labels == {"a": "own", "b": "more"}


def test_an_old_object_goes_first_unless_its_name_tells_them_apart() -> None:
    manifest = Manifest("v1", "ConfigMap", "x", "shop")
    assert first(manifest).options.delete_before_replace is True
    assert first(manifest, named_by_content=True).options.delete_before_replace is not True


def test_what_owns_something_in_the_cloud_is_deleted_for_real() -> None:
    plain = Manifest("v1", "ConfigMap", "x", "shop")
    owner = Manifest("v1", "Service", "y", "shop", {"spec": {"type": "LoadBalancer"}}, owns_cloud_objects=True)

    def then(cluster: Any) -> None:
        declare("plain", plain, cluster=cluster)
        declare("owner", owner, cluster=cluster)

    graph = gke_graph(then=then)
    assert graph.one(name="plain").options.deleted_with == graph.one(type="gcp:container/cluster:Cluster").urn
    assert graph.one(name="owner").options.deleted_with is None


def test_what_the_caller_adds_to_the_options_is_added() -> None:
    def program() -> None:
        cluster = ExistingCluster("cluster", ExistingClusterArgs(context="kind-homeport"))
        before = declare("before", Manifest("v1", "Namespace", "x"), cluster=cluster)
        opts = pulumi.ResourceOptions(depends_on=[before], protect=True)
        declare("after", Manifest("v1", "ConfigMap", "x", "x"), cluster=cluster, opts=opts)

    graph = record(program, config=NO_DEFAULT_PROVIDERS)
    after = graph.one(name="after")
    assert after.dependencies == [graph.one(name="before").urn]
    assert after.options.protect
    assert after.provider == graph.one(type="pulumi:providers:kubernetes").urn


def test_helpers_on_plain_data() -> None:
    assert without_nothing({"a": None, "b": [{"c": None, "d": 0}], "e": {}}) == {"b": [{"d": 0}], "e": {}}
    assert merged({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": {"e": None, "f": 3}}}) == {
        "a": {"c": 2, "d": {"f": 3}}
    }
    assert list(leaves({"a": {"b": [1]}, "c": {}})) == [(("a", "b"), [1]), (("c",), {})]
