"""Plausible values for what a cloud computes, made from the type that the SDK gives a property."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.engine.simcloud.sdk_schema import nested_outputs, type_schema
from tests.engine.simcloud.values import Properties

_DEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class Context:
    """What values are made from.

    Attributes:
        token: type of the resource.
        name: its name in the cloud.
        project: where it lives.
        region: where it lives; a zone for what is zonal.
        digest: hexadecimal, another one for each resource that is made.
    """

    token: str
    name: str
    project: str
    region: str
    digest: str = field(default_factory=lambda: hashlib.sha256(uuid.uuid4().bytes).hexdigest())

    @property
    def number(self) -> str:
        """Digits."""
        return str(int(self.digest[:10], 16))


def sample_outputs(token: str, context: Context) -> Properties:
    """A value for everything that a resource of this type always has."""
    schema = type_schema(token)
    if schema is None:
        return {}
    return {
        key: _sample(schema.folder, annotation, key, context, 0)
        for key, annotation in schema.outputs.items()
        if not _optional(annotation)
    }


def computed_keys(token: str, inputs: Mapping[str, Any]) -> list[str]:
    """Properties that a preview cannot know."""
    schema = type_schema(token)
    if schema is None:
        return []
    return [key for key, annotation in schema.outputs.items() if key not in inputs and not _optional(annotation)]


def _optional(annotation: str) -> bool:
    return annotation.startswith("pulumi.Output[Optional")


def _sample(folder: Path, annotation: str, key: str, context: Context, depth: int) -> Any:
    kind = annotation.replace("_builtins.", "").replace("pulumi.Output", "")
    properties = nested_outputs(folder, kind)
    if properties is not None:
        if depth > _DEEPEST:
            return None
        value = {
            name: _sample(folder, nested, name, context, depth + 1)
            for name, nested in properties.items()
            if not nested.startswith("Optional")
        }
        return [value] if "Sequence" in kind else value
    if "Mapping" in kind:
        return {}
    if "Sequence" in kind:
        return [_text(key[:-1], context)] if re.search(r"\bstr\b", kind) else []
    if re.search(r"\bbool\b", kind):
        return False
    return 1 if re.search(r"\b(int|float)\b", kind) else _text(key, context)


def _text(key: str, context: Context) -> str:
    low = key.lower()
    if low in {"project", "projectid"}:
        return context.project
    if low in {"region", "location"}:
        return context.region
    if low in {"status", "state"}:
        return "ACTIVE"
    for endings, value in (
        (("url", "uri", "link"), f"https://{context.name}.example"),
        (("email",), f"{context.name}@{context.project}.iam.gserviceaccount.com"),
        (("id",), context.digest[:17]),
        (("ip", "ipaddress", "address"), f"192.0.2.{int(context.digest[:2], 16)}"),
        (("cidr", "cidrblock", "iprange"), "198.51.100.0/24"),
        (("time", "timestamp", "date"), "2026-01-01T00:00:00Z"),
        (("version",), "1"),
        (("fingerprint", "etag"), context.digest[:8]),
    ):
        if low.endswith(endings):
            return value
    return context.name
