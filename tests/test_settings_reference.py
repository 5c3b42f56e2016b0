"""The settings reference: a table for each section, everything that a field has in its row."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from homeport.model import Model
from homeport.settings_reference import settings_reference


class Leaf(Model):
    """A leaf of the tree."""

    size: Annotated[int, Field(ge=1, le=9)] = 3
    """In mm | rounded."""
    names: list[str] = Field(default_factory=lambda: ["a", "b"])
    """Names
    over two lines."""


class Round(Model):
    """Round.

    dots: with dots.
    none: without.
    https://docs.acme.example/round
    """

    shape: Literal["round"]
    """Always round."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """A share."""


class Square(Model):
    """Square."""

    shape: Literal["square"] = "square"
    """Always square."""
    leaf: Leaf = Leaf()
    """The same leaf."""


class Tree(Model):
    """A tree."""

    kind: Literal["oak", "ash"]
    """Which."""
    label: Annotated[str, Field(pattern="^[a-z]+$", max_length=8, examples=["birch"])] | None = None
    """What it is called."""
    leaf: Leaf = Leaf()
    """One."""
    leaves: dict[str, Leaf] = Field(default_factory=dict)
    """Many."""
    forms: list[Annotated[Round | Square, Field(discriminator="shape")]]
    """Forms."""


def rows(page: str) -> dict[str, str]:
    """Field to row, of the whole page."""
    return {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}


def test_every_section_stands_once_under_the_path_of_its_first_use() -> None:
    headings = [line for line in settings_reference(Tree).splitlines() if line.startswith("## ")]
    assert headings == [
        "## The stack file",
        "## `leaf`",
        "## `forms[]` with `shape: round`",
        "## `forms[]` with `shape: square`",
    ]


def test_a_row_has_type_default_meaning_and_example() -> None:
    found = rows(settings_reference(Tree))
    assert found["kind"] == "| `kind` | `oak`, `ash` | **required** | Which. |  |"
    assert found["label"] == "| `label` | text, up to 8 characters, `^[a-z]+$` | - | What it is called. | `birch` |"
    assert found["leaf"] == "| `leaf` | [section](#leaf) | its defaults | The same leaf. |  |"
    assert found["leaves"] == "| `leaves` | map of name to [section](#leaf) | `{}` | Many. |  |"
    assert "[section](#forms-with-shape-round) or [section](#forms-with-shape-square)" in found["forms"]
    assert found["share"] == "| `share` | number, more than 0, up to 1 | `0.5` | A share. |  |"


def test_bars_and_line_breaks_do_not_end_a_cell() -> None:
    found = rows(settings_reference(Leaf))
    assert found["size"] == r"| `size` | whole number, 1 to 9 | `3` | In mm \| rounded. |  |"
    assert "| Names over two lines. |" in found["names"]


def test_defaults_that_a_factory_makes_are_shown() -> None:
    assert '`["a", "b"]`' in rows(settings_reference(Leaf))["names"]


def test_docstrings_become_paragraphs_lists_and_links() -> None:
    page = settings_reference(Tree)
    assert "\nRound.\n\n- dots: with dots.\n- none: without.\n\n<https://docs.acme.example/round>\n" in page


def test_every_link_leads_to_a_heading() -> None:
    page = settings_reference(Tree)
    anchors = {
        "".join(char for char in line[3:].lower() if char.isalnum() or char in "-_ ").replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("## ")
    }
    links = {part.partition(")")[0] for part in page.split("](#")[1:]}
    assert links <= anchors
    assert links


def test_a_union_of_layers_gets_a_table_for_each() -> None:
    page = settings_reference(Annotated[Round | Square, Field(discriminator="shape")])
    assert "## The stack file with `shape: round`" in page
    assert "## The stack file with `shape: square`" in page


def test_the_same_page_twice() -> None:
    assert settings_reference(Tree) == settings_reference(Tree)
