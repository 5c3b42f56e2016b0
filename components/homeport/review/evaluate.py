"""Both revisions evaluated, at the same time, each by its own code in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import homeport
from homeport.doctor.redact import redact
from homeport.plan.program import short_name
from homeport.problems import SettingsError
from homeport.review.git import Revisions, base_tree
from homeport.review.outcome import NOT_THERE, Outcome, read
from homeport.review.sealed import sealed_changes
from homeport.settings.project import ProjectError, read_project


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What both revisions declare.

    Attributes:
        project: name of the project, as the head has it.
        stacks: stack to its outcome in the base and in the head, sorted.
        sealed: stack to the names of encrypted values whose text in the stack's file differs.
        notes: what a reader must know of how it was done.
    """

    project: str
    stacks: dict[str, tuple[Outcome, Outcome]]
    sealed: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    notes: list[str] = field(default_factory=list[str])


def evaluate_both(of: Revisions, stacks: Sequence[str] = ()) -> Evaluated:
    """Evaluate stacks in both revisions.

    Args:
        of: the revisions.
        stacks: their names; none: all that have a file in either.

    Raises:
        RevisionError: the base cannot be checked out.
        SettingsError: the head's Pulumi.yaml is wrong.
        ProjectError: there is no project, or none of the stacks has a file in either revision.
    """
    head = read_project(of.root)
    wanted = sorted({short_name(stack) for stack in stacks})
    with base_tree(of) as tree:
        base_stacks, broken = _stacks(tree)
        head_stacks = head.stacks()
        every = wanted or sorted({*base_stacks, *head_stacks})
        nowhere = [name for name in every if name not in base_stacks and name not in head_stacks]
        if nowhere or not every:
            known = ", ".join(sorted({*base_stacks, *head_stacks})) or "none"
            file = f"Pulumi.{nowhere[0] if nowhere else 'NAME'}.yaml"
            raise ProjectError(f"no file {file} in either revision; stacks with a file: {known}")
        source, own = _sources(of, tree)
        notes: list[str] = []
        running: list[_Running] = []
        try:
            here = _Running(of.root, [name for name in every if name in head_stacks], own)
            running.append(here)
            there = _Running(tree, [name for name in every if name in base_stacks], source or own, of.top)
            running.append(there)
            after, before = here.outcomes(), there.outcomes()
            foreign = [name for name, outcome in before.items() if outcome.foreign]
            if source is None and before:
                notes.append("the base has no homeport of its own: it was evaluated by this one")
            elif foreign and source is not None:
                why = before[foreign[0]].message
                notes.append(f"base: {why}; its stacks were evaluated by this homeport instead")
                again = _Running(tree, foreign, own, of.top)
                running.append(again)
                before.update(again.outcomes())
        finally:
            for process in running:
                process.stop()
        if broken is not None:
            before = {name: broken for name in every if name in head_stacks}
        if _text(of.root / "requirements.txt") != _text(tree / "requirements.txt") and before:
            notes.append("requirements.txt differs: both revisions were evaluated with the packages installed here")
        return Evaluated(
            head.name,
            {name: (before.get(name, NOT_THERE), after.get(name, NOT_THERE)) for name in every},
            {name: changed for name in every if (changed := sealed_changes(tree, of.root, name))},
            notes,
        )


class _Running:
    """One process that plans stacks of one revision.

    Args:
        root: folder of the project.
        stacks: to plan; none: no process is started.
        source: folder to import homeport from.
        without: folder that PYTHONPATH must not lead into: that of the other revision.
    """

    def __init__(self, root: Path, stacks: list[str], source: Path, without: Path | None = None) -> None:
        self._stacks = stacks
        self._out: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - see stop
        self._said: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process: subprocess.Popen[Any] | None = None
        if stacks:
            spec = importlib.util.find_spec("homeport.review.child")
            assert spec is not None  # noqa: S101 - it is a part of this package
            assert spec.origin is not None  # noqa: S101
            code = Path(spec.origin).read_text(encoding="utf-8")
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-c", code, str(root), *stacks],
                cwd=root,
                env=_environment(source, without),
                stdin=subprocess.DEVNULL,
                stdout=self._out,
                stderr=self._said,
            )

    def outcomes(self) -> dict[str, Outcome]:
        """Wait, and say what became of each stack."""
        if self._process is None:
            return {}
        code = self._process.wait()
        self._out.seek(0)
        found = {item["stack"]: read(item["code"], item["out"]) for item in map(json.loads, self._out)}
        self._said.seek(0)
        last = [line for line in redact(self._said.read(), os.environ).splitlines() if line.strip()][-3:]
        lost = Outcome(message=f"the evaluation ended with {code}: {' / '.join(last)}", foreign=True)
        return {name: found.get(name, lost) for name in self._stacks}

    def stop(self) -> None:
        """End it where it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._out.close()
        self._said.close()


def _stacks(tree: Path) -> tuple[list[str], Outcome | None]:
    """Stacks of the base, and what is wrong with the project as a whole."""
    if not tree.is_dir():
        return [], None
    try:
        project = read_project(tree)
    except SettingsError as error:
        return [], Outcome(
            message="the project's files are wrong", problems=tuple(item.as_json() for item in error.problems)
        )
    return (project.stacks() if project.file.root is not None else []), None


def _sources(of: Revisions, tree: Path) -> tuple[Path | None, Path]:
    """Where the base's homeport is imported from (None: it has none of its own), and where this one is."""
    own = Path(str(homeport.__file__)).resolve().parents[1]
    if not own.is_relative_to(of.top):
        return own, own
    top = tree if of.root == of.top else tree.parents[len(of.root.relative_to(of.top).parts) - 1]
    theirs = top / own.relative_to(of.top)
    return (theirs if (theirs / "homeport" / "cli.py").is_file() else None), own


def _environment(source: Path, without: Path | None) -> dict[str, str]:
    given = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    # Absolute entries of the head would bring its modules into the base; relative ones follow the working directory.
    kept = [
        entry
        for entry in given
        if without is None or not Path(entry).is_absolute() or not Path(entry).resolve().is_relative_to(without)
    ]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(source), *kept]), "PYTHONDONTWRITEBYTECODE": "1"}


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
