"""The settings reference: a page of tables, one for each section, from the JSON Schema of a settings model.

Pure: schema in, Markdown out; deterministic.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

Schema = Mapping[str, Any]

_FORMATS: Final = {"ipv4-cidr": "IPv4 range", "ipv4": "IPv4 address", "hostname": "DNS name"}
_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "map",
    "array": "list",
}
_SHORT: Final = 40
#: Stands in a path for a name that the file chooses.
_NAME: Final = "NAME"


@dataclass(frozen=True, slots=True)
class _Section:
    """A table: where its model stands in a file, and which member of a union it is (`kind: gke`)."""

    path: str
    definition: str
    when: str = ""

    @property
    def heading(self) -> str:
        place = f"`{self.path}`" if self.path else "The stack file"
        return f"{place} with `{self.when}`" if self.when else place

    @property
    def anchor(self) -> str:
        kept = re.sub(r"[^\w\- ]", "", self.heading.lower())
        return kept.replace(" ", "-")


def settings_reference(model: Any, *, title: str = "Settings") -> str:
    """The page of a settings model.

    Args:
        model: a pydantic model class, or an annotated union of some with a discriminator.
        title: of the page.
    """
    return _Page(TypeAdapter(model).json_schema(schema_generator=_WithFactories)).text(title)


class _WithFactories(GenerateJsonSchema):
    """Also shows defaults that a factory makes, which a JSON Schema leaves out."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        make = schema.get("default_factory")
        if make is not None and not schema.get("default_factory_takes_data"):
            kept: Any = {key: value for key, value in schema.items() if key != "default_factory"}
            kept["default"] = cast("Callable[[], Any]", make)()
            return super().default_schema(kept)
        return super().default_schema(schema)


class _Page:
    def __init__(self, schema: Schema) -> None:
        self._definitions = cast("Schema", schema.get("$defs", {}))
        self._root = schema
        self._first: dict[str, _Section] = {}

    def text(self, title: str) -> str:
        sections = self._sections()
        parts = [f"# {title}\n", _INTRODUCTION, *(self._table(section) for section in sections)]
        return "\n".join(parts).rstrip("\n") + "\n"

    def _sections(self) -> list[_Section]:
        """Every model once, where it first stands in the file, in the order of the file."""
        pending = list(self._named(self._root, ""))
        if not pending:  # the root model itself, not a reference to one
            pending = [_Section("", "")]
        done: list[_Section] = []
        while pending:
            section = pending.pop(0)
            if section.definition in self._first:
                continue
            self._first[section.definition] = section
            done.append(section)
            below = [
                found
                for name, field in self._properties(section).items()
                for found in self._named(field, f"{section.path}.{name}" if section.path else name)
            ]
            pending = below + pending
        return done

    def _properties(self, section: _Section) -> Schema:
        return cast("Schema", self._model(section).get("properties", {}))

    def _model(self, section: _Section) -> Schema:
        return cast("Schema", self._definitions[section.definition]) if section.definition else self._root

    def _named(self, schema: Schema, path: str) -> Iterator[_Section]:
        """The models that a field can hold, with the paths to them."""
        if "$ref" in schema:
            name = _target(schema["$ref"])
            if "properties" in self._definitions[name]:
                yield _Section(path, name)
            else:
                yield from self._named(self._definitions[name], path)
        options = cast("Sequence[Schema]", schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or ())
        tag = cast("Schema", schema.get("discriminator", {})).get("propertyName")
        for option in options:
            for found in self._named(option, path):
                yield _Section(found.path, found.definition, self._when(found, tag)) if tag else found
        if isinstance(schema.get("items"), Mapping):
            yield from self._named(schema["items"], f"{path}[]")
        if isinstance(schema.get("additionalProperties"), Mapping):
            yield from self._named(schema["additionalProperties"], f"{path}.{_NAME}")

    def _when(self, section: _Section, tag: str) -> str:
        field = cast("Schema", self._properties(section).get(tag, {}))
        values = [field["const"]] if "const" in field else cast("list[Any]", field.get("enum", []))
        return f"{tag}: {' or '.join(map(str, values))}"

    def _table(self, section: _Section) -> str:
        model = self._model(section)
        about = _prose(model.get("description", ""))
        required = set(cast("list[str]", model.get("required", [])))
        rows = [
            f"| {' | '.join(self._row(name, cast('Schema', field), required))} |"
            for name, field in self._properties(section).items()
        ]
        head = "| field | type | default | meaning | example |\n|---|---|---|---|---|"
        return "\n".join([f"## {section.heading}\n", *([f"{about}\n"] if about else []), head, *rows, ""])

    def _row(self, name: str, field: Schema, required: set[str]) -> tuple[str, ...]:
        examples = cast("list[Any]", field.get("examples") or self._inner(field).get("examples") or [])
        return (
            f"`{name}`",
            self._type(field),
            "**required**" if name in required else self._default(field),
            _cell(str(field.get("description", ""))),
            _code(examples[0]) if examples else "",
        )

    def _inner(self, field: Schema) -> Schema:
        """A field without the null that makes it optional."""
        options = [option for option in cast("list[Schema]", field.get("anyOf", [])) if option.get("type") != "null"]
        return options[0] if len(options) == 1 else field

    def _default(self, field: Schema) -> str:
        value = cast("Any", field.get("default"))
        if value is None:
            return "-"
        section = any(self._named(field, "")) and not isinstance(field.get("additionalProperties"), Mapping)
        return "its defaults" if section and isinstance(value, Mapping) else _code(cast("object", value))

    def _type(self, schema: Schema) -> str:
        if "$ref" in schema:
            name = _target(schema["$ref"])
            section = self._first.get(name)
            return f"[section](#{section.anchor})" if section else self._type(self._definitions[name])
        if "const" in schema:
            return _code(schema["const"])
        if "enum" in schema:
            return ", ".join(_code(value) for value in cast("list[Any]", schema["enum"]))
        options = cast("Sequence[Schema]", schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or ())
        if options:
            shown = [self._type(option) for option in options if option.get("type") != "null"]
            return " or ".join(dict.fromkeys(shown))
        return self._plain(schema)

    def _plain(self, schema: Schema) -> str:
        kind = str(schema.get("type", ""))
        if kind == "array":
            return f"list of {self._type(items)}" if (items := schema.get("items")) else "list"
        if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
            return f"map of name to {self._type(schema['additionalProperties'])}"
        word = _FORMATS.get(str(schema.get("format")), _WORDS.get(kind, "any value"))
        return f"{word}{_limits(schema)}"


