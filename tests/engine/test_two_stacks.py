"""Two stacks at once on one place of the state and one global layer, and two updates of one stack at once."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.engine.control_plane import ControlPlane
from tests.engine.harness import Engine
from tests.engine.processes import Processes
from tests.engine.shipped import install_what_an_eks_addon_brings, install_what_eks_ships
from tests.engine.simcloud.cloud import Key
from tests.engine.simcloud.values import plain
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1500)]


class SiteOfTwo(Site):
    """A site in which a GKE cluster and an EKS cluster stand side by side.

    Args:
        folder: for everything; made.
        gke: answers as the GKE cluster.
        eks: answers as the EKS cluster.
        processes: starts and ends the programs.
    """

    def __init__(self, folder: Path, gke: ControlPlane, eks: ControlPlane, processes: Processes) -> None:
        self.eks = eks
        super().__init__(folder, gke, processes)

    def _new_eks_cluster(self, public: bool) -> tuple[str, str]:
        self.eks.reset()
        install_what_eks_ships(self.eks)
        return f"https://{self.eks.address}", self.eks.ca_certificate

    def _new_eks_addon(self, name: str) -> None:
        install_what_an_eks_addon_brings(self.eks, name)


@pytest.fixture(scope="module")
def site(
    control_plane: ControlPlane, processes: Processes, tmp_path_factory: pytest.TempPathFactory, standing_global: Path
) -> Iterator[SiteOfTwo]:
    """`global` is up, and there are two API servers."""
    second = ControlPlane(tmp_path_factory.mktemp("second") / "plane", processes)
    made = SiteOfTwo(tmp_path_factory.mktemp("two") / "site", control_plane, second, processes)
    made.restore(standing_global)
    yield made
    made.stop()
    second.stop()


def _with_little_in_it(engine: Engine) -> None:
    """What meets in the shared zone stays: external-dns of both clusters."""

    def cut(config: dict[str, Any]) -> None:
        config.pop("apps")
        config["addons"] = {"profile": "minimal", "sealed-secrets": {"enabled": False}}
        config["protection"] = "none"

    engine.edit(cut)


@pytest.fixture(scope="module")
def both(site: SiteOfTwo) -> tuple[Engine, Engine]:
    """`stage` and `stage-eks`, of which nothing exists yet."""
    made = Engine(site, "stage"), Engine(site, "stage-eks")
    for engine in made:
        engine.init()
        _with_little_in_it(engine)
    return made


def _of(engine: Engine) -> Mapping[Key, Any]:
    return {key: plain(dict(live.properties)) for key, live in engine.live.items()}


def _objects(control_plane: ControlPlane) -> set[str]:
    """Namespaces and what external-dns is, in a cluster."""
    paths = ("/api/v1/namespaces", "/apis/apps/v1/deployments", "/apis/storage.k8s.io/v1/storageclasses")
    found = (control_plane.request("GET", path).body["items"] for path in paths)
    return {f"{path}/{item['metadata']['name']}" for path, items in zip(paths, found, strict=True) for item in items}


def test_two_stacks_come_up_at_once_and_share_the_global_layer(both: tuple[Engine, Engine], site: SiteOfTwo) -> None:
    shared = _of(Engine(site, "global"))
    with ThreadPoolExecutor() as threads:
        ups = [threads.submit(engine.up) for engine in both]
        results = [up.result() for up in ups]
    for engine, result in zip(both, results, strict=True):
        assert set(result.must().touched.values()) == {"create"}
        assert {live.urn for live in engine.live.values()} <= set(engine.resources())
    assert _of(Engine(site, "global")) == shared
    for engine in both:
        assert engine.up().must().touched == {}


@pytest.mark.parametrize(("at", "zone"), [(0, "zone-stage"), (1, "zone-stage-eks")])
def test_each_takes_on_the_identity_of_its_own_zone_alone(both: tuple[Engine, Engine], at: int, zone: str) -> None:
    engine = both[at]
    made = json.dumps([plain(dict(live.properties)) for live in engine.live.values()])
    assert set(re.findall(r"zone-[a-z-]+", made)) == {zone}


def test_destroying_one_leaves_the_other_and_what_both_share(both: tuple[Engine, Engine], site: SiteOfTwo) -> None:
    stage, eks = both
    others, shared, inside = _of(eks), _of(Engine(site, "global")), _objects(site.eks)
    stage.destroy().must()
    assert stage.live == {}
    assert _of(eks) == others
    assert _of(Engine(site, "global")) == shared
    assert _objects(site.eks) == inside
    assert eks.refresh().must().touched == {}
    assert eks.up().must().touched == {}


def test_a_second_update_of_a_stack_is_refused_while_the_first_runs(new_site: Callable[[], Site]) -> None:
    engine = Engine(new_site(), "global")
    engine.init()
    engine.without_waiting()
    seen: list[str] = []

    def meanwhile(process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + 100
        while not list((engine.site.backend / ".pulumi" / "locks").rglob("*.json")):
            assert time.monotonic() < until
            time.sleep(0.1)
        second = engine.up()
        assert process.poll() is None, "the first one had ended"
        assert second.code != 0
        assert second.steps == []
        seen.append(second.output)

    engine.up(during=meanwhile).must()
    [text] = seen
    assert "the stack is currently locked by 1 lock(s)" in text
    assert "pulumi cancel" in text
    assert all(record.error is None for record in engine.cloud.journal)
    assert {live.urn for live in engine.live.values()} <= set(engine.resources())
    assert engine.up().must().touched == {}
