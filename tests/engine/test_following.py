"""What follows a path of the API sees everything that is there and what changes, whatever ends a watch."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from tests.engine.following import Follower
from tests.engine.kubernetes_api import ApiAnswer

PATH = "/api/v1/pods"
Event = tuple[str, dict[str, Any]]


def made(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}}


class Watch:
    """Events, then nothing until it is interrupted."""

    def __init__(self, status: int, events: Iterable[Event], *, ends: bool) -> None:
        self.status, self._events, self._ends = status, events, ends
        self._interrupted = threading.Event()

    def __iter__(self) -> Iterator[Event]:
        yield from self._events
        if not self._ends:
            self._interrupted.wait()
            raise ConnectionResetError

    def interrupt(self) -> None:
        self._interrupted.set()

    def close(self) -> None:
        pass


class Server:
    """Answers in turn; the last of each kind again and again."""

    def __init__(self, lists: list[ApiAnswer], watches: list[Watch]) -> None:
        self._lists, self._watches = lists, watches
        self.since: list[str] = []

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, merge: bool = False
    ) -> ApiAnswer:
        assert (method, path, body, merge) == ("GET", PATH, None, False)
        return self._lists.pop(0) if len(self._lists) > 1 else self._lists[0]

    def watch(self, path: str, *, since: str, seconds: int) -> Watch:
        assert path == PATH
        assert seconds
        self.since.append(since)
        return self._watches.pop(0) if len(self._watches) > 1 else self._watches[0]


def listed(version: str, *names: str) -> ApiAnswer:
    return ApiAnswer(200, {"metadata": {"resourceVersion": version}, "items": [made(name) for name in names]})


def seen(server: Server, count: int) -> list[str]:
    """Names of the first objects that are shown."""
    shown: queue.Queue[str] = queue.Queue()
    follower = Follower(server, PATH, lambda found: shown.put(found["metadata"]["name"]))  # pyright: ignore[reportArgumentType]
    try:
        return [shown.get(timeout=20) for _ in range(count)]
    finally:
        follower.end()
        follower.join()


def test_what_is_there_comes_first_and_then_what_is_made_or_changed() -> None:
    events = [("ADDED", made("b")), ("DELETED", made("a")), ("MODIFIED", made("b"))]
    server = Server([listed("7", "a")], [Watch(200, events, ends=False)])
    assert seen(server, 3) == ["a", "b", "b"]
    assert server.since == ["7"]


@pytest.mark.parametrize(
    "ended",
    [
        Watch(200, [], ends=True),
        Watch(200, [("ERROR", {"kind": "Status", "code": 410})], ends=True),
        Watch(410, [], ends=True),
    ],
    ids=["its time is up", "its version grew too old", "its version was too old"],
)
def test_when_a_watch_ends_everything_is_read_again(ended: Watch) -> None:
    server = Server([listed("7", "a"), listed("9", "a", "b")], [ended, Watch(200, [], ends=False)])
    assert seen(server, 3) == ["a", "a", "b"]
    assert server.since[0] == "7"


def test_a_path_that_is_not_there_yet_is_asked_for_again() -> None:
    server = Server([ApiAnswer(404, {}), ApiAnswer(404, {}), listed("7", "a")], [Watch(200, [], ends=False)])
    assert seen(server, 1) == ["a"]


def test_everything_is_given_as_one_before_each() -> None:
    order: list[str] = []
    done = threading.Event()

    def each(found: dict[str, Any]) -> None:
        order.append(found["metadata"]["name"])
        done.set()

    follower = Follower(
        Server([listed("7", "a")], [Watch(200, [], ends=False)]),  # pyright: ignore[reportArgumentType]
        PATH,
        each,
        everything=lambda found: order.append(f"all of {len(list(found))}"),
    )
    assert done.wait(20)
    follower.end()
    follower.join()
    assert order == ["all of 1", "a"]
