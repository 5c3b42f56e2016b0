"""An engine that is killed while the cloud works on: what it says afterwards, and the way back."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import pytest

from tests.engine.changing import Config
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Fault

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]


#: Stack to its cluster. On EKS it is in a component that another process builds, which goes down with the engine.
_CLUSTERS: Final = {"stage": "cluster-gke", "stage-eks": "cluster-eks-eksCluster"}


def _smaller(config: Config) -> None:
    """Nothing in the cluster but storage classes."""
    config["protection"] = "none"
    for section in ("addons", "tenants", "apps"):
        config.pop(section)


@pytest.fixture(scope="module", params=_CLUSTERS)
def engine(request: pytest.FixtureRequest, new_engine: Callable[[str], Engine]) -> Engine:
    """A stack of each cloud, killed twice on its way up; one after the other, for they share a control plane."""
    made = new_engine(request.param)
    made.edit(_smaller)
    return made


def _wait_for(what: Callable[[], bool], seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("killed", ["cluster", "pool"])
def test_the_lock_goes_by_cancel_and_what_was_begun_has_to_be_removed(engine: Engine, killed: str) -> None:
    resource = _CLUSTERS[engine.stack] if killed == "cluster" else "system-pool"
    engine.cloud.inject(Fault("", "create", "nobody hears this", name=f"^{resource}$", wait=5, made=True))

    def kill(process: subprocess.Popen[bytes]) -> None:
        _wait_for(lambda: not engine.cloud.pending_faults())
        # Not while the engine writes: it writes over the old state, and half a state file is another story.
        _wait_for(lambda: engine.seconds_since_last_save() > 1)
        os.killpg(process.pid, signal.SIGKILL)

    assert engine.up(during=kill).code == -signal.SIGKILL
    _wait_for(lambda: any(live.urn.endswith(f"::{resource}") for live in engine.live.values()))
    begun = next(live for live in engine.live.values() if live.urn.endswith(f"::{resource}"))
    assert begun.urn not in engine.resources(), "the state knows nothing of it"

    locked = engine.up()
    assert locked.code != 0
    assert "currently locked" in locked.output
    assert "pulumi cancel" in locked.output, "the way out is named"
    engine.cancel().must()

    # A refresh without a terminal keeps quiet about what was begun. An update would then make a second pool, whose name
    # is automatic, and fail for the cluster, whose name is taken. `refresh --import-pending-creates` of CLI 3.260 drops
    # the note without taking the resource over.
    engine.refresh().must()
    assert engine.pending_creations() == [begun.urn]
    engine.cloud.remove(begun)
    engine.refresh("--clear-pending-creates").must()
    assert engine.pending_creations() == []


def test_the_next_update_completes_with_nothing_twice(engine: Engine) -> None:
    engine.up().must()
    live = Counter(resource.urn for resource in engine.live.values())
    assert set(live.values()) == {1}
    assert set(live) <= set(engine.resources())
    assert engine.up().must().touched == {}
    engine.destroy().must()
    assert engine.live == {}
