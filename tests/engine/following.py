"""Follows the objects at a path of the API: all that are there, then every change, again and again."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from tests.engine.kubernetes_api import Api, Watched

#: Seconds after which everything is looked at again: what could not be written at once, and what is no longer hindered.
_AGAIN: Final = 10
#: Seconds before a path is asked again that nothing answers at.
_PAUSE: Final = 0.4

Object = dict[str, Any]


class Follower:
    """A thread that shows each object at a path to a function, when it follows it first and whenever it changes.

    Args:
        api: of the control plane.
        path: of the list; it need not be there yet.
        each: gets an object that was made or changed.
        everything: gets all objects, each time when they are read; before `each` of them.
    """

    def __init__(
        self,
        api: Api,
        path: str,
        each: Callable[[Object], None],
        *,
        everything: Callable[[Iterable[Object]], None] | None = None,
    ) -> None:
        self._api, self._path, self._each, self._everything = api, path, each, everything
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._watched: Watched | None = None
        self._thread = threading.Thread(target=self._run, name=f"follows {path}", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look at nothing more; does not wait."""
        with self._lock:
            self._ended.set()
            if self._watched is not None:
                self._watched.interrupt()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            # The API server may be on its way down or up, and a connection may be cut in the middle of anything.
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                if self._round():
                    continue
            self._ended.wait(_PAUSE)

    def _round(self) -> bool:
        """Everything, then what changes for a while; whether the path was there."""
        answer = self._api.request("GET", self._path)
        if answer.status != HTTPStatus.OK:
            return False
        if self._everything is not None:
            self._everything(answer.body["items"])
        for found in answer.body["items"]:
            self._show(found)
        watched = self._api.watch(self._path, since=answer.body["metadata"]["resourceVersion"], seconds=_AGAIN)
        with self._lock:
            self._watched = watched
            if self._ended.is_set():
                watched.interrupt()
        try:
            # The version may be too old: the answer is then none of 200, or an event.
            return watched.status == HTTPStatus.OK and self._watch(watched)
        finally:
            with self._lock:
                self._watched = None
            watched.close()

    def _watch(self, watched: Watched) -> bool:
        for type_, found in watched:
            if type_ == "ERROR":
                return False
            if type_ != "DELETED":
                self._show(found)
        return True

    def _show(self, found: Object) -> None:
        if not self._ended.is_set():
            self._each(found)
