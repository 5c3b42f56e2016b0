"""What `homeport init` does to a folder: worked out and checked first, then all of it or nothing."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final, Literal

from homeport.init.answers import Answers, AnswersError, option
from homeport.init.base_file import rewrite_base
from homeport.init.render import render, shipped
from homeport.problems import Path, Problem, SettingsError, dotted
from homeport.settings import load
from homeport.settings.project import NAMESPACE, Project, read_project

Action = Literal["write", "replace", "remove", "unchanged", "kept"]

#: What `pulumi stack init` adds to a stack file. https://www.pulumi.com/docs/iac/concepts/secrets/
_OF_STACK_INIT: Final = re.compile(r"^(encryptionsalt|secretsprovider|encryptedkey):.*\n?", re.MULTILINE)

#: Where a setting comes from: the longest path that begins a problem's says which answer.
_SOURCES: Final[Mapping[Path, str]] = {
    ("environment",): "environments",
    ("domain",): "domain",
    ("owner",): "owner",
    ("cost_centre",): "cost_centre",
    ("dns",): "domain",
    ("ci",): "repository",
    ("ci", "homeport", "provider"): "ci",
    ("ci", "homeport", "deploy"): "environments",
    ("gcp", "project"): "gcp_projects",
    ("gcp", "projects"): "gcp_projects",
    ("gcp", "region"): "gcp_region",
    ("gcp", "access"): "domain",
    ("gcp", "keys"): "gcp_backup_region",
    ("gcp", "backups"): "gcp_backup_region",
    ("gcp", "budgets"): "billing_account",
    ("aws", "account"): "aws_accounts",
    ("aws", "region"): "aws_region",
    ("aws", "budgets"): "domain",
    ("cluster", "project"): "gcp_projects",
    ("cluster", "account"): "aws_accounts",
    ("cluster", "deployer"): "aws_accounts",
    ("cluster", "access"): "aws_accounts",
    ("cluster", "api"): "office",
}


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of one file.

    Attributes:
        file: where it is.
        action: write a new one, replace or remove a shipped one, leave one that is right unchanged, keep an edited one.
        after: its new text; None where it is removed or left alone.
        note: what to know about it; empty where the action says it.
    """

    file: FilePath
    action: Action
    after: str | None = field(default=None, repr=False)
    note: str = ""

    @property
    def changes(self) -> bool:
        """Whether anything is done to the file."""
        return self.action in {"write", "replace", "remove"}


def plan_changes(root: FilePath, answers: Answers) -> list[FileChange]:
    """What is to be done in the project's folder; nothing is written there.

    Everything is rendered into a copy first and loaded there as the program would load it.

    Raises:
        AnswersError: a file was edited by somebody, or would have a problem; all at once.
        ProjectError: the project does not say which model its stack files follow.
        SettingsError: the project's own files cannot be read.
    """
    project = read_project(root)
    model = project.model()
    rendered = {name.split(".")[1]: text for name, text in render(answers).items()}
    examples = {name.split(".")[1]: text for name, text in shipped().items()}
    base = _base_change(project, answers)
    changes, problems = [], list[Problem]()
    for stack, text in rendered.items():
        found = _stack_change(project, stack, text, examples.get(stack))
        if isinstance(found, Problem):
            problems.append(found)
        else:
            changes.append(found)
    left = [stack for stack in examples if stack not in rendered and project.stack_file(stack).is_file()]
    edited = [stack for stack in left if _text(project.stack_file(stack)) != examples[stack]]
    with tempfile.TemporaryDirectory(prefix="homeport-init-") as folder:
        copy = _copy(project, FilePath(folder), rendered, base)
        for stack in rendered:
            problems += [_in_answers(problem, answers) for problem in _load_problems(model, copy, stack)]
        for stack in left:
            file = project.stack_file(stack)
            if stack not in edited:
                changes.append(FileChange(file, "remove", note="an unchanged example, of a cloud that was not chosen"))
                continue
            shutil.copy(file, copy.stack_file(stack))
            count = len(_load_problems(model, copy, stack))
            wrong = f"; with the new {project.shown(base.file)} it has {count} problems" if count else ""
            changes.append(FileChange(file, "kept", note=f"edited by somebody{wrong}"))
    if problems:
        raise AnswersError({problem.text(): problem for problem in problems}.values())
    return [*changes, base]


