"""Says what pydantic found in our own words: the rule as a sentence, and what to write instead. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic.fields import FieldInfo

from homeport.settings.names import listed, nearest
from homeport.settings.reader import quoted
from homeport.settings.shapes import Anything, Choice, Leaf, Section, Shape, describe

#: Rule and fix.
Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One error of pydantic's, placed.

    Attributes:
        kind: pydantic's type of error.
        context: its `ctx`.
        message: its text, for what is not translated.
        shape: what the model accepts there.
        field: the field, where the place is one.
        raw: the unquoted text in the file, where there is one.
        value: the value, where it is a single one.
        secret: nothing of the value may be shown.
    """

    kind: str
    context: Mapping[str, Any]
    message: str
    shape: Shape
    field: FieldInfo | None
    raw: str | None
    value: object
    secret: bool


def words(found: Found) -> Words:
    """Rule and fix for an error of a value."""
    if found.kind == "homeport_rule":
        return str(found.context["rule"]), str(found.context["fix"])
    special = _SPECIAL.get(found.kind)
    if special is not None:
        return special(found)
    if found.kind in _TYPE_ERRORS:
        return _wrong_type(found)
    simple = _SIMPLE.get(found.kind)
    if simple is not None:
        return simple.format(**{key: _number(value) for key, value in found.context.items()}), ""
    return _untranslated(found)


def unknown(name: str, section: str, valid: Iterable[str], given: Iterable[str], elsewhere: str | None = None) -> Words:
    """A field that does not exist.

    Args:
        name: as written.
        section: the section in which it stands, dotted; empty for the whole file.
        valid: the fields that exist, as written.
        given: the fields that are given already: they are not what was meant.
        elsewhere: how to choose another kind of section that has the field.
    """
    valid, given = list(valid), set(given)
    rule = f"the section {section} has no field {name}" if section else f"there is no section {name}"
    if elsewhere is not None:
        return rule, elsewhere
    near = nearest(name, [item for item in valid if item not in given]) or nearest(name, valid, cutoff=0.8)
    if near is not None:
        return rule, f"write {near}" if near not in given else f"remove it; {near} is given already"
    return rule, f"remove it; it has {listed(valid)}" if valid else "remove it; it has no fields"


def missing(name: str, field: FieldInfo | None, shape: Shape, removed: str | None) -> Words:
    """A required field that is not given.

    Args:
        name: the field.
        field: its declaration.
        shape: what it takes.
        removed: where a null removes it.
    """
    rule = f"{name} is required" + (f" and removed by the null at {removed}" if removed else " and missing")
    hint = example(field)
    what = describe(shape)
    if isinstance(shape, Choice):
        what = f"a map with {shape.tag}: {' or '.join(shape.members)}"
    return rule, f"add {name}: {what}" + (f"; {hint}" if hint else "")


def example(field: FieldInfo | None) -> str:
    """What to write into a field, from its examples or its description."""
    if field is None:
        return ""
    if field.examples:
        return "for example " + " or ".join(_word(item) for item in field.examples)
    text = " ".join((field.description or "").split())
    given = re.search(r"for example [^.;]*(?:\.\w[^.;]*)*", text)
    if given:
        return given[0]
    first = re.split(r"(?<=[.;])\s", text, maxsplit=1)[0].rstrip(".;")
    return f"it means: {first}" if first else ""


