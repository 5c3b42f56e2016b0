"""`homeport up` and `homeport destroy` around the real engine: what is in the way, why it failed, and the way back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.engine.breaking import assert_nothing_is_orphaned_or_twice
from tests.engine.harness import LONGEST, Engine
from tests.engine.simcloud.cloud import Fault
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

_THROTTLED: Final = "Error 429: rateLimitExceeded"
_FORBIDDEN: Final = "Error 403: Required 'compute.subnetworks.create' permission, forbidden"
_QUOTA: Final = "Error 403: Insufficient regional quota to satisfy request: resource 'CPUS', gkeQuotaExceeded"
_PROGRAM: Final = """
import pulumi
import pulumi_gcp as gcp

google = gcp.Provider("google", project="acme-stage", region="europe-west3")
with_it = pulumi.ResourceOptions(provider=google)
network = gcp.compute.Network("network", name="small", auto_create_subnetworks=False, opts=with_it)
gcp.compute.Subnetwork(
    "subnetwork", name="small", network=network.id, ip_cidr_range="10.0.0.0/24", region="europe-west3", opts=with_it
)
for name in {rings!r}:
    gcp.kms.KeyRing(name, name=name, location="europe-west3", opts=with_it)
"""
#: What `doctor` looks for before a stack on Google Cloud is deployed.
_GCLOUD: Final = "#!/bin/sh\necho platform@acme.example\n"
_FEW: Final = {"profile": "minimal", "sealed-secrets": {"enabled": False}}
_CREDENTIAL: Final = '{"type": "authorized_user"}'


@dataclass(frozen=True)
class Ended:
    """How a command of homeport ended."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> dict[str, Any]:
        """What `--json` printed."""
        return json.loads(self.output)


def _homeport(engine: Engine, *arguments: str, during: Callable[[int], None] | None = None) -> Ended:
    """Run `homeport COMMAND -s STACK ...` as a runner of CI does: no terminal, a session of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "homeport", arguments[0], "-s", engine.stack, *arguments[1:]],
        cwd=engine.work,
        env=engine.site.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        if during is not None:
            during(process.pid)
        output, errors = process.communicate(timeout=LONGEST)
    except BaseException:
        # It hands this to the engine, which ends by itself.
        process.terminate()
        process.communicate(timeout=LONGEST)
        raise
    return Ended(process.returncode, output, errors)


def _wait_for(what: Callable[[], bool], seconds: float = 200) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def _rings(engine: Engine, *names: str) -> None:
    (engine.work / "__main__.py").write_text(_PROGRAM.format(rings=names))


@pytest.fixture(scope="module")
def small(new_site: Callable[[], Site]) -> Engine:
    """A project of somebody else's, of two to four resources; every test leaves behind what the next one finds."""
    engine = Engine(new_site(), "small")
    # Without it the project has no settings of homeport's.
    (engine.work / "pyproject.toml").unlink()
    engine.init()
    _rings(engine)
    return engine


def test_what_a_killed_engine_leaves_is_named_and_gone_after_looking(small: Engine) -> None:
    small.cloud.inject(Fault("compute/network:", "create", "nobody hears this", wait=5, made=True))

    def kill(process: subprocess.Popen[bytes]) -> None:
        _wait_for(lambda: not small.cloud.pending_faults())
        # Not while the engine writes: it writes over the old state, and half a state file is another story.
        _wait_for(lambda: small.seconds_since_last_save() > 1)
        os.killpg(process.pid, signal.SIGKILL)

    assert small.up(during=kill).code == -signal.SIGKILL
    _wait_for(lambda: len(small.live) == 1)
    mark = small.cloud.mark()

    locked = _homeport(small, "up", "--yes")
    assert locked.code == 3, locked.errors
    assert "small is locked:" in locked.errors
    assert "(pid " in locked.errors
    assert "pulumi cancel small" in locked.errors
    small.cancel().must()

    left = _homeport(small, "up", "--yes")
    assert left.code == 3, left.errors
    assert "network (gcp:compute/network:Network)" in left.errors
    assert "gcloud compute networks describe small --project acme-stage" in left.errors
    assert "homeport up -s small --clear-pending" in left.errors
    document = _homeport(small, "up", "--yes", "--json").document
    assert (document["result"], [item["name"] for item in document["pending"]]) == ("not_ready", ["network"])
    assert small.cloud.since(mark) == []

    small.cloud.remove(small.cloud.one("compute/network:", "network"))
    done = _homeport(small, "up", "--yes", "--clear-pending")
    assert done.code == 0, done.errors
    assert small.pending_creations() == []
    assert Counter(live.type for live in small.live.values()) == {
        "gcp:compute/network:Network": 1,
        "gcp:compute/subnetwork:Subnetwork": 1,
    }
    assert_nothing_is_orphaned_or_twice(small)
    assert small.up().must().touched == {}