def apply_changes(changes: list[FileChange]) -> None:
    """Write all files or none: when one cannot be written, those before it are put back.

    Raises:
        OSError: one could not be written.
    """
    todo = [change for change in changes if change.changes]
    ready: dict[FilePath, FilePath] = {}
    before = {change.file: change.file.read_bytes() if change.file.is_file() else None for change in todo}
    done: list[FilePath] = []
    try:
        for change in todo:
            if change.after is not None:
                ready[change.file] = _beside(change.file, change.after.encode())
        for change in todo:
            done.append(change.file)
            if change.file in ready:
                ready[change.file].replace(change.file)
            else:
                change.file.unlink()
    except BaseException:
        for file in reversed(done):
            _put_back(file, before[file])
        raise
    finally:
        for name in ready.values():
            name.unlink(missing_ok=True)


def _beside(file: FilePath, content: bytes) -> FilePath:
    """A file with the content in the same folder, so that moving it over the other is one step."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    # mkstemp lets nobody else read, which is not meant for a file of a repository.
    FilePath(name).chmod(file.stat().st_mode & 0o7777 if file.is_file() else 0o644)
    return FilePath(name)


def _put_back(file: FilePath, content: bytes | None) -> None:
    with suppress(OSError):  # the first failure is what the caller must hear
        if content is None:
            file.unlink(missing_ok=True)
        elif not file.is_file() or file.read_bytes() != content:
            _beside(file, content).replace(file)


def _base_change(project: Project, answers: Answers) -> FileChange:
    if project.base is None or not project.base.is_file():
        shown = project.shown(project.base) if project.base else "stacks/base.yaml"
        rule = "is missing: the organisation's values go there"
        raise AnswersError([Problem((shown,), rule, "take the one that homeport comes with")])
    before = project.base.read_bytes().decode("utf-8", errors="surrogateescape")
    after = rewrite_base(before, answers, file=project.shown(project.base))
    if after == before:
        return FileChange(project.base, "unchanged")
    return FileChange(project.base, "replace", after, "the organisation's values alone")


def _stack_change(project: Project, stack: str, text: str, example: str | None) -> FileChange | Problem:
    file = project.stack_file(stack)
    if not file.exists():
        return FileChange(file, "write", text)
    now = _text(file)
    if now is not None and _OF_STACK_INIT.sub("", now) == text:
        return FileChange(file, "unchanged")
    if now is not None and now == example:
        return FileChange(file, "replace", text, "an unchanged example")
    rule = "is there, and is neither an unchanged example nor what these answers give: somebody edited it"
    fix = "move it away, name another project folder with --dir, or change single values with homeport set"
    return Problem((project.shown(file),), rule, fix)


def _text(file: FilePath) -> str | None:
    """The text, whatever its line ends; None where it is none."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _copy(project: Project, folder: FilePath, rendered: Mapping[str, str], base: FileChange) -> Project:
    """A project of the settings alone, with what is to be written."""
    for name in (project.file.file, "pyproject.toml"):
        if (project.root / name).is_file():
            shutil.copy(project.root / name, folder / name)
    copy = read_project(folder)
    assert copy.base is not None  # noqa: S101 - the original has one
    copy.base.parent.mkdir(parents=True, exist_ok=True)
    if base.after is None:
        shutil.copy(base.file, copy.base)
    else:
        copy.base.write_bytes(base.after.encode("utf-8", errors="surrogateescape"))
    for stack, text in rendered.items():
        file = copy.stack_file(stack)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return copy


def _load_problems(model: Any, copy: Project, stack: str) -> tuple[Problem, ...]:
    try:
        load(model, root=copy.root, stack=stack)
    except SettingsError as error:
        return error.problems
    return ()


def _in_answers(problem: Problem, answers: Answers) -> Problem:
    """A problem of a file that nobody has seen yet, in terms of what was answered."""
    path = tuple(part.removeprefix(f"{NAMESPACE}:") if isinstance(part, str) else part for part in problem.path)
    file = problem.location.file if problem.location else ""
    where = f"{file}: {dotted(path)}" if file else dotted(path)
    source = next(_sources(path, file, answers), None)
    shown: Path = path if source is None else (option(source),)
    return Problem(shown, f"{where} {problem.rule}", problem.fix, problem.value)


def _sources(path: Path, file: str, answers: Answers) -> Iterator[str]:
    if path[:2] in {("cluster", "region"), ("cluster", "zones")}:
        yield "aws_region" if file.endswith("-eks.yaml") or not answers.on_gcp else "gcp_region"
    for length in range(len(path), 0, -1):
        if path[:length] in _SOURCES:
            yield _SOURCES[path[:length]]
