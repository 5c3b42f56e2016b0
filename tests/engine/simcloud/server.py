"""Serves simulated clouds to the engine, out of the tests' own process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent import futures
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from tests.engine.simcloud.plugin import Plugin

_LARGEST_MESSAGE: Final = 400 << 20


class CloudServer:
    """One port of the loopback interface per package.

    Args:
        plugins: what the engine attaches to.
    """

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self._servers: list[Any] = []
        ports: list[str] = []
        for plugin in plugins:
            server = grpc.server(
                # The engine starts as many operations at once as it likes; none may wait for another.
                futures.ThreadPoolExecutor(max_workers=128),
                options=[
                    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
                    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
                ],
            )
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(plugin, server)
            ports.append(f"{plugin.package}:{server.add_insecure_port('127.0.0.1:0')}")
            server.start()
            self._servers.append(server)
        self.debug_providers: Final = ",".join(ports)
        """Value of PULUMI_DEBUG_PROVIDERS: the engine attaches to these instead of starting plugins."""

    def stop(self) -> None:
        """Stop serving."""
        for server in self._servers:
            server.stop(0.5).wait()
