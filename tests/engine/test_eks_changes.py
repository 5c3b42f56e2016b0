"""Changes of a standing EKS stack: exactly what each touches, and how."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.changing import Change, Drift, assert_repaired, assert_touches, name_of, pools
from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]

#: The cluster, and the component that it is in: the engine reports both.
_CLUSTER = {"cluster-eks": "update", "cluster-eks-eksCluster": "update"}
#: What the autoscaler learns of the pool from belongs to a scaling group, and goes with it.
_GENERAL_TAGS = ("general-pool-label/homeport.dev/node-pool", "general-pool-taint/spot")


def _access(config: dict[str, dict[str, dict[str, dict[str, object]]]]) -> dict[str, dict[str, object]]:
    return config["cluster"]["access"]


#: In this order, each on top of the ones before it.
CHANGES = [
    Change(
        "adding a pool makes it and touches no other",
        lambda c: pools(c).update(batch={"machines": ["c7i.xlarge"], "min": 0, "max": 3}),
        dict.fromkeys(
            ("batch", "batch-pool", "batch-pool-template", "batch-pool-label/homeport.dev/node-pool"), "create"
        ),
    ),
    Change(
        "resizing a pool changes that pool in place",
        lambda c: pools(c)["general"].update(max=8),
        {"general-pool": "update"},
        {"general-pool": ("scalingConfig.maxSize",)},
    ),
    Change(
        "larger disks roll the nodes of that pool",
        lambda c: pools(c)["general"].update(disk={"size_gb": 120}),
        {"general-pool-template": "update", "general-pool": "update"},
        {"general-pool": ("launchTemplate.version",)},
    ),
    Change(
        "other machine types replace that pool alone",
        lambda c: pools(c)["general"].update(machines=["m7i.2xlarge", "m6i.2xlarge"]),
        dict.fromkeys(("general-pool", *_GENERAL_TAGS), "replace"),
        {"general-pool": ("instanceTypes[0]", "instanceTypes[1]")},
    ),
    Change(
        "leaving spot replaces that pool alone",
        lambda c: pools(c)["general"].update(spot=False),
        dict.fromkeys(("general-pool", *_GENERAL_TAGS), "replace"),
        {"general-pool": ("capacityType",)},
    ),
    Change(
        "a label on nodes changes that pool in place and is told to the autoscaler",
        lambda c: pools(c)["general"].update(labels={"acme.example/team": "shop"}),
        {"general-pool": "update", "general-pool-label/acme.example/team": "create"},
    ),
    Change(
        "removing a pool removes it and touches no other",
        lambda c: pools(c).pop("batch"),
        dict.fromkeys(
            ("batch", "batch-pool", "batch-pool-template", "batch-pool-label/homeport.dev/node-pool"), "delete"
        ),
    ),
    Change(
        "one more network that may reach the API changes the cluster alone",
        lambda c: c["cluster"]["api"]["public_cidrs"].update(branch="198.51.100.0/24"),
        _CLUSTER,
        {"cluster-eks-eksCluster": ("vpcConfig.publicAccessCidrs[0]", "vpcConfig.publicAccessCidrs[1]")},
    ),
    Change(
        "letting people into one namespace only replaces their policy and nothing else",
        lambda c: _access(c)["developers"].update(namespaces=["web"]),
        {"cluster-access-developers-policy": "replace"},
    ),
    Change(
        "taking people away takes their entry and its policy",
        lambda c: _access(c).pop("developers"),
        {"cluster-access-developers": "delete", "cluster-access-developers-policy": "delete"},
    ),
    Change(
        "the next Kubernetes version upgrades the control plane and nodes in place and the add-ons tied to it",
        lambda c: c["cluster"].update(version="1.35"),
        {
            **_CLUSTER,
            **dict.fromkeys(("cluster-kube-proxy", "addons-coredns", "system-pool", "general-pool"), "update"),
        },
        {"cluster-eks-eksCluster": ("version",), "system-pool": ("version",), "cluster-kube-proxy": ("addonVersion",)},
    ),
]


@pytest.fixture(scope="module")
def standing(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage-eks`, up."""
    engine = new_engine("stage-eks")
    engine.up().must()
    return engine


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
def test_what_a_change_touches_on_eks(standing: Engine, change: Change) -> None:
    assert_touches(standing, change)


def test_after_all_of_them_nothing_has_drifted(standing: Engine) -> None:
    """A replacement that takes away what it has just made would show here."""
    assert standing.refresh().must().touched == {}
    assert standing.up().must().touched == {}


def test_the_control_plane_is_upgraded_before_nodes_and_add_ons(standing: Engine) -> None:
    upgraded = [r.name for r in standing.cloud.since(0, "update") if r.inputs.get("version") == "1.35"]
    assert upgraded[0] == "cluster-eks-eksCluster"
    assert set(upgraded[1:]) == {"system-pool", "general-pool"}


def test_a_replaced_group_is_there_before_the_old_one_goes(standing: Engine) -> None:
    before = standing.cloud.mark()
    standing.edit(lambda c: pools(c)["general"].update(spot=True))
    standing.up().must()
    done = [(r.operation, r.name) for r in standing.cloud.since(before) if r.name == "general-pool"]
    assert done == [("create", "general-pool"), ("delete", "general-pool")]


