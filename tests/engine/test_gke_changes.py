"""Changes of a standing GKE stack: exactly what each touches, and how."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.changing import Change, Drift, assert_repaired, assert_touches, name_of, pools
from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]

#: Everything in Google Cloud that carries the stack's labels.
_LABELLED = ("cluster-gke", "cluster-secrets-key", "system-pool", "general-pool")


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
        "another owner changes labels in place and replaces nothing",
        lambda c: c.update(owner="shop"),
        dict.fromkeys(
            (*_LABELLED, "gcp", "storage-snapshots", "storage-regional", "storage-zonal", "storage-fast"), "update"
        ),
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


def _resize(engine: Engine) -> None:
    engine.cloud.change("nodePool:", "system-pool", autoscaling={"totalMinNodeCount": 1, "totalMaxNodeCount": 99})


def _autoscale(engine: Engine) -> None:
    engine.cloud.change("nodePool:", "system-pool", nodeCount=7)


def _revoke(engine: Engine) -> None:
    engine.cloud.remove(engine.cloud.one("iAMMember:", "cluster-nodes-pull"))


def _delete_storage_class(engine: Engine) -> None:
    name = next(r["id"] for urn, r in engine.resources().items() if urn.endswith("::storage-fast"))
    assert engine.control_plane.request("DELETE", f"/apis/storage.k8s.io/v1/storageclasses/{name}").status == 200


DRIFTS = [
    Drift("a pool resized", _resize, {"system-pool": "update"}, {"system-pool": "update"}),
    Drift("nodes that the autoscaler added", _autoscale, {}, {}),
    Drift("a grant revoked", _revoke, {"cluster-nodes-pull": "delete"}, {"cluster-nodes-pull": "create"}),
    Drift(
        "a storage class deleted",
        _delete_storage_class,
        {"storage-fast": "delete"},
        {"storage-fast": "create"},
    ),
]


@pytest.mark.parametrize("drift", DRIFTS, ids=name_of)
def test_drift_is_reported_and_repaired(standing: Engine, drift: Drift) -> None:
    assert_repaired(standing, drift)


def test_a_change_that_replaces_the_cluster_is_refused_and_with_consent_takes_what_is_in_it_along(
    standing: Engine,
) -> None:
    live = standing.cloud.snapshot().keys()
    standing.edit(lambda c: c["cluster"].update(max_pods=64))
    refused = standing.up()
    assert refused.code != 0
    assert "cluster-gke" in refused.errors[0]
    assert "protect" in refused.errors[0]
    assert standing.cloud.snapshot().keys() == live
    standing.edit(lambda c: c["cluster"].pop("max_pods"))
    standing.without_protection().must()
    standing.edit(lambda c: c["cluster"].update(max_pods=64))
    result = standing.up().must()
    replaced = {name for name, kind in result.touched.items() if kind == "replace"}
    assert replaced >= {"cluster-gke", "cluster-kubernetes", "system-pool", "general-pool", "storage-fast"}
    assert not replaced & {"network-vpc", "network-subnetwork", "cluster-secrets-key", "cluster-keys", "cluster-nodes"}
    assert standing.up().must().touched == {}
    classes = standing.control_plane.request("GET", "/apis/storage.k8s.io/v1/storageclasses").body["items"]
    assert "homeport.dev" in str(classes) or len(classes) > 3, "the new cluster has the stack's storage classes"
