"""Changes of a standing GKE stack, by its file or behind Pulumi's back: exactly what each touches, and how."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from homeport.plan.evaluate import evaluate
from tests.engine.breaking import explanation_of
from tests.engine.certificates import make_certificates
from tests.engine.changing import (
    Change,
    Drift,
    assert_nothing_that_holds_state_is_replaced,
    assert_repaired_together,
    assert_touches,
    name_of,
    pools,
)
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Live
from tests.engine.simcloud.values import plain

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

_NAMESPACES = "/api/v1/namespaces"
_FOREIGN = "acme-stage/roles/artifactregistry.reader/user:somebody@acme.example"


#: In this order, each on top of the ones before it.
CHANGES = [
    Change(
        "adding a pool makes it and touches no other",
        lambda c: pools(c).update(batch={"machines": ["n2-standard-4"], "min": 0, "max": 3}),
        {"batch": "create", "batch-pool": "create"},
    ),
    Change(
        "resizing a pool changes that pool in place",
        lambda c: pools(c)["general"].update(max=8),
        {"general-pool": "update"},
        {"general-pool": ("autoscaling.totalMaxNodeCount",)},
    ),
    Change(
        "another machine type rolls the pool's nodes in place",
        lambda c: pools(c)["general"].update(machines=["e2-standard-8"]),
        {"general-pool": "update"},
        {"general-pool": ("nodeConfig.machineType",)},
    ),
    Change(
        "a label on nodes changes that pool in place",
        lambda c: pools(c)["general"].update(labels={"acme.example/team": "shop"}),
        {"general-pool": "update"},
    ),
    Change(
        "leaving spot replaces that pool alone",
        lambda c: pools(c)["general"].update(spot=False),
        {"general-pool": "replace"},
        # Spot capacity is taken wherever it is, other nodes are spread evenly.
        {"general-pool": ("nodeConfig.spot", "autoscaling.locationPolicy")},
    ),
    Change(
        "a pool that was replaced is re-typed in place again",
        lambda c: pools(c)["general"].update(machines=["e2-standard-4"]),
        {"general-pool": "update"},
        {"general-pool": ("nodeConfig.machineType",)},
    ),
    Change(
        "removing a pool removes it and touches no other",
        lambda c: pools(c).pop("batch"),
        {"batch": "delete", "batch-pool": "delete"},
    ),
    Change(
        "opening the API to a network changes the cluster and how it is reached, nothing in it",
        lambda c: c["cluster"].update(api={"access": "public", "authorized_networks": {"office": "203.0.113.0/24"}}),
        {"cluster-gke": "update", "cluster-kubernetes": "update"},
    ),
    Change(
        "one more authorised network changes the cluster alone",
        lambda c: c["cluster"]["api"]["authorized_networks"].update(branch="198.51.100.0/24"),
        {"cluster-gke": "update"},
    ),
    Change(
        "pinning a Kubernetes version upgrades in place",
        lambda c: c["cluster"].update(version="1.34"),
        {"cluster-gke": "update"},
        {"cluster-gke": ("minMasterVersion", "releaseChannel.channel")},
    ),
    Change(
        "the next Kubernetes version upgrades in place",
        lambda c: c["cluster"].update(version="1.35"),
        {"cluster-gke": "update"},
        {"cluster-gke": ("minMasterVersion",)},
    ),
]


@pytest.fixture(scope="module")
def standing(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage`, up."""
    engine = new_engine("stage")
    engine.up().must()
    return engine


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
def test_what_a_change_touches(standing: Engine, change: Change) -> None:
    assert_touches(standing, change)


def test_a_replaced_pool_is_there_before_the_old_one_goes(standing: Engine) -> None:
    before = standing.cloud.mark()
    standing.edit(lambda c: pools(c)["general"].update(spot=True))
    standing.up().must()
    done = [(record.operation, record.name) for record in standing.cloud.since(before)]
    assert done == [("create", "general-pool"), ("delete", "general-pool")]


def test_another_owner_changes_labels_in_place_replaces_nothing_and_rolls_no_pod(standing: Engine) -> None:
    before, rollouts = _inputs(standing), _generations(standing)
    standing.edit(lambda c: c.update(owner="shop"))
    labelled = {name for name, inputs in _inputs(standing).items() if inputs != before[name]}
    # The provider's own labels, which no program mentions.
    labelled |= {_name(live) for live in standing.live.values() if "pulumiLabels" in live.properties}
    assert {
        "cluster-gke",
        "cluster-secrets-key",
        "general-pool",
        "support-traefik-address",
        "web-deployment",
    } < labelled
    result = standing.up().must()
    assert result.touched == dict.fromkeys(labelled, "update")
    assert_nothing_that_holds_state_is_replaced(result)
    assert rollouts == _generations(standing)
    assert len(rollouts) > 3


