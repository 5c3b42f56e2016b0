"""One run of a program on the SDK: a context, settings and a loop of its own, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import warnings
from collections.abc import Callable, Generator, Mapping
from inspect import isawaitable
from pathlib import Path
from typing import Any, Final, Protocol, cast

import pulumi
from google.protobuf import empty_pb2
from pulumi.output import Unknown
from pulumi.runtime import set_all_config
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.rpc_manager import RPCManager
from pulumi.runtime.settings import SETTINGS, set_root_resource
from pulumi.runtime.stack import Stack

from homeport.plan import loop, seams
from homeport.plan.callbacks import Callbacks
from homeport.plan.monitor import Monitor
from homeport.plan.passes import Pass
from homeport.plan.unknowns import Unknowns

#: A function that declares resources; what it returns, if anything, is exported as `pulumi.run` does.
Program = Callable[[], Any]

#: What `pulumi.get_organization()` says on backends without organisations.
ORGANIZATION: Final = "organization"
_SDK_MODULES: Final = r"pulumi(_\w+)?(\.|$)"


def run(
    program: Program,
    gathered: Pass,
    monitor: Monitor,
    *,
    project: str,
    stack: str,
    config: Mapping[str, str],
    secret_keys: list[str],
) -> None:
    """Run a program against a monitor until nothing is open any more.

    Raises:
        BaseException: whatever the program raised, as it is.
    """
    seams.install()

    async def main() -> None:
        callbacks = Callbacks(monitor)
        monitor.transform = callbacks.transform
        _configure(
            {
                "project": project,
                "stack": stack,
                "organization": ORGANIZATION,
                "monitor": monitor,
                "monitor_features": set(monitor.GetDeploymentInfo(empty_pb2.Empty()).supportedFeatures),
                "engine": _Engine(gathered),
                "callbacks": callbacks,
            }
        )
        set_all_config(dict(config), secret_keys)
        set_root_resource(None)  # pyright: ignore[reportArgumentType]
        seams.ACTIVE.set(seams.Active(gathered, Unknowns(gathered.tokens)))
        await _run_in_stack(program)

    with without_collection(), warnings.catch_warnings():
        # Some SDKs warn about parts of their own when they are imported.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=_SDK_MODULES)
        loop.run(main)


@contextlib.contextmanager
def without_collection() -> Generator[None]:
    """Keep the garbage collector out: all lives to the end of an evaluation, and looking takes half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _configure(values: Mapping[str, Any]) -> None:
    """Set the SDK's settings of the current context; every run has a context of its own."""
    fresh: dict[str, Any] = {
        "rpc_manager": RPCManager(),
        "outputs": set[Any](),
        "lock": threading.Lock(),
        "dry_run": True,
        "parallel": None,
        "legacy_apply_enabled": False,
        "root_directory": str(Path.cwd()),
        "package_refs": {},
        "base_providers_by_ref": {},
    }
    for name, value in {**fresh, **values}.items():
        setattr(SETTINGS, name, value)


async def _run_in_stack(program: Program) -> None:
    """As the SDK's `run_in_stack`, waiting for all outputs at once instead of one after the other."""
    failure: BaseException | None = None
    try:
        stack: Any = Stack()
        try:
            result = program()
            if isawaitable(result):
                result = await result
            if isinstance(result, Mapping):
                stack._add_program_outputs(result)  # noqa: SLF001
            start = stack._take_async_program()  # noqa: SLF001
            if start is not None:
                outputs = start()
                if not isawaitable(outputs):
                    raise TypeError("The function passed to pulumi.run must return an awaitable")
                stack._add_program_outputs(await outputs)  # noqa: SLF001
        finally:
            stack.outputs = _lifted(stack.outputs)
            stack._finish()  # noqa: SLF001
    except BaseException as error:  # noqa: BLE001 - raised again below
        failure = error
    try:
        await _finish_all()
    except Exception:
        # The program's own failure comes first: the others are what it left behind.
        if failure is None:
            raise
    if failure is not None:
        raise failure


def _lifted(value: Any) -> Any:
    """Exports with unknowns as outputs: the SDK takes an unknown that stands alone for an empty object."""
    if isinstance(value, Unknown):
        return pulumi.Output.from_input(cast("Any", value))
    if type(value) is dict:
        return {key: _lifted(item) for key, item in cast("dict[Any, Any]", value).items()}
    if type(value) is list:
        return [_lifted(item) for item in cast("list[Any]", value)]
    return value


class _Settings(Protocol):
    """The SDK's settings, whose own types are lost in a decorator."""

    rpc_manager: RPCManager
    lock: threading.Lock
    outputs: set[asyncio.Task[Any]]


async def _finish_all() -> None:
    """Wait until no registration and no output is open; raise the first failure."""
    settings = cast("_Settings", SETTINGS)
    manager = settings.rpc_manager
    while True:
        await asyncio.sleep(0)
        while manager.rpcs:
            await manager.rpcs.pop()
        if manager.unhandled_exception is not None:
            raise manager.unhandled_exception
        with settings.lock:
            pending = list(settings.outputs)
            settings.outputs.clear()
        if pending:
            await asyncio.gather(*pending)
        elif not manager.rpcs:
            return


class _Engine:
    """Takes what the program says through `pulumi.log`."""

    def __init__(self, gathered: Pass) -> None:
        self._gathered = gathered

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802
        if request.severity != engine_pb2.DEBUG:
            severity = engine_pb2.LogSeverity.Name(request.severity).lower()
            self._gathered.logs.append(f"{severity}: {request.message}")

    def RequirePulumiVersion(self, request: Any) -> None:  # noqa: N802
        del request
