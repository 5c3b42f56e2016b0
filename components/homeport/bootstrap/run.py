"""Makes a state store: looks at what is there, and does what is left."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from homeport.bootstrap.args import AnyStateStoreArgs
from homeport.bootstrap.engine import Engine, EngineError, NoBucketError, Say
from homeport.bootstrap.folder import Folder
from homeport.bootstrap.options import Given, complete_options
from homeport.bootstrap.state import Pending, State, complete, read_state, same, sealed
from homeport.bootstrap.steps import ConflictError, Local, Observed, Step, steps
from homeport.doctor.machine import Machine


class BootstrapError(Exception):
    """It cannot go on; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Done:
    """What stands.

    Attributes:
        state: what `pulumi login` takes.
        bucket: name of the bucket.
        key: the key in full.
        secrets_provider: what `pulumi stack init --secrets-provider` takes.
        did: what was done, in order.
    """

    state: str
    bucket: str
    key: str
    secrets_provider: str
    did: Sequence[Step]


class Bootstrap:
    """One run.

    Args:
        machine: where programs are.
        folder: where the state is until it moves.
        given: what the command line says.
        consent: called with what is left to do; False: nothing is done.
        say: takes lines for people.
    """

    def __init__(
        self,
        machine: Machine,
        folder: Folder,
        given: Given,
        *,
        consent: Callable[[Sequence[Step], Engine | None], bool],
        say: Say,
    ) -> None:
        self._folder = folder
        self._given = given
        self._consent = consent
        self._say = say
        self._here = Engine(machine, folder, folder.url, local=True, say=say)
        first = complete_options(given, folder.recorded())
        self._place = given.state or first.state
        self._there = Engine(machine, folder, self._place, local=False, say=say)
        self._args: AnyStateStoreArgs = first

    def run(self) -> Done | None:
        """Do what is left; None where nobody consented.

        Raises:
            BootstrapError: somebody has to decide something first.
            EngineError: Pulumi failed.
            OptionsError: an option says something else than what stands.
        """
        self._folder.prepare()
        try:
            return self._run()
        finally:
            if not self._folder.state_file.exists():
                self._folder.clear()

    def _run(self) -> Done | None:
        local, target, observed = self._look()
        try:
            left = steps(observed)
        except ConflictError as error:
            raise BootstrapError(self._conflict(error)) from None
        if target is not None and observed.target == "filled":
            self._take_settings(target)
        notes = (target if observed.local == "none" else local) or None
        self._folder.write_settings(self._args, notes=notes.notes if notes is not None else {})
        if not self._consent(left, self._there if left == (Step.UPDATE,) else None):
            return None
        for step in left:
            self._say(f"== {step.value}")
            self._do(step)
        stands = self._state(self._there)
        if stands is None or not complete(stands):
            raise BootstrapError(
                f"the state in {self._place} holds no state store: look at it with pulumi stack export"
            )
        outputs = stands.outputs
        return Done(self._place, outputs["bucket"], outputs["key"], stands.provider, left)

    # --- looking

    def _look(self) -> tuple[State | None, State | None, Observed]:
        local = self._local()
        try:
            target = self._state(self._there)
        except NoBucketError as error:
            if self._given.state is not None:
                text = f"{error}\n    fix: make the place that --state names, or leave --state out"
                raise BootstrapError(text) from None
            return local, None, Observed(_local(local), "absent")
        if target is None:
            return local, None, Observed(_local(local), "empty", own=self._given.state is None)
        if not target.resources:
            return local, target, Observed(_local(local), "opened")
        alike = local is not None and bool(local.resources) and self._alike()
        return local, target, Observed(_local(local), "filled", same=alike)

    def _local(self) -> State | None:
        if not self._folder.state_file.exists():
            return None
        for lock in self._folder.locks():
            if _alive(lock):
                text = f"process {lock['pid']} works on {self._folder.path}: an earlier run, or the engine that it left"
                raise BootstrapError(f"{text}\n    fix: wait until it has ended, and run the same command again")
            self._say("== remove the lock of an engine that was ended")
            self._here.cancel()
            break
        return self._state(self._here)

    def _state(self, engine: Engine) -> State | None:
        found = engine.export()
        return read_state(found) if found is not None else None

    def _alike(self) -> bool:
        """Whether both places hold the same, secrets included: only they who can decrypt can tell."""
        states: list[State] = []
        for engine in (self._here, self._there):
            found = engine.export()
            if found is None:
                return False
            # What decrypts stands in the stack's file.
            self._folder.write_settings(self._args, notes=read_state(found).notes)
            shown = engine.export(secrets=True)
            if shown is None:
                return False
            states.append(read_state(shown))
        return same(*states)

    def _take_settings(self, target: State) -> None:
        """What this run does not say is as it stands; what cannot change must not be said otherwise."""
        self._args = complete_options(self._given, target.outputs.get("store") or {}, standing=self._place)
        wanted = self._given.secrets_provider
        if wanted is not None and wanted != target.provider:
            text = f"--secrets-provider: the state in {self._place} is encrypted with {target.provider}"
            raise BootstrapError(f"{text}\n    fix: leave the option out, or see docs/bootstrap.md, another key")

    # --- doing

    def _do(self, step: Step) -> None:
        match step:
            case Step.MAKE:
                self._make()
            case Step.SEAL:
                self._here.seal(self._provider())
            case Step.OPEN:
                self._there.init(self._provider())
            case Step.MOVE:
                self._there.take(self._here.export() or {})
            case Step.COMPARE:
                if not self._alike():
                    raise BootstrapError(
                        f"what was read back from {self._place} is not what was written\n"
                        f"    fix: nothing is lost, the state is in {self._folder.path}. If nobody else wrote there, "
                        "remove the stack from the bucket and run the same command again"
                    )
            case Step.CLEAR:
                state = self._state(self._there)
                self._folder.clear()
                self._folder.prepare()
                self._folder.write_settings(self._args, notes=state.notes if state is not None else {})
            case Step.UPDATE:
                self._there.up()

    def _make(self) -> None:
        before = self._state(self._here) if self._folder.state_file.exists() else None
        if before is None:
            self._here.init("passphrase")
        pending = before.pending if before is not None else []
        if not pending:
            self._here.up()
            return
        self._say(f"== an engine was ended while it made {', '.join(one.name for one in pending)}")
        self._here.forget_pending()
        self._take_over(pending)

    def _take_over(self, pending: Sequence[Pending]) -> None:
        """Make what is left, with what was begun taken over if the cloud made it."""
        adopt = {one.name: one.id for one in pending if one.id is not None}
        for one in pending:
            if one.type == "aws:kms/key:Key":
                self._say(f"   a key without an alias may be left over in account {self._given.values.get('account')}")
        try:
            self._folder.write_settings(self._args, adopt=adopt)
            self._here.up()
        except EngineError as error:
            if not error.nothing_to_adopt:
                raise
            # The cloud had not made it.
            self._folder.write_settings(self._args)
            self._here.up()
        self._folder.write_settings(self._args)

    def _provider(self) -> str:
        if self._given.secrets_provider is not None:
            return self._given.secrets_provider
        state = self._state(self._here)
        if state is None or not complete(state):
            raise BootstrapError(f"the state in {self._folder.path} names no key: run the same command again")
        return str(state.outputs["secrets_provider"])

    def _conflict(self, error: ConflictError) -> str:
        match error.kind:
            case "not ours":
                return (
                    f"{self._place} is there, is not this command's, and holds no stack of it\n"
                    "    fix: choose another bucket with --bucket. If an earlier run on another machine made it, run "
                    "the same command there. To use it as it is, see docs/bootstrap.md, by hand"
                )
            case "half elsewhere":
                return (
                    f"{self._place} holds the stack without its resources: a run on another machine was interrupted, "
                    "and the state is there\n"
                    "    fix: run the same command on that machine, in the same folder"
                )
            case "two states":
                return (
                    f"there are two states of this stack and they differ: {self._folder.path} and {self._place}\n"
                    f"    fix: the one in the bucket counts once a run has ended; then remove {self._folder.path}. "
                    "`pulumi stack export` shows either (docs/bootstrap.md, two states)"
                )


def _local(state: State | None) -> Local:
    if state is None:
        return "none"
    if not complete(state):
        return "begun"
    return "sealed" if sealed(state) else "made"


def _alive(lock: dict[str, object]) -> bool:
    """Whether the engine of a lock may still work; one on another machine always may."""
    pid = lock.get("pid")
    if not isinstance(pid, int):
        return False
    if lock.get("hostname") != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
