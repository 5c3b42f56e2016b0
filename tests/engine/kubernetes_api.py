"""The Kubernetes API as the tests use it."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """Answer of the API server."""

    status: int
    body: Any


class Watched:
    """What happens to the objects at a path, as it happens: pairs of an event's type and the object.

    It ends when the server ends it, by `interrupt`, and with an error of the connection.
    """

    def __init__(self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self._connection, self._answer = connection, answer
        self._socket: socket.socket | None = connection.sock

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for line in self._answer:
            event: dict[str, Any] = json.loads(line)
            yield event["type"], event["object"]

    def interrupt(self) -> None:
        """End it while another thread waits for its next event."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not the method of TLS sockets, which takes away what the other thread reads with.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


class Api(Protocol):
    """What answers requests; `ControlPlane` does."""

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, merge: bool = False
    ) -> ApiAnswer:
        """Ask the API as an administrator."""
        ...

    def watch(self, path: str, *, since: str, seconds: int) -> Watched:
        """Follow the objects at a path.

        Args:
            path: of the list.
            since: `resourceVersion` of the list that was read before.
            seconds: when the server ends it.
        """
        ...
