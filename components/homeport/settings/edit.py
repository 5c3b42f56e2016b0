"""Changes values in a stack file: typed by the model, checked by the loader, nothing else touched.

The file is written only if nothing is wrong afterwards that was not wrong before, and at once or not at all: a mistake
elsewhere in the file does not keep anybody from putting another one right.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Final

from homeport.problems import NO_VALUE, Path, Problem, SettingsError
from homeport.settings import surgery
from homeport.settings.loader import base_of, load
from homeport.settings.merge import merge_all, settle
from homeport.settings.names import looks_secret
from homeport.settings.project import NAMESPACE, Project, missing_stack, read_project
from homeport.settings.reader import ambiguities, read_bytes, read_text
from homeport.settings.scalars import Ambiguous, resolve
from homeport.settings.secrets import set_command
from homeport.settings.shapes import Leaf, Shape, shape_at, shape_of
from homeport.settings.stack_file import SECRETS, shown_path, stack_sections
from homeport.settings.tree import MapNode, find, mapping, plain, sequence

#: Asks for the entry at a path to be removed.
REMOVE: Final = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one assignment.

    Attributes:
        path: in the settings.
        old: the value in the stack file before; `NO_VALUE` where there was none.
        new: the value after; None where a null now removes what base.yaml says; `NO_VALUE` where nothing is left.
    """

    path: Path
    old: Any = field(repr=False)
    new: Any = field(repr=False)

    @property
    def changed(self) -> bool:
        """Whether the file says something else now."""
        return not _same(self.old, self.new)

    @property
    def secret(self) -> bool:
        """Whether the name says that neither value may be shown."""
        return looks_secret(self.path)


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that was checked.

    Attributes:
        file: the stack file.
        before: its text.
        after: its new text.
        changes: one per assignment.
        remaining: what was wrong before and still is.
    """

    file: FilePath
    before: str
    after: str
    changes: tuple[Change, ...]
    remaining: tuple[Problem, ...] = ()

    def write(self) -> None:
        """Write the file, whole or not at all."""
        if self.after == self.before:
            return
        handle, name = tempfile.mkstemp(dir=self.file.parent, prefix=f".{self.file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(self.after)
            FilePath(name).chmod(self.file.stat().st_mode & 0o7777)
            FilePath(name).replace(self.file)
        finally:
            FilePath(name).unlink(missing_ok=True)


def edit(model: Any, *, root: FilePath, stack: str, assignments: Iterable[tuple[Path, str]]) -> Edit:
    """Work out and check a change of a stack file; nothing is written yet.

    Args:
        model: of a stack file, see `homeport.settings.load`.
        root: folder of the project.
        stack: its name.
        assignments: path in the settings and the new value as text. The model says how to read it: a text field takes
            it as it is (in double quotes: as JSON), others as a number, true, false, or JSON. null removes the entry.

    Raises:
        SettingsError: the file cannot be read, or a secret was to be set, or a value would be wrong or would make
            something else wrong; all of these problems at once.
    """
    project = read_project(root)
    file = project.stack_file(stack)
    if not file.is_file():
        raise SettingsError([missing_stack(project, file)])
    content = file.read_bytes()
    unreadable = read_bytes(content, file=project.shown(file))
    if unreadable.root is None and unreadable.problems:
        raise SettingsError(unreadable.problems)
    before = content.decode()
    assignments = list(assignments)
    refused = [_refused(path, stack) for path, _ in assignments if path[0] == SECRETS]
    if refused:
        raise SettingsError(refused)
    editor = _Editor(project, project.shown(file), shape_of(model), before)
    changes = tuple(editor.apply(path, text) for path, text in assignments)

    def problems(text: str) -> tuple[Problem, ...]:
        try:
            load(model, root=root, stack=stack, text=text.removeprefix("\ufeff"))
        except SettingsError as error:
            return error.problems
        return ()

    remaining = problems(editor.text)
    if remaining:
        known = {_told(problem) for problem in problems(before)}
        set_now = [shown_path(path) for path, _ in assignments]
        added = [
            problem
            for problem in remaining
            if _told(problem) not in known or any(problem.path[: len(path)] == path for path in set_now)
        ]
        if added:
            raise SettingsError(added)
    return Edit(file, before, editor.text, changes, remaining)


class _Editor:
    """The text of a stack file, changed step by step."""

    def __init__(self, project: Project, shown: str, shape: Shape, text: str) -> None:
        self.text = text
        self._project, self._shown, self._shape = project, shown, shape
        self._base = base_of(project, shape)

    def apply(self, path: Path, text: str) -> Change:
        bom = "\ufeff" if self.text.startswith("\ufeff") else ""
        body = self.text.removeprefix("\ufeff")
        document = read_text(body, file=self._shown)
        if document.problems:
            raise SettingsError(document.problems)
        root = document.root if isinstance(document.root, MapNode) else None
        if root is None:
            fix = f"write config: and below it keys like {NAMESPACE}:layer"
            raise SettingsError([Problem((), "the file has no settings yet", fix)])
        where: Path = ("config", *shown_path(path))
        own = stack_sections(document, project=self._project.name, known=()).sections
        below, _ = settle(merge_all(self._base.layers(own)))
        merged = merge_all([*self._base.layers(own), own])
        value = typed_value(text, shape_at(self._shape, path, plain(merged)), path)
        node = find(root, where)
        old = NO_VALUE if node is None else plain(node)
        try:
            if value is REMOVE and find(below, path) is None:
                new = NO_VALUE
                body = body if node is None else surgery.remove(body, root, where)
            else:
                new = value
                body = surgery.put(body, root, where, value)
        except surgery.CannotEdit as error:
            location = node.origin.location if node is not None else None
            rule = f"cannot be changed in the file: {error}"
            raise SettingsError([Problem(shown_path(path), rule, "edit the file by hand", location=location)]) from None
        self._verify(body, plain(root), where, new, path)
        self.text = bom + body
        return Change(path, old, new)

    def _verify(self, text: str, before: Any, where: Path, new: Any, path: Path) -> None:
        """Refuse a new text that says anything else than the old one with the change."""
        document = read_text(text, file=self._shown)
        expected = _updated(before, where, new)
        if document.problems or document.root is None or not _same(plain(document.root), expected):
            rule = "the file is laid out in a way that cannot be changed safely"
            raise SettingsError([Problem(shown_path(path), rule, "edit the file by hand")])


def typed_value(text: str, shape: Shape, path: Path) -> Any:
    """Text from a command line as the value that a field takes; None removes.

    Raises:
        SettingsError: it is structured, and wrong in itself.
    """
    if isinstance(shape, Leaf) and str in shape.kinds:
        if re.fullmatch(r'".*"', text, re.DOTALL):
            with suppress(ValueError):
                return str(json.loads(text))
        return REMOVE if text == "null" else text
    if text.lstrip()[:1] not in {"{", "[", '"', "'"}:
        value = resolve(text)
        return text if isinstance(value, Ambiguous) or not text else value
    document = read_text(text, file="the new value")
    problems = [*document.problems]
    if document.root is not None:
        problems += [problem for _, problem in ambiguities(document.root)]
    if problems or document.root is None:
        raise SettingsError(replace(problem, path=(*shown_path(path), *problem.path)) for problem in problems)
    return plain(document.root)


def _told(problem: Problem) -> tuple[Path, str]:
    """What makes two problems the same one, wherever they stand: lines move when others are added."""
    return problem.path, re.sub(r":[0-9]+:[0-9]+\b", "", problem.rule)


def _refused(path: Path, stack: str) -> Problem:
    name = str(path[1]) if len(path) > 1 else "NAME"
    rule = "is a secret, and this command would write it in clear text"
    return Problem(shown_path(path), rule, f"run {set_command(name, stack)}, which asks for the value")


def _updated(data: Any, path: Path, value: Any) -> Any:
    """Bare data with the value at a path, `NO_VALUE` for nothing."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(head, int):
        items = list(sequence(data) or [])
        if head < len(items):
            items[head] = _updated(items[head], rest, value)
        elif value is not NO_VALUE:
            items.append(_updated(None, rest, value))
        return [item for item in items if item is not NO_VALUE]
    pairs = dict(mapping(data) or {})
    if value is NO_VALUE and head not in pairs:
        return pairs
    pairs[head] = _updated(pairs.get(head), rest, value)
    return {key: item for key, item in pairs.items() if item is not NO_VALUE}


def _same(left: Any, right: Any) -> bool:
    """Equality that tells 1 from true and 1.0, whatever the order of keys."""
    ours, theirs = mapping(left), mapping(right)
    if ours is not None and theirs is not None:
        return ours.keys() == theirs.keys() and all(_same(ours[key], theirs[key]) for key in ours)
    items, others = sequence(left), sequence(right)
    if items is not None and others is not None:
        return len(items) == len(others) and all(map(_same, items, others))
    return type(left) is type(right) and bool(left == right)
