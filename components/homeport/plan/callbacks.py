"""Transforms: functions of the program that the engine calls back to change a resource before it is registered.

The SDK serves them on a local port for the engine. Here the same functions are called in the same process, with the
same messages, and no port is opened.
"""

from __future__ import annotations

import asyncio
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import _callbacks, rpc  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime.proto import callback_pb2, resource_pb2

from homeport.plan.decode import OUTPUT_SIGNATURE, SECRET_SIGNATURE, SIGNATURE


class Callbacks(_callbacks._CallbackServicer):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    """The SDK's register of callbacks, without its server."""

    def __init__(self, monitor: Any) -> None:
        # Not the base's: it would open a port and start threads.
        self._callbacks = {}
        self._transforms = {}
        self._state_migrations = {}
        self._monitor = monitor
        self._loop = asyncio.get_running_loop()
        self._target = ""

    async def transform(
        self, request: resource_pb2.RegisterResourceRequest, callbacks: list[callback_pb2.Callback]
    ) -> resource_pb2.RegisterResourceRequest:
        """Run transforms in the engine's order and give back the changed request."""
        dependencies = {key: list(value.urns) for key, value in request.propertyDependencies.items()}
        upgrade = dependencies if request.transforms else {}
        properties = _as_outputs(request.object, upgrade)
        options = _options(request)
        for callback in callbacks:
            message = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=properties,
                options=options,
            )
            response: Any = await self._callbacks[callback.token](message.SerializeToString())
            if response.HasField("options"):
                options = response.options
            if response.HasField("properties"):
                properties = response.properties
        changed = resource_pb2.RegisterResourceRequest()
        changed.CopyFrom(request)
        changed.object.CopyFrom(properties)
        _apply(changed, options)
        for key in dependencies.keys() - set(changed.object.fields):
            del changed.propertyDependencies[key]
        for key in changed.object.fields.keys() & dependencies.keys():
            changed.dependencies.extend(set(dependencies[key]) - set(changed.dependencies))
        return changed


def _options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions(
        depends_on=request.dependencies,
        ignore_changes=request.ignoreChanges,
        replace_on_changes=request.replaceOnChanges,
        version=request.version,
        aliases=request.aliases,
        provider=request.provider,
        plugin_download_url=request.pluginDownloadURL,
        deleted_with=request.deletedWith,
        additional_secret_outputs=request.additionalSecretOutputs,
        providers=request.providers,
        hide_diff=request.hideDiffs,
        replace_with=request.replace_with,
    )
    # A keyword of Python's.
    setattr(options, "import", request.importId)
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.HasField("hooks"):
        options.hooks.CopyFrom(request.hooks)
    return options


def _apply(request: resource_pb2.RegisterResourceRequest, options: resource_pb2.TransformResourceOptions) -> None:
    """Write the options that transforms left into a request; what they dropped is dropped."""
    replaced = resource_pb2.RegisterResourceRequest(
        dependencies=options.depends_on,
        ignoreChanges=options.ignore_changes,
        replaceOnChanges=options.replace_on_changes,
        version=options.version,
        aliases=options.aliases,
        provider=options.provider,
        pluginDownloadURL=options.plugin_download_url,
        deletedWith=options.deleted_with,
        additionalSecretOutputs=options.additional_secret_outputs,
        providers=options.providers,
        hideDiffs=options.hide_diff,
        replace_with=options.replace_with,
        importId=getattr(options, "import"),
        deleteBeforeReplace=options.delete_before_replace,
        deleteBeforeReplaceDefined=options.HasField("delete_before_replace"),
    )
    for name in (
        "dependencies",
        "ignoreChanges",
        "replaceOnChanges",
        "aliases",
        "provider",
        "deletedWith",
        "additionalSecretOutputs",
        "providers",
        "replace_with",
        "importId",
        "deleteBeforeReplace",
        "deleteBeforeReplaceDefined",
        "protect",
        "retainOnDelete",
    ):
        request.ClearField(name)  # pyright: ignore[reportArgumentType]
    request.MergeFrom(replaced)
    if options.HasField("protect"):
        request.protect = options.protect
    if options.HasField("retain_on_delete"):
        request.retainOnDelete = options.retain_on_delete


def _as_outputs(struct: struct_pb2.Struct, dependencies: dict[str, list[str]]) -> struct_pb2.Struct:
    """Properties as the engine hands them to transforms: secrets, unknowns and what depends on others as outputs."""
    out = struct_pb2.Struct()
    for key, value in struct.fields.items():
        changed = _as_output(value)
        urns = dependencies.get(key)
        out.fields[key].CopyFrom(_depending(changed, urns) if urns else changed)
    return out


def _as_output(value: struct_pb2.Value) -> struct_pb2.Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value" and value.string_value == rpc.UNKNOWN:
        return _output(None, secret=False)
    if kind == "list_value":
        items = [_as_output(item) for item in value.list_value.values]
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=items))
    if kind != "struct_value":
        return value
    fields = value.struct_value.fields
    if SIGNATURE not in fields:
        changed = {key: _as_output(item) for key, item in fields.items()}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=changed))
    if fields[SIGNATURE].string_value != SECRET_SIGNATURE:
        return value
    inner = fields["value"]
    unknown = inner.WhichOneof("kind") == "string_value" and inner.string_value == rpc.UNKNOWN
    return _output(None if unknown else inner, secret=True)


def _depending(value: struct_pb2.Value, urns: list[str]) -> struct_pb2.Value:
    fields = value.struct_value.fields
    is_output = SIGNATURE in fields and fields[SIGNATURE].string_value == OUTPUT_SIGNATURE
    out = value if is_output else _output(value, secret=False)
    items = [struct_pb2.Value(string_value=urn) for urn in sorted(urns)]
    out.struct_value.fields["dependencies"].list_value.CopyFrom(struct_pb2.ListValue(values=items))
    return out


def _output(value: struct_pb2.Value | None, *, secret: bool) -> struct_pb2.Value:
    fields = {SIGNATURE: struct_pb2.Value(string_value=OUTPUT_SIGNATURE)}
    if value is not None:
        fields["value"] = value
    if secret:
        fields["secret"] = struct_pb2.Value(bool_value=True)
    return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
