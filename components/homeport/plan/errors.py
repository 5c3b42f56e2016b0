"""How a failing program comes out of an evaluation: cleanly, and without any secret that was seen."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import Final, NoReturn

import pulumi

from homeport.problems import SettingsError

_REMOVED: Final = "[secret]"
#: Shorter texts are left alone: removing them would garble a message and hide nothing.
_SHORTEST: Final = 4
#: Frames of these say nothing about the program.
_MACHINERY: Final = ("homeport/plan/", "/pulumi/", "/asyncio/", "<frozen", "/runpy.py", "/concurrent/futures/")


class ProgramError(Exception):
    """The program failed with something else than `pulumi.RunError`.

    Attributes:
        kind: name of the original exception's class.
        trace: the frames of the program and its libraries, without the evaluation's own, as text.

    The original exception is the `__cause__`, unless its text holds a secret.
    """

    def __init__(self, message: str, trace: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace


class Scrubber:
    """Removes secrets from text.

    Args:
        secrets: texts that must not be shown.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {part for text in secrets for part in (text, text.strip(), *text.splitlines())}
        spelled = {way for text in found for way in (text, repr(text)[1:-1], json.dumps(text)[1:-1])}
        self._secrets = sorted(
            (text for text in spelled if len(text) >= _SHORTEST), key=lambda text: (-len(text), text)
        )

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, _REMOVED)
        return text


def raise_clean(error: BaseException, scrub: Scrubber, calls: Iterable[str]) -> NoReturn:
    """Raise what a program failed with, as its user should see it.

    Args:
        error: what it raised.
        scrub: removes secrets from text.
        calls: functions of providers whose results the program used; they are not known in a plan.

    Raises:
        pulumi.RunError: the same text, without a traceback.
        SettingsError: unchanged.
        ProgramError: anything else.
    """
    if isinstance(error, SettingsError):
        raise error.with_traceback(None) from None
    if isinstance(error, pulumi.RunError):
        # A program that shows wrong settings as text still has them at hand: `--json` lists them one by one.
        settings = error.__context__ if isinstance(error.__context__, SettingsError) else None
        error.args = (scrub(str(error)),)
        raise error.with_traceback(None) from settings
    if isinstance(error, SystemExit):
        raise ProgramError(f"the program ended itself with exit code {error.code!r}", "", "SystemExit") from None
    if not isinstance(error, Exception):
        raise error
    kind = type(error).__name__
    message = f"{kind}: {error}"
    if called := sorted(calls):
        message += (
            f"\nnote: a plan cannot know the results of function calls; this program used those of {', '.join(called)}"
        )
    trace = _trace(error.__traceback__)
    full = "".join(traceback.format_exception(error))
    if scrub(full) != full:
        raise ProgramError(scrub(message), scrub(trace), kind) from None
    raise ProgramError(message, trace, kind) from error


def _trace(tb: TracebackType | None) -> str:
    frames = traceback.extract_tb(tb)
    own = [frame for frame in frames if not any(part in frame.filename for part in _MACHINERY)]
    return "".join(traceback.format_list(own or frames))
