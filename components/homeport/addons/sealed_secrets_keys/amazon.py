"""Entries of AWS Secrets Manager, by EKS Pod Identity.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .calls import Call, RefusedError, send
from .signing import Credentials, signed


@dataclass(frozen=True)
class SecretsManager:
    """A region's secret store.

    Attributes:
        region: where.
        sign_in: gives credentials.
        address: of the API; default: the region's.
    """

    region: str
    sign_in: Callable[[], Credentials] = field(repr=False)
    address: str = ""

    def read(self, name: str) -> bytes | None:
        """The current value; None where there never was one."""
        try:
            answer = self._send(f"read {name}", "GetSecretValue", {"SecretId": name})
        except RefusedError as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise
        return base64.b64decode(answer["SecretBinary"])

    def write(self, name: str, value: bytes) -> None:
        """Add a version, which becomes the current one."""
        body = {
            "SecretId": name,
            "SecretBinary": base64.b64encode(value).decode(),
            "ClientRequestToken": str(uuid.uuid4()),
        }
        self._send(f"write {name}", "PutSecretValue", body)

    def _send(self, what: str, operation: str, document: Mapping[str, str]) -> Any:
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        address = self.address or f"https://secretsmanager.{self.region}.{suffix}"
        body = json.dumps(document).encode()
        headers = signed(
            self.sign_in(),
            host=urlsplit(address).netloc,
            region=self.region,
            service="secretsmanager",
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"secretsmanager.{operation}"},
            body=body,
            now=datetime.now(UTC),
        )
        return send(Call(what, f"{address}/", "POST", headers, body))


def pod_identity(address: str, token_file: str) -> Callable[[], Credentials]:
    """Credentials from the agent on the pod's node."""

    def ask() -> Credentials:
        token = Path(token_file).read_text(encoding="utf-8").strip()
        answer = send(Call("sign in", address, headers={"Authorization": token}))
        try:
            return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"])
        except (KeyError, TypeError):
            raise RefusedError("sign in", 0, "no credentials") from None

    return ask
