"""Updates of an EKS stack that fail half-way: the message, what is left, and that the next one completes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.engine import eks_faults_table as table
from tests.engine.breaking import (
    assert_deleted_in_order,
    assert_nothing_is_orphaned_or_twice,
    explanation_of,
    repeat_until_done,
)
from tests.engine.changing import Config, pools
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Fault

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(3000)]

#: What of the add-ons has something in AWS; of what is in the cluster no more is needed here.
_ADDONS = ("sealed-secrets", "external-dns", "cluster-autoscaler")
_NO_ADDONS = ("traefik", "cert-manager", "aws-load-balancer-controller", "gateway-api-crds", "kube-prometheus-stack")


def _smaller(config: Config) -> None:
    """All that AWS is asked for but the gateway's addresses, and little in the cluster."""
    config["protection"] = "none"
    on = {name: {"enabled": True} for name in _ADDONS}
    off = {name: {"enabled": False} for name in _NO_ADDONS}
    config["addons"] = {"profile": "minimal", **on, **off}
    config.pop("tenants")
    config.pop("apps")


def change(config: Config) -> None:
    """Something of everything that changes in place, a pool that is replaced, and people who get other rights."""
    config["owner"] = "shop"
    config["cluster"].update(version="1.35", logs={"retention_days": 30}, encryption={"rotation_days": 180})
    pools(config)["general"].update(spot=False, max=9)
    config["cluster"]["access"]["developers"].update(namespaces=["shop"])


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage-eks`, of which nothing exists yet; every test leaves behind what the next one finds."""
    made = new_engine("stage-eks")
    made.edit(_smaller)
    return made


def test_at_least_fifty_faults_are_met_on_aws() -> None:
    faults = [broken.fault for broken in (*table.UP, *table.UPDATE, *table.DOWN)]
    assert len(set(faults)) == len(faults) >= 50
    assert {fault.operation for fault in faults} == {"create", "update", "delete"}
    assert {broken.kind for broken in (*table.UP, *table.UPDATE, *table.DOWN)} >= {
        *("throttled", "quota", "forbidden", "conflict", "busy", "timeout", "internal", "in_use", "not_ready"),
    }


def test_failed_creations_on_aws_are_named_and_the_next_update_goes_on(engine: Engine) -> None:
    repeat_until_done(engine, engine.up, table.UP)
    assert set(Counter(live.urn for live in engine.live.values()).values()) == {1}
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}


def test_a_refresh_on_aws_that_fails_is_named_and_loses_nothing(engine: Engine) -> None:
    """The cluster is a child of a component that a plugin builds; its failure is the cluster's all the same."""
    before = set(engine.resources())
    engine.cloud.inject(Fault("eks/cluster:", "read", table.THROTTLED.text))
    explanation = explanation_of(engine.refresh())
    assert (explanation.first.name, explanation.kind) == ("cluster-eks-eksCluster", "throttled")
    assert set(engine.resources()) == before
    assert_nothing_is_orphaned_or_twice(engine)


def test_failed_changes_on_aws_are_named_and_done_in_the_end(engine: Engine) -> None:
    engine.edit(change)
    repeat_until_done(engine, engine.up, table.UPDATE)
    assert engine.cloud.one("cluster:Cluster", "cluster-eks-eksCluster").properties["version"] == "1.35"
    pool = engine.cloud.one("nodeGroup:", "general-pool").properties
    assert (pool["version"], pool["capacityType"], pool["scalingConfig"]["maxSize"]) == ("1.35", "ON_DEMAND", 9)
    association = engine.cloud.one("accessPolicyAssociation:", "cluster-access-developers-policy").properties
    assert association["accessScope"] == {"type": "namespace", "namespaces": ["shop"]}
    of_aws = [live for live in engine.live.values() if "tagsAll" in live.properties]
    assert {live.properties["tagsAll"]["owner"] for live in of_aws} == {"shop"}
    assert set(Counter(live.urn for live in engine.live.values()).values()) == {1}
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}


def test_failed_deletions_on_aws_are_named_and_nothing_is_left_in_the_end(engine: Engine) -> None:
    repeat_until_done(engine, engine.destroy, table.DOWN)
    assert engine.live == {}
    assert engine.resources() == {}


def test_deletions_on_aws_come_in_an_order_that_the_cloud_accepts(engine: Engine) -> None:
    assert_deleted_in_order(
        engine,
        [
            ("addons-coredns", "system-pool"),
            ("addons-aws-ebs-csi-driver", "system-pool"),
            ("system-pool", "cluster-vpc-cni"),
            ("general-pool", "cluster-eks-eksCluster"),
            ("cluster-vpc-cni", "cluster-eks-eksCluster"),
            ("cluster-deployer-policy", "cluster-eks-eksCluster"),
            ("cluster-eks-eksCluster", "cluster-control-plane"),
            ("cluster-eks-eksCluster", "cluster-secrets-key"),
            ("cluster-eks-eksCluster", "network-intra-a"),
            # The way out stays until nothing needs it any more.
            ("system-pool", "network-nat-a"),
            ("network-nat-a", "network-internet-gateway"),
            ("network-private-a", "network-vpc"),
        ],
    )
