"""What the commands that need a plan share: evaluation, with errors as people see them."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

from homeport.commands.common import fail, fail_settings
from homeport.plan.graph import Graph
from homeport.problems import SettingsError
from homeport.settings.engine import EngineConfig
from homeport.settings.project import ProjectError

#: An evaluation that takes longer says so, on a terminal.
_PATIENCE_SECONDS: Final = 1.0


def evaluated(root: Path, stack: str, *, as_json: bool, config: EngineConfig | None = None) -> Graph:
    """Evaluate a stack, or end the command with what is wrong.

    What the program logs goes to standard error.

    Args:
        root: folder of the project.
        stack: its name.
        as_json: how errors look.
        config: what the engine would hand over; default: what the stack's file says.
    """
    with _progress(f"evaluating {stack} ..."):
        graph = _evaluated(root, stack, config, as_json=as_json)
    for line in graph.logs:
        sys.stderr.write(f"{line}\n")
    return graph


def _evaluated(root: Path, stack: str, config: EngineConfig | None, *, as_json: bool) -> Graph:
    # Importing pulumi takes longer than most commands.
    import pulumi  # noqa: PLC0415

    from homeport.plan.errors import ProgramError  # noqa: PLC0415
    from homeport.plan.evaluate import evaluate  # noqa: PLC0415

    try:
        return evaluate(root, stack, config=config)
    except SettingsError as error:
        fail_settings(error, as_json=as_json)
    except pulumi.RunError as error:
        if isinstance(error.__cause__, SettingsError):
            fail_settings(error.__cause__, as_json=as_json)
        fail(str(error), as_json=as_json)
    except ProjectError as error:
        fail(str(error), as_json=as_json)
    except ProgramError as error:
        trace = f"\n{error.trace.rstrip()}" if error.trace and not as_json else ""
        fail(f"the program failed: {error}{trace}", as_json=as_json)


@contextlib.contextmanager
def _progress(text: str) -> Generator[None]:
    if not sys.stderr.isatty():
        yield
        return
    stream, shown = sys.stderr, threading.Event()

    def show() -> None:
        shown.set()
        stream.write(text)
        stream.flush()

    timer = threading.Timer(_PATIENCE_SECONDS, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown.is_set():
            stream.write(f"\r{' ' * len(text)}\r")
            stream.flush()
