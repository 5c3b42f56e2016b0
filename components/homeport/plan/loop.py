"""An event loop that answers the SDK's calls to the resource monitor at once, without threads.

The SDK hands every call to the loop's thread pool, because a real engine answers over the network. Our monitor lives in
the same process: answering in place is several times cheaper and makes the order of registrations the same on every
run. What the program itself hands to the pool (`asyncio.to_thread`) goes there as usual.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, Final, TypeVar

T = TypeVar("T")

#: The module of the closures that the SDK makes around its calls to the monitor.
_SDK_CALLS: Final = "pulumi.runtime._context"
#: What asyncio says about futures of a program that failed half-way; the failure itself is reported by the caller.
_HARMLESS: Final = ("exception was never retrieved", "was destroyed but it is pending")


class InlineLoop(asyncio.SelectorEventLoop):
    """Answers the SDK's monitor calls in place."""

    def run_in_executor(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run a monitor call at once; leave everything else to the thread pool."""
        if executor is not None or getattr(func, "__module__", "") != _SDK_CALLS:
            return super().run_in_executor(executor, func, *args)
        future: asyncio.Future[Any] = self.create_future()
        try:
            result = func(*args)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the call
            future.set_exception(error)
            return future
        if asyncio.iscoroutine(result):
            future.cancel()
            return self.create_task(result)
        future.set_result(result)
        return future


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine on a loop of its own, in a copy of the current context, and leave nothing behind.

    Where a loop is already running in this thread (a plan inside a plan), another thread does it.
    """
    context = contextvars.copy_context()
    if not _is_running():
        return context.run(_run, main)
    outcome: list[T] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(context.run(_run, main))
        except BaseException as error:  # noqa: BLE001 - handed over to the thread that waits
            failure.append(error)

    thread = threading.Thread(target=work, name="homeport-plan")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def _is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    loop = InlineLoop()
    loop.set_exception_handler(_quiet)
    try:
        return loop.run_until_complete(main())
    finally:
        try:
            rest = asyncio.all_tasks(loop)
            for task in rest:
                task.cancel()
            if rest:
                loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not str(context.get("message", "")).endswith(_HARMLESS):
        loop.default_exception_handler(context)
