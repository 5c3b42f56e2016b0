"""The first reason of a failed run, out of the engine's event log, and what to do about it.

One failed resource makes others fail, and the program end in tracebacks: the last text that people see is mostly not
the reason. The events come in order, so the first error that is no follower is.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go

Pure: nothing here imports pulumi, reads a file or prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeport.deploy.fields import mapping, text_of
from homeport.deploy.kinds import Case, Kind, classify, classify_backend, classify_look_up, classify_program
from homeport.deploy.remedies import remedy
from homeport.deploy.subject import Subject

#: Stands for what no resource is to blame for: settings, code, look-ups, the engine itself.
PROGRAM: Final = "the program"
_STACK: Final = "pulumi:pulumi:Stack"
_LOOKED_UP: Final = "look up"
_COLOURS: Final = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*[A-Za-z]")
#: What is said because something else has failed, or because somebody has stopped the run.
_FOLLOWERS: Final = re.compile(
    r"client connection is closing|transport is closing|error reading from server: EOF|resource monitor shut ?down"
    r"|code = (Canceled|Cancelled)|^\W*(rpc error: )?context cancell?ed|creation cancelled|\bcancell?ed for\b"
    r"|operation (was )?cancell?ed|KeyboardInterrupt|^(update|preview|refresh|destroy|import) (failed|cancell?ed)\W*$"
    r"|an unhandled error occurred: program exited|^BAIL\b|a resource in the batch failed|plugin shutting down",
    re.IGNORECASE | re.MULTILINE,
)
_LOOK_UP: Final = re.compile(r"invocation of (\S+) returned an error: (.*)", re.DOTALL)
#: A look-up of homeport's own, which says what was to be looked up: `homeport.lookups`.
_OWN_LOOK_UP: Final = re.compile(r"^cannot look up ")
#: What a component of a provider could not be made for: no step of its own has begun by then.
_NAMED: Final = re.compile(r"^([\w.:/-]+) resource '([^']+)' has a problem: (.*)", re.DOTALL)
#: The last line of a traceback that begins an exception's text.
_EXCEPTION: Final = re.compile(
    r"^(?!Traceback|During handling|The above exception|Program failed)[A-Za-z_][\w.]*(?::|$)", re.MULTILINE
)
_ONE_ERROR: Final = re.compile(r"^1 error occurred:\s*\* ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that failed.

    Attributes:
        name: logical name of the resource; `PROGRAM` where none is to blame.
        urn: of the resource; empty without one.
        type: its type token, or that of a look-up; empty without one.
        operation: `create`, `update`, `delete`, `read`, `look up` ...; empty where none had begun.
        text: what was said, as the engine passed it on, with its secrets masked.
    """

    name: str
    urn: str
    type: str
    operation: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """For machines: the public form of `--json`."""
        return {"name": self.name, "urn": self.urn, "type": self.type, "operation": self.operation, "text": self.text}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a run failed.

    Attributes:
        first: the first failure that is no consequence of another.
        others: further failures with a reason of their own, in order.
        kind: what kind of failure the first is.
        remedy: what to do: a sentence or two, with commands.
    """

    first: Failure
    others: tuple[Failure, ...]
    kind: Kind
    remedy: str

    def as_json(self) -> dict[str, Any]:
        """For machines: the public form of `--json`."""
        return {
            "first": self.first.as_json(),
            "others": [other.as_json() for other in self.others],
            "kind": self.kind,
            "remedy": self.remedy,
        }


def explain(
    events: Iterable[Mapping[str, Any]], *, stack: str | None = None, again: str | None = None
) -> Explanation | None:
    """The first failure of a run.

    Args:
        events: lines of the engine's event log, in order; it may be cut off, and lines may be of any shape.
        stack: of the run; default: what the events say.
        again: the command that does the run again; default: `homeport up` of the stack.

    Returns:
        None where nothing failed, or where nothing but the consequences of an interruption did.
    """
    seen = _Seen()
    for event in events:
        seen.note(event)
    return _explained(seen.failures(), _kind, stack=stack or seen.stack, again=again, details=seen.details)


def explain_text(output: str, *, stack: str, again: str | None = None) -> Explanation | None:
    """The same for a run that ended before the engine wrote an event: from what it printed to standard error."""
    texts = [part.strip() for part in re.split(r"^error: ", _plain(output), flags=re.MULTILINE)[1:]]
    failures = [Failure(PROGRAM, "", "", "", text) for text in texts if text and not is_follower(text)]
    return _explained(failures, lambda failure: classify_backend(failure.text), stack=stack, again=again, details={})


def _explained(
    failures: Iterable[Failure],
    kind_of: Callable[[Failure], tuple[Kind, Case]],
    *,
    stack: str,
    again: str | None,
    details: Mapping[str, Mapping[str, Any]],
) -> Explanation | None:
    first, *others = [*failures] or [None]
    if first is None:
        return None
    kind, case = kind_of(first)
    subject = Subject(
        name=first.name,
        type=first.type,
        operation=first.operation,
        text=first.text,
        stack=stack,
        again=again or f"homeport up -s {stack}",
        inputs=details.get(first.urn, {}),
    )
    return Explanation(first, tuple(other for other in others if other is not None), kind, remedy(kind, case, subject))


def is_follower(text: str) -> bool:
    """Whether a text tells of a consequence: another failure, or an interruption, is the reason."""
    return _FOLLOWERS.search(_plain(text).strip()) is not None


def _kind(failure: Failure) -> tuple[Kind, Case]:
    if failure.type:
        return classify(failure.text, failure.type)
    # What a look-up of the program says is what the cloud has answered.
    return classify_look_up(failure.text) if failure.operation == _LOOKED_UP else classify_program(failure.text)


class _Seen:
    """What was seen in the events so far."""

    def __init__(self) -> None:
        self.stack = "STACK"
        self.details: dict[str, Mapping[str, Any]] = {}
        self._operations: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._failed: dict[str, str] = {}
        self._errors: list[tuple[str, str]] = []

    def note(self, event: object) -> None:
        """Take in one event, whatever its shape."""
        fields = mapping(event)
        for key in ("resourcePreEvent", "resOpFailedEvent"):
            metadata = mapping(mapping(fields.get(key)).get("metadata"))
            if urn := text_of(metadata.get("urn")):
                self._note_step(urn, metadata, failed=key == "resOpFailedEvent")
        diagnostic = mapping(fields.get("diagnosticEvent"))
        if text_of(diagnostic.get("severity")) == "error" and (text := _plain(text_of(diagnostic.get("message")))):
            urn = text_of(diagnostic.get("urn"))
            self._note_stack(urn)
            self._errors.append((urn, text))

    def failures(self) -> Iterator[Failure]:
        """Failures with a reason of their own, first one first; those that nobody gave a reason for come last."""
        told: dict[str, None] = {}
        texts: set[tuple[str, str]] = set()
        for urn, text in self._errors:
            if is_follower(text):
                continue
            told[urn] = None
            failure = _look_up(self._failure(urn, text))
            if (failure.name, failure.text) not in texts:
                texts.add((failure.name, failure.text))
                yield failure
        said = {urn for urn, _ in self._errors}
        silent = [self._failure(urn, "") for urn in self._failed if urn not in said]
        yield from silent
        if not told and not silent:
            yield from self._cut_off()

    def _cut_off(self) -> Iterator[Failure]:
        """What could not be deleted because its provider was gone: no follower where nothing else failed."""
        for urn, text in self._errors:
            if self._failed.get(urn) == "delete-replaced" and "connection is closing" in text:
                yield self._failure(urn, text)

    def _failure(self, urn: str, text: str) -> Failure:
        type_ = self._types.get(urn) or _type(urn)
        if not urn or type_ == _STACK:
            text = _exception(text)
            named = _NAMED.search(text)
            return Failure(named[2], "", named[1], "", named[3]) if named else Failure(PROGRAM, "", "", "", text)
        operation = self._failed.get(urn) or self._operations.get(urn, "")
        return Failure(urn.split("::", 3)[-1], urn, type_, operation, _one_error(text))

    def _note_step(self, urn: str, metadata: Mapping[str, Any], *, failed: bool) -> None:
        operation = text_of(metadata.get("op"))
        self._note_stack(urn)
        self._types[urn] = text_of(metadata.get("type")) or _type(urn)
        self._operations[urn] = operation
        if failed:
            self._failed[urn] = operation
        state = mapping(metadata.get("new")) or mapping(metadata.get("old"))
        if inputs := mapping(state.get("inputs")):
            self.details[urn] = inputs

    def _note_stack(self, urn: str) -> None:
        parts = urn.split("::")
        if self.stack == "STACK" and len(parts) == 4 and (name := parts[0].rpartition(":")[2]):
            self.stack = name


def _plain(text: str) -> str:
    return _COLOURS.sub("", text).strip()


def _type(urn: str) -> str:
    parts = urn.split("::")
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""


def _look_up(failure: Failure) -> Failure:
    """A failed look-up is the cloud's answer, wrapped into the traceback of the program that asked."""
    if _OWN_LOOK_UP.search(failure.text):
        return replace(failure, operation=_LOOKED_UP)
    found = _LOOK_UP.search(failure.text)
    if found is None:
        return failure
    return replace(failure, type=found[1], operation=_LOOKED_UP, text=found[2].strip())


def _exception(text: str) -> str:
    """What an exception says, without the traceback before it: the engine has shown that."""
    if "Traceback (most recent call last)" not in text:
        return text
    starts = [match.start() for match in _EXCEPTION.finditer(text)]
    return text[starts[-1] :].strip() if starts else text


def _one_error(text: str) -> str:
    """`1 error occurred: * TEXT`, as Go's multierror writes it, without the frame."""
    return _ONE_ERROR.sub("", text, count=1).strip() if text.count("\n\t* ") <= 1 else text
