"""What every plugin answers when the engine attaches to it."""

# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

import json
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.engine.simcloud.sdk_schema import package_version


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """A package's plugin, of the version that the installed SDK asks for.

    Args:
        package: name of the package.
    """

    def __init__(self, package: str) -> None:
        self.package = package

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=package_version(self.package))

    def GetSchema(self, request: Any, context: Any) -> Any:
        schema = {"name": self.package, "version": package_version(self.package)}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def GetMapping(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetMappingsResponse()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)
