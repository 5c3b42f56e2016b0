"""Updates that fail half-way: the message, what is left, and that the next one completes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.breaking import (
    Broken,
    assert_deleted_in_order,
    assert_nothing_is_orphaned_or_twice,
    repeat_until_done,
)
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Fault

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1200)]

_THROTTLED = "Error 429: Quota exceeded for quota metric 'Write requests', rateLimitExceeded"
_FORBIDDEN = "Error 403: Required 'compute.networks.create' permission, forbidden"
_BACKEND = "Error 500: Internal error encountered, backendError"
_TIMED_OUT = "timeout while waiting for state to become 'DONE' (last state: 'RUNNING', timeout: 1h0m0s)"
_QUOTA = "Error 403: Insufficient regional quota to satisfy request: resource 'CPUS', gkeQuotaExceeded"
_BUSY = "Error 400: Cluster is running incompatible operation operation-1, failedPrecondition"


ON_THE_WAY_UP = [
    Broken(Fault("compute/network:", "create", _FORBIDDEN), "network-vpc"),
    Broken(Fault("compute/network:", "create", _TIMED_OUT, made=True), "network-vpc"),
    Broken(Fault("serviceaccount/account:", "create", _BACKEND), "cluster-nodes"),
    Broken(Fault("kms/keyRing:", "create", _THROTTLED), "cluster-keys"),
    Broken(Fault("serviceIdentity:", "create", _BACKEND), "cluster-gke-agent"),
    Broken(Fault("compute/firewall:", "create", _THROTTLED, name="webhooks"), "network-webhooks"),
    Broken(Fault("compute/subnetwork:", "create", _BACKEND, made=True), "network-subnetwork"),
    Broken(Fault("compute/router:", "create", _THROTTLED), "network-router"),
    Broken(Fault("kms/cryptoKey:", "create", _BACKEND, made=True), "cluster-secrets-key"),
    Broken(Fault("iAMMember:", "create", _THROTTLED, name="run"), "cluster-nodes-run"),
    Broken(Fault("compute/routerNat:", "create", _TIMED_OUT, made=True), "network-nat"),
    Broken(Fault("container/cluster:", "create", _QUOTA), "cluster-gke"),
    Broken(Fault("container/cluster:", "create", _TIMED_OUT, made=True), "cluster-gke"),
    Broken(Fault("container/nodePool:", "create", _QUOTA, name="general"), "general-pool"),
    Broken(Fault("container/nodePool:", "create", _TIMED_OUT, name="general", made=True), "general-pool"),
]
#: With the version pinned and the pool resized.
ON_AN_UPDATE = [
    Broken(Fault("container/cluster:", "update", _BUSY), "cluster-gke"),
    Broken(Fault("container/cluster:", "update", _TIMED_OUT, made=True), "cluster-gke"),
    Broken(Fault("container/nodePool:", "update", _THROTTLED, name="general"), "general-pool"),
]
ON_THE_WAY_DOWN = [
    Broken(Fault("container/nodePool:", "delete", _BUSY, name="system"), "system-pool"),
    Broken(Fault("container/cluster:", "delete", _BUSY), "cluster-gke"),
    Broken(Fault("compute/routerNat:", "delete", _THROTTLED), "network-nat"),
    Broken(Fault("kms/cryptoKeyIAMMember:", "delete", _BACKEND), "cluster-gke-agent-key"),
    Broken(Fault("compute/subnetwork:", "delete", _BACKEND), "network-subnetwork"),
    Broken(Fault("compute/network:", "delete", _TIMED_OUT), "network-vpc"),
]


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage`, of which nothing exists yet; every test leaves behind what the next one finds."""
    made = new_engine("stage")
    made.edit(lambda config: config.update(protection="none"))
    return made


def test_a_failed_look_up_is_named(engine: Engine) -> None:
    # Alone: the program only hears of it while nothing else has failed.
    engine.cloud.inject(Fault("getProject", "invoke", _BACKEND))
    result = engine.up()
    assert result.code != 0
    assert _BACKEND in result.output
    assert "getProject" in result.output
    assert_nothing_is_orphaned_or_twice(engine)


def test_failed_creations_are_named_and_the_next_update_goes_on(engine: Engine) -> None:
    repeat_until_done(engine, engine.up, ON_THE_WAY_UP)
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}


def test_failed_changes_are_named_and_done_in_the_end(engine: Engine) -> None:
    engine.edit(lambda config: config["cluster"].update(version="1.34"))
    engine.edit(lambda config: config["cluster"]["node_pools"]["general"].update(max=9))
    repeat_until_done(engine, engine.up, ON_AN_UPDATE)
    assert engine.cloud.one("cluster:Cluster", "cluster-gke").properties["minMasterVersion"] == "1.34"
    assert engine.cloud.one("nodePool:", "general-pool").properties["autoscaling"]["totalMaxNodeCount"] == 9
    assert engine.up().must().touched == {}


def test_failed_deletions_are_named_and_nothing_is_left_in_the_end(engine: Engine) -> None:
    repeat_until_done(engine, engine.destroy, ON_THE_WAY_DOWN)
    assert engine.live == {}
    assert engine.resources() == {}


def test_deletions_come_in_an_order_that_the_cloud_accepts(engine: Engine) -> None:
    assert_deleted_in_order(
        engine,
        [
            ("general-pool", "cluster-gke"),
            ("system-pool", "cluster-gke"),
            ("cluster-gke", "network-subnetwork"),
            ("cluster-gke", "network-nat"),
            ("network-nat", "network-router"),
            ("cluster-gke", "cluster-secrets-key"),
            ("cluster-gke", "cluster-gke-agent-key"),
            ("network-subnetwork", "network-vpc"),
        ],
    )
