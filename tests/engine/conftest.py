"""One control plane per test process, one engine per test or module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine import programs
from tests.engine.control_plane import ControlPlane
from tests.engine.harness import Engine
from tests.engine.processes import Processes
from tests.engine.site import Site


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the programs are not, one skipped test stands for all: one line that says why."""
    reason = programs.why_not()
    waiting = [item for item in items if item.get_closest_marker("engine") or item.get_closest_marker("engine_full")]
    if reason is None or not waiting:
        return
    waiting[0].add_marker(pytest.mark.skip(reason=f"{len(waiting)} {reason}"))
    others = waiting[1:]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    """All programs of the session."""
    started = Processes()
    yield started
    started.end_all()


@pytest.fixture(scope="session")
def control_plane(processes: Processes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """The API server that simulated clusters answer with; not yet running."""
    plane = ControlPlane(tmp_path_factory.mktemp("control-plane") / "plane", processes)
    yield plane
    plane.stop()


@pytest.fixture(scope="session")
def standing_global(
    control_plane: ControlPlane, processes: Processes, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A site with the stack `global` up, as it is before any other: kept, to be copied."""
    site = Site(tmp_path_factory.mktemp("global") / "site", control_plane, processes)
    engine = Engine(site, "global")
    engine.init()
    engine.without_waiting()
    engine.up().must()
    kept = tmp_path_factory.mktemp("global-kept") / "kept"
    site.save(kept)
    site.stop()
    return kept


@pytest.fixture(scope="module")
def new_site(
    control_plane: ControlPlane, processes: Processes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Site]]:
    """Makes an empty site; `simulated_eks` as for `Site`."""
    made: list[Site] = []

    def make(*, simulated_eks: bool | None = None) -> Site:
        folder = tmp_path_factory.mktemp("site") / "site"
        made.append(Site(folder, control_plane, processes, simulated_eks=simulated_eks))
        return made[-1]

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="module")
def new_engine(new_site: Callable[[], Site], request: pytest.FixtureRequest) -> Callable[[str], Engine]:
    """Makes an engine for a new stack beside a standing `global`."""

    def make(stack: str) -> Engine:
        site = new_site()
        if stack != "global":
            # Only now: tests of `global` alone need no second one.
            site.restore(request.getfixturevalue("standing_global"))
        engine = Engine(site, stack)
        engine.init()
        if stack == "global":
            engine.without_waiting()
        return engine

    return make
