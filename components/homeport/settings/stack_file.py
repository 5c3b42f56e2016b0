"""The settings in a stack file: which keys are ours, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from homeport.problems import NO_VALUE, Location, Path, Problem
from homeport.settings.names import listed, nearest
from homeport.settings.project import NAMESPACE
from homeport.settings.reader import Document
from homeport.settings.tree import Entry, MapNode, Node, Origin, Scalar, find, is_null, is_secure, walk

#: Keys at the top of a stack file.
#: https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
TOP_LEVEL: Final = ("config", "encryptionsalt", "secretsprovider", "encryptedkey", "environment")

#: The section whose values are encrypted.
SECRETS: Final = "secrets"


@dataclass(frozen=True, slots=True)
class StackFile:
    """The settings in a stack file.

    Attributes:
        sections: name without its namespace to section, as far as it could be read; the origin is the whole `config`.
        meant: sections that stand under another name in the file; a problem says so, the rest reads them as meant.
        problems: what is wrong with the keys; paths as written.
    """

    sections: MapNode
    meant: frozenset[str]
    problems: tuple[Problem, ...]


def shown_path(path: Path) -> Path:
    """A path in the settings as people write it in a stack file: `homeport:cluster.zones`."""
    return (f"{NAMESPACE}:{path[0]}", *path[1:]) if path else path


def stack_sections(document: Document, *, project: str, known: Collection[str]) -> StackFile:
    """Pick the settings out of a stack file.

    Args:
        document: the file.
        project: the project's name, under which Pulumi puts keys without a namespace.
        known: names of the sections that the model has.
    """
    nowhere = Origin(document.file, Location(document.file, 1, 1))
    problems = [_in_config(problem) for problem in document.problems]
    if document.root is None or is_null(document.root):
        return StackFile(MapNode({}, nowhere), frozenset(), tuple(problems))
    if not isinstance(document.root, MapNode):
        rule = "a stack file must be a map"
        return StackFile(MapNode({}, nowhere), frozenset(), (*problems, _top(rule, document.root.origin)))
    problems += _top_level(document.root)
    entry = document.root.entries.get("config")
    if entry is None:
        return StackFile(MapNode({}, nowhere), frozenset(), tuple(problems))
    if is_null(entry.node):
        return StackFile(MapNode({}, entry.key_origin), frozenset(), tuple(problems))
    if not isinstance(entry.node, MapNode):
        problems.append(_top("config must be a map", entry.node.origin))
        return StackFile(MapNode({}, entry.key_origin), frozenset(), tuple(problems))
    keys = _Keys(project, known)
    for key, item in entry.node.entries.items():
        keys.take(key, item, entry.node)
    problems += [*keys.problems, *_secure_elsewhere(entry.node, keys.seen)]
    sections = replace(entry.node, entries=keys.sections, origin=entry.key_origin)
    return StackFile(sections, frozenset(keys.meant), tuple(problems))


def _in_config(problem: Problem) -> Problem:
    return replace(problem, path=problem.path[1:]) if problem.path[:1] == ("config",) else problem


def _top(rule: str, origin: Origin) -> Problem:
    return Problem((), rule, f"write config: and below it keys like {NAMESPACE}:layer", location=origin.location)


def _top_level(root: MapNode) -> Iterable[Problem]:
    for key, entry in root.entries.items():
        if key in TOP_LEVEL:
            continue
        rule = f"a stack file has the keys {listed(TOP_LEVEL)} at its top"
        if ":" in key:
            fix = "put it below config:"
        else:
            near = nearest(key, TOP_LEVEL)
            fix = f"write {near}" if near else f"put settings below config:, as {NAMESPACE}:NAME"
        yield Problem((key,), rule, fix, location=entry.key_origin.location)


class _Keys:
    """Sorts the keys below `config` by their namespace."""

    def __init__(self, project: str, known: Collection[str]) -> None:
        self.sections: dict[str, Entry] = {}
        self.meant: set[str] = set()
        self.seen: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._project = project
        self._known = known

    def take(self, key: str, entry: Entry, config: MapNode) -> None:
        space, _, name = key.rpartition(":")
        space = space.removesuffix(":config")
        if key == f"{NAMESPACE}:{name}":
            self.sections[name] = entry
            self.seen[key] = name
            return
        if space == "pulumi":
            return
        rule = self._rule(space, key)
        foreign = space not in {"", self._project, NAMESPACE} and nearest(space, [NAMESPACE]) is None
        near = name if name in self._known else None if foreign else nearest(name, self._known)
        wanted = f"{NAMESPACE}:{near or name}"
        if near is not None:
            fix = f"write {wanted}"
        elif foreign:
            fix = f"remove it; what it sets belongs in a section like {NAMESPACE}:cluster"
        else:
            fix = f"remove it; settings are {listed(f'{NAMESPACE}:{item}' for item in self._known)}"
        if wanted in config.entries:
            fix = f"remove it; {wanted} is there too"
        elif name in self._known:
            self.sections[name] = entry
            self.meant.add(name)
            self.seen[key] = name
        self.problems.append(Problem((key,), rule, fix, NO_VALUE, location=entry.key_origin.location))

    def _rule(self, space: str, key: str) -> str:
        if space == NAMESPACE:
            return f"settings are written {NAMESPACE}:NAME"
        if not space:
            owner = f' ("{self._project}:{key}")' if self._project else ""
            return f"has no namespace: Pulumi puts it under the project's name{owner}, where nothing reads it"
        if space == self._project:
            return f"stands under the project's name; settings are read from {NAMESPACE}: alone"
        if nearest(space, [NAMESPACE], cutoff=0.7):
            return f"nothing reads the namespace {space}"
        return (
            f"has no effect: every provider gets its arguments from {NAMESPACE}: settings,"
            f" and nothing reads the namespace {space}"
        )


def _secure_elsewhere(config: MapNode, names: dict[str, str]) -> Iterable[Problem]:
    for key, entry in config.entries.items():
        if names.get(key) == SECRETS:
            continue
        for path, node in walk(entry.node):
            if is_secure(node):
                yield secure_problem((key, *path), node)


def secure_problem(path: Path, node: Node) -> Problem:
    """What to say about an encrypted value outside of the secrets."""
    rule = f"is encrypted, and secrets stand under {NAMESPACE}:{SECRETS} alone"
    name = str(path[-1]).rpartition(":")[2]
    fix = f"write the value in clear if it is no secret, else move it to {NAMESPACE}:{SECRETS}.{name}"
    if "values" in path:
        fix += " and hand the chart the name of a Secret that holds it (most charts: existingSecret), since Helm keeps"
        fix += " values readably in the cluster"
    return Problem(path, rule, fix, location=_start(node))


def _start(node: Node) -> Location | None:
    if isinstance(node, MapNode) and not node.flow:
        first = next(iter(node.entries.values()), None)
        return first.key_origin.location if first is not None else node.origin.location
    return node.origin.location


def section_text(sections: MapNode, path: Path) -> str | None:
    """A selector's value: the text at `path`, if there is one."""
    node = find(sections, path)
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None
