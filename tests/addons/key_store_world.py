"""Stand-ins for an API server and the two secret stores, on loopback, for the program that keeps sealing keys."""

from __future__ import annotations

import base64
import json
import random
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from homeport.addons.sealed_secrets_keys.amazon import SecretsManager
from homeport.addons.sealed_secrets_keys.cluster import Cluster
from homeport.addons.sealed_secrets_keys.entries import LABEL, Entry
from homeport.addons.sealed_secrets_keys.google import SecretManager
from homeport.addons.sealed_secrets_keys.signing import Credentials

Answer = tuple[int, Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@contextmanager
def served(respond: Callable[[Request], Answer]) -> Generator[str]:
    """A server on a free port; what `respond` says is answered."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, document = respond(Request(self.command, unquote(self.path), dict(self.headers), body))
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class World:
    """What the stand-ins hold.

    Attributes:
        secrets: of the cluster, by name, as the API server has them.
        entries: of the store, name to versions, the newest last.
        refusals: answers that come first, before the real ones.
        requests: everything that was asked.
    """

    secrets: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    entries: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])
    refusals: list[Answer] = field(default_factory=list[Answer])
    requests: list[Request] = field(default_factory=list[Request])

    def hold(self, *keys: Entry) -> None:
        """Put keys into the cluster, as the controller does."""
        for key in keys:
            secret = key.secret("sealed-secrets")
            data = {name: base64.b64encode(text.encode()).decode() for name, text in secret.pop("stringData").items()}
            self.secrets[key.name] = {**secret, "data": data}

    def api(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.headers.get("Authorization") != "Bearer cluster-token":
            return 401, {"reason": "Unauthorized"}
        if request.method == "GET":
            assert request.path == f"/api/v1/namespaces/sealed-secrets/secrets?labelSelector={LABEL}"
            return 200, {"items": list(self.secrets.values())}
        assert request.path == "/api/v1/namespaces/sealed-secrets/secrets"
        name = request.body["metadata"]["name"]
        if name in self.secrets:
            return 409, {"reason": "AlreadyExists", "message": "repeats what was sent: KEY OF"}
        data = {key: base64.b64encode(text.encode()).decode() for key, text in request.body["stringData"].items()}
        self.secrets[name] = {**request.body, "data": data}
        return 201, {}

    def google(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.path.startswith("/computeMetadata"):
            assert request.headers["Metadata-Flavor"] == "Google"
            return 200, {"access_token": "google-token"}
        if self.refusals:
            return self.refusals.pop(0)
        assert request.headers["Authorization"] == "Bearer google-token"
        name = request.path.removeprefix("/v1/projects/acme-stage/secrets/")
        if request.method == "GET":
            versions = self.entries.get(name.removesuffix("/versions/latest:access"))
            if not versions:
                return 404, {"error": {"status": "NOT_FOUND"}}
            return 200, {"payload": {"data": base64.b64encode(versions[-1]).decode()}}
        versions = self.entries.get(name.removesuffix(":addVersion"))
        if versions is None:
            return 404, {"error": {"status": "NOT_FOUND"}}
        versions.append(base64.b64decode(request.body["payload"]["data"]))
        return 200, {}

    def amazon(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.refusals:
            return self.refusals.pop(0)
        assert "Credential=AKIDEXAMPLE/" in request.headers["Authorization"]
        assert request.headers["X-Amz-Security-Token"] == "session"
        versions = self.entries.get(request.body["SecretId"])
        if versions is None:
            return 400, {"__type": "ResourceNotFoundException"}
        if request.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue":
            if not versions:
                return 400, {"__type": "com.amazonaws.secretsmanager#ResourceNotFoundException"}
            return 200, {"SecretBinary": base64.b64encode(versions[-1]).decode()}
        assert request.headers["X-Amz-Target"] == "secretsmanager.PutSecretValue"
        versions.append(base64.b64decode(request.body["SecretBinary"]))
        return 200, {}


@contextmanager
def cluster_of(world: World, token: str = "cluster-token") -> Generator[Cluster]:  # noqa: S107 - a stand-in
    with served(world.api) as address:
        yield Cluster(address, lambda: token, "sealed-secrets")


@contextmanager
def google_store(world: World) -> Generator[SecretManager]:
    with served(world.google) as address:
        yield SecretManager("acme-stage", address, address)


@contextmanager
def amazon_store(world: World) -> Generator[SecretsManager]:
    with served(world.amazon) as address:
        yield SecretsManager("eu-central-1", lambda: Credentials("AKIDEXAMPLE", "secret", "session"), address)


def key(name: str, *, state: str = "active", size: int = 0) -> Entry:
    """A key that is none, for tests that do not look inside."""
    return Entry(
        name,
        {LABEL: state},
        {},
        f"-----BEGIN CERTIFICATE-----\nCERTIFICATE OF {name}\n-----END CERTIFICATE-----\n",
        f"-----BEGIN RSA PRIVATE KEY-----\nKEY OF {name}{filler(size)}\n-----END RSA PRIVATE KEY-----\n",
    )


def filler(size: int) -> str:
    """Text as dense as a key's: base64 of `size` random bytes, the same on each run."""
    return base64.b64encode(random.Random(size).randbytes(size)).decode()  # noqa: S311 - nothing secret
