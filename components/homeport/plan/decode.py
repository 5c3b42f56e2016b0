"""Pulumi's protobuf values as plain Python, with marks for secrets and unknowns.

Written for speed: it reads the messages themselves instead of going through the SDK's coroutines.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from homeport.plan.merge import SECRET, UNKNOWN

#: The SDK's markers inside values; they are part of the engine's protocol.
SIGNATURE: Final = rpc._special_sig_key  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
SECRET_SIGNATURE: Final = rpc._special_secret_sig  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
OUTPUT_SIGNATURE: Final = rpc._special_output_value_sig  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
_ASSET: Final = rpc._special_asset_sig  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
_ARCHIVE: Final = rpc._special_archive_sig  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
_RESOURCE: Final = rpc._special_resource_sig  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
_UNKNOWN: Final = rpc.UNKNOWN

#: Doubles hold whole numbers exactly up to here.
_EXACT: Final = 2.0**53


class Decoder:
    """Decodes the values of one pass.

    Args:
        on_secret: called with every text inside a secret, so that it can be kept out of error texts.
        path: how the path of an asset is shown.
    """

    def __init__(self, on_secret: Callable[[str], None], path: Callable[[str], str]) -> None:
        self._on_secret = on_secret
        self._path = path

    def struct(self, struct: struct_pb2.Struct) -> dict[str, Any]:
        """The properties of a resource."""
        return {key: self.value(value) for key, value in struct.fields.items()}

    def value(self, value: struct_pb2.Value) -> Any:
        """One value."""
        kind = value.WhichOneof("kind")
        if kind == "string_value":
            text = value.string_value
            return UNKNOWN if text == _UNKNOWN else text
        if kind == "number_value":
            number = value.number_value
            if not isfinite(number):
                return str(number)  # JSON has no way to write it
            return int(number) if number.is_integer() and abs(number) <= _EXACT else number
        if kind == "bool_value":
            return value.bool_value
        if kind == "struct_value":
            fields = value.struct_value.fields
            if SIGNATURE in fields:
                return self._special(fields[SIGNATURE].string_value, value.struct_value)
            return {key: self.value(item) for key, item in fields.items()}
        if kind == "list_value":
            return [self.value(item) for item in value.list_value.values]
        return None

    def _special(self, signature: str, struct: struct_pb2.Struct) -> Any:
        fields = struct.fields
        if signature == SECRET_SIGNATURE:
            self._remember(fields["value"])
            return SECRET
        if signature == OUTPUT_SIGNATURE:
            if "secret" in fields and fields["secret"].bool_value:
                if "value" in fields:
                    self._remember(fields["value"])
                return SECRET
            return self.value(fields["value"]) if "value" in fields else UNKNOWN
        if signature == _RESOURCE:
            return self.value(fields["id" if "id" in fields else "urn"]) or UNKNOWN
        if signature in {_ASSET, _ARCHIVE}:
            kind = "asset" if signature == _ASSET else "archive"
            content = {key: self.value(item) for key, item in fields.items() if key != SIGNATURE}
            if isinstance(content.get("path"), str):
                content["path"] = self._path(content["path"])
            return {"$asset": {"kind": kind, **content}}
        return UNKNOWN

    def _remember(self, value: struct_pb2.Value) -> None:
        kind = value.WhichOneof("kind")
        if kind == "string_value" and value.string_value != _UNKNOWN:
            self._on_secret(value.string_value)
        elif kind == "struct_value":
            for item in value.struct_value.fields.values():
                self._remember(item)
        elif kind == "list_value":
            for item in value.list_value.values:
                self._remember(item)


def secret_value(value: struct_pb2.Value | None) -> struct_pb2.Value:
    """A value marked as secret; None stands for one that is not known."""
    inner = value if value is not None else struct_pb2.Value(string_value=_UNKNOWN)
    fields = {SIGNATURE: struct_pb2.Value(string_value=SECRET_SIGNATURE), "value": inner}
    return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))


def is_secret(value: struct_pb2.Value) -> bool:
    """Whether a value is marked as secret."""
    if value.WhichOneof("kind") != "struct_value":
        return False
    fields = value.struct_value.fields
    return SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET_SIGNATURE
