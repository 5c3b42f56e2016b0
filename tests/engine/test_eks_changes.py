"""Changes of a standing EKS stack: exactly what each touches, and how.

Changes of different resources go together in one update: what each touches is told apart by the names. Every update is
held to exactly what it touches, so one that left something undone would show in the next.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import pytest

from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Resource
from tests.engine.changing import (
    Change,
    Config,
    Drift,
    assert_nothing_that_holds_state_is_replaced,
    assert_repaired_together,
    assert_touches,
    pools,
)
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Live

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

_CLUSTER: Final = "cluster-eks-eksCluster"
#: The cluster, and the component that it is in: the engine reports both.
_CLUSTER_AND_COMPONENT: Final = {"cluster-eks": "update", _CLUSTER: "update"}
#: Machines and the autoscaler learn of the pool from tags of its scaling group; with the group they go.
_GENERAL: Final = (
    "general-pool",
    "general-pool-owner",
    "general-pool-cost-centre",
    "general-pool-label/homeport.dev/node-pool",
    "general-pool-taint/spot",
)
_BATCH: Final = (
    "batch",
    "batch-pool",
    "batch-pool-template",
    "batch-pool-owner",
    "batch-pool-cost-centre",
    "batch-pool-label/homeport.dev/node-pool",
)


def _access(config: Config) -> Config:
    return config["cluster"]["access"]


#: Rounds in this order, each on top of the ones before it.
ROUNDS: Final[Mapping[str, Sequence[Change]]] = {
    "what is made, resized and widened": [
        Change(
            "adding a pool makes it and touches no other",
            lambda c: pools(c).update(batch={"machines": ["c7i.xlarge"], "min": 0, "max": 3}),
            dict.fromkeys(_BATCH, "create"),
        ),
        Change(
            "resizing a pool changes that pool in place",
            lambda c: pools(c)["general"].update(max=8),
            {"general-pool": "update"},
            {"general-pool": ("scalingConfig.maxSize",)},
        ),
        Change(
            "one more network that may reach the API changes the cluster alone",
            lambda c: c["cluster"]["api"]["public_cidrs"].update(branch="198.51.100.0/24"),
            _CLUSTER_AND_COMPONENT,
            {_CLUSTER: ("vpcConfig.publicAccessCidrs[0]", "vpcConfig.publicAccessCidrs[1]")},
        ),
        Change(
            "letting people into one namespace only replaces their policy and nothing else",
            lambda c: _access(c)["developers"].update(namespaces=["shop"]),
            {"cluster-access-developers-policy": "replace"},
        ),
        Change(
            "another version of an EKS add-on changes it in place",
            lambda c: c["cluster"].update(addons={"vpc-cni": "v1.23.0-eksbuild.1"}),
            {"cluster-vpc-cni": "update"},
            {"cluster-vpc-cni": ("addonVersion",)},
        ),
        Change(
            "keeping logs for less time changes their group in place",
            lambda c: c["cluster"].update(logs={"retention_days": 30}),
            {"cluster-logs": "update"},
            {"cluster-logs": ("retentionInDays",)},
        ),
    ],
    "what goes and what is rolled": [
        Change(
            "removing a pool removes it and touches no other",
            lambda c: pools(c).pop("batch"),
            dict.fromkeys(_BATCH, "delete"),
        ),
        Change(
            "larger disks roll the nodes of that pool",
            lambda c: pools(c)["general"].update(disk={"size_gb": 120}),
            {"general-pool-template": "update", "general-pool": "update"},
            {"general-pool": ("launchTemplate.version",)},
        ),
        Change(
            "taking people away takes their entry and its policy",
            lambda c: _access(c).pop("developers"),
            {"cluster-access-developers": "delete", "cluster-access-developers-policy": "delete"},
        ),
    ],
    "other machine types": [
        Change(
            "other machine types replace that pool alone",
            lambda c: pools(c)["general"].update(machines=["m7i.2xlarge", "m6i.2xlarge"]),
            dict.fromkeys(_GENERAL, "replace"),
            {"general-pool": ("instanceTypes[0]", "instanceTypes[1]")},
        ),
    ],
    "labels on nodes": [
        Change(
            "a label on nodes changes that pool in place and is told to the autoscaler",
            lambda c: pools(c)["general"].update(labels={"acme.example/team": "shop"}),
            {"general-pool": "update", "general-pool-label/acme.example/team": "create"},
        ),
    ],
    "the next Kubernetes version": [
        Change(
            "control plane and nodes are upgraded in place, and what is tied to the version",
            lambda c: c["cluster"].update(version="1.35"),
            {
                **_CLUSTER_AND_COMPONENT,
                **dict.fromkeys(("cluster-kube-proxy", "addons-coredns", "system-pool", "general-pool"), "update"),
                # The autoscaler's image has the cluster's minor version.
                "support-cluster-autoscaler-release": "update",
            },
            {
                _CLUSTER: ("version",),
                "system-pool": ("version",),
                "cluster-kube-proxy": ("addonVersion",),
                "addons-coredns": ("addonVersion",),
            },
        ),
    ],
}


_NO_ADDONS: Final = (
    *("traefik", "cert-manager", "aws-load-balancer-controller", "gateway-api-crds", "kube-prometheus-stack"),
    *("prometheus-operator-crds", "sealed-secrets", "external-dns"),
)


def _smaller(config: Config) -> None:
    """All that AWS is asked for by the cluster; in it one add-on that follows the cluster's version, and one tenant."""
    off = {name: {"enabled": False} for name in _NO_ADDONS}
    config["addons"] = {"profile": "minimal", "cluster-autoscaler": {"enabled": True}, **off}
    config["tenants"].pop("tools")
    for app in ("web", "dashboard", "feedback"):
        config["apps"].pop(app)


