"""The engine's wire format as plain Python values: secrets, unknowns, resource references.

A `google.protobuf.Struct` holds them as maps with a signature key.
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from google.protobuf import struct_pb2

#: Key of the maps that stand for something else than a map.
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"

#: What a value is that only the update will know.
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
#: The engine has one text per kind of value.
_UNKNOWNS: Final = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that the engine encrypts."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def as_map(value: Any) -> Properties | None:
    """The value, if it is a map."""
    return cast("Properties", value) if isinstance(value, dict) else None


def as_list(value: Any) -> list[Any] | None:
    """The value, if it is a list."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def decode(struct: struct_pb2.Struct) -> Properties:
    """The properties of a message."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number == int(number) else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_decode(item) for item in value.list_value.values]
        case "struct_value":
            return _special(decode(value.struct_value))
        case _:
            return None


def _special(found: Properties) -> Any:
    kind = found.get(SIGNATURE)
    if kind == _SECRET:
        return Secret(found.get("value"))
    if kind == _OUTPUT:
        value = found.get("value", UNKNOWN)
        return Secret(value) if found.get("secret") else value
    return found


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The message of properties."""
    return struct_pb2.Struct(fields={key: _encode(value) for key, value in properties.items()})


def _encode(value: Any) -> struct_pb2.Value:
    match value:
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case Secret():
            return struct_pb2.Value(struct_value=encode({SIGNATURE: _SECRET, "value": value.value}))
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case dict():
            return struct_pb2.Value(struct_value=encode(cast("Properties", value)))
        case _:
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode(item) for item in value]))


def plain(value: Any) -> Any:
    """A value with its secrets unwrapped."""
    if isinstance(value, Secret):
        return plain(value.value)
    return _each(value, plain)


def redact(value: Any) -> Any:
    """A value for the journal: secrets hidden, unknowns named."""
    if isinstance(value, Secret):
        return "[secret]"
    return "[unknown]" if value == UNKNOWN else _each(value, redact)


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if (entries := as_map(value)) is not None:
        return {key: change(item) for key, item in entries.items()}
    if (items := as_list(value)) is not None:
        return [change(item) for item in items]
    return value


def has_unknown(value: Any) -> bool:
    """Whether anything in a value is unknown."""
    return UNKNOWN in strings(value)


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, that of secrets too."""
    if isinstance(value, Secret):
        yield from strings(value.value)
    elif isinstance(value, str):
        yield value
    else:
        for item in (as_map(value) or {}).values() or as_list(value) or ():
            yield from strings(item)


def has_secret(value: Any) -> bool:
    """Whether anything in a value is secret."""
    if isinstance(value, Secret):
        return True
    return any(has_secret(item) for item in (as_map(value) or {}).values() or as_list(value) or ())


def derived(make: Callable[..., Any], *parts: Any) -> Any:
    """A value made from others: unknown or secret as soon as anything in one of them is."""
    if any(has_unknown(part) for part in parts):
        return UNKNOWN
    made = make(*(plain(part) for part in parts))
    return Secret(made) if any(has_secret(part) for part in parts) else made


def at(value: Any, *path: str | int) -> Any:
    """What is at a path: unknown where a part of the way is, None where there is nothing."""
    for key in path:
        if isinstance(value, Secret):
            return Secret(at(value.value, *path[path.index(key) :]))
        if value == UNKNOWN:
            return UNKNOWN
        items = as_list(value)
        if isinstance(key, int):
            value = items[key] if items and key < len(items) else None
        else:
            value = (as_map(value) or {}).get(key)
    return value


def reference(urn: str, id_: str) -> Properties:
    """What stands for a resource among properties; a preview does not know the id of a new one."""
    return {SIGNATURE: _RESOURCE, "urn": urn, "id": id_ or UNKNOWN}


def urns_in(value: struct_pb2.Value) -> Iterator[str]:
    """URNs of what a value comes from, by itself: of what it depends on, of resources in it."""
    for item in value.list_value.values:
        yield from urns_in(item)
    fields = value.struct_value.fields
    kind = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if kind == _RESOURCE:
        yield fields["urn"].string_value
    if kind == _OUTPUT and "dependencies" in fields:
        yield from (urn.string_value for urn in fields["dependencies"].list_value.values)
    for item in fields.values():
        yield from urns_in(item)
