"""The six places where an evaluation reaches into the SDK, kept together and pinned by tests.

Each is wrapped once per process and passes every call through unless an evaluation runs in the current context.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Final, cast

import pulumi
from google.protobuf import struct_pb2
from pulumi import _types  # pyright: ignore[reportPrivateUsage]
from pulumi.output import UNKNOWN, _OutputData  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime import rpc
from pulumi.runtime.config import get_config
from pulumi.runtime.invoke import InvokeResult

from homeport.plan.passes import Pass
from homeport.plan.unknowns import Missing, Unknowns

_DONE: Final = "_homeport_plan_seam"


@dataclass(frozen=True)
class Active:
    """The pass that runs in a context."""

    gathered: Pass
    unknowns: Unknowns


#: The pass that runs in the current context, or None.
ACTIVE: ContextVar[Active | None] = ContextVar("homeport_plan_pass", default=None)


def install() -> None:
    """Wrap the SDK's functions, once."""
    if getattr(rpc.resolve_outputs, _DONE, False):
        return
    rpc.resolve_outputs = _marked(_resolve_outputs(rpc.resolve_outputs))
    rpc.transfer_properties = _marked(_transfer_properties(rpc.transfer_properties))
    output: Any = pulumi.Output
    output.apply = _marked(_apply(output.apply))
    output.concat = staticmethod(_marked(_concat(output.concat)))
    for name in ("_get_bool", "_get_int", "_get_float", "_get_object"):
        setattr(pulumi.Config, name, _marked(_typed_config(getattr(pulumi.Config, name))))
    # Its package exports a function under the module's name.
    module: Any = sys.modules["pulumi.runtime.invoke"]
    module._invoke = _marked(_invoke(module._invoke))  # noqa: SLF001


def _marked(function: Any) -> Any:
    setattr(function, _DONE, True)
    return function


