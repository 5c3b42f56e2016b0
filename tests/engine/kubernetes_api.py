"""The Kubernetes API as the tests use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """Answer of the API server."""

    status: int
    body: Any


class Api(Protocol):
    """What answers requests; `ControlPlane` does."""

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, merge: bool = False
    ) -> ApiAnswer:
        """Ask the API as an administrator."""
        ...
