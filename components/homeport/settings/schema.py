"""JSON Schema (draft 2020-12) of a stack file, from the model. Deterministic.

It describes one file, not the merged settings: nothing is required, since base.yaml may say it, and every entry may be
null, which removes what base.yaml says. It cannot say which plain scalars are ambiguous; the loader does.
https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

import json
from typing import Any, Final, cast

from pydantic import TypeAdapter

from homeport.settings.project import NAMESPACE
from homeport.settings.shapes import Choice, sections, shape_of
from homeport.settings.stack_file import SECRETS

Schema = dict[str, Any]

_SECURE: Final[Schema] = {
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}
_SECRETS: Final[Schema] = {
    "description": f"Name to secret, encrypted: pulumi config set --secret --path {NAMESPACE}:{SECRETS}.NAME",
    "anyOf": [
        _SECURE,
        {"type": "object", "additionalProperties": _SECURE, "not": {"required": ["secure"]}},
        {"type": "null"},
    ],
}
_TOP_LEVEL: Final[Schema] = {
    "encryptionsalt": {"type": "string", "description": "Written by Pulumi with a passphrase as secrets provider."},
    "secretsprovider": {"type": "string", "description": "URL of the key that encrypts this stack's secrets."},
    "encryptedkey": {"type": "string", "description": "Written by Pulumi with a key as secrets provider."},
    "environment": {"description": "Pulumi ESC environments."},
}


def stack_schema(model: Any) -> Schema:
    """The schema of a stack file.

    Args:
        model: a pydantic model class, or an annotated union of some with a discriminator.
    """
    shape = shape_of(model)
    raw: Schema = TypeAdapter(model).json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions = {name: _loose(schema) for name, schema in cast("Schema", raw.pop("$defs", {})).items()}
    if isinstance(shape, Choice):
        names = {tag: _definition(raw, tag, section.model.__name__) for tag, section in shape.members.items()}
        for name in sorted(set(names.values())):
            definitions[name] = _namespaced(definitions[name])
        config = _by_tag(f"{NAMESPACE}:{shape.tag}", names)
    else:
        root = definitions.pop(raw["$ref"].rpartition("/")[2]) if "$ref" in raw else _loose(raw)
        config = _namespaced(root)
    assert sections(shape), "a stack file is a section"  # noqa: S101 - a programming error, not input
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi stack file with homeport settings",
        "type": "object",
        "properties": {"config": config, **_TOP_LEVEL},
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text(model: Any) -> str:
    """The schema as it is written to a file."""
    return json.dumps(stack_schema(model), indent=2, ensure_ascii=False) + "\n"


def _definition(raw: Schema, tag: str, default: str) -> str:
    mapping = cast("Schema", raw.get("discriminator", {})).get("mapping", {})
    return str(mapping.get(tag, f"#/$defs/{default}")).rpartition("/")[2]


def _namespaced(root: Schema) -> Schema:
    properties = {
        f"{NAMESPACE}:{name}": _SECRETS if name == SECRETS else _or_text(schema)
        for name, schema in cast("Schema", root.get("properties", {})).items()
    }
    # Settings of the engine itself, such as pulumi:disable-default-providers.
    return {**root, "properties": properties, "patternProperties": {"^pulumi:": True}}


def _or_text(schema: Any) -> Any:
    """A single value below `config` may stand in quotes: `pulumi config set` writes it back so."""
    kinds = cast("Schema", schema).get("type") if isinstance(schema, dict) else None
    if isinstance(kinds, list) and {"boolean", "integer", "number"} & set(cast("list[str]", kinds)):
        return {**cast("Schema", schema), "type": [*cast("list[str]", kinds), "string"]}
    return cast("Any", schema)


def _by_tag(tag: str, names: dict[str, str]) -> Schema:
    """Editors show the errors of the chosen layer alone, where a plain anyOf shows those of all."""
    chosen: list[Schema] = [
        {
            "if": {"properties": {tag: {"const": value}}, "required": [tag]},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for value, name in names.items()
    ]
    without: Schema = {
        "if": {"not": {"required": [tag]}},
        "then": {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in dict.fromkeys(names.values())]},
    }
    return {"type": "object", "properties": {tag: {"enum": list(names)}}, "allOf": [*chosen, without]}


def _loose(schema: Any) -> Any:
    """A schema of the settings as one of a file: nothing required, everything removable."""
    if not isinstance(schema, dict):
        return schema
    out: Schema = {}
    for key, value in cast("Schema", schema).items():
        match key:
            case "title" | "required" | "discriminator":
                continue
            case "properties":
                out[key] = {name: _nullable(_loose(item)) for name, item in cast("Schema", value).items()}
            case "additionalProperties" if isinstance(value, dict):
                out[key] = _nullable(_loose(value))
            case "oneOf" | "anyOf" | "allOf" | "prefixItems":
                # Without required tags more than one member can match.
                out["anyOf" if key == "oneOf" else key] = [_loose(item) for item in cast("list[Any]", value)]
            case "items" | "propertyNames":
                out[key] = _loose(value)
            case _:
                out[key] = value
    return out


def _nullable(schema: Any) -> Any:
    if not isinstance(schema, dict) or not schema:
        return cast("Any", schema)
    given = cast("Schema", schema)
    kind = given.get("type")
    if isinstance(kind, str) and not given.keys() & {"anyOf", "allOf", "$ref"}:
        if "const" in given:
            return {
                **{key: value for key, value in given.items() if key != "const"},
                "type": [kind, "null"],
                "enum": [given["const"], None],
            }
        extra = {"enum": [*given["enum"], None]} if "enum" in given else {}
        return {**given, "type": [kind, "null"], **extra}
    if isinstance(kind, list):
        return {**given, "type": [*cast("list[str]", kind), "null"]}
    if "anyOf" in given:
        options = cast("list[Schema]", given["anyOf"])
        known = any(option.get("type") == "null" for option in options)
        return given if known else {**given, "anyOf": [*options, {"type": "null"}]}
    about = {key: given[key] for key in ("description", "default", "examples") if key in given}
    inner = {key: value for key, value in given.items() if key not in about}
    return {**about, "anyOf": [inner, {"type": "null"}]}