def _inputs(engine: Engine) -> Mapping[str, Any]:
    return {r.name: r.inputs for r in evaluate(engine.work, engine.stack).resources}


def _generations(engine: Engine) -> Mapping[str, int]:
    """Deployment to how often its specification has changed."""
    items = engine.control_plane.request("GET", "/apis/apps/v1/deployments").body["items"]
    return {item["metadata"]["name"]: item["metadata"]["generation"] for item in items}


def _name(live: Live) -> str:
    return live.urn.split("::", 3)[3]


def test_a_rotated_authority_changes_how_the_cluster_is_reached_and_nothing_in_it(
    standing: Engine, tmp_path: Path
) -> None:
    plane = standing.control_plane
    old_address = plane.address
    # While credentials are rotated both authorities count, and the new address answers beside the old one.
    authorities = make_certificates(tmp_path / "new").ca.read_bytes() + plane.ca_file.read_bytes()
    auth = standing.cloud.one("container/cluster:", "cluster-gke").properties["masterAuth"]
    standing.cloud.change(
        "container/cluster:",
        "cluster-gke",
        endpoint=f"localhost:{plane.port}",
        masterAuth={**auth, "clusterCaCertificate": base64.b64encode(authorities).decode()},
    )
    # Nothing that anybody asked for has changed, so nothing is reported.
    assert standing.refresh().must().touched == {}
    assert standing.up().must().touched == {"cluster-kubernetes": "update"}
    # And it is reached at the new address: something in it is changed there.
    standing.edit(lambda c: c["apps"]["web"].update(tag="1.4.3"))
    assert standing.up().must().touched == {"web-deployment": "update"}
    assert plane.address == old_address


# --- drift


def _resize(engine: Engine) -> None:
    scaling = engine.cloud.one("nodePool:", "system-pool").properties["autoscaling"]
    engine.cloud.change("nodePool:", "system-pool", autoscaling={**scaling, "totalMaxNodeCount": 99})


def _label_nodes(engine: Engine) -> None:
    config = engine.cloud.one("nodePool:", "general-pool").properties["nodeConfig"]
    labels = {**config["labels"], "acme.example/by-hand": "true"}
    engine.cloud.change("nodePool:", "general-pool", nodeConfig={**config, "labels": labels})


def _relabel_and_open_the_cluster(engine: Engine) -> None:
    properties = engine.cloud.one("container/cluster:", "cluster-gke").properties
    everybody = {"displayName": "by-hand", "cidrBlock": "0.0.0.0/0"}
    networks = properties["masterAuthorizedNetworksConfig"]
    engine.cloud.change(
        "container/cluster:",
        "cluster-gke",
        resourceLabels={**properties["resourceLabels"], "owner": "nobody"},
        masterAuthorizedNetworksConfig={**networks, "cidrBlocks": [*networks["cidrBlocks"], everybody]},
    )


def _revoke(engine: Engine) -> None:
    engine.cloud.remove(engine.cloud.one("iAMMember:", "cluster-nodes-pull"))


def _remove_a_firewall_rule(engine: Engine) -> None:
    engine.cloud.remove(engine.cloud.one("compute/firewall:", "network-webhooks"))


REPAIRED = [
    Drift("a pool resized", _resize, {"system-pool": "update"}, {"system-pool": "update"}),
    Drift("a label added to nodes", _label_nodes, {"general-pool": "update"}, {"general-pool": "update"}),
    Drift(
        "a label of the cluster changed and its API opened to the world",
        _relabel_and_open_the_cluster,
        {"cluster-gke": "update"},
        {"cluster-gke": "update"},
    ),
    Drift("a grant revoked", _revoke, {"cluster-nodes-pull": "delete"}, {"cluster-nodes-pull": "create"}),
    Drift(
        "a firewall rule removed",
        _remove_a_firewall_rule,
        {"network-webhooks": "delete"},
        {"network-webhooks": "create"},
    ),
]


def test_drift_is_reported_and_repaired(standing: Engine) -> None:
    wanted = _as_asked_for(standing)
    assert_repaired_together(standing, REPAIRED)
    assert _as_asked_for(standing) == wanted
    assert standing.cloud.one("compute/firewall:", "network-webhooks")
    assert standing.cloud.one("iAMMember:", "cluster-nodes-pull")


