"""What Helm keeps of releases, in Secrets beside them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tests.engine.harness import Engine


@dataclass(frozen=True)
class Helm:
    """Looks at the releases of a stack's cluster.

    https://helm.sh/docs/topics/advanced/#storage-backends
    """

    engine: Engine

    def history(self, release: str) -> dict[int, str]:
        """Revision to status."""
        return {int(labels["version"]): labels["status"] for labels in self._labels() if labels["name"] == release}

    def releases(self) -> set[str]:
        """Names of all."""
        return {labels["name"] for labels in self._labels()}

    def forget(self, release: str) -> None:
        """Delete Helm's notes of a release: what it installed stays."""
        for note in self._notes():
            if note["labels"]["name"] == release:
                path = f"/api/v1/namespaces/{note['namespace']}/secrets/{note['name']}"
                assert self.engine.control_plane.request("DELETE", path).status == HTTPStatus.OK

    def _labels(self) -> list[dict[str, str]]:
        return [note["labels"] for note in self._notes()]

    def _notes(self) -> list[dict[str, Any]]:
        answer = self.engine.control_plane.request("GET", "/api/v1/secrets?labelSelector=owner%3Dhelm")
        return [one["metadata"] for one in answer.body["items"]]
