"""The JSON Schema of a stack file accepts what the loader accepts and finds what an editor can find."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeport.settings import load
from homeport.settings.reader import read_text
from homeport.settings.schema import schema_text, stack_schema
from homeport.settings.tree import mapping, plain, sequence
from homeport.settings.write import block

_KINDS: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_KNOWN = {
    *("$schema", "$defs", "$ref", "title", "description", "default", "examples", "format", "type", "enum", "const"),
    *("properties", "patternProperties", "additionalProperties", "required", "propertyNames", "items", "anyOf"),
    *("allOf", "not", "if", "then", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength"),
    *("maxLength", "pattern", "minItems", "maxItems"),
}


def accepts(schema: Any, value: Any, root: Any) -> bool:
    """The part of JSON Schema that these schemas use, and nothing else."""
    if isinstance(schema, bool):
        return schema
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    if "$ref" in schema and not accepts(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, root):
        return False
    kinds = schema.get("type", list(_KINDS))
    if not any(_KINDS[kind](value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    if "if" in schema and accepts(schema["if"], value, root) and not accepts(schema.get("then", True), value, root):
        return False
    if "not" in schema and accepts(schema["not"], value, root):
        return False
    if "anyOf" in schema and not any(accepts(item, value, root) for item in schema["anyOf"]):
        return False
    if not all(accepts(item, value, root) for item in schema.get("allOf", [])):
        return False
    return _object(schema, value, root) and _array(schema, value, root) and _single(schema, value)


def _object(schema: Any, value: Any, root: Any) -> bool:
    pairs = mapping(value)
    if pairs is None:
        return True
    for key, item in pairs.items():
        patterns = [sub for pattern, sub in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        if key in schema.get("properties", {}):
            patterns.append(schema["properties"][key])
        if not all(accepts(sub, item, root) for sub in patterns or [schema.get("additionalProperties", True)]):
            return False
        if not accepts(schema.get("propertyNames", True), key, root):
            return False
    return all(key in pairs for key in schema.get("required", []))


def _array(schema: Any, value: Any, root: Any) -> bool:
    items = sequence(value)
    if items is None:
        return True
    if not schema.get("minItems", 0) <= len(items) <= schema.get("maxItems", 10**9):
        return False
    return all(accepts(schema.get("items", True), item, root) for item in items)


def _single(schema: Any, value: Any) -> bool:
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9):
            return False
        return re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = value >= schema.get("minimum", value) and value > schema.get("exclusiveMinimum", value - 1)
        return low and value <= schema.get("maximum", value) and value < schema.get("exclusiveMaximum", value + 1)
    return True


def judged(yard: Any, text: str, *, union: bool = False) -> bool:
    schema = json.loads(schema_text(yard.union if union else yard.model))
    root = read_text(text, file="f").root
    assert root is not None
    return accepts(schema, plain(root), schema)


GOOD = [
    "config:\n  homeport:layer: house\n",
    "config:\n  pulumi:disable-default-providers: ['*']\n  homeport:layer: house\nencryptionsalt: v1:x\n",
    "config:\n  homeport:layer: house\n  homeport:unit: {pools: {p: {machines: [x]}}}\n",
    "config:\n  homeport:layer: house\n  homeport:unit: null\n  homeport:apps: {web: null}\n",
    "config:\n  homeport:layer: house\n  homeport:strict: 'true'\n  homeport:count: '5'\n",
    "config:\n  homeport:layer: house\n  homeport:secrets: {secure: v1:x}\n",
    "config:\n  homeport:layer: house\n  homeport:secrets: {a: {secure: v1:x}, b: {secure: v1:y}}\n",
    "config:\n  homeport:layer: house\n  homeport:apps: {web: {tag: 1234567}}\n",
    "config:\n  homeport:layer: house\n  homeport:unit: {pools: {p: {upgrade: {surge: 3}}}}\n",
    "config:\n  homeport:owner: ops\n",
]
BAD = [
    "config:\n  homeport:ownr: x\n",
    "config:\n  owner: x\n",
    "config:\n  gcp:project: x\n",
    "confg: {}\n",
    "config:\n  homeport:layer: hous\n",
    "config:\n  homeport:layer: house\n  homeport:count: [1]\n",
    "config:\n  homeport:layer: house\n  homeport:owner: 5\n",
    "config:\n  homeport:layer: house\n  homeport:secrets: {a: hunter2}\n",
    "config:\n  homeport:layer: house\n  homeport:secrets: hunter2\n",
    "config:\n  homeport:layer: house\n  homeport:unit: {kind: green}\n",
    "config:\n  homeport:layer: house\n  homeport:unit: {pools: {p: {max: 0}}}\n",
    "config:\n  homeport:layer: house\n  homeport:unit: {pools: {p: {maxx: 1}}}\n",
    "config:\n  homeport:layer: house\n  homeport:apps: {web: {level: mid}}\n",
    "config:\n  homeport:layer: house\n  homeport:apps: {web: {code: A1}}\n",
]


@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize("text", GOOD)
def test_a_file_that_can_be_right_is_accepted(yard: Any, text: str, union: bool) -> None:
    assert judged(yard, text, union=union)


@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize("text", BAD)
def test_a_file_that_cannot_be_right_is_refused(yard: Any, text: str, union: bool) -> None:
    assert not judged(yard, text, union=union)


def test_the_chosen_layer_decides_which_sections_there_are(yard: Any) -> None:
    assert judged(yard, "config:\n  homeport:layer: shed\n  homeport:house: {a: 1}\n", union=True)
    assert not judged(yard, "config:\n  homeport:layer: shed\n  homeport:owner: x\n", union=True)
    assert not judged(yard, "config:\n  homeport:layer: house\n  homeport:house: {a: 1}\n", union=True)


def test_descriptions_and_examples_are_there_for_editors(yard: Any) -> None:
    schema = stack_schema(yard.model)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$defs"]["Pool"]["description"] == "Some machines."
    assert schema["$defs"]["App"]["properties"]["code"]["examples"] == ["abc"]


def test_nothing_is_required_since_the_base_file_may_say_it(yard: Any) -> None:
    text = schema_text(yard.union)
    config = json.loads(text)["$defs"]
    assert all("required" not in definition for definition in config.values())


def test_the_schema_is_the_same_every_time(yard: Any) -> None:
    assert schema_text(yard.union) == schema_text(yard.union)
    assert schema_text(yard.model).endswith("}\n")


def _fixed(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required, optional=optional)


_NAMES = st.sampled_from(["main", "a", "web"])
_POOLS: st.SearchStrategy[Any] = st.dictionaries(
    _NAMES,
    _fixed(
        {"machines": st.lists(_NAMES, min_size=1, max_size=2, unique=True), "max": st.integers(2, 9)},
        optional={
            "min": st.integers(0, 2),
            "spot": st.booleans(),
            "upgrade": st.sampled_from([{"surge": 2}, {"strategy": "swap", "soak": 1}, {"strategy": "rolling"}]),
        },
    ),
    min_size=1,
)
_HOUSES: st.SearchStrategy[Any] = _fixed(
    {"layer": st.just("house"), "environment": _NAMES},
    optional={
        "owner": _NAMES,
        "count": st.integers(-5, 5),
        "unit": _POOLS.map(lambda pools: {"kind": "red", "size": 4, "pools": pools})
        | st.just({"kind": "blue", "context": "c"}),
        "apps": st.dictionaries(
            _NAMES,
            _fixed(
                {"tag": _NAMES | st.integers(1, 10**7)},
                optional={"ratio": st.floats(0, 9).map(lambda value: round(value, 3)), "notes": st.lists(_NAMES)},
            ),
        ),
    },
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=_HOUSES, union=st.booleans())
def test_what_the_loader_accepts_the_schema_accepts(yard: Any, data: dict[str, Any], union: bool) -> None:
    text = "config:\n" + "\n".join(block({f"homeport:{name}": item for name, item in data.items()}, 2)) + "\n"
    load(yard.union if union else yard.model, root=yard.root, stack="dev", text=text)
    assert judged(yard, text, union=union)
