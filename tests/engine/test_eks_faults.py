"""Updates of an EKS stack that fail half-way: the message, what is left, and that the next one completes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.breaking import Broken, assert_deleted_in_order, repeat_until_done
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Fault

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1200)]

_THROTTLED = "ThrottlingException: Rate exceeded"
_DENIED = "AccessDenied: not authorized to perform iam:CreateRole because no identity-based policy allows it"
_BROKEN = "ServerException: An internal error occurred"
_TIMED_OUT = "timeout while waiting for state to become 'ACTIVE' (last state: 'CREATING', timeout: 60m0s)"
_ADDRESSES = "AddressLimitExceeded: The maximum number of addresses has been reached"
_BUSY = "ResourceInUseException: Cannot ListAddons as cluster stage is currently being updated"
_UNHEALTHY = "NodeCreationFailure: Instances failed to join the kubernetes cluster"
_DEGRADED = "unexpected state 'DEGRADED', wanted target 'ACTIVE'. last error: InsufficientNumberOfReplicas"

ON_THE_WAY_UP = [
    Broken(Fault("ec2/vpc:", "create", _THROTTLED), "network-vpc"),
    Broken(Fault("ec2/eip:", "create", _ADDRESSES), "network-nat-address-a"),
    Broken(Fault("iam/role:", "create", _DENIED, name="control-plane"), "cluster-control-plane"),
    Broken(Fault("kms/key:", "create", _BROKEN, made=True), "cluster-secrets-key"),
    Broken(Fault("cloudwatch/logGroup:", "create", _THROTTLED, name="cluster-logs"), "cluster-logs"),
    Broken(Fault("ec2/subnet:", "create", _BROKEN, name="intra-b", made=True), "network-intra-b"),
    Broken(
        Fault("ec2/routeTableAssociation:", "create", _THROTTLED, name="private-a"), "network-association-private-a"
    ),
    Broken(Fault("ec2/natGateway:", "create", _TIMED_OUT, made=True), "network-nat-a"),
    Broken(Fault("ec2/flowLog:", "create", _BROKEN), "network-flow-log"),
    Broken(Fault("eks/cluster:", "create", _THROTTLED), "cluster-eks-eksCluster"),
    Broken(Fault("eks/cluster:", "create", _TIMED_OUT, made=True), "cluster-eks-eksCluster"),
    Broken(Fault("eks/accessEntry:", "create", _BROKEN, name="deployer"), "cluster-deployer"),
    Broken(Fault("iam/openIdConnectProvider:", "create", _THROTTLED), "cluster-oidc"),
    Broken(Fault("eks/addon:", "create", _BUSY, name="vpc-cni"), "cluster-vpc-cni"),
    Broken(Fault("eks/nodeGroup:", "create", _UNHEALTHY, name="system", made=True), "system-pool"),
    Broken(Fault("eks/addon:", "create", _DEGRADED, name="coredns", made=True), "addons-coredns"),
    Broken(Fault("autoscaling/tag:", "create", _THROTTLED, name="taint"), "general-pool-taint/spot"),
]
#: With the version raised and a pool resized.
ON_AN_UPDATE = [
    Broken(Fault("eks/cluster:", "update", _TIMED_OUT, made=True), "cluster-eks-eksCluster"),
    Broken(Fault("eks/addon:", "update", _BUSY, name="kube-proxy"), "cluster-kube-proxy"),
    Broken(Fault("eks/nodeGroup:", "update", _UNHEALTHY, name="system"), "system-pool"),
    Broken(Fault("eks/nodeGroup:", "update", _TIMED_OUT, name="general", made=True), "general-pool"),
]
ON_THE_WAY_DOWN = [
    Broken(Fault("eks/addon:", "delete", _BUSY, name="coredns"), "addons-coredns"),
    Broken(Fault("eks/nodeGroup:", "delete", _TIMED_OUT, name="system"), "system-pool"),
    Broken(Fault("eks/cluster:", "delete", _BUSY), "cluster-eks-eksCluster"),
    Broken(Fault("ec2/natGateway:", "delete", _THROTTLED), "network-nat-a"),
    Broken(Fault("ec2/subnet:", "delete", _BROKEN, name="private-b"), "network-private-b"),
    Broken(Fault("ec2/vpc:", "delete", _TIMED_OUT), "network-vpc"),
]


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage-eks`, of which nothing exists yet; every test leaves behind what the next one finds."""
    made = new_engine("stage-eks")
    made.edit(lambda config: config.update(protection="none"))
    return made


def test_failed_creations_on_aws_are_named_and_the_next_update_goes_on(engine: Engine) -> None:
    repeat_until_done(engine, engine.up, ON_THE_WAY_UP)
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}


def test_failed_changes_on_aws_are_named_and_done_in_the_end(engine: Engine) -> None:
    engine.edit(lambda config: config["cluster"].update(version="1.35"))
    engine.edit(lambda config: config["cluster"]["node_pools"]["general"].update(max=9))
    repeat_until_done(engine, engine.up, ON_AN_UPDATE)
    assert engine.cloud.one("cluster:Cluster", "cluster-eks-eksCluster").properties["version"] == "1.35"
    pool = engine.cloud.one("nodeGroup:", "general-pool").properties
    assert (pool["version"], pool["scalingConfig"]["maxSize"]) == ("1.35", 9)
    assert engine.up().must().touched == {}


def test_failed_deletions_on_aws_are_named_and_nothing_is_left_in_the_end(engine: Engine) -> None:
    repeat_until_done(engine, engine.destroy, ON_THE_WAY_DOWN)
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
