"""Signature Version 4, as far as one JSON service needs it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """Of a role's session."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def signed(
    credentials: Credentials,
    *,
    host: str,
    region: str,
    service: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> dict[str, str]:
    """The headers of a POST to the path /, with its signature.

    Args:
        credentials: who asks.
        host: as the Host header has it.
        region: of the service.
        service: its name in signatures.
        headers: further ones.
        body: of the request.
        now: in UTC.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    out = {**headers, "X-Amz-Date": stamp}
    if credentials.session_token:
        out["X-Amz-Security-Token"] = credentials.session_token
    lower = {key.lower(): " ".join(value.split()) for key, value in {**out, "Host": host}.items()}
    names = ";".join(sorted(lower))
    lines = [f"{key}:{lower[key]}" for key in sorted(lower)]
    request = "\n".join(["POST", "/", "", *lines, "", names, hashlib.sha256(body).hexdigest()])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    out["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return out