def _as_asked_for(engine: Engine) -> list[Any]:
    """What drifts below, as the cloud has it."""
    cluster = engine.cloud.one("container/cluster:", "cluster-gke").properties
    general, system = (engine.cloud.one("nodePool:", f"{name}-pool").properties for name in ("general", "system"))
    networks = cluster["masterAuthorizedNetworksConfig"]["cidrBlocks"]
    found = [cluster["resourceLabels"], networks, general["nodeConfig"]["labels"], system["autoscaling"]]
    return plain(found)


def _autoscale(engine: Engine) -> None:
    engine.cloud.change("nodePool:", "system-pool", nodeCount=7)


def _upgrade_by_gke(engine: Engine) -> None:
    engine.cloud.change("container/cluster:", "cluster-gke", masterVersion="1.35.9-gke.1", nodeVersion="1.35.9-gke.1")
    engine.cloud.change("nodePool:", "general-pool", version="1.35.9-gke.1")


def _label_the_cluster(engine: Engine) -> None:
    labels = engine.cloud.one("container/cluster:", "cluster-gke").properties["resourceLabels"]
    engine.cloud.change("container/cluster:", "cluster-gke", resourceLabels={**labels, "team": "by-hand"})


def _grant_to_somebody_else(engine: Engine) -> None:
    engine.cloud.add(Live("gcp:projects/iAMMember:IAMMember", _FOREIGN, "", {}))


def _take_a_range_more(engine: Engine) -> None:
    ranges = engine.cloud.one("compute/subnetwork:", "network-subnetwork").properties["secondaryIpRanges"]
    more = {"rangeName": "gke-additional", "ipCidrRange": "100.64.0.0/20"}
    engine.cloud.change("compute/subnetwork:", "network-subnetwork", secondaryIpRanges=[*ranges, more])


IGNORED = [
    Drift("nodes that the autoscaler added", _autoscale, {}, {}),
    Drift("a version that GKE upgraded to", _upgrade_by_gke, {}, {}),
    Drift("a label of somebody else's on the cluster", _label_the_cluster, {}, {}),
    Drift("a grant to somebody else", _grant_to_somebody_else, {}, {}),
    Drift("a range that GKE added to the subnet", _take_a_range_more, {"network-subnetwork": "update"}, {}),
]


def test_what_google_and_others_change_is_left_alone(standing: Engine) -> None:
    assert_repaired_together(standing, IGNORED)
    cluster = standing.cloud.one("container/cluster:", "cluster-gke").properties
    assert cluster["resourceLabels"]["team"] == "by-hand"
    assert cluster["masterVersion"] == "1.35.9-gke.1"
    assert standing.cloud.find("gcp:projects/iAMMember:IAMMember", _FOREIGN), "a binding would have thrown it out"
    ranges = standing.cloud.one("compute/subnetwork:", "network-subnetwork").properties["secondaryIpRanges"]
    assert len(ranges) == 3
    grants = {live.type for live in standing.live.values() if "iam" in live.type.lower() and "kms" not in live.type}
    assert all(type_.lower().endswith("iammember") for type_ in grants), grants


def test_what_somebody_deleted_in_the_cluster_is_reported_and_made_again(standing: Engine) -> None:
    tenants = ("shop", "tools")
    inside = {name: "delete" for tenant in tenants for name in _in_namespace(standing, tenant)}
    assert {"shop-namespace-shop", "web-deployment", "dashboard-release", "feedback-flows"} < inside.keys()
    objects = {tenant: _objects(standing, tenant) for tenant in tenants}
    storage_class = next(r["id"] for urn, r in standing.resources().items() if urn.endswith("::storage-fast"))
    gone = {**inside, "storage-fast": "delete"}

    def delete(engine: Engine) -> None:
        for path in (
            *(f"{_NAMESPACES}/{tenant}" for tenant in tenants),
            f"/apis/storage.k8s.io/v1/storageclasses/{storage_class}",
        ):
            _delete_and_wait(engine, path)

    assert_repaired_together(standing, [Drift("namespaces", delete, gone, dict.fromkeys(gone, "create"))])
    assert {tenant: _objects(standing, tenant) for tenant in tenants} == objects


def _in_namespace(engine: Engine, namespace: str) -> set[str]:
    """Logical names of a namespace and of what is in it, whoever renders it."""
    found: set[str] = set()
    for urn, resource in engine.resources().items():
        inputs: dict[str, Any] = resource.get("inputs") or {}
        metadata: dict[str, Any] = inputs.get("metadata") or inputs
        own = resource["type"] == "kubernetes:core/v1:Namespace" and metadata.get("name") == namespace
        if resource["type"].startswith("kubernetes:") and (own or metadata.get("namespace") == namespace):
            found.add(urn.split("::", 3)[3])
    return found


