"""HTTP calls with the standard library: one answer, or an error that says what was refused and nothing more."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")

#: Seconds until a call counts as unanswered.
_TIMEOUT: Final = 30
#: Answers that may be another in a minute: rights and identities take a while until every part of a cloud knows them.
_PASSING: Final = frozenset({401, 403, 408, 409, 429, 500, 502, 503, 504})


class RefusedError(Exception):
    """A call that was refused or not answered.

    Args:
        what: the call, in words.
        status: of the answer; 0 where there was none.
        code: the service's own word for it; never more of an answer, which might repeat what was sent.
    """

    def __init__(self, what: str, status: int, code: str) -> None:
        super().__init__(f"{what}: {status or 'no answer'} {code}".rstrip())
        self.status = status
        self.code = code

    @property
    def passing(self) -> bool:
        """Whether it is worth while to ask again."""
        return self.status == 0 or self.status in _PASSING or "AccessDenied" in self.code or "Throttl" in self.code


@dataclass(frozen=True)
class Call:
    """A request.

    Attributes:
        what: in words, for errors.
        url: where.
        method: of HTTP.
        headers: with credentials.
        body: JSON, already encoded.
        context: whom to trust; None for plain HTTP or the system's own authorities.
    """

    what: str
    url: str
    method: str = "GET"
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    context: ssl.SSLContext | None = None


def send(call: Call) -> Any:
    """The JSON document, or plain text, that answers.

    Raises:
        RefusedError: it was refused or not answered.
    """
    request = urllib.request.Request(  # noqa: S310 - fixed addresses
        call.url, data=call.body, headers=dict(call.headers or {}), method=call.method
    )
    # No proxy: keys go to the API server, the metadata service and the secret store, and nowhere else.
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if call.context is not None:
        handlers.append(urllib.request.HTTPSHandler(context=call.context))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=_TIMEOUT) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            raise RefusedError(call.what, error.code, _code(error.read())) from None
    except (OSError, ValueError) as error:
        raise RefusedError(call.what, 0, type(error).__name__) from None
    try:
        return json.loads(text)
    except ValueError:
        return text


def patiently(
    action: Callable[[], T],
    seconds: float,
    *,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Do something, again and again while it is refused for what may pass, for a while.

    Raises:
        RefusedError: the last refusal.
    """
    end = clock() + seconds
    pause = 1.0
    while True:
        try:
            return action()
        except RefusedError as error:
            if not error.passing or clock() + pause > end:
                raise
        sleep(pause)
        pause = min(pause * 2, 15.0)


def _code(body: bytes) -> str:
    """The service's word for an error: `error.status` of Google, `__type` of AWS, `reason` of Kubernetes."""
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    answer = _map(document)
    word = _map(answer.get("error")).get("status") or answer.get("__type") or answer.get("reason") or ""
    return str(word).rpartition("#")[2][:80]


def _map(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
