"""base.yaml: what stack files share, as layers below them.

`all`, `layers.<layer>`, `clouds.<cluster.kind>`, `environments.<environment>`, merged in this order, then the stack
file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from homeport.problems import NO_VALUE, Path, Problem
from homeport.settings.names import nearest
from homeport.settings.project import NAMESPACE
from homeport.settings.reader import Document
from homeport.settings.shapes import Leaf, Shape, sections
from homeport.settings.stack_file import SECRETS, section_text, secure_problem
from homeport.settings.tree import Entry, MapNode, Node, in_layer, is_null, is_secure, walk

#: For everything.
ALL: Final = "all"
#: Group to the setting that chooses among its entries, in the order of merging.
SELECTORS: Final[dict[str, Path]] = {
    "layers": ("layer",),
    "clouds": ("cluster", "kind"),
    "environments": ("environment",),
}


@dataclass(frozen=True, slots=True)
class BaseFile:
    """base.yaml.

    Attributes:
        groups: `all`, `layers.gke` ... to settings, in no order.
        problems: what is wrong with the file; paths as written.
    """

    file: str
    groups: dict[Path, MapNode]
    problems: tuple[Problem, ...]

    def layers(self, stack: MapNode) -> list[MapNode]:
        """The layers for a stack, lowest first, each said to come from its group.

        Args:
            stack: the settings in the stack's own file, which choose the groups; where they do not, `all` does.
        """
        common = self.groups.get((ALL,))
        out = [] if common is None else [self._layer((ALL,), common)]
        for group, path in SELECTORS.items():
            chosen = section_text(stack, path) or (section_text(common, path) if common is not None else None)
            node = self.groups.get((group, chosen)) if chosen is not None else None
            if node is not None:
                out.append(self._layer((group, chosen or ""), node))
        return out

    def _layer(self, path: Path, node: MapNode) -> MapNode:
        layer = in_layer(node, f"{self.file}: {'.'.join(str(part) for part in path)}")
        assert isinstance(layer, MapNode)  # noqa: S101 - a map stays a map
        return layer


def read_base(document: Document, *, tags: Callable[[Path], tuple[str, ...]]) -> BaseFile:
    """Sort out a base file.

    Args:
        document: the file.
        tags: the values that a selector can have, empty where any can; to find entries that nothing ever selects.
    """
    problems = list(document.problems)
    groups: dict[Path, MapNode] = {}
    if document.root is None or is_null(document.root):
        return BaseFile(document.file, groups, tuple(problems))
    if not isinstance(document.root, MapNode):
        problem = _not_a_map((), document.root)
        return BaseFile(document.file, groups, (*problems, problem))
    for name, entry in document.root.entries.items():
        if name != ALL and name not in SELECTORS:
            problems.append(_unknown_group(name, entry))
        elif is_null(entry.node):
            continue
        elif not isinstance(entry.node, MapNode):
            problems.append(_not_a_map((name,), entry.node))
        elif name == ALL:
            groups[name,] = _bare(entry.node, (name,), problems)
        else:
            for key, item in entry.node.entries.items():
                problems += _never_selected((name, key), item, tags(SELECTORS[name]))
                if isinstance(item.node, MapNode):
                    groups[name, key] = _bare(item.node, (name, key), problems)
                elif not is_null(item.node):
                    problems.append(_not_a_map((name, key), item.node))
    return BaseFile(document.file, groups, tuple(problems))


def base_settings_path(path: Path) -> Path:
    """A path in base.yaml as a path in the settings: without its group."""
    return path[1:] if path[:1] == (ALL,) else path[2:]


def tags_of(shape: Shape, path: Path) -> tuple[str, ...]:
    """The values that the model allows at a selector's path; empty where any text is allowed."""
    found: list[str] = []
    level = sections(shape)
    for part in path[:-1]:
        level = tuple(inner for section in level for inner in sections(section.shape(str(part))))
    for section in level:
        leaf = section.shape(str(path[-1]))
        if isinstance(leaf, Leaf):
            if not leaf.values:
                return ()
            found += [str(value) for value in leaf.values]
    return tuple(dict.fromkeys(found))


def _bare(node: MapNode, path: Path, problems: list[Problem]) -> MapNode:
    """Check the keys of a group; read prefixed ones as meant."""
    entries: dict[str, Entry] = {}
    for key, entry in node.entries.items():
        name = key.removeprefix(f"{NAMESPACE}:")
        if name != key:
            fix = f"write {name}"
            rule = f"keys in a base file stand without {NAMESPACE}:"
            problems.append(Problem((*path, key), rule, fix, location=entry.key_origin.location))
        if name == SECRETS:
            rule = "secrets are encrypted for one stack; they cannot be shared"
            fix = f"set them in each stack file: pulumi config set --secret --path {NAMESPACE}:{SECRETS}.NAME"
            problems.append(Problem((*path, key), rule, fix, location=entry.key_origin.location))
            continue
        problems += [secure_problem((*path, key, *below), item) for below, item in _secure(entry.node)]
        entries.setdefault(name, entry)
    return replace(node, entries=entries)


def _secure(node: Node) -> Iterator[tuple[Path, Node]]:
    return ((path, item) for path, item in walk(node) if is_secure(item))


def _unknown_group(name: str, entry: Entry) -> Problem:
    groups = [ALL, *SELECTORS]
    near = nearest(name, groups)
    fix = f"write {near}" if near else f"put it below all:, or below one of {', '.join(SELECTORS)}"
    rule = f"a base file has the groups {', '.join(groups)}"
    return Problem((name,), rule, fix, NO_VALUE, location=entry.key_origin.location)


def _never_selected(path: Path, entry: Entry, tags: tuple[str, ...]) -> list[Problem]:
    name = str(path[-1])
    if not tags or name in tags:
        return []
    near = nearest(name, tags)
    fix = f"write {near}" if near else f"write one of {', '.join(tags)}"
    selector = ".".join(str(part) for part in SELECTORS[str(path[0])])
    rule = f"no stack selects it: {selector} is never {name}"
    return [Problem(path, rule, fix, location=entry.key_origin.location)]


def _not_a_map(path: Path, node: Node) -> Problem:
    fix = "write sections below it, for example owner: platform" if path else "begin with all:"
    return Problem(path, "must be a map", fix, location=node.origin.location)
