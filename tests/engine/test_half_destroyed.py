"""A destroy that skips its preview deletes what it can before it meets what is protected: the way back is an update."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]


def test_an_update_makes_what_a_half_done_destroy_took_and_keeps_what_stayed(
    new_engine: Callable[[str], Engine],
) -> None:
    engine = new_engine("stage")
    engine.up().must()
    before = set(engine.resources())
    cluster = engine.cloud.one("cluster:Cluster", "cluster-gke")

    refused = engine.destroy("--skip-preview")
    assert refused.code != 0
    assert any("cluster-gke" in error and "protected" in error for error in refused.errors)
    # What lives in the cluster left the state with nobody deleting it: its cluster was to take it along.
    gone = before - set(engine.resources())
    assert {urn.rpartition("::")[2] for urn in gone} >= {"system-pool", "general-pool", "storage-fast"}

    again = engine.up().must()
    assert set(engine.resources()) == before
    assert set(again.touched.values()) == {"create"}
    assert engine.cloud.one("cluster:Cluster", "cluster-gke") is cluster
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}
