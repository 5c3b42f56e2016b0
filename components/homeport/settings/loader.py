"""Stack file and base file to one checked settings object, or all problems at once.

read -> sort keys -> merge -> decode -> validate -> check; each step adds problems, none raises before the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Generic, TypeVar, overload

from pydantic import BaseModel, TypeAdapter

from homeport.model import walk_checks
from homeport.problems import NO_VALUE, Path, Problem, SettingsError
from homeport.settings.base_file import BaseFile, base_settings_path, read_base, tags_of
from homeport.settings.engine import EngineConfig
from homeport.settings.merge import merge_all, settle
from homeport.settings.names import looks_secret
from homeport.settings.overlay import overlay, typed
from homeport.settings.partial import Partial
from homeport.settings.project import NAMESPACE, Project, missing_stack, project_config, read_project
from homeport.settings.reader import Document, ambiguities, read_bytes, read_text
from homeport.settings.scalars import engine_value
from homeport.settings.secrets import read_secrets, set_command
from homeport.settings.shapes import (
    Anything,
    Choice,
    Leaf,
    Shape,
    Table,
    sections,
    shape_at,
    shape_of,
    step,
    takes_null,
)
from homeport.settings.stack_file import SECRETS, StackFile, secure_problem, shown_path, stack_sections
from homeport.settings.structure import Broken, Teller, validate
from homeport.settings.tree import (
    DEFAULT_ORIGIN,
    Entry,
    MapNode,
    Node,
    Origin,
    Scalar,
    find,
    is_secure,
    place,
    plain,
    walk,
)

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[M]):
    """The settings of a stack.

    Attributes:
        stack: its name.
        settings: checked and frozen; secrets are secret outputs under an engine or in a plan, placeholders otherwise.
        origins: path of every value that some file gives to where it stands; every other value is a default.
        completed: the settings with all defaults as plain data; secrets are {"$secret": true}.
    """

    stack: str
    settings: M = field(repr=False)
    origins: Mapping[Path, Origin] = field(repr=False)
    completed: Mapping[str, Any] = field(repr=False)

    def origin(self, path: Path) -> Origin:
        """Where the value at `path` came from: its own place, that of what it stands in, or a default."""
        while path:
            if path in self.origins:
                return self.origins[path]
            path = path[:-1]
        return DEFAULT_ORIGIN


@overload
def load(
    model: type[M], *, root: FilePath, stack: str, engine: EngineConfig | None = None, text: str | None = None
) -> Loaded[M]: ...
@overload
def load(
    model: Any, *, root: FilePath, stack: str, engine: EngineConfig | None = None, text: str | None = None
) -> Loaded[Any]: ...
def load(
    model: Any, *, root: FilePath, stack: str, engine: EngineConfig | None = None, text: str | None = None
) -> Loaded[Any]:
    """Load and check the settings of a stack.

    Args:
        model: of a stack file: a pydantic model class, or an annotated union of some with a discriminator.
        root: folder of the Pulumi project.
        stack: its name; its file is Pulumi.<stack>.yaml.
        engine: what the engine handed over, from `engine_config`: it counts, the file says where values stand.
            Without it, the file counts and no secret is decrypted.
        text: what the stack file is to contain instead of what it does, to check a change before it is written.

    Raises:
        SettingsError: all that is wrong, each with its place in a file.
    """
    return _Loader(read_project(root), model, stack, engine).run(text)


@dataclass(slots=True)
class _Loader:
    project: Project
    model: Any
    stack: str
    engine: EngineConfig | None
    problems: list[Problem] = field(default_factory=list[Problem])
    #: Paths in the settings about whose values a problem was told already.
    told: set[Path] = field(default_factory=set[Path])
    #: Those of them that are ambiguous: what is told is about the value, and nothing of its key.
    ambiguous: set[Path] = field(default_factory=set[Path])

    def run(self, text: str | None) -> Loaded[Any]:
        shape = shape_of(self.model)
        adapter: TypeAdapter[Any] = TypeAdapter(self.model)
        document = self._stack_document(text)
        names = list(dict.fromkeys(name for section in sections(shape) for name in section.fields))
        stack = stack_sections(document, project=self.project.name, known=names)
        base = base_of(self.project, shape)
        self._project_config()
        self._file_problems(document, stack, base)
        if document.root is None and document.problems:
            raise SettingsError(_sorted(self.problems))
        tree, removed, secrets_entry = self._merged(stack, base, shape)
        self._ambiguous(tree, shape, stack.sections)
        self._ambiguous_in_base(base, shape)
        secrets = read_secrets(secrets_entry, self.engine, self.stack)
        self._tell(secrets.problems)
        taken = _takes_secrets(shape, tree)
        if not taken and secrets_entry is not None:
            rule = "these settings take no secrets"
            self._tell([Problem((SECRETS,), rule, "remove them", location=secrets_entry.key_origin.location)])
        teller = Teller(tree, removed, shape, lambda name: set_command(name, self.stack))
        settings = self._validated(adapter, shape, tree, teller, secrets.values if taken else None)
        if self.problems:
            raise SettingsError(_sorted(self.problems))
        public = _with_secrets(settings, {}) if taken else settings
        completed: dict[str, Any] = adapter.dump_python(public, mode="json", by_alias=True)
        if taken:
            completed[SECRETS] = secrets.shown()
        return Loaded(self.stack, settings, {**_origins(tree), **_secret_origins(secrets_entry)}, completed)

    def _stack_document(self, text: str | None) -> Document:
        file = self.project.stack_file(self.stack)
        shown = self.project.shown(file)
        if text is not None:
            return read_text(text, file=shown)
        if file.is_file():
            return read_bytes(file.read_bytes(), file=shown)
        if self.engine is None:
            raise SettingsError([missing_stack(self.project, file)])
        return Document(shown, None)

    def _project_config(self) -> None:
        config = project_config(self.project)
        for key, entry in config.entries.items() if config is not None else ():
            if key.startswith(f"{NAMESPACE}:"):
                rule = "Pulumi.yaml is no place for settings: the engine does not merge them into those of a stack"
                shared = self.project.shown(self.project.base) if self.project.base else "stacks/base.yaml"
                fix = f"move it to {shared}, below all:"
                self.problems.append(Problem((key,), rule, fix, location=entry.key_origin.location))

    def _file_problems(self, document: Document, stack: StackFile, base: BaseFile) -> None:
        empty = document.root is None or (isinstance(document.root, Scalar) and document.root.value is None)
        self.problems += [*stack.problems, *base.problems]
        if empty and not document.problems and self.engine is None:
            fix = f"write config: and below it keys like {NAMESPACE}:layer"
            raise SettingsError(
                [Problem((), "the file is empty", fix, location=stack.sections.origin.location), *self.problems]
            )

    def _merged(
        self, stack: StackFile, base: BaseFile, shape: Shape
    ) -> tuple[MapNode, Mapping[Path, Origin], Entry | None]:
        own = stack.sections
        if self.engine is not None:
            own, problems = overlay(own, self.engine, keep=stack.meant)
            self.problems += problems
        secrets = own.entries.get(SECRETS)
        own = replace(own, entries={name: entry for name, entry in own.entries.items() if name != SECRETS})
        own = typed(own, shape)
        merged = merge_all([*base.layers(own), own])
        settled, removed = settle(merged, keeps=lambda path: _null_is_a_value(shape, path, merged))
        assert isinstance(settled, MapNode)  # noqa: S101 - a map stays a map
        self._encrypted(settled)
        return replace(settled, origin=own.origin), removed, secrets

    def _encrypted(self, tree: MapNode) -> None:
        """Encrypted values outside of the secrets; those that stand in a file as such were told already."""
        told = {problem.location for problem in self.problems if problem.location is not None}
        for path, node in walk(tree):
            if path and is_secure(node):
                self.told.add(path)
                problem = secure_problem(path, node)
                if problem.location not in told:
                    self._tell([problem])

    def _ambiguous(self, tree: MapNode, shape: Shape, own: MapNode) -> None:
        """Values on which readers disagree, except where the field takes them as text."""
        data = plain(tree)
        for path, _ in ambiguities(tree):
            if not _taken_as_text(find(tree, path), shape_at(shape, path, data)):
                self.told.add(path)
                self.ambiguous.add(path)
        for path, problem in ambiguities(own):
            if path[0] != SECRETS and not _taken_as_text(find(own, path), shape_at(shape, path, data)):
                self.problems.append(replace(problem, path=shown_path(path)))

    def _ambiguous_in_base(self, base: BaseFile, shape: Shape) -> None:
        for group, node in base.groups.items():
            data = plain(node)
            for path, problem in ambiguities(node):
                where = (*group, *path)
                if not _taken_as_text(find(node, path), shape_at(shape, base_settings_path(where), data)):
                    self.problems.append(replace(problem, path=where))

    def _validated(
        self,
        adapter: TypeAdapter[Any],
        shape: Shape,
        tree: MapNode,
        teller: Teller,
        secrets: dict[str, Any] | None,
    ) -> Any:
        settings, broken = validate(adapter, shape, plain(tree))
        self._tell(teller.problems(item for item in broken if not self._known(item)))
        if broken or self.told:
            blamed = frozenset({*(item.path for item in broken), *self.told})
            self._tell(
                problem.at(place(tree, problem.path)) for problem in Partial(tree, shape, blamed).problems(adapter)
            )
            return None
        if secrets is not None:
            settings = _with_secrets(settings, secrets)
        self._tell(problem.at(place(tree, problem.path)) for problem in walk_checks(settings))
        return settings

    def _known(self, item: Broken) -> bool:
        """Whether what is wrong was told already. That a value is ambiguous says nothing of a key that is unknown."""
        if item.kind == "extra_forbidden" and item.path in self.ambiguous:
            return False
        return any(item.path[: len(path)] == path for path in self.told)

    def _tell(self, problems: Iterable[Problem]) -> None:
        """Add problems whose paths are those of the settings."""
        self.problems += [
            replace(
                problem,
                path=shown_path(problem.path),
                related=tuple(shown_path(path) for path in problem.related),
            )
            for problem in problems
        ]


def base_of(project: Project, shape: Shape) -> BaseFile:
    """What the project's stacks share; empty where the project has no such file."""
    file = project.base
    if file is None or not file.is_file():
        return BaseFile("", {}, ())
    document = read_bytes(file.read_bytes(), file=project.shown(file))
    return read_base(document, tags=lambda path: tags_of(shape, path))