def test_a_failure_is_explained_by_what_failed_first_and_the_next_update_completes(small: Engine) -> None:
    small.cloud.remove(small.cloud.one("compute/subnetwork:", "subnetwork"))
    _rings(small, "ring")
    # Both are at work when the first one fails: afterwards the engine begins nothing more.
    throttled = Fault("keyRing:", "create", _THROTTLED, wait=6)
    small.cloud.inject(throttled, Fault("subnetwork:", "create", _FORBIDDEN, wait=9))
    failed = _homeport(small, "up", "--yes", "--json")
    assert failed.code == 1, failed.errors
    document = failed.document
    assert (document["result"], document["kind"], document["steps"]) == ("failed", "throttled", {})
    told = [(failure["name"], failure["operation"], failure["text"]) for failure in document["failures"]]
    assert told == [("ring", "create", _THROTTLED), ("subnetwork", "create", _FORBIDDEN)]
    assert "homeport up -s small" in document["remedy"]
    assert "Updating (small)" in failed.errors, "the engine's own output goes to standard error"

    done = _homeport(small, "up", "--yes", "--json")
    assert done.code == 0, done.errors
    # The subnetwork that somebody had deleted is found by the refresh before the update.
    assert done.document["steps"] == {"create": 2}
    assert_nothing_is_orphaned_or_twice(small)


def test_a_stopped_run_ends_by_itself_and_the_next_one_goes_on(small: Engine) -> None:
    _rings(small, "ring", "slow", "late")
    small.cloud.inject(Fault("keyRing:", "create", "nobody hears this", name="^slow$", wait=5, made=True))

    def stop(process: int) -> None:
        _wait_for(lambda: not small.cloud.pending_faults())
        os.killpg(process, signal.SIGINT)

    stopped = _homeport(small, "up", "--yes", during=stop)
    assert stopped.code == 1, stopped.errors
    assert "small: up was interrupted, and the engine ended by itself." in stopped.errors
    assert stopped.errors.rstrip().endswith("next: homeport up -s small")
    # Written down, let go: nothing for anybody to look for.
    assert small.pending_creations() == []
    assert_nothing_is_orphaned_or_twice(small)

    done = _homeport(small, "up", "--yes")
    assert done.code == 0, done.errors
    assert Counter(live.type for live in small.live.values())["gcp:kms/keyRing:KeyRing"] == 3
    assert small.up().must().touched == {}


def test_an_error_of_the_program_is_its_own(small: Engine) -> None:
    (small.work / "__main__.py").write_text("raise ValueError('Error 403: forbidden')\n")
    failed = _homeport(small, "up", "--yes", "--json").document
    assert (failed["kind"], failed["failures"][0]["name"]) == ("program", "the program")
    assert failed["failures"][0]["text"] == "ValueError: Error 403: forbidden"
    assert small.up("--refresh").code != 0
    assert len(small.live) == 5


@pytest.fixture(scope="module")
def stage(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage`, of which nothing exists yet, on a machine from which it can be deployed."""
    engine = new_engine("stage")
    gcloud = engine.site.folder / "bin" / "gcloud"
    gcloud.write_text(_GCLOUD)
    gcloud.chmod(0o755)
    credential = engine.site.home / ".config" / "gcloud" / "application_default_credentials.json"
    credential.parent.mkdir(parents=True)
    credential.write_text(_CREDENTIAL)
    # What runs in the cluster is no matter here.
    engine.edit(lambda config: config.update(apps={}, tenants={}, addons=_FEW))
    return engine


def test_a_quota_is_explained_with_the_setting_that_asks_for_less(stage: Engine) -> None:
    stage.cloud.inject(Fault("container/nodePool:", "create", _QUOTA, name="general"))
    failed = _homeport(stage, "up", "--yes", "--json")
    assert failed.code == 1, failed.errors
    document = failed.document
    assert (document["kind"], [failure["name"] for failure in document["failures"]]) == ("quota", ["general-pool"])
    assert "homeport set -s stage cluster.node_pools.general.max=NUMBER" in document["remedy"]
    # The stack itself and components are counted by the engine, and nothing is made outside of it.
    made = [urn for urn, found in stage.resources().items() if found.get("custom")]
    assert document["steps"]["create"] >= len(made)
    assert_nothing_is_orphaned_or_twice(stage)

    assert _homeport(stage, "up", "--yes").code == 0
    assert_nothing_is_orphaned_or_twice(stage)
    assert stage.up().must().touched == {}


def test_a_protected_stack_is_taken_down_by_the_commands_that_the_refusal_names(stage: Engine) -> None:
    before = stage.cloud.mark()
    refused = _homeport(stage, "destroy", "--yes", "--json")
    assert refused.code == 3, refused.errors
    guarded = refused.document["guarded"]
    assert guarded["why"] == "protection is standard"
    assert "cluster-gke" in guarded["names"]
    assert guarded["commands"] == ["homeport set -s stage protection=none", "homeport up -s stage"]
    assert stage.cloud.since(before) == []

    assert _homeport(stage, "set", "protection=none").code == 0
    # Not yet applied: the engine's own guards still stand, and so does ours.
    early = _homeport(stage, "destroy", "--yes")
    assert early.code == 3, early.errors
    assert "no update has applied yet" in early.errors
    assert stage.cloud.since(before) == []

    assert _homeport(stage, "up", "--yes").code == 0
    done = _homeport(stage, "destroy", "--yes")
    assert done.code == 0, done.errors
    assert stage.live == {}
    assert stage.resources() == {}
