"""The sealing keys of a cluster, by its API and the pod's own service account."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .calls import Call, RefusedError, send
from .entries import LABEL, Entry, sort_out


@dataclass(frozen=True)
class Cluster:
    """An API server.

    Attributes:
        address: https://HOST:PORT.
        token: gives the bearer token; it changes while a pod lives.
        namespace: of the controller and its keys.
        context: trusts the cluster's own authority.
    """

    address: str
    token: Callable[[], str] = field(repr=False)
    namespace: str
    context: ssl.SSLContext | None = None

    def keys(self) -> tuple[list[Entry], list[str]]:
        """Every sealing key, the compromised ones too; and what is wrong with Secrets that should be keys."""
        answer = self._send("list the sealing keys", "GET", f"?labelSelector={quote(LABEL)}")
        return sort_out(answer["items"])

    def add(self, one: Entry) -> bool:
        """Make the Secret of a key; False if there is one of its name already."""
        try:
            self._send(f"make the Secret {one.name}", "POST", "", json.dumps(one.secret(self.namespace)).encode())
        except RefusedError as error:
            if error.code == "AlreadyExists":
                return False
            raise
        return True

    def _send(self, what: str, method: str, query: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token()}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self.address}/api/v1/namespaces/{self.namespace}/secrets{query}"
        return send(Call(what, url, method, headers, body, self.context))


def from_pod(host: str, port: str, namespace: str, folder: Path) -> Cluster:
    """The cluster that a pod runs in.

    https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
    """
    return Cluster(
        address=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        token=lambda: (folder / "token").read_text(encoding="utf-8").strip(),
        namespace=namespace,
        context=ssl.create_default_context(cafile=str(folder / "ca.crt")),
    )
