"""Updates that fail half-way: the message, what is left, and that the next one completes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.engine import gke_faults_table as table
from tests.engine.breaking import assert_deleted_in_order, explanation_of, repeat_until_done
from tests.engine.changing import Config, pools
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Fault

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(3000)]


def _smaller(config: Config) -> None:
    """All that Google Cloud is asked for, and in the cluster no more than shows what a failure there means."""
    config["protection"] = "none"
    config["network"].update(nat={"addresses": 1}, databases={"enabled": True})
    enabled = {name: {"enabled": True} for name in ("traefik", "sealed-secrets", "external-dns")}
    config["addons"] = {"profile": "minimal", "cert-manager": config["addons"]["cert-manager"], **enabled}
    config["tenants"].pop("tools")
    config.pop("apps")


def change(config: Config) -> None:
    """Something of everything that changes in place, and a pool that is replaced."""
    config["cluster"].update(version="1.34", encryption={"rotation_days": 30}, registry_projects=["acme-global"])
    config["network"].update(
        nat={"addresses": 2, "min_ports_per_vm": 128}, flow_logs={"sampling": 0.25}, webhook_ports=[8443]
    )
    pools(config)["general"].update(max=9)
    pools(config)["system"].update(spot=True)


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage`, of which nothing exists yet; every test leaves behind what the next one finds."""
    made = new_engine("stage")
    made.edit(_smaller)
    return made


def test_at_least_fifty_faults_are_met() -> None:
    faults = [broken.fault for broken in (*table.UP, *table.UPDATE, *table.DOWN)]
    assert len(set(faults)) == len(faults) >= 50
    assert {fault.operation for fault in faults} == {"create", "update", "delete"}


def test_failed_creations_are_named_and_the_next_update_goes_on(engine: Engine) -> None:
    repeat_until_done(engine, engine.up, table.UP)
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}
    assert set(Counter(live.urn for live in engine.live.values()).values()) == {1}


def test_a_failed_look_up_is_named(engine: Engine) -> None:
    # Alone: the program only hears of it while nothing else has failed.
    engine.cloud.inject(Fault("getProject", "invoke", table.BACKEND.text))
    result = engine.up()
    explanation = explanation_of(result)
    assert table.BACKEND.text in explanation.first.text
    assert "acme-stage" in explanation.first.text
    assert explanation.kind == "internal", explanation
    assert result.touched == {}
    assert engine.up().must().touched == {}


def test_a_refresh_that_fails_is_named_and_loses_nothing(engine: Engine) -> None:
    before = set(engine.resources())
    engine.cloud.inject(Fault("container/nodePool:", "read", table.THROTTLED.text, name="general"))
    explanation = explanation_of(engine.refresh())
    assert (explanation.first.name, explanation.kind) == ("general-pool", "throttled")
    assert set(engine.resources()) == before
    assert engine.refresh().must().touched == {}


def test_an_api_server_that_does_not_answer_is_named_and_loses_nothing(engine: Engine) -> None:
    before = set(engine.resources())
    engine.edit(lambda config: config["tenants"].update(shop={"quota": {"pods": 31}}))
    engine.control_plane.go_away()
    try:
        failed, refreshed = engine.up(), engine.refresh()
    finally:
        engine.control_plane.come_back()
    for result in (failed, refreshed):
        explanation = explanation_of(result)
        assert explanation.first.type.startswith("kubernetes:"), explanation
        assert explanation.kind == "unreachable", explanation
        assert "authorized_networks" in explanation.remedy
    assert set(engine.resources()) == before, "what nobody could ask about was forgotten"
    assert engine.up().must().touched == {"shop-shop-resourcequota-tenant": "update"}
    assert engine.refresh().must().touched == {}


def test_failed_changes_are_named_and_done_in_the_end(engine: Engine) -> None:
    engine.edit(change)
    repeat_until_done(engine, engine.up, table.UPDATE)
    assert engine.cloud.one("cluster:Cluster", "cluster-gke").properties["minMasterVersion"] == "1.34"
    assert engine.cloud.one("nodePool:", "general-pool").properties["autoscaling"]["totalMaxNodeCount"] == 9
    assert engine.cloud.one("nodePool:", "system-pool").properties["nodeConfig"]["spot"] is True
    assert len(engine.cloud.one("routerNat:", "network-nat").properties["natIps"]) == 2
    assert engine.up().must().touched == {}
    assert engine.refresh().must().touched == {}
    assert set(Counter(live.urn for live in engine.live.values()).values()) == {1}


def test_what_owns_objects_in_the_cloud_is_not_forgotten_while_the_api_server_does_not_answer(engine: Engine) -> None:
    engine.control_plane.go_away()
    try:
        explanation = explanation_of(engine.destroy())
    finally:
        engine.control_plane.come_back()
    assert explanation.kind == "unreachable"
    assert explanation.first.name in {"support-traefik-gateway", "support-traefik-release"}, explanation
    assert engine.cloud.one("cluster:Cluster", "cluster-gke"), "its load balancer would stay for ever"


def test_failed_deletions_are_named_and_nothing_is_left_in_the_end(engine: Engine) -> None:
    repeat_until_done(engine, engine.destroy, table.DOWN)
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
            ("network-nat", "network-nat-address-0"),
            ("cluster-gke", "cluster-secrets-key"),
            ("cluster-gke", "cluster-gke-agent-key"),
            ("network-databases", "network-databases-range"),
            ("network-subnetwork", "network-vpc"),
        ],
    )
