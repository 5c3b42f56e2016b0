"""Entries of Secret Manager, by Workload Identity.

https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from .calls import Call, RefusedError, send

_TOKEN = "/computeMetadata/v1/instance/service-accounts/default/token"  # noqa: S105 - a path


@dataclass(frozen=True)
class SecretManager:
    """A project's secret store.

    Attributes:
        project: whose.
        address: of the API.
        metadata: of the metadata server, which signs the pod in.
    """

    project: str
    address: str = "https://secretmanager.googleapis.com"
    metadata: str = "http://169.254.169.254"

    def read(self, name: str) -> bytes | None:
        """The newest value; None where there never was one."""
        try:
            answer = self._send(f"read {name}", "GET", f"{name}/versions/latest:access")
        except RefusedError as error:
            if error.status == 404:
                return None
            raise
        return base64.b64decode(answer["payload"]["data"])

    def write(self, name: str, value: bytes) -> None:
        """Add a version."""
        body = {"payload": {"data": base64.b64encode(value).decode()}}
        self._send(f"write {name}", "POST", f"{name}:addVersion", json.dumps(body).encode())

    def _send(self, what: str, method: str, path: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        return send(Call(what, f"{self.address}/v1/projects/{self.project}/secrets/{path}", method, headers, body))

    def _token(self) -> str:
        answer = send(Call("sign in", f"{self.metadata}{_TOKEN}", headers={"Metadata-Flavor": "Google"}))
        try:
            return str(answer["access_token"])
        except (KeyError, TypeError):
            raise RefusedError("sign in", 0, "no token") from None
