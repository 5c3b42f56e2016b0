"""Run a program in this process and record its graph: no engine, no credentials, no network, no port.

`record` takes a function; `homeport.plan.evaluate` runs a whole project through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager
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
from homeport.plan.errors import ProgramError, Scrubber, raise_clean
from homeport.plan.graph import Graph, Resource, marks
from homeport.plan.merge import ABSENT, Merger
from homeport.plan.monitor import Monitor, Pass, Recorded, place
from homeport.plan.origin import Origins
from homeport.plan.references import References, StackOutputs
from homeport.plan.tokens import Tokens
from homeport.plan.unknowns import Unknowns

#: A function that declares resources; what it returns, if anything, is exported as `pulumi.run` does.
Program = Callable[[], Any]
#: Makes the context in which a program runs.
Around = Callable[[], AbstractContextManager[Any]]

#: What `pulumi.get_organization()` says on backends without organisations.
ORGANIZATION: Final = "organization"
_SDK_MODULES: Final = r"pulumi(_\w+)?(\.|$)"
_LAYER_KEY: Final = "homeport:layer"


def record(
    program: Program,
    *,
    project: str = "homeport",
    stack: str = "test",
    config: Mapping[str, str] | None = None,
    secret_keys: Iterable[str] = (),
    stack_outputs: StackOutputs | None = None,
    root: Path | None = None,
    around: Around = contextlib.nullcontext,
) -> Graph:
    """Run a program as a first preview and return its graph.

    The program runs two or three times, see `homeport.plan.tokens`: it must not count its own calls.

    Args:
        program: plain or async; declares resources. A mapping that it returns is exported.
        project: name of the Pulumi project.
        stack: name of the stack.
        config: configuration as the engine passes it: keys with namespace, values as text (objects as JSON).
        secret_keys: keys of `config` that are secret.
        stack_outputs: the outputs of another stack by its full name, or None where they are not known.
        root: folder to which source files are shown relative; default: the working directory.
        around: makes a context that is open while the program runs, once for each run.

    Raises:
        pulumi.RunError: raised by the program, or the engine would refuse the program; without a traceback.
        SettingsError: raised by the program.
        homeport.plan.errors.ProgramError: the program raised something else.
    """
    evaluation = _Evaluation(
        program=program,
        project=project,
        stack=stack,
        config=dict(config or {}),
        secret_keys=list(secret_keys),
        references=References(stack_outputs),
        origins=Origins((root or Path.cwd()).resolve()),
        around=around,
    )
    return evaluation.graph()


class _Evaluation:
    def __init__(
        self,
        *,
        program: Program,
        project: str,
        stack: str,
        config: dict[str, str],
        secret_keys: list[str],
        references: References,
        origins: Origins,
        around: Around,
    ) -> None:
        self._program = program
        self._project = project
        self._stack = stack
        self._config = config
        self._secret_keys = secret_keys
        self._references = references
        self._origins = origins
        self._around = around

    def graph(self) -> Graph:
        passes = [self._pass(1)]
        merger = Merger([passes[0].tokens])
        resources, outputs = self._merged(merger, passes)
        extra: set[str] = set()
        if passes[0].tokens.used or passes[0].skipped_applies() or _has_unknowns(resources, outputs):
            try:
                passes.append(self._pass(2))
                merger = Merger([gathered.tokens for gathered in passes])
                resources, outputs = self._merged(merger, passes)
                if merger.doubtful:
                    passes.append(self._pass(3))
                    merger = Merger([gathered.tokens for gathered in passes])
                    resources, outputs = self._merged(merger, passes)
            except Exception as error:  # noqa: BLE001 - pass 1 is complete; the others only name unknowns
                kind = error.kind if isinstance(error, ProgramError) else type(error).__name__
                extra.add(f"unknown values are not named: the program fails on names for them ({kind})")
        found = {*passes[0].warnings, *_in_applies(passes), *extra}
        return Graph(
            project=self._project,
            stack=self._stack,
            layer=self._config.get(_LAYER_KEY),
            resources=resources,
            outputs=outputs,
            warnings=sorted({self._scrubber(*passes)(line) for line in found}),
            logs=passes[0].logs,
        )

    def _merged(self, merger: Merger, passes: list[Pass]) -> tuple[list[Resource], dict[str, Any]]:
        resources = [
            _resource(record, [gathered.resources.get(urn) for gathered in passes[1:]], merger, passes[0].resources)
            for urn, record in sorted(passes[0].resources.items())
        ]
        outputs = merger.merge(passes[0].outputs, *(gathered.outputs for gathered in passes[1:]))
        return resources, outputs

    def _pass(self, number: int) -> Pass:
        seams.install()
        gathered = Pass(Tokens(number))
        active = seams.Active(gathered, Unknowns(gathered.tokens))

        async def main() -> None:
            await self._run(gathered, active)

        failure: BaseException | None = None
        try:
            with self._around(), _without_collection(), warnings.catch_warnings():
                # Some SDKs warn about parts of their own when they are imported.
                warnings.filterwarnings("ignore", category=DeprecationWarning, module=_SDK_MODULES)
                loop.run(main)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a program raises is shown, not only exceptions
            failure = error
        scrub = self._scrubber(gathered)
        if failure is not None:
            # Not inside of the handler: the original would stay attached to what is raised, secrets and all.
            raise_clean(failure, scrub, gathered.calls)
        gathered.logs = [scrub(line) for line in gathered.logs]
        return gathered

    def _scrubber(self, *passes: Pass) -> Scrubber:
        given = {self._config[key] for key in self._secret_keys if key in self._config}
        return Scrubber(given.union(*(gathered.secrets for gathered in passes)))

    async def _run(self, gathered: Pass, active: seams.Active) -> None:
        monitor = Monitor(
            project=self._project,
            stack=self._stack,
            config=self._config,
            gathered=gathered,
            origins=self._origins,
            reference=lambda name, shown: self._references.answer(name, shown, gathered.tokens),
        )
        callbacks = Callbacks(monitor)
        monitor.transform = callbacks.transform
        features = set(monitor.GetDeploymentInfo(empty_pb2.Empty()).supportedFeatures)
        _configure(
            {
                "project": self._project,
                "stack": self._stack,
                "organization": ORGANIZATION,
                "monitor": monitor,
                "monitor_features": features,
                "engine": _Engine(gathered),
                "callbacks": callbacks,
            }
        )
        set_all_config(self._config, self._secret_keys)
        set_root_resource(None)  # pyright: ignore[reportArgumentType]
        seams.ACTIVE.set(active)
        await _run_in_stack(self._program)


@contextlib.contextmanager
def _without_collection() -> Generator[None]:
    """Keep the garbage collector out of a pass: all lives to its end, and looking for garbage is half of its time."""
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


def _resource(record: Recorded, later: list[Recorded | None], merger: Merger, known: Mapping[str, Any]) -> Resource:
    others = [other for other in later if other is not None]
    inputs = merger.merge(record.inputs, *(other.inputs if other else ABSENT for other in later))
    dependencies = record.dependencies.union(*(other.dependencies for other in others))
    by_property = {
        key: urns.union(*(other.property_dependencies.get(key, ()) for other in others))
        for key, urns in record.property_dependencies.items()
    }
    external = record.external
    if external is not None:
        external = merger.merge(external, *(other.external if other else ABSENT for other in later))
    return Resource.model_construct(
        urn=record.urn,
        type=record.type,
        name=record.name,
        parent=record.parent,
        custom=record.custom,
        remote=record.remote,
        external=external if external is None or isinstance(external, str) else "",
        provider=record.provider,
        inputs=inputs,
        dependencies=sorted(dependencies & known.keys()),
        property_dependencies={
            key: sorted(urns & known.keys()) for key, urns in sorted(by_property.items()) if urns & known.keys()
        },
        options=record.options,
        source=record.source,
    )


def _in_applies(passes: list[Pass]) -> set[str]:
    """What later passes made and the first did not: it was behind an unknown."""
    first = passes[0].resources
    return {
        f"{record.name} ({record.type}), declared at {place(record.source)}: created inside an apply: a first preview"
        " cannot show it"
        for gathered in passes[1:]
        for urn, record in gathered.resources.items()
        if urn not in first
    }


def _has_unknowns(resources: list[Resource], outputs: Mapping[str, Any]) -> bool:
    return any("unknown" in marks(value) for value in (outputs, *(item.inputs for item in resources)))