def test_a_version_further_than_the_next_is_refused_by_the_cloud_and_nothing_changes(standing: Engine) -> None:
    live = standing.cloud.one("cluster:Cluster", "cluster-eks-eksCluster")
    standing.edit(lambda c: c["cluster"].update(version="1.33"))
    refused = standing.up()
    assert refused.code != 0
    assert "from 1.35 to 1.33" in "\n".join(refused.errors)
    assert live.properties["version"] == "1.35"
    standing.edit(lambda c: c["cluster"].update(version="1.35"))
    standing.up().must()
    assert standing.up().must().touched == {}


def test_another_owner_changes_tags_in_place_and_replaces_nothing(standing: Engine) -> None:
    standing.edit(lambda c: c.update(owner="shop"))
    result = standing.up().must()
    assert set(result.touched.values()) == {"update"}
    of_aws = [live for live in standing.live.values() if "tagsAll" in live.properties]
    assert len(of_aws) > 30
    assert {live.properties["tagsAll"]["owner"] for live in of_aws} == {"shop"}
    assert standing.up().must().touched == {}


def _resize(engine: Engine) -> None:
    engine.cloud.change("nodeGroup:", "system-pool", scalingConfig={"minSize": 2, "maxSize": 99, "desiredSize": 2})


def _autoscale(engine: Engine) -> None:
    sizes = engine.cloud.one("nodeGroup:", "system-pool").properties["scalingConfig"]
    engine.cloud.change("nodeGroup:", "system-pool", scalingConfig={**sizes, "desiredSize": 3})


def _detach(engine: Engine) -> None:
    engine.cloud.remove(engine.cloud.one("rolePolicyAttachment:", "cluster-cni-policy"))


def _open(engine: Engine) -> None:
    config = engine.cloud.one("cluster:Cluster", "cluster-eks-eksCluster").properties["vpcConfig"]
    everybody = {**config, "publicAccessCidrs": ["0.0.0.0/0"]}
    engine.cloud.change("cluster:Cluster", "cluster-eks-eksCluster", vpcConfig=everybody)


DRIFTS = [
    Drift("a pool resized", _resize, {"system-pool": "update"}, {"system-pool": "update"}),
    Drift("a right taken from a role", _detach, {"cluster-cni-policy": "delete"}, {"cluster-cni-policy": "create"}),
    Drift(
        "the API opened to everybody",
        _open,
        {"cluster-eks-eksCluster": "update"},
        # The component's own outputs are the same as before.
        {"cluster-eks-eksCluster": "update"},
    ),
]


@pytest.mark.parametrize("drift", DRIFTS, ids=name_of)
def test_drift_on_eks_is_reported_and_repaired(standing: Engine, drift: Drift) -> None:
    assert_repaired(standing, drift)


def test_nodes_that_the_autoscaler_added_stay(standing: Engine) -> None:
    _autoscale(standing)
    standing.refresh().must()
    assert standing.up().must().touched == {}
    assert standing.cloud.one("nodeGroup:", "system-pool").properties["scalingConfig"]["desiredSize"] == 3


def test_a_minimum_above_what_runs_is_refused_until_that_many_run(standing: Engine) -> None:
    """The autoscaler owns the number of nodes, so an update leaves it alone: people raise it first."""
    standing.edit(lambda c: pools(c)["system"].update(min=4, max=6))
    refused = standing.up()
    assert refused.code != 0
    assert "Minimum capacity can't be greater than desired size" in refused.errors[0]
    sizes = standing.cloud.one("nodeGroup:", "system-pool").properties["scalingConfig"]
    standing.cloud.change("nodeGroup:", "system-pool", scalingConfig={**sizes, "maxSize": 6, "desiredSize": 4})
    standing.up("--refresh").must()
    assert standing.up().must().touched == {}


def test_a_change_that_replaces_the_eks_cluster_is_refused_and_with_consent_takes_what_is_in_it_along(
    standing: Engine,
) -> None:
    live = standing.cloud.snapshot().keys()
    standing.edit(lambda c: c["cluster"].update(service_cidr="172.21.0.0/16"))
    refused = standing.up()
    assert refused.code != 0
    assert "cluster-eks-eksCluster" in refused.errors[0]
    assert "protect" in refused.errors[0]
    assert standing.cloud.snapshot().keys() == live
    standing.edit(lambda c: c["cluster"].pop("service_cidr"))
    standing.without_protection().must()
    standing.edit(lambda c: c["cluster"].update(service_cidr="172.21.0.0/16"))
    result = standing.up().must()
    replaced = {name for name, kind in result.touched.items() if kind == "replace"}
    assert replaced >= {"cluster-eks-eksCluster", "cluster-kubernetes", "system-pool", "general-pool", "storage-fast"}
    assert not replaced & {"network-vpc", "network-private-a", "cluster-secrets-key", "cluster-nodes", "cluster-logs"}
    assert standing.up().must().touched == {}
    classes = standing.control_plane.request("GET", "/apis/storage.k8s.io/v1/storageclasses").body["items"]
    assert len(classes) > 1, "the new cluster has the stack's storage classes"
