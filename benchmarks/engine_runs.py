"""Stacks on the real engine and simulated clouds, for figures: what tests/engine has, outside of pytest."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from tests.engine.control_plane import ControlPlane
from tests.engine.harness import Engine
from tests.engine.processes import Processes
from tests.engine.simcloud.durations import Durations
from tests.engine.site import Site
from tests.engine.taking_time import PLUGINS, install_slow_plugins


@dataclass
class Grounds:
    """Where stacks are brought up, one at a time; all of them beside the same `global`."""

    folder: Path
    processes: Processes
    control_plane: ControlPlane
    _sites: list[Site] = field(default_factory=list[Site])

    def new(self, stack: str, durations: Durations | None = None) -> Engine:
        """An engine for a new stack beside a standing `global`.

        Args:
            stack: its name.
            durations: how long operations take in its clouds and in its cluster; None: no longer than they must.
        """
        kept = self.folder / "global-kept"
        if not kept.exists():
            self._keep_global(kept)
        engine = Engine(self._site(), stack)
        engine.site.restore(kept)
        engine.init()
        if durations is not None:
            engine.cloud.durations = durations
            install_slow_plugins(engine.site.folder / "bin", durations, self.journal(engine))
        return engine

    def without_durations(self, engine: Engine) -> None:
        """Let a stack's operations take no longer than they must from now on."""
        engine.cloud.durations = None
        for plugin in PLUGINS:
            (engine.site.folder / "bin" / plugin).unlink(missing_ok=True)

    @staticmethod
    def journal(engine: Engine) -> Path:
        """Where the plugins of a stack with durations note what they made."""
        return engine.site.folder / "made.jsonl"

    def stop(self) -> None:
        """Stop the clouds of all stacks so far."""
        while self._sites:
            self._sites.pop().stop()

    def _site(self) -> Site:
        self.stop()
        number = sum(1 for _ in self.folder.glob("site-*"))
        self._sites.append(Site(self.folder / f"site-{number}", self.control_plane, self.processes))
        return self._sites[-1]

    def _keep_global(self, kept: Path) -> None:
        engine = Engine(self._site(), "global")
        engine.init()
        engine.without_waiting()
        engine.up().must()
        engine.site.save(kept)


@contextlib.contextmanager
def grounds(folder: Path) -> Generator[Grounds]:
    """Grounds in `folder`, whose programs end with the block."""
    processes = Processes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = Grounds(folder, processes, ControlPlane(folder / "plane", processes))
        try:
            yield made
        finally:
            made.stop()
            made.control_plane.stop()
    finally:
        processes.end_all()
