"""Providers that take as long as clouds do: the real one works behind, and its answer is held back until its time.

A script of the provider's name, before it on PATH, starts the real one and passes all calls on.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent import futures
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

import grpc

from tests.engine.simcloud.durations import Durations

ROOT: Final = Path(__file__).resolve().parents[2]
#: Plugins of packages whose operations are real here.
PLUGINS: Final = ("pulumi-resource-kubernetes", "pulumi-resource-eks")
_LARGEST: Final = (("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20))
_SERVICE: Final = "/pulumirpc.ResourceProvider/"
_SCRIPT: Final = """\
#!{python}
import sys
sys.path[:0] = {path!r}
from tests.engine.taking_time import main
main({real!r}, {settings!r}, {journal!r}, sys.argv[1:])
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """One creation behind such a provider.

    Attributes:
        urn: of what was made.
        started: when, of the clock that only goes forward.
        worked: real seconds until the real provider had done it.
        ended: when the engine had its answer.
    """

    urn: str
    started: float
    worked: float
    ended: float


def install_slow_plugins(folder: Path, durations: Durations, journal: Path) -> None:
    """Write scripts for the plugins that are on PATH.

    Args:
        folder: first on the engine's PATH.
        durations: how long what they make takes.
        journal: file for what they did; `read_journal` reads it.
    """
    settings = folder / "durations.json"
    settings.write_text(durations.as_json())
    for plugin in PLUGINS:
        real = shutil.which(plugin)
        if real is None:
            continue
        text = _SCRIPT.format(
            python=sys.executable,
            path=[str(ROOT), str(ROOT / "components")],
            real=real,
            settings=str(settings),
            journal=str(journal),
        )
        (folder / plugin).write_text(text)
        (folder / plugin).chmod(0o755)


def read_journal(path: Path) -> list[Taken]:
    """What was made, in the order of the answers."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Taken(**json.loads(line)) for line in lines]


def main(real: str, settings: str, journal: str, arguments: Sequence[str]) -> None:
    """Be the plugin: start the real one, say on which port this one listens, pass calls on until the real one ends."""
    process = subprocess.Popen([real, *arguments], stdout=subprocess.PIPE, text=True)

    def end(*_: object) -> None:
        process.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    if not port:
        sys.exit(process.wait() or 1)
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_LARGEST)
    passing = Passing(channel, Durations.from_json(Path(settings).read_text()), Path(journal))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=128), options=_LARGEST)
    server.add_generic_rpc_handlers((passing,))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)  # noqa: T201 - how a plugin says where it listens
    server.start()
    status = process.wait()
    server.stop(0)
    sys.exit(max(status, 0))


class Passing(grpc.GenericRpcHandler):
    """Passes all calls on, and holds back the answers of those that make something.

    Args:
        channel: to the real provider.
        durations: how long what it makes takes.
        journal: file for what was made.
    """

    def __init__(self, channel: Any, durations: Durations, journal: Path) -> None:
        self._channel = channel
        self._durations = durations
        self._journal = journal
        self._lock = threading.Lock()

    def service(self, handler_call_details: Any) -> Any:
        """How a call is answered."""
        return cast("Any", grpc).unary_unary_rpc_method_handler(self._answer(handler_call_details.method), None, None)

    def _answer(self, method: str) -> Callable[[bytes, Any], bytes]:
        call = self._channel.unary_unary(method, None, None)
        makes = {f"{_SERVICE}Create": _created, f"{_SERVICE}Construct": _constructed}.get(method)

        def answer(request: bytes, context: Any) -> bytes:
            started = time.monotonic()
            urn = makes(request) if makes is not None else None
            with _as_refused(context):
                done: bytes = call(request, metadata=context.invocation_metadata())
            if urn is not None:
                worked = time.monotonic() - started
                time.sleep(self._durations.left("create", urn, started))
                self._note(Taken(urn, started, worked, time.monotonic()))
            return done

        return answer

    def _note(self, taken: Taken) -> None:
        # One write: other processes write into the same file.
        line = json.dumps(asdict(taken)).encode() + b"\n"
        with self._lock:
            file = os.open(self._journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(file, line)
            finally:
                os.close(file)


@contextlib.contextmanager
def _as_refused(context: Any) -> Generator[None]:
    """Pass an error on as it is, with what it carries."""
    try:
        yield
    except grpc.RpcError as refused:
        error: Any = refused
        context.set_trailing_metadata(tuple(error.trailing_metadata() or ()))
        context.abort(error.code(), error.details())


def _created(request: bytes) -> str | None:
    """URN of what a call of Create makes; None in a preview."""
    # Late: importing the SDK takes longer than starting.
    from pulumi.runtime.proto import provider_pb2  # noqa: PLC0415

    asked: Any = provider_pb2.CreateRequest.FromString(request)
    return None if asked.preview else asked.urn


def _constructed(request: bytes) -> str | None:
    """URN of the component that a call of Construct makes; None in a preview. Its parent's types are left out."""
    from pulumi.runtime.proto import provider_pb2  # noqa: PLC0415

    asked: Any = provider_pb2.ConstructRequest.FromString(request)
    return None if asked.dryRun else f"urn:pulumi:{asked.stack}::{asked.project}::{asked.type}::{asked.name}"
