"""What a Pulumi project says about itself: Pulumi.yaml, `[tool.homeport]` in pyproject.toml, its stack files."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from homeport.problems import Problem, SettingsError
from homeport.settings.reader import Document, read_bytes
from homeport.settings.tree import MapNode, Scalar, find, plain

#: Keys of settings in a stack file begin with it.
NAMESPACE: Final = "homeport"

_EXAMPLE: Final = '[tool.homeport]\nsettings = "stacks.settings:Stack"\nbase = "stacks/base.yaml"'


class ProjectError(Exception):
    """The project lacks something that a command needs; the text says what and how to add it."""


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project.

    Attributes:
        root: its folder.
        file: its Pulumi.yaml, read; empty where there is none.
        name: the project's name; empty where there is none.
        settings: `module:Name` of the model of a stack file, from `[tool.homeport]`; None without.
        base: the file that stack files share, from `[tool.homeport]`; None without.
        schema: where the JSON Schema of stack files is written, from `[tool.homeport]`; None without.
    """

    root: Path
    file: Document
    name: str
    settings: str | None = None
    base: Path | None = None
    schema: Path | None = None

    def model(self) -> Any:
        """The model of a stack file: a pydantic model class, or an annotated union of some.

        The module is imported with the project's folder on the path.

        Raises:
            ProjectError: there is none, or it cannot be imported.
        """
        if self.settings is None:
            raise ProjectError(
                f"{self.root / 'pyproject.toml'} does not say which model the stack files follow; add for example\n\n"
                f"{_EXAMPLE}"
            )
        module, _, name = self.settings.partition(":")
        if not module or not name:
            raise ProjectError(
                f'{self.root / "pyproject.toml"}: [tool.homeport] settings = "{self.settings}" must be'
                ' "module:Name", for example "stacks.settings:Stack"'
            )
        return self._attribute(module, name)

    def _attribute(self, module: str, name: str) -> Any:
        where = f'[tool.homeport] settings = "{self.settings}"'
        entry = str(self.root)
        added = entry not in sys.path
        if added:
            sys.path.insert(0, entry)
        try:
            return getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            raise ProjectError(f"{where}: no module {error.name} in {self.root}, nor installed") from error
        except Exception as error:
            # Anything can go wrong in a module of the project's own; the cause stays attached for its authors.
            raise ProjectError(f"{where}: cannot be imported: {type(error).__name__}: {error}") from error
        finally:
            if added and entry in sys.path:
                sys.path.remove(entry)

    def stack_file(self, stack: str) -> Path:
        """The file of a stack, whether it exists or not.

        Raises:
            SettingsError: `stack` cannot be the name of one.
        """
        name = stack.rsplit("/", 1)[-1]
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", name):
            rule = "a stack's name has up to 100 letters, digits, _, . and -"
            raise SettingsError([Problem(("stack",), rule, "for example stage", stack)])
        suffix = ".yml" if self.file.file.endswith(".yml") else ".yaml"
        return self._stack_folder() / f"Pulumi.{name}{suffix}"

    def stacks(self) -> list[str]:
        """Names of the stacks that have a file, sorted."""
        found = [match[1] for path in self._files() if (match := re.fullmatch(r"Pulumi\.(.+)\.ya?ml", path.name))]
        return sorted(found)

    def _files(self) -> list[Path]:
        folder = self._stack_folder()
        return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []

    def _stack_folder(self) -> Path:
        # https://www.pulumi.com/docs/iac/concepts/projects/project-file/: stackConfigDir
        folder = find(self.file.root, ("stackConfigDir",)) if self.file.root else None
        if isinstance(folder, Scalar) and isinstance(folder.value, str):
            return self.root / folder.value
        return self.root

    def shown(self, path: Path) -> str:
        """A path as people see it: relative to the project where it lies inside."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)


def read_project(root: Path) -> Project:
    """What the project in `root` says about itself; every file is optional.

    Raises:
        SettingsError: a file is there and cannot be read.
    """
    root = root.resolve()
    document = Document("Pulumi.yaml", None)
    for name in ("Pulumi.yaml", "Pulumi.yml"):
        if (root / name).is_file():
            document = read_bytes((root / name).read_bytes(), file=name)
            break
    if document.root is None and document.problems:
        raise SettingsError(document.problems)
    name = find(document.root, ("name",))
    tool = _tool(root)
    return Project(
        root,
        document,
        str(plain(name)) if isinstance(name, Scalar) and name.value is not None else "",
        settings=_text(tool, "settings"),
        base=_file(root, tool, "base"),
        schema=_file(root, tool, "schema"),
    )


def project_config(project: Project) -> MapNode | None:
    """The map `config` of Pulumi.yaml."""
    node = find(project.file.root, ("config",))
    return node if isinstance(node, MapNode) else None


def missing_stack(project: Project, file: Path) -> Problem:
    """What to say when a stack has no file."""
    name = file.name.removeprefix("Pulumi.").rsplit(".", 1)[0]
    known = project.stacks()
    fix = f"stacks with a file: {', '.join(known)}" if known else "write one"
    return Problem(("stack",), f"there is no file {project.shown(file)}", fix, name)


def _tool(root: Path) -> Mapping[str, Any]:
    file = root / "pyproject.toml"
    if not file.is_file():
        return {}
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([Problem(("pyproject.toml",), f"is not valid TOML: {error}")]) from None
    section: Any = cast("Mapping[str, Any]", tool).get("homeport") if isinstance(tool, dict) else None
    return cast("Mapping[str, Any]", section) if isinstance(section, dict) else {}


def _text(tool: Mapping[str, Any], name: str) -> str | None:
    value = tool.get(name)
    if value is None or isinstance(value, str):
        return value
    raise SettingsError([Problem(("pyproject.toml", "tool", "homeport", name), "must be text", "put it in quotes")])


def _file(root: Path, tool: Mapping[str, Any], name: str) -> Path | None:
    value = _text(tool, name)
    return None if value is None else root / value
