"""Run a whole Pulumi project, ours or not, in this process and record its graph."""

from __future__ import annotations

import contextlib
import importlib
import os
import runpy
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

import pulumi

from homeport.plan.errors import ProgramError
from homeport.plan.graph import Graph
from homeport.plan.program import ProjectProgram, read_program, short_name
from homeport.plan.recording import record
from homeport.plan.references import StackOutputs
from homeport.plan.running import ORGANIZATION
from homeport.plan.saved_outputs import saved_outputs
from homeport.problems import SettingsError
from homeport.settings import file_engine_config
from homeport.settings.project import ProjectError

#: Folders below a project that hold what was installed, not what was written.
_INSTALLED: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")

#: What the program and the evaluation have in common, and what cannot be imported twice.
_SHARED: Final = {"homeport", "pulumi", "google", "grpc", "__main__"}


class Configuration(Protocol):
    """What the engine hands to a program."""

    @property
    def values(self) -> Mapping[str, str]:
        """Text by key with namespace; objects as JSON."""
        ...

    @property
    def secret_keys(self) -> frozenset[str]:
        """Keys whose values are secret."""
        ...


def evaluate(
    root: Path,
    stack: str,
    *,
    config: Configuration | None = None,
    stack_outputs: StackOutputs | None = None,
) -> Graph:
    """Run a project's program for one of its stacks, as a first preview, and return its graph.

    The working directory, `sys.path`, `sys.argv`, standard output and the project's modules are as before afterwards.
    What the program prints goes to standard error.

    Args:
        root: folder of Pulumi.yaml.
        stack: name of the stack, short or in full.
        config: what the engine would hand over; default: read from Pulumi.yaml and the stack's file.
        stack_outputs: outputs of other stacks; default: stacks of the same project are evaluated too.

    Raises:
        ProjectError: there is no such project or program.
        pulumi.RunError: raised by the program, or the engine would refuse it.
        SettingsError: the stack's file is wrong, or not there while other stacks have one.
        ProgramError: the program raised something else.
    """
    project = read_program(root)
    engine = config if config is not None else file_engine_config(project.root, short_name(stack))
    references = stack_outputs if stack_outputs is not None else _Siblings(project, (short_name(stack),))
    return record(
        lambda: _run_main(project),
        project=project.name,
        stack=short_name(stack),
        config=engine.values,
        secret_keys=engine.secret_keys,
        stack_outputs=references,
        root=project.root,
        around=_Process(project).run,
    )


def _run_main(project: ProjectProgram) -> None:
    runpy.run_path(str(project.main), run_name="__main__")


class _Siblings:
    """Outputs of the other stacks of a project, found by evaluating them; of other projects', where they are saved.

    Args:
        project: the project.
        busy: stacks that are being evaluated now: one that reads itself in a circle is not known.
    """

    def __init__(self, project: ProjectProgram, busy: tuple[str, ...]) -> None:
        self._project = project
        self._busy = busy

    def __call__(self, name: str) -> Mapping[str, Any] | None:
        parts = name.split("/")
        stack = parts[-1]
        ours = len(parts) == 1 or parts[-2] == self._project.name
        elsewhere = len(parts) == 3 and parts[0] != ORGANIZATION
        if not ours or elsewhere or stack in self._busy or stack not in self._project.stacks:
            return saved_outputs(self._project.root, name)
        try:
            graph = evaluate(self._project.root, stack, stack_outputs=_Siblings(self._project, (*self._busy, stack)))
        except (pulumi.RunError, ProgramError, ProjectError, SettingsError) as error:
            raise pulumi.RunError(
                f'stack "{name}", whose outputs this stack reads, cannot be planned:\n{error}'
            ) from None
        return graph.outputs


class _Process:
    """The process as the engine would start it for a program; everything back to before after each run.

    Args:
        project: whose program it is.
    """

    def __init__(self, project: ProjectProgram) -> None:
        self._project = project
        self._kept: dict[str, ModuleType] = {}

    @contextlib.contextmanager
    def run(self, number: int, fresh: bool) -> Generator[None]:
        """One run.

        Args:
            number: of the run; what later ones print was printed by the first.
            fresh: import all of the project's modules anew; otherwise all but the main one are kept.
        """
        folder, root = self._project.main.parent, self._project.root
        before_cwd, before_path, before_argv = Path.cwd(), list(sys.path), list(sys.argv)
        names = _own_names(folder)
        taken = _take_modules(root, names)
        sys.modules.update({} if fresh else self._kept)
        importlib.invalidate_caches()
        try:
            os.chdir(folder)
            sys.path[:] = [str(folder), *(entry for entry in before_path if entry not in {"", str(folder)})]
            sys.argv[:] = [self._project.main.name]
            with _quiet() if number > 1 else _output_to_stderr():
                yield
        finally:
            os.chdir(before_cwd)
            sys.path[:], sys.argv[:] = before_path, before_argv
            self._kept = _take_modules(root, names)
            sys.modules.update(taken)


def _own_names(folder: Path) -> set[str]:
    """What `import` finds in a program's folder before anything that is installed."""
    found = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    return found - sys.stdlib_module_names


def _take_modules(root: Path, names: set[str]) -> dict[str, ModuleType]:
    """Remove the project's own modules from `sys.modules`: each run imports them anew, as a new process would.

    Modules of the caller that have the name of one go too, so that the program does not get those.
    """
    base = f"{root}{os.sep}"
    taken = {
        name: module
        for name, module in list(sys.modules.items())
        if (top := name.partition(".")[0]) not in _SHARED and (top in names or _is_below(module, base))
    }
    for name in taken:
        del sys.modules[name]
    return taken


def _is_below(module: ModuleType, base: str) -> bool:
    file = getattr(module, "__file__", None)
    places = [file] if isinstance(file, str) else [str(place) for place in getattr(module, "__path__", None) or ()]
    return any(place.startswith(base) and not any(part in place for part in _INSTALLED) for place in places)


@contextlib.contextmanager
def _output_to_stderr() -> Generator[None]:
    """What a program and its children print goes to standard error: standard output belongs to the caller."""
    with contextlib.redirect_stdout(sys.stderr), _turned(1, 2):
        yield


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Nothing is printed, neither by the program nor by its children."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        _turned(1, nowhere.fileno()),
        _turned(2, nowhere.fileno()),
    ):
        yield


@contextlib.contextmanager
def _turned(descriptor: int, to: int) -> Generator[None]:
    """Let a file descriptor of this process lead elsewhere; without it (a service has none) nothing is to be done."""
    stream = sys.__stdout__ if descriptor == 1 else sys.__stderr__
    try:
        if stream is not None:
            stream.flush()
        saved = os.dup(descriptor)
    except (OSError, ValueError):
        yield
        return
    try:
        os.dup2(to, descriptor)
        yield
    finally:
        os.dup2(saved, descriptor)
        os.close(saved)
