"""Which Python program a Pulumi project runs. No pulumi, and nothing is run.

https://www.pulumi.com/docs/iac/concepts/projects/project-file/
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from homeport.settings.project import Project, ProjectError, read_project
from homeport.settings.tree import find, plain


@dataclass(frozen=True, slots=True)
class ProjectProgram:
    """A project and its program.

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


def short_name(stack: str) -> str:
    """`stage` of `organization/homeport/stage`."""
    return stack.rsplit("/", 1)[-1]


def read_program(root: Path) -> ProjectProgram:
    """Read a folder's Pulumi.yaml.

    Raises:
        ProjectError: there is none, it names no project, or its program is not a Python program that exists.
        SettingsError: it cannot be read.
    """
    project = read_project(root)
    if project.file.root is None:
        raise ProjectError(f"there is no Pulumi.yaml in {project.root}; name the project's folder with --root")
    if not project.name:
        raise ProjectError(f'{project.root / project.file.file}: "name" is missing: every Pulumi project has one')
    runtime = _top(project, "runtime")
    language: object = runtime.get("name") if isinstance(runtime, dict) else runtime  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if language != "python":
        raise ProjectError(
            f"{project.root / project.file.file}: the program's runtime is {language!r}; only Python can be planned"
        )
    return ProjectProgram(project.root, project.name, _main(project), tuple(project.stacks()))


def _main(project: Project) -> Path:
    """The file to run: `main` names a folder with a `__main__.py`, or a file."""
    given = _top(project, "main")
    path = (project.root / given).resolve() if isinstance(given, str) and given else project.root
    if path.is_dir():
        path /= "__main__.py"
    if not path.is_file():
        raise ProjectError(
            f"{path} does not exist: it is the program that {project.file.file} runs; make it, or correct `main` there"
        )
    return path


def _top(project: Project, key: str) -> object:
    node = find(project.file.root, (key,)) if project.file.root is not None else None
    return None if node is None else plain(node)
