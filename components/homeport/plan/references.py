"""Outputs of other stacks, as a StackReference gets them in an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from google.protobuf import struct_pb2

from homeport.plan.decode import secret_value
from homeport.plan.graph import SECRET_KEY, UNKNOWN_KEY, is_token_text
from homeport.plan.tokens import Tokens

#: The outputs of a stack by its full name (`organization/project/stack`), in the form of `Graph.outputs`; None where
#: they are not known.
StackOutputs = Callable[[str], Mapping[str, Any] | None]


class References:
    """Asks for each stack once, and answers in the spelling of each pass.

    What is known of the other stack is known here. The rest is a token in every pass, also the first: the other stack
    goes up before this one, so that its outputs are plain values to the program by then.

    Args:
        source: where outputs come from; None where no other stack is known.
    """

    def __init__(self, source: StackOutputs | None) -> None:
        self._source = source
        self._found: dict[str, Mapping[str, Any] | None] = {}

    def answer(self, stack: str, reference: str, tokens: Tokens) -> tuple[struct_pb2.Struct, list[str]] | None:
        """The outputs of a stack, and the names of those that hold a secret."""
        if stack not in self._found:
            self._found[stack] = self._source(stack) if self._source is not None else None
        outputs = self._found[stack]
        if outputs is None:
            return None
        struct = struct_pb2.Struct()
        for name, value in outputs.items():
            struct.fields[name].CopyFrom(_encode(value, f"{reference}.outputs.{name}", tokens))
        return struct, sorted(name for name, value in outputs.items() if _has_secret(value))


def _encode(value: Any, path: str, tokens: Tokens) -> struct_pb2.Value:
    if value == {SECRET_KEY: True}:
        return secret_value(struct_pb2.Value(string_value=tokens.make(path)))
    if value == {UNKNOWN_KEY: True} or (isinstance(value, str) and is_token_text(value)):
        return struct_pb2.Value(string_value=tokens.make(path))
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        fields = {key: _encode(item, f"{path}.{key}", tokens) for key, item in items}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
    if isinstance(value, list):
        encoded = [_encode(item, f"{path}[{place}]", tokens) for place, item in enumerate(cast("list[Any]", value))]
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=encoded))
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    return struct_pb2.Value(string_value=str(value))


def _has_secret(value: Any) -> bool:
    if value == {SECRET_KEY: True}:
        return True
    if isinstance(value, Mapping):
        return any(_has_secret(item) for item in cast("Mapping[str, Any]", value).values())
    return isinstance(value, list) and any(_has_secret(item) for item in cast("list[Any]", value))