def _wrong_type(found: Found) -> Words:
    rule = f"must be {describe(found.shape)}"
    if isinstance(found.shape, Anything):
        rule = f"must be {_TYPE_ERRORS[found.kind]}"
    if isinstance(found.shape, Section):
        return f"{rule} with fields", f"its fields are {listed(found.shape.fields)}"
    if isinstance(found.shape, Choice):
        return f"{rule} with fields", f"begin with {found.shape.tag}: {' or '.join(found.shape.members)}"
    if found.secret:
        return rule, ""
    if isinstance(found.shape, Leaf) and str in found.shape.kinds and found.raw:
        kind = "true or false" if isinstance(found.value, bool) else "null" if found.value is None else "a number"
        return f"{rule}; without quotes YAML takes it as {kind}", f"write {quoted(found.raw)}"
    if isinstance(found.shape, Leaf) and isinstance(found.value, str) and str not in found.shape.kinds:
        return rule, _unquoted(found)
    if rule == "must be a list" and found.value is not None:
        return rule, f"write [{found.raw if found.raw is not None else quoted(str(found.value))}]"
    if isinstance(found.shape, Leaf) and found.kind == "none_required":
        return rule, ""
    return rule, example(found.field)


def _unquoted(found: Found) -> str:
    text = str(found.value)
    if found.raw is None and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?|true|false", text):
        return f"write {text} without quotes"
    return example(found.field)


def _one_of(found: Found) -> Words:
    shape = found.shape
    values = [_word(value) for value in shape.values] if isinstance(shape, Leaf) else []
    if not values:
        return _untranslated(found)
    rule = f"must be {'' if len(values) == 1 else 'one of '}{listed(values)}"
    if found.secret:
        return rule, ""
    text = found.raw if found.raw is not None else str(found.value)
    if text in values and isinstance(shape, Leaf) and not isinstance(found.value, str):
        return rule, f"write {quoted(text)}"
    near = nearest(text.lower(), values) or (values[0] if len(values) == 1 else None)
    squeezed = {re.sub(r"[^a-z0-9]", "", value.lower()): value for value in values}
    near = squeezed.get(re.sub(r"[^a-z0-9]", "", text.lower()), near)
    return rule, f"write {near}" if near is not None else ""


def _pattern(found: Found) -> Words:
    rule = f"must match the pattern {found.context['pattern']}"
    return rule, example(found.field)


def _raised(found: Found) -> Words:
    # A ValueError of a validator: its author wrote the text.
    return str(found.context.get("error", found.message)), ""


def _tag(found: Found) -> Words:
    shape = found.shape
    if not isinstance(shape, Choice):
        return _untranslated(found)
    rule = f"must be one of {listed(shape.members)}"
    near = nearest(str(found.value), shape.members) if found.value is not None and not found.secret else None
    return rule, f"write {near}" if near is not None else ""


def _untranslated(found: Found) -> Words:
    if found.secret:
        return "is not valid", ""
    text = re.sub(r"^(Value|Assertion) error, ", "", found.message)
    text = re.sub(r"^(Input|List|Dictionary|String|Value) should ", "must ", text)
    text = text.replace("dictionary", "map").replace("Input ", "").replace("valid string", "text")
    return text.rstrip(".") or "is not valid", example(found.field)


def _number(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _word(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


#: pydantic's errors that mean another type is due, with the words for it where the annotation has none.
_TYPE_ERRORS: Final[Mapping[str, str]] = {
    "string_type": "text",
    "string_sub_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "dataclass_type": "a map",
    "none_required": "null",
    "decimal_type": "a number",
    "homeport_either": "something else",
}

_SIMPLE: Final[Mapping[str, str]] = {
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "multiple_of": "must be a multiple of {multiple_of}",
    "finite_number": "must be a finite number",
    "too_short": "must have {min_length} or more items; it has {actual_length}",
    "too_long": "must have {max_length} items at most; it has {actual_length}",
    "string_too_short": "must have {min_length} or more characters",
    "string_too_long": "must have {max_length} characters at most",
    "int_parsing_size": "is too large a number",
    "string_unicode": "must be valid Unicode text",
    "url_parsing": "must be a URL",
}

_SPECIAL: Final[Mapping[str, Callable[[Found], Words]]] = {
    "literal_error": _one_of,
    "enum": _one_of,
    "string_pattern_mismatch": _pattern,
    "value_error": _raised,
    "assertion_error": _raised,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _tag,
}
