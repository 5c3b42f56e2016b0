"""Look-ups in a cloud whose failure reads like one, and not like a fault of this program.

What a function of a provider answers is an output. When it fails, the SDK ends the program with its own traceback; so
the failure is turned into a `pulumi.RunError`, which is shown as it is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator
from typing import Any, TypeVar

import pulumi

from homeport.model import In

T = TypeVar("T")


def looked_up(answer: pulumi.Output[T], *, what: str, fix: str) -> pulumi.Output[T]:
    """The same output, with a failure that says what could not be looked up and what to do.

    Args:
        answer: what the provider's function answers; nothing else may use it.
        what: the thing, as in "cannot look up WHAT".
        fix: what to do, with a command that shows whether it helped.
    """

    async def read() -> tuple[Any, ...]:
        try:
            return (
                await answer.resources(),
                await answer.future(with_unknowns=True),
                await answer.is_known(),
                await answer.is_secret(),
            )
        except pulumi.RunError:
            raise
        except Exception as error:  # noqa: BLE001 - the SDK raises plain exceptions
            raise pulumi.RunError(f"cannot look up {what}: {reason(error)}; {fix}") from None

    # The SDK raises, at the end, what failed and nobody took over.
    untrack: Any = getattr(answer, "_untrack", None)
    if untrack is not None:
        untrack()
    facts = asyncio.ensure_future(read())
    found: Any = pulumi.Output(*(_Part(facts, index) for index in range(4)))
    return found


class _Part:
    """One of the facts about an output. No coroutine: after a failure the others are never asked for."""

    def __init__(self, facts: asyncio.Future[tuple[Any, ...]], index: int) -> None:
        self._facts = facts
        self._index = index

    def __await__(self) -> Generator[Any, None, Any]:
        facts = yield from self._facts.__await__()
        return facts[self._index]


def gcp_project(project: In[str], opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions) -> pulumi.Output[Any]:
    """What Google Cloud says of a project: its number, above all.

    Args:
        project: its id.
        opts: with the provider.
    """
    # Imported when needed: what is on AWS alone does not pay for the SDK.
    import pulumi_gcp as gcp  # noqa: PLC0415

    shown = project if isinstance(project, str) else "PROJECT"
    return looked_up(
        gcp.organizations.get_project_output(project_id=project, opts=opts),
        what=f"the project {shown} at Google Cloud",
        fix="the account that deploys needs resourcemanager.projects.get there (roles/browser), and the API Cloud "
        f"Resource Manager must be on; see gcloud projects describe {shown}",
    )


def reason(error: BaseException) -> str:
    """The provider's own words, on one line, without what the SDK and the engine put around them."""
    text = re.sub(r"\s+", " ", str(error)).strip()
    text = re.sub(r"^.*returned an error: ", "", text)
    text = re.sub(r"^invoking: ", "", text)
    text = re.sub(r"^[0-9]+ errors? occurred: \* ", "", text)
    return text or type(error).__name__
