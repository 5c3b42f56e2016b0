"""What is live in the simulated clouds, what was done to them, and what shall go wrong."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from tests.engine.simcloud.durations import Durations
from tests.engine.simcloud.values import Properties, plain

#: Making one that is there overwrites it, so that a replacement that deletes the old one last deletes the new one.
#: https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html
#: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html
OVERWRITTEN: Final = frozenset(
    {"aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "aws:ecr/lifecyclePolicy:LifecyclePolicy"}
)

#: Type and id, with what the id is unique in.
Key = tuple[str, str]
Operation = Literal["create", "update", "delete", "read", "invoke"]


class CloudError(Exception):
    """A cloud's refusal.

    Args:
        text: what the cloud says.
        made: id and properties of what exists in spite of the refusal.
    """

    def __init__(self, text: str, *, made: tuple[str, Properties] | None = None) -> None:
        super().__init__(text)
        self.made = made


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong in the cloud.

    Attributes:
        type: pattern of type tokens.
        operation: what fails.
        text: what the cloud says.
        name: pattern of logical names.
        times: how often.
        made: the operation is done, and reported as failed.
        wait: real seconds before the answer.
    """

    type: str
    operation: Operation
    text: str = "Error 500: backendError"
    name: str = ""
    times: int = 1
    made: bool = False
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One operation of the journal. Inputs hold no secrets."""

    operation: Operation
    type: str
    name: str
    urn: str
    inputs: Properties
    preview: bool
    error: str | None
    started: float
    ended: float
    project: str | None


@dataclass(slots=True)
class Live:
    """A resource that exists in a simulated cloud.

    Attributes:
        type: its type.
        id: as the provider knows it.
        urn: of whoever made it.
        properties: what it is like.
        scope: within which its id is unique, such as an account; empty: everywhere.
        given: inputs that it was made from, by name: what the cloud filled in is no difference to an import.
    """

    type: str
    id: str
    urn: str
    properties: Properties
    scope: str = ""
    given: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        """What no other live resource has."""
        return (self.type, f"{self.scope}/{self.id}" if self.scope else self.id)

    def names(self) -> set[str]:
        """Every text by which another resource refers to this one."""
        found = (self.id, *(self.properties.get(key) for key in ("name", "selfLink", "email", "accountId")))
        return {text for text in found if isinstance(text, str) and text}


@dataclass(slots=True)
class Cloud:
    """All simulated clouds of one test. Its methods may be called from any thread."""

    kubernetes: Mapping[str, str] | None = None
    """`server` and base64 `certificate` of the API server that every simulated cluster answers with."""
    live: dict[Key, Live] = field(default_factory=dict[Key, Live])
    journal: list[Record] = field(default_factory=list[Record])
    lock: threading.RLock = field(default_factory=threading.RLock)
    durations: Durations | None = None
    """How long what succeeds takes; None: no longer than it takes to simulate it."""
    _faults: list[Fault] = field(default_factory=list[Fault])

    # --- for providers

    def add(self, resource: Live) -> None:
        """Make a resource live.

        Raises:
            CloudError: there is one of this type and id.
        """
        with self.lock:
            self.refuse_taken(resource.type, resource.id, resource.scope)
            self.live[resource.key] = resource

    def refuse_taken(self, type_: str, id_: str, scope: str = "") -> None:
        """Refuse to make what is there.

        Raises:
            CloudError: there is one of this type and id.
        """
        if type_ not in OVERWRITTEN and self.find(type_, id_, scope) is not None:
            raise CloudError(f"Error 409: {type_} {id_} already exists, alreadyExists")

    def find(self, type_: str, id_: str, scope: str = "") -> Live | None:
        """The live resource of this type and id."""
        with self.lock:
            return self.live.get(Live(type_, id_, "", {}, scope).key)

    def named(self, type_: str, name: str) -> Live | None:
        """The live resource of this type that `name`, a name, id or link, means."""
        with self.lock:
            own = (r for r in self.live.values() if r.type == type_)
            return next((r for r in own if name in r.names() or name.rsplit("/", 1)[-1] in r.names()), None)

    def remove(self, resource: Live) -> None:
        """Delete a live resource."""
        with self.lock:
            self.live.pop(resource.key, None)

    def record(self, record: Record) -> None:
        """Write an operation into the journal."""
        with self.lock:
            self.journal.append(record)

    def take_time(self, operation: str, urn: str, started: float) -> None:
        """Wait until an operation has taken its time; others go on meanwhile."""
        if self.durations is not None:
            time.sleep(self.durations.left(operation, urn, started))

    def fault(self, operation: str, type_: str, name: str) -> Fault | None:
        """The fault that hits this operation, once less from now on."""
        with self.lock:
            for at, fault in enumerate(self._faults):
                hit = fault.operation == operation and re.search(fault.type, type_) and re.search(fault.name, name)
                if hit and fault.times > 0:
                    self._faults[at] = replace(fault, times=fault.times - 1)
                    return fault
        return None

    # --- for tests

    def inject(self, *faults: Fault) -> None:
        """Let these things, and nothing else any more, go wrong."""
        with self.lock:
            self._faults = list(faults)

    def pending_faults(self) -> list[Fault]:
        """Faults that nothing has met yet."""
        with self.lock:
            return [fault for fault in self._faults if fault.times > 0]

    def one(self, type_: str, name: str) -> Live:
        """The live resource whose type holds `type_` and whose URN ends in `name`.

        Raises:
            LookupError: there is none, or more than one.
        """
        with self.lock:
            found = [r for r in self.live.values() if type_ in r.type and r.urn.endswith(f"::{name}")]
        if len(found) != 1:
            raise LookupError(f"{len(found)} live resources of type {type_} named {name}, not 1")
        return found[0]

    def change(self, type_: str, name: str, **properties: Any) -> None:
        """Change a resource behind Pulumi's back."""
        self.one(type_, name).properties.update(properties)

    def of_stack(self, stack: str) -> Mapping[Key, Live]:
        """What is live of one stack."""
        with self.lock:
            return {key: r for key, r in self.live.items() if r.urn.startswith(f"urn:pulumi:{stack}::")}

    def mark(self) -> int:
        """Where the journal ends now; for `since`."""
        return len(self.journal)

    def since(self, mark: int, *operations: str) -> Sequence[Record]:
        """What succeeded in the cloud since `mark`; default: what changes it."""
        wanted = operations or ("create", "update", "delete")
        with self.lock:
            return [r for r in self.journal[mark:] if r.operation in wanted and not r.preview and r.error is None]

    def snapshot(self) -> Mapping[Key, Any]:
        """All that is live now, as plain values."""
        with self.lock:
            return {key: plain(dict(r.properties)) for key, r in self.live.items()}


def now() -> float:
    """Seconds of a clock that only goes forward; for the journal."""
    return time.monotonic()
