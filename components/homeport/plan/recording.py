"""Run a program in this process and record its graph: no engine, no credentials, no network, no port.

`record` takes a function; `homeport.plan.evaluate` runs a whole project through it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from homeport.plan.errors import ProgramError, Scrubber, raise_clean
from homeport.plan.graph import Graph, Resource, marks
from homeport.plan.joins import Joins
from homeport.plan.merge import ABSENT, Merger
from homeport.plan.monitor import Monitor
from homeport.plan.origin import Origins
from homeport.plan.passes import Pass, Recorded, place
from homeport.plan.references import References, StackOutputs
from homeport.plan.running import Program, run, without_collection
from homeport.plan.tokens import Tokens
from homeport.settings.engine import SECRET_PLACEHOLDER, UNDECRYPTED

#: Makes the context of a run of a program; told its number, and whether nothing of the run before may be left.
Around = Callable[[int, bool], AbstractContextManager[Any]]

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
    around: Around | None = None,
) -> Graph:
    """Run a program as a first preview and return its graph.

    The program runs up to three times, see `homeport.plan.tokens`: it must not count its own calls.

    Args:
        program: plain or async; declares resources. A mapping that it returns is exported.
        project: name of the Pulumi project.
        stack: name of the stack.
        config: configuration as the engine passes it: keys with namespace, values as text (objects as JSON).
        secret_keys: keys of `config` that are secret.
        stack_outputs: the outputs of another stack by its full name, or None where they are not known.
        root: folder to which source files are shown relative; default: the working directory.
        around: makes a context that is open while the program runs, once for each run; it is told the run's number,
            from 1, and whether the program must start as in a new process or may keep the modules of the run before.

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


def _nothing(number: int, fresh: bool) -> AbstractContextManager[Any]:
    del number, fresh
    return contextlib.nullcontext()


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
        around: Around | None,
    ) -> None:
        self._program = program
        self._project = project
        self._stack = stack
        self._config = config
        self._secret_keys = secret_keys
        self._references = references
        self._origins = origins
        self._around = around or _nothing
        # Without anything around it there is nothing to keep.
        self._fresh = around is None

    def graph(self) -> Graph:
        with without_collection():
            return self._graph()

    def _graph(self) -> Graph:
        passes = [self._pass(1, fresh=True)]
        merger = Merger([passes[0].tokens])
        resources, outputs = self._merged(merger, passes)
        extra: set[str] = set()
        if passes[0].tokens.used or passes[0].skipped_applies() or _has_unknowns(resources, outputs):
            try:
                passes.append(self._later(2, passes[0]))
                merger = Merger([gathered.tokens for gathered in passes], passes[1].joins.sure)
                resources, outputs = self._merged(merger, passes)
                if merger.doubtful:
                    passes.append(self._later(3, passes[0]))
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

    def _later(self, number: int, first: Pass) -> Pass:
        """Another pass. It may keep the modules of the one before, unless that makes any difference."""
        if not self._fresh and not first.tokens.used:
            try:
                gathered = self._pass(number, fresh=False, first=first)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001 - the fresh run shows whether it is the program's own
                self._fresh = True
            else:
                if gathered.resources.keys() == first.resources.keys():
                    return gathered
                self._fresh = True
        return self._pass(number, fresh=True, first=first)

    def _pass(self, number: int, *, fresh: bool, first: Pass | None = None) -> Pass:
        placeholder = SECRET_PLACEHOLDER if UNDECRYPTED in self._secret_keys else ""
        tokens = Tokens(number)
        gathered = Pass(tokens, Joins(tokens, first.joins if first else None), placeholder=placeholder)
        monitor = Monitor(
            project=self._project,
            stack=self._stack,
            config=self._config,
            gathered=gathered,
            origins=self._origins,
            reference=lambda name, shown: self._references.answer(name, shown, gathered.tokens),
        )
        failure: BaseException | None = None
        try:
            with self._around(number, fresh):
                run(
                    self._program,
                    gathered,
                    monitor,
                    project=self._project,
                    stack=self._stack,
                    config=self._config,
                    secret_keys=self._secret_keys,
                )
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
