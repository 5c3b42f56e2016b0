"""Updates that fail half-way: what every failure must say and leave behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeport.deploy.event_log import read_lines
from homeport.deploy.explain import Explanation, explain
from homeport.deploy.kinds import Kind
from tests.engine.events import Result
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import Fault, Operation


@dataclass(frozen=True)
class Broken:
    """A fault and where it shows.

    Attributes:
        fault: what goes wrong.
        resource: logical name of the resource that the message names.
        kind: what people are told that it is; None where that is not the point.
    """

    fault: Fault
    resource: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a cloud says, and what people shall be told that it is.

    Attributes:
        text: of the provider's error.
        kind: of the explanation.
        made: the operation is done all the same: it took longer than somebody waited.
    """

    text: str
    kind: Kind
    made: bool = False


#: Pattern of a type, and logical name, to answers.
Rows = Mapping[tuple[str, str], Iterable[Answer]]


def broken(operation: Operation, rows: Rows) -> list[Broken]:
    """The faults of a table: type and logical name to what the cloud answers, one after the other."""
    return [
        Broken(
            Fault(type_, operation, answer.text, name=f"^{name}$", made=answer.made),
            name,
            answer.kind,
        )
        for (type_, name), answers in rows.items()
        for answer in answers
    ]


def repeat_until_done(engine: Engine, command: Callable[[], Result], faults: Sequence[Broken]) -> None:
    """Run a command again and again, as people would, and look at what every failure says and leaves behind.

    All faults wait from the beginning. A run meets at least one; those in other branches of the graph, too.
    """
    engine.cloud.inject(*(broken.fault for broken in faults))
    waiting = list(faults)
    for _ in range(len(faults)):
        result = command()
        # A spent fault has no times left, so it is not equal to any that waits.
        met = [broken for broken in waiting if broken.fault not in engine.cloud.pending_faults()]
        waiting = [broken for broken in waiting if broken not in met]
        assert_nothing_is_orphaned_or_twice(engine)
        if result.code == 0:
            break
        assert met, f"nothing was to fail, and this did:\n{result.output}"
        assert any(broken.fault.text in result.errors[0] for broken in met), result.errors
        failed = {step.name for step in result.steps if step.failed}
        for broken in met:
            assert any(broken.fault.text in error for error in result.errors), broken
            assert broken.resource in failed or broken.resource in result.output, broken
        assert_explained(result, met)
    assert waiting == [], "some faults were never met"
    command().must()


def explanation_of(failed: Result) -> Explanation:
    """What people are told about a failed run."""
    assert failed.code != 0
    assert failed.event_log is not None
    explanation = explain(read_lines(failed.event_log))
    assert explanation is not None, "nothing was explained"
    return explanation


def assert_explained(result: Result, met: Sequence[Broken]) -> None:
    """What people are told about a failed run is one of the faults that it met: its resource, its text, its kind."""
    explanation = explanation_of(result)
    first = explanation.first
    told = [broken for broken in met if broken.resource == first.name and broken.fault.text in first.text]
    assert told, f"told was of {first}, which is none of {met}"
    kinds = {broken.kind for broken in told}
    assert None in kinds or explanation.kind in kinds, f"{explanation.kind}: {first.text}"
    assert explanation.remedy


def assert_nothing_is_orphaned_or_twice(engine: Engine) -> None:
    """What is live is in the state, and once; twice only while the state says that the old one has yet to go."""
    resources: list[dict[str, Any]] = engine.export()["deployment"].get("resources", [])
    live = Counter(resource.urn for resource in engine.live.values())
    # The engine keeps a name twice for nothing but what waits for its deletion.
    known = Counter(resource["urn"] for resource in resources)
    assert live <= known, f"live in the cloud, and not in the state: {live - known}"


def assert_deleted_in_order(engine: Engine, pairs: Iterable[tuple[str, str]]) -> None:
    """Each first of a pair was deleted before the second."""
    done = [record.name for record in engine.cloud.since(0, "delete")]
    for first, then in pairs:
        assert done.index(first) < done.index(then), f"{first} has to go before {then}"