_INTRODUCTION: Final = """\
Generated from the models by `make goldens`; do not edit. Keys stand under `config:` of `Pulumi.<stack>.yaml`, the
first part with the prefix `homeport:`, or without it in `stacks/base.yaml`. `NAME` is a name that you choose, `[]` an
item of a list. `homeport config -s STACK` prints the completed settings of a stack and where each value came from; the
rules between fields are checked there too.
"""


def _limits(schema: Schema) -> str:
    """Bounds and patterns, in words."""
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        out = f", {low:g} to {high:g}"
    else:
        out = f", {low:g} or more" if low is not None else f", more than {above:g}" if above is not None else ""
        out += f", up to {high:g}" if high is not None else ""
    out += f", less than {below:g}" if below is not None else ""
    if (longest := schema.get("maxLength")) is not None:
        out += f", up to {longest} characters"
    if pattern := schema.get("pattern"):
        out += f", `{_escaped(str(pattern))}`"
    return out


def _target(reference: str) -> str:
    return reference.rpartition("/")[2]


def _code(value: object) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    shown = text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."
    return f"`{_escaped(shown)}`"


def _escaped(text: str) -> str:
    """Text inside a table's cell: a bar would end the cell, also in code."""
    return text.replace("|", r"\|")


def _cell(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _prose(text: str) -> str:
    """A docstring as Markdown: paragraphs as they are, `word: what it means` as a list, addresses as links."""
    out: list[str] = []
    for line in text.strip().splitlines():
        choice = re.match(r"([a-z][\w-]*): (.+)", line)
        address = re.fullmatch(r"https?://\S+", line)
        if address and out and out[-1]:
            out.append("")
        if choice and out and out[-1] and not out[-1].startswith("- "):
            out.append("")
        out.append(f"- {choice[1]}: {choice[2]}" if choice else f"<{line}>" if address else line)
    return "\n".join(out)
