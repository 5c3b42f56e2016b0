"""Stands in for the engine behind a component provider: keeps what is registered, answers what is looked up."""

# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

from collections.abc import Mapping
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, resource_pb2, resource_pb2_grpc

from tests.engine.simcloud.values import Properties, decode, encode


class RecordingMonitor(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Registers everything and makes nothing."""

    def __init__(self) -> None:
        self.registered: list[Any] = []
        """Requests of the protocol, in order."""
        self.outputs: dict[str, Properties] = {}
        """By URN, what was registered as the outputs of a component."""
        self.made: Mapping[str, Properties] = {}
        """By type, what a resource has besides its inputs."""
        self.refused: Mapping[str, str] = {}
        """By type, the message that a registration fails with."""
        self.state: Mapping[str, tuple[str, Properties]] = {}
        """By URN, id and properties of a resource that is looked up."""
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self, self._server)
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        """Where it listens."""
        self._server.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.stop(0).wait()

    # --- of the monitor

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def RegisterResource(self, request: Any, context: Any) -> Any:
        if request.type in self.refused:
            context.abort(grpc.StatusCode.UNKNOWN, self.refused[request.type])
        self.registered.append(request)
        urn = f"{request.parent.rpartition('::')[0]}${request.type}::{request.name}"
        properties = {**decode(request.object), **self.made.get(request.type, {})}
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=f"id-of-{request.name}" if request.custom else "", object=encode(properties)
        )

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        self.outputs[request.urn] = decode(request.outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        answer: Properties = {}
        if request.tok == "pulumi:pulumi:getResource":
            urn = decode(request.args)["urn"]
            id_, state = self.state[urn]
            answer = {"urn": urn, "id": id_, "state": state}
        fields: dict[str, Any] = {"return": encode(answer)}
        return provider_pb2.InvokeResponse(**fields)

    # --- of the engine

    def Log(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()
