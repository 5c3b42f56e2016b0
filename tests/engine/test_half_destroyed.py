"""A destroy that skips its preview deletes what it can before it meets what is protected: the way back is an update."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.breaking import explanation_of
from tests.engine.harness import Engine
from tests.engine.helm import Helm

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]


@pytest.mark.parametrize(
    ("stack", "type_", "cluster"),
    [("stage", "container/cluster:", "cluster-gke"), ("stage-eks", "eks/cluster:", "cluster-eks-eksCluster")],
)
def test_an_update_makes_what_a_half_done_destroy_took_and_keeps_what_stayed(
    new_engine: Callable[[str], Engine], stack: str, type_: str, cluster: str
) -> None:
    engine = new_engine(stack)
    engine.up().must()
    before = set(engine.resources())
    standing = engine.cloud.one(type_, cluster)

    refused = engine.destroy("--skip-preview")
    assert refused.code != 0
    assert any(cluster in error and "protected" in error for error in refused.errors)
    # What lives in the cluster left the state with nobody deleting it: its cluster was to take it along.
    gone = before - set(engine.resources())
    assert {urn.rpartition("::")[2] for urn in gone} >= {"system-pool", "general-pool", "storage-fast"}

    # Helm's notes stayed in the cluster, too, and say that there is such a release.
    refused = engine.up()
    explanation = explanation_of(refused)
    assert explanation.kind == "conflict"
    assert explanation.first.name.endswith("-release")
    assert "kubectl delete secret -l owner=helm,name=" in explanation.remedy
    helm = Helm(engine)
    for name in helm.releases():
        helm.forget(name)

    again = engine.up().must()
    assert set(engine.resources()) == before
    assert set(again.touched.values()) == {"create"}
    assert engine.cloud.one(type_, cluster) is standing
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}
