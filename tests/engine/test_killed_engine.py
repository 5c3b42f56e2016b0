"""An engine that is killed while the cloud works on: what it says afterwards, and the way back."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Fault

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def engine(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage`, killed twice on its way up."""
    made = new_engine("stage")
    made.edit(lambda config: config.update(protection="none"))
    return made


def _wait_for(what: Callable[[], bool], seconds: float = 100) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("resource", ["cluster-gke", "system-pool"])
def test_the_lock_goes_by_cancel_and_what_was_begun_has_to_be_removed(engine: Engine, resource: str) -> None:
    engine.cloud.inject(Fault("gcp:container/", "create", "nobody hears this", name=f"^{resource}$", wait=5, made=True))

    def kill(process: subprocess.Popen[bytes]) -> None:
        _wait_for(lambda: not engine.cloud.pending_faults())
        # Not while the engine writes: it writes over the old state, and half a state file is another story.
        _wait_for(lambda: engine.seconds_since_last_save() > 1)
        os.killpg(process.pid, signal.SIGKILL)

    assert engine.up(during=kill).code == -signal.SIGKILL
    _wait_for(lambda: any(live.urn.endswith(f"::{resource}") for live in engine.live.values()))

    locked = engine.up()
    assert locked.code != 0
    assert "currently locked" in locked.output
    assert "pulumi cancel" in locked.output, "the way out is named"
    engine.cancel().must()

    # A refresh without a terminal keeps quiet about what was begun. An update would then make a second pool, whose name
    # is automatic, and fail for the cluster, whose name is taken. `refresh --import-pending-creates` of CLI 3.260 drops
    # the note without taking the resource over.
    engine.refresh().must()
    assert [urn.rpartition("::")[2] for urn in engine.pending_creations()] == [resource]
    begun = next(live for live in engine.live.values() if live.urn.endswith(f"::{resource}"))
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
