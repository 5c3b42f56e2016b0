"""Every file of the repository that the code generates, and what it should hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.addon_goldens import FOLDER as ADDON_GOLDEN
from benchmarks.addon_goldens import addon_goldens
from homeport.addons.reference import addons_page
from homeport.parity import parity_page
from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Graph
from homeport.plan.picture import draw
from homeport.plan.render import make_console, plan_text
from homeport.plan.svg import svg
from homeport.settings.project import Project
from homeport.settings.schema import schema_text
from homeport.settings_reference import settings_reference

GOLDEN: Final = Path("tests/golden")
REFERENCE: Final = Path("docs/reference/settings.md")
PARITY: Final = Path("docs/reference/parity.md")
ADDONS: Final = Path("docs/reference/addons.md")
#: The README shows it.
PICTURE: Final = Path("docs/pictures/stage.svg")


def generated(project: Project) -> Iterator[tuple[Path, str]]:
    """Path, relative to the project, and text of each generated file."""
    if project.settings is not None:
        model = project.model()
        if project.schema is not None:
            yield project.schema.relative_to(project.root), schema_text(model)
        yield REFERENCE, settings_reference(model)
    yield PARITY, parity_page()
    yield ADDONS, addons_page()
    yield from addon_goldens()
    for stack in project.stacks():
        graph = evaluate(project.root, stack)
        yield GOLDEN / f"{stack}.json", graph.to_json()
        yield GOLDEN / f"{stack}.txt", tree_text(graph)
        if stack == PICTURE.stem:
            yield PICTURE, svg(draw(graph))


def left_over(project: Project) -> list[Path]:
    """Golden files of stacks and add-ons that are no more."""
    folder = project.root / GOLDEN
    stacks = set(project.stacks())
    found = [path for path in folder.glob("*") if path.suffix in {".json", ".txt"} and path.stem not in stacks]
    addons = {path.name for path, _ in addon_goldens()}
    found += [path for path in (project.root / ADDON_GOLDEN).glob("*.json") if path.name not in addons]
    return sorted(path.relative_to(project.root) for path in found)


def tree_text(graph: Graph) -> str:
    """What `homeport plan` prints where no terminal is."""
    console = make_console(width=None, color=False)
    console.file = io.StringIO()
    with console.capture() as shown:
        console.print(plan_text(graph))
    return "\n".join(line.rstrip() for line in shown.get().splitlines()) + "\n"
