"""A Pulumi project on disk: its name, its program, its stack files. No pulumi, nothing is run.

https://www.pulumi.com/docs/iac/concepts/projects/project-file/
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_NAMES: Final = ("Pulumi.yaml", "Pulumi.yml")


class ProjectError(Exception):
    """A project cannot be evaluated as it is; the text says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Project:
    """What Pulumi.yaml says.

    Attributes:
        root: folder of Pulumi.yaml, resolved.
        name: of the project.
        main: the file that is run.
        stacks: names of the stacks that have a file, sorted.
    """

    root: Path
    name: str
    main: Path
    stacks: tuple[str, ...]

    def stack_file(self, stack: str) -> str:
        """The name of a stack's file; a stack may be named in full, `organization/project/stack`."""
        return f"Pulumi.{short_name(stack)}.yaml"

    def require_stack(self, stack: str) -> None:
        """Refuse a stack that has no file, unless no stack of the project has one.

        Raises:
            ProjectError: with the stacks that exist.
        """
        if self.stacks and short_name(stack) not in self.stacks:
            raise ProjectError(
                f"there is no {self.stack_file(stack)} in {self.root}\n"
                f"    the stacks that exist: {', '.join(self.stacks)}\n"
                f"    fix: name one of them with --stack, or make it with `pulumi stack init {short_name(stack)}`"
            )


def short_name(stack: str) -> str:
    """`stage` of `organization/homeport/stage`."""
    return stack.rsplit("/", 1)[-1]


def read_project(root: Path) -> Project:
    """Read a folder's Pulumi.yaml.

    Raises:
        ProjectError: there is none, it cannot be read, or its program is not a Python program.
    """
    root = root.resolve()
    file = next((root / name for name in _NAMES if (root / name).is_file()), None)
    if file is None:
        raise ProjectError(f"there is no Pulumi.yaml in {root}; name the project's folder with --root")
    try:
        loaded: Any = YAML(typ="safe").load(file.read_text(encoding="utf-8"))  # pyright: ignore[reportUnknownMemberType]
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise ProjectError(f"{file} cannot be read: {error}") from None
    data = cast("dict[str, Any]", loaded) if isinstance(loaded, dict) else {}
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError(f'{file}: "name" is missing: every Pulumi project has one')
    runtime: Any = data.get("runtime")
    language: Any = cast("dict[str, Any]", runtime).get("name") if isinstance(runtime, dict) else runtime
    if language != "python":
        raise ProjectError(f"{file}: the program is written in {language!r}; only Python programs can be planned")
    folder = data.get("stackConfigDir")
    stacks = root / folder if isinstance(folder, str) else root
    found = {path.name.removeprefix("Pulumi.").removesuffix(path.suffix) for path in stacks.glob("Pulumi.*.y*ml")}
    return Project(root=root, name=name, main=_main(file, root, data.get("main")), stacks=tuple(sorted(found)))


def _main(file: Path, root: Path, main: object) -> Path:
    """The file to run: `main` names a folder with a `__main__.py`, or a file."""
    path = (root / main).resolve() if isinstance(main, str) and main else root
    if path.is_dir():
        path /= "__main__.py"
    if not path.is_file():
        raise ProjectError(f"{path} does not exist; it is the program of {file}: make it, or correct `main` there")
    return path
