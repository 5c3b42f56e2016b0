"""Drawings: which boxes and arrows, that formats hold against hostile names, and that nothing overlaps."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.plan import Graph, Options, Resource
from homeport.plan.dot import dot
from homeport.plan.layout import Size, place
from homeport.plan.mermaid import mermaid
from homeport.plan.picture import draw, reduced
from homeport.plan.svg import svg

STACK = "urn:stack"
HOSTILE = [
    'a"b',
    "a\\b",
    "a\nb",
    "<script>&amp;",
    "]-->x",
    "%%{init}%%",
    "`b`",
    "#35;",
    "a;b",
    "end",
    "\u202ex",
    "\x1b[31m",
]


def resource(name: str, type: str = "gcp:a/b:B", *, parent: str = STACK, after: tuple[str, ...] = ()) -> Resource:  # noqa: A002
    """A resource `urn:<name>`; a type of two parts is a component."""
    return Resource(
        urn=f"urn:{name}",
        type=type,
        name=name,
        parent=parent,
        custom=not type.startswith("homeport:"),
        remote=False,
        provider=None,
        inputs={},
        dependencies=[f"urn:{other}" for other in after],
        property_dependencies={},
        options=Options(),
        source=None,
    )


def graph(*resources: Resource) -> Graph:
    stack = resource("stack", "pulumi:pulumi:Stack").model_copy(update={"parent": None, "custom": False})
    return Graph(project="homeport", stack="stage", layer=None, resources=[*resources, stack], outputs={})


def sample() -> Graph:
    """Three components in a row, one inside of another, and a resource of its own."""
    return graph(
        resource("network", "homeport:network:Net"),
        resource("vpc", parent="urn:network"),
        resource("subnet", parent="urn:network", after=("vpc",)),
        resource("cluster", "homeport:cluster:Gke"),
        resource("gke", parent="urn:cluster", after=("subnet", "vpc")),
        resource("inner", "homeport:cluster:Keys", parent="urn:cluster"),
        resource("key", parent="urn:inner"),
        resource("storage", "homeport:storage:Classes"),
        resource("class", "kubernetes:storage/v1:StorageClass", parent="urn:storage", after=("gke", "vpc")),
        resource("alone", "aws:x/y:Y", after=("class",)),
    )


def arrows(made: Graph, *, resources: bool = False) -> set[tuple[str, str]]:
    picture = draw(made, resources=resources)
    return {(picture.boxes[start].name, picture.boxes[end].name) for start, end in picture.arrows}


def test_arrows_go_between_components_from_what_is_needed_to_what_needs_it() -> None:
    assert arrows(sample()) == {("network", "cluster"), ("cluster", "storage"), ("storage", "alone")}


def test_every_resource_can_be_drawn() -> None:
    assert arrows(sample(), resources=True) == {
        ("vpc", "subnet"),
        ("subnet", "gke"),
        ("gke", "class"),
        ("class", "alone"),
    }


def test_a_component_inside_of_another_is_tied_to_it() -> None:
    picture = draw(sample())
    assert [(picture.boxes[a].name, picture.boxes[b].name) for a, b in picture.inside] == [("cluster", "inner")]
    assert "Dotted: inside of." in svg(picture)


def test_a_provider_of_its_own_is_a_box_that_its_resources_need() -> None:
    made = graph(
        resource("p", "pulumi:providers:gcp"),
        resource("network", "homeport:network:Net"),
        resource("vpc", parent="urn:network").model_copy(update={"provider": "urn:p"}),
    )
    assert arrows(made) == {("p", "network")}


def test_boxes_have_the_colour_of_most_of_what_is_in_them() -> None:
    picture = draw(sample())
    packages = {box.name: box.package for box in picture.boxes}
    assert packages["cluster"] == "gcp"
    assert packages["storage"] == "kubernetes"
    assert len({picture.colours[package] for package in set(packages.values())}) == len(set(packages.values()))


@pytest.mark.parametrize("form", [mermaid, dot, svg])
def test_every_form_explains_the_arrows_and_is_the_same_every_time(form: object) -> None:
    assert callable(form)
    text = str(form(draw(sample())))
    assert text == form(draw(sample()))
    assert "B needs A" in text
    assert text.endswith("\n")
    assert "homeport / stage" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_mermaid_labels_cannot_be_broken_out_of(name: str) -> None:
    text = mermaid(draw(graph(resource(name), resource("b", after=(name,)))))
    for line in text.splitlines():
        assert re.fullmatch(
            r"flowchart LR|  n\d+\[\"[\w .:/\-#;<>]*\"\]:::p\d|  n\d+ --> n\d+|  legend\[\"[\w .:/\-#;]*\"\]:::legend"
            r"|  classDef [\w ]+ [\w:#,]+",
            line,
            re.ASCII,
        ), line
    assert text.count("<") == text.count("<br/>")


@pytest.mark.parametrize("name", HOSTILE)
def test_dot_strings_cannot_be_broken_out_of(name: str) -> None:
    text = dot(draw(graph(resource(name))))
    rest = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    assert re.fullmatch(r'[\w\s\[\]{}=,."\-]*', rest), rest


@pytest.mark.parametrize("name", HOSTILE)
def test_svg_is_well_formed_and_holds_no_foreign_element(name: str) -> None:
    tree = ET.fromstring(svg(draw(graph(resource(name), resource("b", after=(name,))))))  # noqa: S314
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "style", "defs", "marker", "path", "rect", "text", "g", "title"}


def test_svg_loads_nothing_from_elsewhere() -> None:
    text = svg(draw(sample()))
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert "href" not in text


def test_an_empty_program_can_be_drawn() -> None:
    for form in (mermaid, dot, svg):
        assert form(draw(graph()))


PAIRS = st.integers(2, 14).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.sets(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] != pair[1]),
            max_size=30,
        ),
    )
)


def _reach(arrows: set[tuple[int, int]], count: int) -> set[tuple[int, int]]:
    found = set(arrows)
    for middle in range(count):
        found |= {(a, d) for a, b in found if b == middle for c, d in found if c == middle}
    return found


@given(PAIRS)
def test_reduction_leaves_out_only_what_others_imply(drawn: tuple[int, set[tuple[int, int]]]) -> None:
    count, given_arrows = drawn
    left = reduced(count, given_arrows)
    assert left <= given_arrows
    assert _reach(left, count) == _reach(given_arrows, count)


@given(PAIRS)
def test_reduction_of_a_graph_without_circles_is_minimal(drawn: tuple[int, set[tuple[int, int]]]) -> None:
    count, given_arrows = drawn
    acyclic = {(min(pair), max(pair)) for pair in given_arrows}
    left = reduced(count, acyclic)
    for arrow in left:
        assert arrow not in _reach(left - {arrow}, count)


@given(PAIRS, st.lists(st.floats(20, 200), min_size=14, max_size=14))
def test_boxes_never_overlap_and_every_arrow_ends_at_its_boxes(
    drawn: tuple[int, set[tuple[int, int]]], widths: list[float]
) -> None:
    count, given_arrows = drawn
    sizes = [Size(width, 20 + width / 4) for width in widths[:count]]
    layout = place(sizes, sorted(given_arrows))
    for (one, (x1, y1)), (two, (x2, y2)) in combinations(enumerate(layout.boxes), 2):
        apart_across = x1 + sizes[one].width <= x2 or x2 + sizes[two].width <= x1
        apart_down = y1 + sizes[one].height <= y2 + 1e-6 or y2 + sizes[two].height <= y1 + 1e-6
        assert apart_across or apart_down
    for (x, y), size in zip(layout.boxes, sizes, strict=True):
        assert x >= 0
        assert y >= -1e-6
        assert x + size.width <= layout.width + 1e-6
        assert y + size.height <= layout.height + 1e-6
    assert set(layout.arrows) == given_arrows
    for (start, end), points in layout.arrows.items():
        for box, (x, y) in ((start, points[0]), (end, points[-1])):
            left, top = layout.boxes[box]
            assert x in (pytest.approx(left), pytest.approx(left + sizes[box].width))
            assert y == pytest.approx(top + sizes[box].height / 2)


@given(PAIRS)
def test_arrows_point_to_the_right_where_there_is_no_circle(drawn: tuple[int, set[tuple[int, int]]]) -> None:
    count, given_arrows = drawn
    acyclic = {(min(pair), max(pair)) for pair in given_arrows}
    layout = place([Size(50, 20)] * count, sorted(acyclic))
    for start, end in acyclic:
        assert layout.boxes[start][0] + 50 < layout.boxes[end][0]


def test_graphviz_accepts_the_document(tmp_path: Path) -> None:
    for number, name in enumerate(HOSTILE):
        (tmp_path / f"{number}.dot").write_text(dot(draw(graph(resource(name)))), encoding="utf-8")
    try:
        subprocess.run(["dot", "-V"], capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("Graphviz is not installed")
    for file in sorted(tmp_path.iterdir()):
        subprocess.run(["dot", "-Tsvg", str(file)], capture_output=True, check=True, timeout=30)
