"""A stand-in for AWS KMS, as far as Pulumi's secrets providers ask it: it encrypts by putting the key's name before.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class KeyService(ThreadingHTTPServer):
    """Serves on the loopback interface.

    Attributes:
        used: the operations that were asked for, with the key of those that name one.
        refuses: every request is answered as by a policy that does not allow it.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.used: list[tuple[str, str]] = []
        self.refuses = False

    @property
    def environment(self) -> dict[str, str]:
        """What leads AWS's SDK here, and credentials that it takes along."""
        return {
            "AWS_ENDPOINT_URL_KMS": f"http://127.0.0.1:{self.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example-secret-of-nobody",
        }

    def answer(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        self.used.append((operation, str(request.get("KeyId") or "")))
        if self.refuses:
            return 400, {"__type": "AccessDeniedException", "message": f"not authorized to perform: kms:{operation}"}
        if operation == "Encrypt":
            sealed = f"{request['KeyId']}\n".encode() + base64.b64decode(request["Plaintext"])
            return 200, {"CiphertextBlob": base64.b64encode(sealed).decode(), "KeyId": request["KeyId"]}
        key, _, plain = base64.b64decode(request["CiphertextBlob"]).partition(b"\n")
        return 200, {"Plaintext": base64.b64encode(plain).decode(), "KeyId": key.decode()}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service = self.server
        assert isinstance(service, KeyService)
        status, body = service.answer(self.headers["X-Amz-Target"].rpartition(".")[2], request)
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep quiet."""


@contextmanager
def key_service() -> Generator[KeyService]:
    """A running stand-in."""
    with KeyService() as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        yield service
        service.shutdown()
