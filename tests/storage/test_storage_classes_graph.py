"""Storage classes as resources."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.cluster.existing import ExistingCluster
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.gke import GkeCluster
from homeport.labels import Labels
from homeport.plan import Graph, record
from homeport.problems import SettingsError
from homeport.storage.args import StorageArgs
from homeport.storage.component import StorageClasses
from tests.cluster.gke_world import CLUSTER, LABELS, NO_DEFAULT_PROVIDERS, graph

CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
PATCH = "kubernetes:storage.k8s.io/v1:StorageClassPatch"
SNAPSHOTS = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
DEFAULT = "storageclass.kubernetes.io/is-default-class"


def on_gke(labels: Labels | None = LABELS, **settings: Any) -> Graph:
    def then(cluster: GkeCluster) -> dict[str, Any]:
        made = StorageClasses("storage", StorageArgs.model_validate(settings), cluster=cluster, labels=labels)
        return {"default": made.default, "names": made.names, "snapshots": made.snapshot_class}

    return graph(then=then)


def test_the_classes_of_a_gke_cluster() -> None:
    made = on_gke()
    assert {resource.name: resource.inputs["metadata"]["name"] for resource in made.find(type=CLASS)} == {
        "storage-regional": "homeport-regional",
        "storage-zonal": "homeport-zonal",
        "storage-fast": "homeport-fast",
    }
    assert made.outputs == {
        "default": "homeport-regional",
        "names": ["homeport-regional", "homeport-zonal", "homeport-fast"],
        "snapshots": "homeport-snapshots",
    }


def test_the_regional_class_names_its_zones_waits_for_pods_and_can_grow() -> None:
    inputs = on_gke().one(name="storage-regional").inputs
    assert inputs["volumeBindingMode"] == "WaitForFirstConsumer"
    assert inputs["allowVolumeExpansion"] is True
    assert inputs["reclaimPolicy"] == "Delete"
    assert inputs["allowedTopologies"] == [
        {
            "matchLabelExpressions": [
                {"key": "topology.gke.io/zone", "values": ["europe-west3-a", "europe-west3-b"]},
            ]
        }
    ]
    assert "allowedTopologies" not in on_gke().one(name="storage-zonal").inputs


def test_there_is_one_default_and_the_one_that_gke_ships_is_none_any_more() -> None:
    made = on_gke(default="zonal")
    marks = {
        resource.inputs["metadata"]["name"]: resource.inputs["metadata"]["annotations"][DEFAULT]
        for resource in [*made.find(type=CLASS), *made.find(type=PATCH)]
    }
    assert marks == {
        "homeport-regional": "false",
        "homeport-zonal": "true",
        "homeport-fast": "false",
        "standard-rwo": "false",
    }


def test_the_mark_is_taken_by_force_since_gke_owns_it() -> None:
    annotations = on_gke().one(type=PATCH).inputs["metadata"]["annotations"]
    assert annotations["pulumi.com/patchForce"] == "true"


def test_a_change_of_what_is_immutable_makes_the_class_anew_old_one_first() -> None:
    for resource in on_gke().find(type=CLASS):
        assert resource.options.delete_before_replace is True
        assert set(resource.options.replace_on_changes) == {
            "parameters",
            "provisioner",
            "reclaimPolicy",
            "volumeBindingMode",
            "allowedTopologies",
        }


def test_the_snapshot_class_has_its_driver_beside_its_metadata() -> None:
    inputs = on_gke().one(type=SNAPSHOTS).inputs
    assert inputs["driver"] == "pd.csi.storage.gke.io"
    assert inputs["deletionPolicy"] == "Delete"
    assert inputs["metadata"]["name"] == "homeport-snapshots"
    assert not on_gke(snapshots=False).find(type=SNAPSHOTS)


def test_an_empty_map_of_labels_is_never_sent_since_each_update_would_add_it_again() -> None:
    made = on_gke(labels=None)
    for resource in [*made.find(type=CLASS), made.one(type=SNAPSHOTS)]:
        assert resource.inputs["metadata"].get("labels") is None
        assert "labels" not in resource.inputs.get("parameters", {})
    for resource in [*on_gke().find(type=CLASS), on_gke().one(type=SNAPSHOTS)]:
        assert resource.inputs["metadata"]["labels"]["homeport.dev/stack"] == "stage"


def test_all_of_it_lies_in_the_cluster_and_goes_with_it() -> None:
    made = on_gke()
    cluster, provider = made.one(type=CLUSTER).urn, made.one(type="pulumi:providers:kubernetes").urn
    [component] = made.find(type="homeport:storage:StorageClasses")
    children = made.children(component.urn)
    assert len(children) == 5
    for resource in children:
        assert resource.provider == provider
        assert resource.options.deleted_with == cluster


def existing(**given: Any) -> Graph:
    def program() -> None:
        args = ExistingClusterArgs.model_validate({"context": "kind-homeport", **given})
        StorageClasses("storage", StorageArgs(), cluster=ExistingCluster("cluster", args))

    return record(program, config=NO_DEFAULT_PROVIDERS)


def test_a_cluster_of_an_unknown_cloud_keeps_what_it_has() -> None:
    made = existing()
    [component] = made.find(type="homeport:storage:StorageClasses")
    assert made.children(component.urn) == []


def test_an_existing_cluster_on_google_cloud_gets_classes_that_are_deleted_for_real() -> None:
    made = existing(cloud="gcp", zones=["europe-west3-a"])
    assert {resource.name for resource in made.find(type=CLASS)} == {"storage-zonal", "storage-fast"}
    assert all(resource.options.deleted_with is None for resource in made.find(type=CLASS))


def test_what_the_cluster_cannot_give_is_refused_with_its_path() -> None:
    def program() -> None:
        cluster = ExistingCluster("cluster", ExistingClusterArgs(context="kind-homeport"))
        StorageClasses("storage", StorageArgs(default="fast"), cluster=cluster)

    with pytest.raises(SettingsError) as refused:
        record(program, config=NO_DEFAULT_PROVIDERS)
    assert [problem.path for problem in refused.value.problems] == [("storage", "default")]


def test_another_owner_changes_no_parameter_since_that_would_make_every_class_anew() -> None:
    other = LABELS.model_copy(update={"owner": "shop", "cost_centre": "2000"})
    before = {resource.name: resource for resource in on_gke().resources}
    for resource in on_gke(labels=other).resources:
        assert resource.inputs.get("parameters") == before[resource.name].inputs.get("parameters")
    assert "stack=" in before["storage-regional"].inputs["parameters"]["labels"]