def _objects(engine: Engine, namespace: str) -> set[tuple[str, str]]:
    """Kind and name of some of what a namespace holds."""
    kinds = {
        "deployments": "/apis/apps/v1",
        "cronjobs": "/apis/batch/v1",
        "jobs": "/apis/batch/v1",
        "services": "/api/v1",
        "resourcequotas": "/api/v1",
        "limitranges": "/api/v1",
        "networkpolicies": "/apis/networking.k8s.io/v1",
        "httproutes": "/apis/gateway.networking.k8s.io/v1",
    }
    return {
        (kind, item["metadata"]["name"])
        for kind, api in kinds.items()
        for item in engine.control_plane.request("GET", f"{api}/namespaces/{namespace}/{kind}").body["items"]
    }


def _delete_and_wait(engine: Engine, path: str) -> None:
    assert engine.control_plane.request("DELETE", path).status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}
    until = time.monotonic() + 120
    while engine.control_plane.request("GET", path).status != HTTPStatus.NOT_FOUND:
        assert time.monotonic() < until, path
        time.sleep(0.2)


# --- the cluster itself


def test_a_change_that_replaces_the_cluster_is_refused_and_touches_nothing(standing: Engine) -> None:
    live = standing.cloud.snapshot()
    standing.edit(lambda c: c["cluster"].update(max_pods=64))
    refused = standing.up()
    assert refused.code != 0
    assert "cluster-gke" in refused.errors[0]
    assert "protect" in refused.errors[0]
    assert standing.cloud.snapshot() == live
    standing.edit(lambda c: c["cluster"].pop("max_pods"))
    assert standing.up().must().touched == {}


def test_an_update_alone_cannot_replace_the_cluster_and_once_it_is_emptied_all_comes_back(standing: Engine) -> None:
    """What owns a load balancer or a disk is deleted for itself, and not dropped with its cluster.

    While it plans to delete the cluster first, the engine closes the provider of what is in it (CLI 3.260), so that
    these deletions fail.
    """
    standing.without_protection().must()
    at_first = _names(standing)
    old = {_name(live): live.id for live in standing.live.values()}
    inside, around = _on_the_cluster(standing)
    assert {"system-pool", "general-pool"} < around
    standing.edit(lambda c: c["cluster"].update(max_pods=64))
    failed = standing.up()
    found = explanation_of(failed)
    assert found.first.type.startswith("kubernetes:")
    assert "--target '**cluster-kubernetes' --target-dependents" in found.remedy
    assert {_name(live): live.id for live in standing.live.values()} == old

    standing.destroy("--target", "**cluster-kubernetes", "--target-dependents").must()
    emptied = at_first - _names(standing)
    assert inside < emptied
    assert {_name(live): live.id for live in standing.live.values()} == old, "nothing of it was in Google Cloud"

    # A chart that the provider renders is a component: its definitions were kept, and it goes with the cluster.
    rendered = {urn.split("::", 3)[3] for urn, r in standing.resources().items() if r["type"].endswith("v4:Chart")}
    result = standing.up().must()
    again = {"cluster-gke", *around, *rendered}
    assert result.touched == {**dict.fromkeys(emptied, "create"), **dict.fromkeys(again, "replace")}
    kept = {name: id_ for name, id_ in old.items() if name not in again}
    assert {_name(live): live.id for live in standing.live.values() if _name(live) not in again} == kept
    assert {"network-subnetwork", "cluster-secrets-key", "support-traefik-address", "cluster-nodes"} < kept.keys()
    assert _names(standing) == at_first
    assert standing.up().must().touched == {}
    assert standing.refresh().must().touched == {}
    assert {"web", "api", "worker"} <= _generations(standing).keys(), "all of it is in the new cluster"


def _names(engine: Engine) -> set[str]:
    return {urn.split("::", 3)[3] for urn in engine.resources()}


def _on_the_cluster(engine: Engine) -> tuple[set[str], set[str]]:
    """Logical names of what is in the cluster, and of what in Google Cloud is defined by it: pools and grants."""
    inside: set[str] = set()
    around: set[str] = set()
    for urn, resource in engine.resources().items():
        name = urn.split("::", 3)[3]
        properties: dict[str, list[str] | None] = resource.get("propertyDependencies") or {}
        named = {one for many in properties.values() for one in many or ()}
        if resource["custom"] and resource["type"].startswith("kubernetes:"):
            inside.add(name)
        elif resource["type"].startswith("gcp:") and any(one.endswith("::cluster-gke") for one in named):
            assert re.search(r"nodePool:|iamMember:", resource["type"], re.IGNORECASE), name
            around.add(name)
    return inside, around
