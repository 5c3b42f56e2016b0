"""What one pass over a program gathers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import struct_pb2
from pulumi.runtime.proto import callback_pb2

from homeport.plan.graph import Options, Source
from homeport.plan.joins import Joins
from homeport.plan.tokens import Tokens


@dataclass(slots=True)
class Recorded:
    """One resource as a pass saw it; `inputs` may hold marks and tokens."""

    urn: str
    type: str
    name: str
    parent: str | None
    custom: bool
    remote: bool
    external: Any
    provider: str | None
    inputs: dict[str, Any]
    dependencies: set[str]
    property_dependencies: dict[str, set[str]]
    options: Options
    source: Source | None
    state: struct_pb2.Struct
    transforms: list[callback_pb2.Callback] = field(default_factory=list[callback_pb2.Callback])


@dataclass
class Pass:
    """What one pass over a program gathers."""

    tokens: Tokens
    joins: Joins
    resources: dict[str, Recorded] = field(default_factory=dict[str, Recorded])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    warnings: set[str] = field(default_factory=set[str])
    logs: list[str] = field(default_factory=list[str])
    secrets: set[str] = field(default_factory=set[str])
    calls: set[str] = field(default_factory=set[str])
    """Functions of providers whose results the program uses as plain values."""
    placeholder: str = ""
    """Text that stands for every secret of the configuration; empty where they are real."""
    applied: list[pulumi.Output[Any]] = field(default_factory=list[pulumi.Output[Any]])
    """Outputs that the program works on; kept in pass 1 alone."""

    def skipped_applies(self) -> bool:
        """Whether a function of the program did not run since its output was unknown."""
        futures: list[Any] = [output._data for output in self.applied]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return any(
            future.done() and not future.cancelled() and not future.exception() and not future.result().is_known
            for future in futures
        )


def place(source: Source | None) -> str:
    """Where something is declared, for messages."""
    return f"{source.file}:{source.line}" if source else "an unknown place"
