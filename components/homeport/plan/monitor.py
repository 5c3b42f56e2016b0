"""The engine's side of an evaluation: answers every request of the SDK and writes down what was asked.

It does what the engine does before it talks to any provider (URNs, duplicates, inheritance, transforms, default
providers) and nothing of what a provider does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Final, cast

import pulumi
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.proto import alias_pb2, callback_pb2, provider_pb2, resource_pb2

from homeport.plan.decode import Decoder, secret_value
from homeport.plan.graph import STACK_TYPE, Options, Source
from homeport.plan.origin import Origins
from homeport.plan.passes import Pass, Recorded, place

_REFERENCE: Final = "pulumi:pulumi:StackReference"
_DISABLED_KEY: Final = "pulumi:disable-default-providers"

#: Runs the transforms of a request: given the request, the callbacks and the parent's, returns the changed one.
Transform = Callable[
    [resource_pb2.RegisterResourceRequest, "list[callback_pb2.Callback]"],
    Coroutine[Any, Any, resource_pb2.RegisterResourceRequest],
]


class ProgramRuleError(pulumi.RunError):
    """The engine would refuse the program; the text says why."""


class _NoMocks(Mocks):
    def call(self, args: Any) -> Any:
        raise NotImplementedError

    def new_resource(self, args: Any) -> Any:
        raise NotImplementedError


class Monitor(MockMonitor):
    """Answers one pass.

    Args:
        project: name of the Pulumi project.
        stack: name of the stack.
        config: the engine's configuration, as the program gets it.
        gathered: what the pass writes down.
        origins: shows source files.
        reference: outputs of another stack as they are answered in this pass, with the names of the secret ones; None
            where they are not known.

    Attributes:
        transform: runs transforms; set before the program starts.
    """

    transform: Transform

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        config: Mapping[str, str],
        gathered: Pass,
        origins: Origins,
        reference: Callable[[str, str], tuple[struct_pb2.Struct, list[str]] | None],
    ) -> None:
        super().__init__(_NoMocks())
        self._project = project
        self._stack = stack
        self._denied = _denied_packages(config)
        self._pass = gathered
        self._origins = origins
        self._reference = reference
        self._transforms: list[callback_pb2.Callback] = []
        self._decoder = Decoder(gathered.secrets.add, origins.path)

    # What the SDK asks --------------------------------------------------------------------------------------------

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:  # noqa: N802
        """Write a resource down and answer with its inputs; a coroutine where transforms must run first."""
        parent = self._pass.resources.get(request.parent)
        if parent is not None:
            _inherit(request, parent)
        callbacks = _callbacks(request)
        ancestor = parent
        while ancestor is not None:
            callbacks.extend(ancestor.transforms)
            ancestor = self._pass.resources.get(ancestor.parent or "")
        callbacks.extend(self._transforms)
        if callbacks and request.type != STACK_TYPE:
            return self._register_transformed(request, callbacks)
        return self._register(request)

    async def _register_transformed(
        self, request: resource_pb2.RegisterResourceRequest, callbacks: list[callback_pb2.Callback]
    ) -> resource_pb2.RegisterResourceResponse:
        own = _callbacks(request)
        response = self._register(await self.transform(request, callbacks))
        self._pass.resources[response.urn].transforms = own
        return response

    def _register(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        urn = self.make_urn(request.parent, request.type, request.name)
        record = self._write_down(urn, request)
        if request.remote:
            self._pass.warnings.add(f"{record.name} ({record.type}): its children are made by its plugin and not shown")
        answer = _with_secrets(request.object, request.additionalSecretOutputs)
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=self._id(record) if request.custom else "", object=answer
        )

    def _id(self, record: Recorded) -> str:
        if record.options.import_id:
            return record.options.import_id
        return self._pass.tokens.make(f"{record.name}.id") if self._pass.tokens.number > 1 else ""

    def _write_down(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Recorded:
        source = None if request.type == STACK_TYPE else self._origins.source(cast("Any", request).stackTrace)
        self._refuse_duplicate(urn, source)
        explicit = request.provider or (
            request.providers.get(_package(request.type), "") if request.custom or request.remote else ""
        )
        if (request.custom or request.remote) and not explicit:
            self._refuse_default_provider(request, source)
        record = Recorded(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            custom=request.custom,
            remote=request.remote,
            external=None,
            provider=explicit.rpartition("::")[0] or None,
            inputs=self._decoder.struct(request.object),
            dependencies=set(request.dependencies),
            property_dependencies={key: set(value.urns) for key, value in request.propertyDependencies.items()},
            options=self._options(request),
            source=source,
            state=request.object,
        )
        record.transforms = _callbacks(request)
        self._pass.resources[urn] = record
        return record

    def _options(self, request: resource_pb2.RegisterResourceRequest) -> Options:
        return Options.model_construct(
            protect=request.protect,
            ignore_changes=list(request.ignoreChanges),
            replace_on_changes=list(request.replaceOnChanges),
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            retain_on_delete=request.retainOnDelete,
            deleted_with=request.deletedWith or None,
            aliases=[*request.aliasURNs, *(self._alias(request, alias) for alias in cast("Any", request).aliases)],
            import_id=request.importId or None,
        )

    def _alias(self, request: resource_pb2.RegisterResourceRequest, alias: alias_pb2.Alias) -> str:
        if alias.WhichOneof("alias") == "urn":
            return alias.urn
        spec = alias.spec
        parent = "" if spec.noParent else spec.parentUrn or request.parent
        return self.make_urn(
            parent,
            spec.type or request.type,
            spec.name or request.name,
            project=spec.project or self._project,
            stack=spec.stack or self._stack,
        )

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        """Write down a resource that the program reads and does not manage."""
        urn = self.make_urn(request.parent, request.type, request.name)
        source = self._origins.source(cast("Any", request).stackTrace)
        self._refuse_duplicate(urn, source)
        if not request.provider:
            self._refuse_default_provider(request, source)
        self._pass.resources[urn] = Recorded(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            custom=True,
            remote=False,
            external=self._decoder.value(struct_pb2.Value(string_value=request.id)),
            provider=request.provider.rpartition("::")[0] or None,
            inputs=self._decoder.struct(request.properties),
            dependencies=set(request.dependencies),
            property_dependencies={},
            options=Options(),
            source=source,
            state=request.properties,
        )
        properties = _with_secrets(request.properties, request.additionalSecretOutputs)
        if request.type == _REFERENCE:
            properties = self._read_reference(request, properties)
        known = request.id if request.id != rpc.UNKNOWN else ""
        return resource_pb2.ReadResourceResponse(urn=urn, id=known, properties=properties)

    def _read_reference(
        self, request: resource_pb2.ReadResourceRequest, properties: struct_pb2.Struct
    ) -> struct_pb2.Struct:
        name = request.properties.fields["name"].string_value or request.id
        found = self._reference(name, request.name)
        if found is None:
            self._pass.warnings.add(
                f'the outputs of stack "{name}" are not known here: all that depends on them is not'
            )
            return properties
        outputs, secret = found
        answer = struct_pb2.Struct()
        answer.CopyFrom(properties)
        answer.fields["outputs"].struct_value.CopyFrom(outputs)
        names = [struct_pb2.Value(string_value=item) for item in secret]
        answer.fields["secretOutputNames"].list_value.CopyFrom(struct_pb2.ListValue(values=names))
        return answer

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:  # noqa: N802
        """Keep the stack's exports."""
        record = self._pass.resources.get(request.urn)
        if record is not None and record.type == STACK_TYPE:
            self._pass.outputs = self._decoder.struct(request.outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        """Answer `Resource.get` by URN; the result of every other function is unknown."""
        if request.tok == "pulumi:pulumi:getResource":
            urn = request.args.fields["urn"].string_value
            record = self._pass.resources.get(urn)
            if record is None:
                raise ProgramRuleError(f'there is no resource "{urn}" in this stack')
            answer = struct_pb2.Struct()
            answer.fields["urn"].string_value = urn
            answer.fields["id"].string_value = self._id(record) if record.custom else ""
            answer.fields["state"].struct_value.CopyFrom(record.state)
            response = resource_pb2.ResourceInvokeResponse()
            getattr(response, "return").CopyFrom(answer)
            return response
        package = _package(request.tok)
        if not request.provider and self._is_denied(package):
            raise ProgramRuleError(
                f"Default provider for '{package}' disabled: the call of {request.tok} must use an explicit provider;"
                " pass opts=pulumi.InvokeOptions(provider=...)"
            )
        return resource_pb2.ResourceInvokeResponse(unknown=True)

    def Call(self, request: resource_pb2.ResourceCallRequest) -> provider_pb2.CallResponse:  # noqa: N802
        """The result of a resource's method is unknown."""
        del request
        unknown = struct_pb2.Struct(fields={"result": struct_pb2.Value(string_value=rpc.UNKNOWN)})
        response = provider_pb2.CallResponse()
        getattr(response, "return").CopyFrom(unknown)
        return response

    def ExistsResource(self, request: resource_pb2.ExistsResourceRequest) -> resource_pb2.ExistsResourceResponse:  # noqa: N802
        """Only the cloud can say."""
        del request
        return resource_pb2.ExistsResourceResponse(unknown=True)

    def RegisterStackTransform(self, request: callback_pb2.Callback) -> empty_pb2.Empty:  # noqa: N802
        """Remember a transform of the whole stack."""
        self._transforms.append(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, request: callback_pb2.Callback) -> empty_pb2.Empty:  # noqa: N802
        """Say that it is not run: results of functions are unknown anyway."""
        del request
        self._pass.warnings.add("transforms of function calls are not run: the results of such calls are unknown here")
        return empty_pb2.Empty()

    def GetDeploymentInfo(self, request: Any) -> resource_pb2.DeploymentInfo:  # noqa: N802
        """Everything that the SDK may ask for, except outputs as values and gated invokes."""
        info: resource_pb2.DeploymentInfo = super().GetDeploymentInfo(request)
        info.supportedFeatures.append(resource_pb2.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS)
        return info

    # What the engine checks ---------------------------------------------------------------------------------------

    def make_urn(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, parent: str, type_: str, name: str, *, project: str | None = None, stack: str | None = None
    ) -> str:
        """The URN as the engine builds it: the types of all ancestors below the stack, then its own."""
        chain = ""
        if parent:
            chain = parent.split("::", 3)[2]
            chain = "" if chain == STACK_TYPE else f"{chain}$"
        return f"urn:pulumi:{stack or self._stack}::{project or self._project}::{chain}{type_}::{name}"

    def _refuse_duplicate(self, urn: str, source: Source | None) -> None:
        earlier = self._pass.resources.get(urn)
        if earlier is not None:
            raise ProgramRuleError(
                f"Duplicate resource URN '{urn}': declared at {place(earlier.source)} and at {place(source)};"
                " give one of them another name or another parent"
            )

    def _refuse_default_provider(
        self,
        request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest,
        source: Source | None,
    ) -> None:
        package = _package(request.type)
        if request.type.startswith("pulumi:") or not self._is_denied(package):
            return
        raise ProgramRuleError(
            f"Default provider for '{package}' disabled: '{request.name}' ({request.type}, declared at"
            f" {place(source)}) must use an explicit provider; pass opts=pulumi.ResourceOptions(provider=...), or a"
            " parent that has one"
        )

    def _is_denied(self, package: str) -> bool:
        return package != "pulumi" and ("*" in self._denied or package in self._denied)


def _inherit(request: resource_pb2.RegisterResourceRequest, parent: Recorded) -> None:
    """What the engine passes on from a parent; the SDK does some of it itself."""
    if not request.deletedWith and parent.options.deleted_with:
        request.deletedWith = parent.options.deleted_with
    if not request.HasField("protect") and parent.options.protect:
        request.protect = True
    if not request.HasField("retainOnDelete") and parent.options.retain_on_delete:
        request.retainOnDelete = True


def _with_secrets(struct: struct_pb2.Struct, names: Iterable[str]) -> struct_pb2.Struct:
    """The answer to a registration: its inputs, and the outputs that it declares as secret marked so."""
    wanted = list(names)
    if not wanted:
        return struct
    answer = struct_pb2.Struct()
    answer.CopyFrom(struct)
    for name in wanted:
        answer.fields[name].CopyFrom(secret_value(struct.fields.get(name)))
    return answer


def _package(token: str) -> str:
    return token.split(":", 1)[0]


def _callbacks(request: resource_pb2.RegisterResourceRequest) -> list[callback_pb2.Callback]:
    # The SDK's stubs lose the type.
    return list(cast("Any", request).transforms)


def _denied_packages(config: Mapping[str, str]) -> frozenset[str]:
    raw = config.get(_DISABLED_KEY)
    if not raw:
        return frozenset()
    try:
        parsed: Any = json.loads(raw)
    except ValueError:
        parsed = [raw]
    items = cast("list[Any]", parsed) if isinstance(parsed, list) else [parsed]
    return frozenset(str(item) for item in items)