@pytest.fixture(scope="module")
def standing(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage-eks`, up."""
    engine = new_engine("stage-eks")
    engine.edit(_smaller)
    engine.up().must()
    return engine


def _together(changes: Sequence[Change]) -> Change:
    def edit(config: Config) -> None:
        for change in changes:
            change.edit(config)

    touched = [name for change in changes for name in change.touched]
    assert len(set(touched)) == len(touched), "what one of them touches could not be told from another's"
    return Change(
        "; ".join(change.name for change in changes),
        edit,
        {name: what for change in changes for name, what in change.touched.items()},
        {name: paths for change in changes for name, paths in change.properties.items()},
    )


@pytest.mark.parametrize("name", ROUNDS, ids=lambda name: str(name).replace(" ", "-"))
def test_what_changes_touch_on_eks(standing: Engine, name: str) -> None:
    assert_touches(standing, _together(ROUNDS[name]))


def test_the_control_plane_is_upgraded_before_nodes_and_add_ons(standing: Engine) -> None:
    updates = standing.cloud.since(0, "update")
    upgraded = [r.name for r in updates if "1.35" in (r.inputs.get("version"), str(r.inputs.get("addonVersion"))[1:5])]
    assert upgraded[0] == _CLUSTER
    begun = next(r.started for r in updates if r.name == upgraded[1])
    assert next(r.ended for r in updates if r.name == _CLUSTER and r.inputs.get("version") == "1.35") <= begun
    assert set(upgraded[1:]) == {"system-pool", "general-pool", "cluster-kube-proxy"}


def test_after_all_of_them_nothing_has_drifted(standing: Engine) -> None:
    """A replacement that takes away what it has just made would show here."""
    assert standing.refresh().must().touched == {}


def test_leaving_spot_replaces_that_pool_alone_and_the_new_one_is_there_before_the_old_one_goes(
    standing: Engine,
) -> None:
    before = standing.cloud.mark()
    touched: Mapping[str, str] = dict.fromkeys([*_GENERAL, "general-pool-label/acme.example/team"], "replace")
    assert_touches(standing, Change("", lambda c: pools(c)["general"].update(spot=False), touched))
    done = [(r.operation, r.name) for r in standing.cloud.since(before) if r.name == "general-pool"]
    assert done == [("create", "general-pool"), ("delete", "general-pool")]


def test_a_version_further_than_the_next_is_refused_by_the_cloud_and_nothing_changes(standing: Engine) -> None:
    live = standing.cloud.one("cluster:Cluster", _CLUSTER)
    standing.edit(lambda c: c["cluster"].update(version="1.33"))
    refused = standing.up()
    assert refused.code != 0
    assert "from 1.35 to 1.33" in "\n".join(refused.errors)
    assert live.properties["version"] == "1.35"
    standing.edit(lambda c: c["cluster"].update(version="1.35"))
    before = standing.cloud.mark()
    # The component of pulumi_eks had noted what it was told.
    assert standing.up().must().touched == {"cluster-eks": "update"}
    assert standing.cloud.since(before) == []
    assert standing.up().must().touched == {}


def _planned(engine: Engine) -> Mapping[str, Resource]:
    return {resource.name: resource for resource in evaluate(engine.work, engine.stack).resources}


def test_another_owner_changes_tags_and_labels_in_place_and_replaces_nothing(standing: Engine) -> None:
    before = _planned(standing)
    groups = {live.id: live.properties["launchTemplate"] for live in _of_type(standing, "eks/nodeGroup:")}
    standing.edit(lambda c: c.update(owner="shop"))
    after = _planned(standing)
    assert before.keys() == after.keys()
    changed = {name for name, resource in after.items() if resource.custom and resource.inputs != before[name].inputs}
    tagged = {live.urn.rpartition("::")[2] for live in standing.live.values() if "tagsAll" in live.properties}
    assert len(tagged) > 30
    result = standing.up().must()
    assert result.touched == dict.fromkeys(changed | tagged, "update")
    assert_nothing_that_holds_state_is_replaced(result)
    of_aws = [live for live in standing.live.values() if "tagsAll" in live.properties]
    assert {live.properties["tagsAll"]["owner"] for live in of_aws} == {"shop"}
    assert {live.id: live.properties["launchTemplate"] for live in _of_type(standing, "eks/nodeGroup:")} == groups


def test_a_rotated_authority_reaches_the_kubeconfig_and_replaces_nothing(standing: Engine) -> None:
    """While EKS changes over, both authorities are valid: the new certificate comes beside the old one."""
    old = base64.b64decode(standing.control_plane.ca_certificate)
    rotated = base64.b64encode(old + old).decode()
    standing.cloud.change("cluster:Cluster", _CLUSTER, certificateAuthority={"data": rotated})
    assert rotated not in _kubeconfig(standing)
    # Nothing that anybody asked for has changed, so nothing is reported.
    assert standing.refresh().must().touched == {}
    result = standing.up().must()
    # The component of pulumi_eks has a provider of its own, which nothing uses.
    assert result.touched == {"cluster-kubernetes": "update", "cluster-eks-eks-k8s": "replace"}
    assert rotated in _kubeconfig(standing)
    assert standing.up().must().touched == {}


def _kubeconfig(engine: Engine) -> str:
    """What the provider of all that is in the cluster works with."""
    deployment = engine.export("--show-secrets")["deployment"]
    provider = next(r for r in deployment["resources"] if r["urn"].endswith("::cluster-kubernetes"))
    return json.dumps(provider["inputs"])


def _of_type(engine: Engine, type_: str) -> list[Live]:
    return [live for live in engine.live.values() if type_ in live.type]


# --- what others do


def _resize(engine: Engine) -> None:
    engine.cloud.change("nodeGroup:", "system-pool", scalingConfig={"minSize": 2, "maxSize": 99, "desiredSize": 2})


def _autoscale(engine: Engine) -> None:
    sizes = engine.cloud.one("nodeGroup:", "general-pool").properties["scalingConfig"]
    engine.cloud.change("nodeGroup:", "general-pool", scalingConfig={**sizes, "desiredSize": 3})


def _detach(engine: Engine) -> None:
    engine.cloud.remove(engine.cloud.one("rolePolicyAttachment:", "cluster-cni-policy"))


def _attach(engine: Engine) -> None:
    role = engine.cloud.one("iam/role:", "cluster-nodes").id
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    given = {"role": role, "policyArn": arn}
    engine.cloud.add(Live("aws:iam/rolePolicyAttachment:RolePolicyAttachment", f"{role}/{arn}", "nobody", given))


def _rewrite(engine: Engine) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    engine.cloud.change("rolePolicy:", "cluster-nodes-find-themselves", policy=json.dumps(everything))


def _open(engine: Engine) -> None:
    config = engine.cloud.one("cluster:Cluster", _CLUSTER).properties["vpcConfig"]
    engine.cloud.change("cluster:Cluster", _CLUSTER, vpcConfig={**config, "publicAccessCidrs": ["0.0.0.0/0"]})


def _shut_out(engine: Engine) -> None:
    """EKS takes an entry's policies along."""
    engine.cloud.remove(engine.cloud.one("accessEntry:", "cluster-access-platform"))
    engine.cloud.remove(engine.cloud.one("accessPolicyAssociation:", "cluster-access-platform-policy"))


def _tag(engine: Engine) -> None:
    tags = engine.cloud.one("ec2/vpc:", "network-vpc").properties["tagsAll"]
    engine.cloud.change("ec2/vpc:", "network-vpc", tagsAll={**tags, "seen-by": "somebody"})


def _untag(engine: Engine) -> None:
    tags = engine.cloud.one("ec2/subnet:", "network-private-a").properties["tagsAll"]
    kept = {key: value for key, value in tags.items() if key != "owner"}
    engine.cloud.change("ec2/subnet:", "network-private-a", tagsAll=kept)


DRIFTS: Final = [
    Drift("a pool resized", _resize, {"system-pool": "update"}, {"system-pool": "update"}),
    # A refresh tells of it, and an update leaves it alone.
    Drift("nodes that the autoscaler added", _autoscale, {"general-pool": "update"}, {}),
    Drift("a right taken from a role", _detach, {"cluster-cni-policy": "delete"}, {"cluster-cni-policy": "create"}),
    Drift("a right given to a role beside ours", _attach, {}, {}),
    Drift(
        "a role's own policy rewritten",
        _rewrite,
        {"cluster-nodes-find-themselves": "update"},
        {"cluster-nodes-find-themselves": "update"},
    ),
    # The component's own outputs are the same as before.
    Drift("the API opened to everybody", _open, {_CLUSTER: "update"}, {_CLUSTER: "update"}),
    Drift(
        "people shut out",
        _shut_out,
        dict.fromkeys(("cluster-access-platform", "cluster-access-platform-policy"), "delete"),
        dict.fromkeys(("cluster-access-platform", "cluster-access-platform-policy"), "create"),
    ),
    Drift("a tag added", _tag, {"network-vpc": "update"}, {"network-vpc": "update"}),
    Drift("a tag removed", _untag, {"network-private-a": "update"}, {"network-private-a": "update"}),
]


def test_drift_on_eks_is_reported_and_repaired(standing: Engine) -> None:
    assert_repaired_together(standing, DRIFTS)
    assert standing.cloud.one("nodeGroup:", "general-pool").properties["scalingConfig"]["desiredSize"] == 3
    assert json.loads(standing.cloud.one("rolePolicy:", "cluster-nodes-find-themselves").properties["policy"])[
        "Statement"
    ][0]["Action"] == ["ec2:DescribeInstances"]
    assert "seen-by" not in standing.cloud.one("ec2/vpc:", "network-vpc").properties["tagsAll"]
    foreign = [live for live in standing.cloud.live.values() if live.urn == "nobody"]
    assert len(foreign) == 1, "what others attach stays, and would stop the deletion of the role"
    standing.cloud.remove(foreign[0])


def test_a_deleted_namespace_of_a_tenant_comes_back_with_all_its_apps(standing: Engine) -> None:
    inside = {urn.rpartition("::")[2] for urn, r in standing.resources().items() if _lives_in("shop", r)}
    assert inside >= {"shop-namespace-shop", "worker-deployment", "api-deployment", "migrate-job"}
    assert standing.control_plane.request("DELETE", "/api/v1/namespaces/shop").status == HTTPStatus.OK
    _wait_until_gone(standing, "/api/v1/namespaces/shop")
    assert standing.refresh().must().touched == dict.fromkeys(inside, "delete")
    assert standing.up().must().touched == dict.fromkeys(inside, "create")


def _wait_until_gone(engine: Engine, path: str) -> None:
    until = time.monotonic() + 120
    while engine.control_plane.request("GET", path).status != HTTPStatus.NOT_FOUND:
        assert time.monotonic() < until, f"{path} does not go"
        time.sleep(0.5)


def _lives_in(namespace: str, resource: Mapping[str, Any]) -> bool:
    inputs: dict[str, Any] = resource.get("inputs", {})
    metadata: dict[str, Any] = inputs.get("metadata", {})
    itself = resource["type"] == "kubernetes:core/v1:Namespace" and metadata.get("name") == namespace
    return resource["type"].startswith("kubernetes:") and (itself or metadata.get("namespace") == namespace)


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
