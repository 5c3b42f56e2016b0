"""What stands below a field is its description, wherever somebody asks for one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from homeport.attribute_docs import described, descriptions
from homeport.model import Model


class Base(Model):
    """A section."""

    size: int = 1
    """How large,
    in metres."""
    plain: int = 1


class Section(Base):
    """A section with more."""

    named: Annotated[str, Field(alias="from", description="Given at the field.")] = "x"
    """Not this one."""
    below: Base = Field(default_factory=Base)
    """One more."""


def test_fields_are_described_by_the_text_below_them_and_by_what_is_given() -> None:
    assert descriptions(Section) == {
        "size": "How large,\nin metres.",
        "named": "Given at the field.",
        "below": "One more.",
    }


def test_a_field_is_found_by_the_name_that_is_written() -> None:
    found = described(Section, "from")
    assert found is not None
    assert found.description == "Given at the field."
    assert described(Section, "named") is None
    inherited = described(Section, "size")
    assert inherited is not None
    assert inherited.description == "How large,\nin metres."


def test_a_schema_holds_the_descriptions_also_of_sections_within() -> None:
    schema = TypeAdapter(dict[str, Section]).json_schema()
    properties = schema["$defs"]["Section"]["properties"]
    assert properties["from"]["description"] == "Given at the field."
    assert properties["below"]["description"] == "One more."
    assert "description" not in properties["plain"]
    assert schema["$defs"]["Base"]["properties"]["size"]["description"] == "How large,\nin metres."


def test_a_class_without_source_has_no_descriptions() -> None:
    made: type[Model] = type("Made", (Model,), {"__module__": "nowhere", "__annotations__": {"size": int}})
    assert descriptions(made) == {}