def _with_secrets(settings: Any, secrets: dict[str, Any]) -> Any:
    # A copy without validation: the values are outputs or placeholders, and the mapping keeps its own class.
    return settings.model_copy(update={SECRETS: secrets}) if isinstance(settings, BaseModel) else settings


def _null_is_a_value(shape: Shape, path: Path, tree: MapNode) -> bool:
    """Whether a null at a path says something, instead of removing what layers below it say.

    Inside of a map that is not ours, such as chart values; and where the model takes null and means something else by
    it than by silence: `quota: null`, `env: {LOG_LEVEL: null}`.
    """
    data = plain(tree)
    above = [shape_at(shape, path[:end], data) for end in range(1, len(path))]
    if any(isinstance(item, Table) and isinstance(item.shape, Anything) for item in above):
        return True
    inside: object = data
    for part in path[:-1]:
        inside = step(inside, part)
    return bool(above) and takes_null(above[-1], path[-1], inside)


def _taken_as_text(node: Node | None, shape: Shape) -> bool:
    """Whether an ambiguous value is a commit hash like 12e4567, text to Pulumi, in a field that takes hashes.

    `pulumi config set --path` writes it without quotes, so nobody could keep it in quotes.
    """
    if not isinstance(node, Scalar) or not isinstance(shape, Leaf) or not shape.integer_is_text or node.raw is None:
        return False
    return re.fullmatch(r"[0-9]+e[0-9]+", node.raw) is not None and engine_value(node.raw) == node.raw