def _transfer_properties(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Before a registration: give a resource its outputs, still open.

    The SDK makes four futures and a task for each of them, most of the time of an evaluation; one future does.
    """

    @functools.wraps(original)
    def transfer_properties(res: Any, props: Mapping[str, Any], custom: bool) -> dict[str, Any]:
        if ACTIVE.get() is None:
            return original(res, props, custom)
        resolvers: dict[str, Any] = {}
        own: set[Any] = {res}
        running = asyncio.get_running_loop()
        for name in props:
            if name == "urn" or (name == "id" and custom):
                continue
            # Not tracked as the program's outputs are: it ends with its registration, which is waited for.
            future: asyncio.Future[Any] = running.create_future()
            output = cast("Any", object.__new__(pulumi.Output))
            output._data = future  # noqa: SLF001
            res.__dict__[name] = output
            resolvers[name] = functools.partial(_settle, future, own)
        return resolvers

    return transfer_properties


def _settle(
    future: asyncio.Future[Any],
    own: set[Any],
    value: Any,
    is_known: bool,
    is_secret: bool,
    deps: set[Any] | None,
    failed: Exception | None,
) -> None:
    if failed is not None:
        future.set_exception(failed)
    else:
        future.set_result(_OutputData(own | deps if deps else own.copy(), value, is_known, is_secret))


def _resolve_outputs(original: Callable[..., None]) -> Callable[..., None]:
    """After a registration: give a resource its outputs."""

    @functools.wraps(original)
    def resolve_outputs(
        res: pulumi.Resource,
        serialized_props: struct_pb2.Struct,
        outputs: struct_pb2.Struct,
        deps: Mapping[str, set[pulumi.Resource]],
        resolvers: dict[str, Any],
        custom: bool,
        transform_using_type_metadata: bool = False,  # noqa: FBT002 - the SDK's signature
        *args: Any,
        **kwargs: Any,
    ) -> None:
        active = ACTIVE.get()
        if active is None:
            original(
                res, serialized_props, outputs, deps, resolvers, custom, transform_using_type_metadata, *args, **kwargs
            )
        else:
            _resolve(active.unknowns, res, outputs, resolvers, by_metadata=transform_using_type_metadata)

    return resolve_outputs


def _resolve(
    unknowns: Unknowns, res: Any, outputs: struct_pb2.Struct, resolvers: dict[str, Any], *, by_metadata: bool
) -> None:
    """Every output that was an input is known; the others are what `Unknowns` makes of their types."""
    declared, to_python, to_provider = _metadata(cast("Any", type(res)))
    translate: Callable[[str], str] = (
        (lambda key: to_python.get(key, key)) if by_metadata else res.translate_output_property
    )
    inner: Callable[[str], str] = (lambda key: key) if by_metadata else res.translate_output_property
    pending = dict(resolvers)
    for key, value in rpc.deserialize_properties(outputs, True).items():
        name = translate(key)
        resolve = pending.pop(name, None)
        if resolve is None:
            continue
        secret = rpc.is_rpc_secret(value)
        plain = rpc.unwrap_rpc_secret(value)
        try:
            plain = rpc.translate_output_properties(plain, inner, declared.get(key), by_metadata)
        except (AssertionError, ValueError, TypeError):
            # The provider answers with another type than it accepts, for example text for an object.
            plain = UNKNOWN
        if plain is None or isinstance(plain, pulumi.output.Unknown):
            plain = unknowns.value(declared.get(key), f"{res._name}.{key}")  # noqa: SLF001
        else:
            plain = unknowns.fill(plain, f"{res._name}.{key}")  # noqa: SLF001
        _finish(resolve, plain, secret=secret)
    for name, resolve in pending.items():
        key = to_provider.get(name, name)
        _finish(resolve, unknowns.value(declared.get(key), f"{res._name}.{key}"), secret=False)  # noqa: SLF001


def _finish(resolve: Any, value: Any, *, secret: bool) -> None:
    known = not isinstance(value, Missing)
    resolve(value if known else None, known, secret, None, None)


@functools.cache
def _metadata(cls: type) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """Types of a resource's outputs by the provider's names, and the names each way."""
    to_python = _types.resource_pulumi_to_py_names(cls)
    return _types.resource_types(cls), to_python, {python: name for name, python in to_python.items()}


def _apply(original: Callable[..., Any]) -> Callable[..., Any]:
    """A function that fails on a token gives an unknown."""

    @functools.wraps(original)
    def apply(
        self: pulumi.Output[Any],
        func: Callable[[Any], Any],
        run_with_unknowns: bool = False,  # noqa: FBT002 - the SDK's signature
    ) -> Any:
        active = ACTIVE.get()
        if active is None:
            return original(self, func, run_with_unknowns)
        if active.gathered.tokens.number == 1:
            active.gathered.applied.append(self)
        return original(self, _guarded(func, self, active.gathered), run_with_unknowns)

    return apply


def _concat(original: Callable[..., Any]) -> Callable[..., Any]:
    """What is joined in plain sight needs no pass that confirms it."""

    @functools.wraps(original)
    def concat(*args: Any) -> Any:
        active = ACTIVE.get()
        if active is None:
            return original(*args)
        joins = active.gathered.joins
        literals = tuple(arg if isinstance(arg, str) else None for arg in args)
        joins.called(literals)
        if active.gathered.tokens.number == 1:
            for arg in args:
                if not isinstance(arg, str):
                    pulumi.Output.from_input(arg).apply(joins.knows)
            return original(*args)
        return pulumi.Output.all(*args).apply(lambda values: joins.join(literals, values))

    return concat


def _guarded(func: Callable[[Any], Any], output: pulumi.Output[Any], gathered: Pass) -> Callable[[Any], Any]:
    async def finish(result: Awaitable[Any], value: Any) -> Any:
        try:
            return await result
        except Exception:
            if _tolerates(gathered, output, value):
                return UNKNOWN
            raise

    def guarded(value: Any) -> Any:
        try:
            result = func(value)
        except Exception:
            if _tolerates(gathered, output, value):
                return UNKNOWN
            raise
        if isawaitable(result) and not isinstance(result, pulumi.Output):
            return finish(result, value)
        return result

    return guarded


def _tolerates(gathered: Pass, output: pulumi.Output[Any], value: Any) -> bool:
    """Whether a failure of an apply is due to a token; what fails without any is the program's own error.

    The text that stands for a secret that nobody decrypted counts as one.

    Pass 1 comes first and shows those: a failure in a later pass can only come from a token.
    """
    data: Any = output._data  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if data.done() and not data.cancelled() and data.exception() is None and data.result().is_secret:
        gathered.secrets.update(_texts(value))
    if gathered.tokens.number > 1:
        return True
    texts = _texts(value)
    return any(gathered.placeholder and gathered.placeholder in text for text in texts) or (
        gathered.tokens.used and any(gathered.tokens.touched(text) for text in texts)
    )


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple | set):
        return [text for item in value for text in _texts(item)]  # pyright: ignore[reportUnknownVariableType]
    return []


def _typed_config(original: Callable[..., Any]) -> Callable[..., Any]:
    """A secret that nobody decrypted is no number and no JSON: it is unknown."""

    @functools.wraps(original)
    def typed(self: pulumi.Config, key: str, *args: Any, **kwargs: Any) -> Any:
        active = ACTIVE.get()
        placeholder = active.gathered.placeholder if active is not None else ""
        if placeholder and get_config(self.full_key(key)) == placeholder:
            return UNKNOWN
        return original(self, key, *args, **kwargs)

    return typed


def _invoke(original: Callable[..., Awaitable[InvokeResult]]) -> Callable[..., Awaitable[InvokeResult]]:
    """A function call whose result the program takes as it is, without an Output, gets tokens in every pass."""

    @functools.wraps(original)
    def invoke(
        tok: str,
        props: Any,
        opts: Any,
        typ: type | None,
        package_ref: Any = None,
        check_dependencies: bool | None = False,  # noqa: FBT002 - the SDK's signature
    ) -> Awaitable[InvokeResult]:
        call = original(tok, props, opts, typ, package_ref, check_dependencies)
        active = ACTIVE.get()
        return call if active is None else _answered(active, call, tok, typ, plain=not check_dependencies)

    return invoke


async def _answered(
    active: Active, call: Awaitable[InvokeResult], tok: str, typ: type | None, *, plain: bool
) -> InvokeResult:
    result = await call
    if result.is_known or (not plain and (typ is None or active.gathered.tokens.number == 1)):
        return result
    active.gathered.calls.add(tok)
    if typ is None:
        return InvokeResult({}, is_secret=result.is_secret)
    value = active.unknowns.plain(typ, tok)
    return InvokeResult(value, is_secret=result.is_secret, dependencies=result.dependencies)
