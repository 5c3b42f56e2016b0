"""One control plane per test process, one engine per test or module."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.engine import programs
from tests.engine.control_plane import ControlPlane
from tests.engine.harness import Engine
from tests.engine.processes import Processes


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


@pytest.fixture(scope="module")
def new_engine(
    control_plane: ControlPlane, processes: Processes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Engine]]:
    """Makes an engine for a stack."""
    made: list[Engine] = []

    def make(stack: str) -> Engine:
        engine = Engine(tmp_path_factory.mktemp(stack) / "engine", stack, control_plane, processes)
        made.append(engine)
        engine.init()
        return engine

    yield make
    for engine in made:
        engine.stop()
