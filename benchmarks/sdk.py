"""The SDK class behind a type token, looked up in the registries that the provider SDKs fill when they are imported."""

from __future__ import annotations

import importlib
import inspect
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pulumi import _types  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime import rpc


@dataclass(frozen=True, slots=True)
class SdkClass:
    """A resource class of a provider's SDK.

    Attributes:
        module: full name of its module.
        name: of the class.
        arguments: input as the provider spells it to the constructor's argument.
        outputs: output as the provider spells it to the attribute.
    """

    module: str
    name: str
    arguments: dict[str, str]
    outputs: dict[str, str]


@cache
def sdk_class(token: str) -> SdkClass | None:
    """The class of a type token; None for types that no installed SDK knows."""
    package = token.partition(":")[0]
    try:
        importlib.import_module(f"pulumi_{package.replace('-', '_')}")
    except ModuleNotFoundError:
        return None
    registry = cast("dict[str, list[Any]]", rpc._RESOURCE_MODULES)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    for modules in registry.values():
        for module in modules:
            info: dict[str, Any] = module.mod_info
            if info["pkg"] == package and token in info["classes"]:
                return _described(info["fqn"], info["classes"][token])
    return None


def _described(module: str, name: str) -> SdkClass:
    found = getattr(importlib.import_module(module), name)
    outputs = {theirs: ours for ours, theirs, _ in _types._py_properties(found)}  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    accepted = [key for key in inspect.signature(found._internal_init).parameters if key not in {"self", "opts"}]  # noqa: SLF001
    theirs = {ours: name for name, ours in outputs.items()}
    return SdkClass(module, name, {theirs.get(key, camel(key)): key for key in accepted}, outputs)


def camel(text: str) -> str:
    """`node_config` as `nodeConfig`."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), text)


def snake(text: str) -> str:
    """`nodeConfig` as `node_config`, as the generated SDKs do it for nested fields."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", text)