def _takes_secrets(shape: Shape, tree: MapNode) -> bool:
    chosen = shape.chosen(plain(tree)) if isinstance(shape, Choice) else None
    return any(SECRETS in section.fields for section in ([chosen] if chosen else sections(shape)))


def _origins(tree: MapNode) -> dict[Path, Origin]:
    """Of everything but maps that have entries of their own."""
    return {path: node.origin for path, node in walk(tree) if path and not (isinstance(node, MapNode) and node.entries)}


def _secret_origins(entry: Entry | None) -> dict[Path, Origin]:
    if entry is None:
        return {}
    origins: dict[Path, Origin] = {(SECRETS,): entry.key_origin}
    if isinstance(entry.node, MapNode) and not is_secure(entry.node):
        origins |= {(SECRETS, name): item.key_origin for name, item in entry.node.entries.items()}
    return origins


def _sorted(problems: list[Problem]) -> list[Problem]:
    """By place; values that may be secret are not shown."""
    unique = {(problem.path, problem.rule, str(problem.location)): problem for problem in problems}
    safe = [replace(problem, value=NO_VALUE) if looks_secret(problem.path) else problem for problem in unique.values()]

    def key(problem: Problem) -> tuple[Any, ...]:
        at = problem.location
        return (at is None, at.file if at else "", at.line if at else 0, at.column if at else 0, str(problem.path))

    return sorted(safe, key=key)
