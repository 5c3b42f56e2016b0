"""A resource provider for the real engine, in front of a simulated cloud.

https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

import hashlib
import json
import re
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any, Final, NoReturn, Protocol, TypeVar, cast

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from tests.engine.simcloud.cloud import Cloud, CloudError, Live, Operation, Record, now
from tests.engine.simcloud.difference import as_read, differences
from tests.engine.simcloud.plugin import Plugin
from tests.engine.simcloud.refusals import check_delete, check_new
from tests.engine.simcloud.replacements import KEPT_WHEN_REMOVED, read_whole, replaces
from tests.engine.simcloud.samples import computed_keys
from tests.engine.simcloud.sdk_schema import TypeSchema, type_schema, unknown_keys
from tests.engine.simcloud.values import UNKNOWN, Properties, decode, encode, has_unknown, plain, redact

#: Among the inputs: which of them the provider made up.
_DEFAULTED: Final = "__defaults"
T = TypeVar("T")


class Simulated(Protocol):
    """What a provider needs to know about its cloud."""

    package: str

    def auto_name(self, token: str) -> str | None:
        """The property that holds a name, for types that get one."""
        ...

    def defaults(self, token: str) -> Properties:
        """Inputs that the provider fills in."""
        ...

    def complete(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> Properties:
        """What the provider's configuration adds to the inputs."""
        ...

    def changing(self, token: str) -> frozenset[str]:
        """Computed properties that the preview of an update does not know."""
        ...

    def stale(self, token: str, inputs: Properties, state: Properties, config: Properties) -> tuple[str, ...]:
        """Computed properties that another configuration of the provider changes."""
        ...

    def config_problem(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> str | None:
        """What is missing in the provider's configuration for a resource."""
        ...

    def scope(self, token: str, config: Properties) -> str:
        """Within what the ids of a type are unique; empty: everywhere."""
        ...

    def create(self, token: str, name: str, inputs: Properties, config: Properties) -> tuple[str, Properties]:
        """Id and properties of a new resource."""
        ...

    def update(self, token: str, id_: str, inputs: Properties, old: Properties, config: Properties) -> Properties:
        """Properties after an update."""
        ...

    def invoke(self, token: str, arguments: Properties, config: Properties) -> Properties:
        """Answer of a data source."""
        ...


class Provider(Plugin):
    """One package's provider; every provider resource of a program connects to it by itself.

    Args:
        simulated: the cloud's particulars.
        cloud: what is live.
    """

    def __init__(self, simulated: Simulated, cloud: Cloud) -> None:
        super().__init__(simulated.package)
        self._simulated = simulated
        self._cloud = cloud
        self._configs: dict[str, Properties] = {}

    # --- configuration

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = decode(request.old_inputs), decode(request.news)
        changed = sorted({_top(path) for path, _ in differences(old, new)} - {"version"})
        some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some, diffs=changed, replaces=[key for key in changed if key in {"region", "project"}]
        )

    def Configure(self, request: Any, context: Any) -> Any:
        given: Properties = plain(decode(request.args))
        self._configs[context.peer()] = {key: _structured(value) for key, value in given.items()}
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    # --- resources

    def Check(self, request: Any, context: Any) -> Any:
        token, name = _token(request.urn), _name(request.urn)
        old, new = decode(request.olds), decode(request.news)
        schema = type_schema(token)
        self._fill_in(token, name, old, new, schema=schema, seed=request.randomSeed)
        wrong = list(_unknown_properties(token, schema, new))
        problem = self._simulated.config_problem(new, schema, self._config(context))
        if problem:
            wrong.append((problem.partition(":")[0], problem))
        new.update(self._simulated.complete(new, schema, self._config(context)))
        failures = [provider_pb2.CheckFailure(property=key, reason=why) for key, why in wrong]
        return provider_pb2.CheckResponse(inputs=encode(new), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        token = _token(request.urn)
        old, new = decode(request.old_inputs), decode(request.news)
        kept = KEPT_WHEN_REMOVED.get(token, frozenset())
        found = [(path, kind) for path, kind in differences(old, new) if not (kind == "DELETE" and path in kept)]
        stale = self._simulated.stale(token, new, decode(request.olds), self._config(context))
        found += [(path, "UPDATE") for path in stale]
        replacing = {path for path, _ in found if replaces(token, path, old, new)}
        detailed = {
            path: provider_pb2.PropertyDiff(
                kind=getattr(provider_pb2.PropertyDiff, f"{kind}_REPLACE" if path in replacing else kind),
                inputDiff=True,
            )
            for path, kind in found
        }
        some = provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some,
            diffs=sorted({_top(path) for path in detailed}),
            replaces=sorted({_top(path) for path in replacing}),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replacing) and self._keeps_its_name(token, old, new),
        )

    def Create(self, request: Any, context: Any) -> Any:
        token, name = _token(request.urn), _name(request.urn)
        inputs = decode(request.properties)
        if request.preview:
            unknown = dict.fromkeys(computed_keys(token, inputs), UNKNOWN)
            return provider_pb2.CreateResponse(id="", properties=encode({**unknown, **_bare(inputs)}))

        def create(config: Properties) -> tuple[str, Properties]:
            check_new(self._cloud, token, inputs, urn=request.urn)
            id_, outputs = self._simulated.create(token, name, inputs, config)
            scope, given = self._simulated.scope(token, config), frozenset(_bare(inputs))
            self._cloud.add(Live(token, id_, request.urn, outputs, scope, given))
            return id_, outputs

        id_, outputs = self._operate("create", request.urn, inputs, context, create, inputs_if_failed=inputs)
        return provider_pb2.CreateResponse(id=id_, properties=encode(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        token = _token(request.urn)
        old, new = decode(request.olds), decode(request.news)

        def update(config: Properties) -> tuple[str, Properties]:
            if request.preview:
                outputs = self._simulated.update(token, request.id, new, old, config)
                return request.id, {**outputs, **dict.fromkeys(self._simulated.changing(token), UNKNOWN)}
            live = self._cloud.find(token, request.id, self._simulated.scope(token, config))
            if live is None:
                raise CloudError(f"Error 404: {token} {request.id} is not there")
            check_new(self._cloud, token, new, urn=request.urn, old=live.properties)
            live.properties = self._simulated.update(token, request.id, new, live.properties, config)
            return request.id, live.properties

        _, outputs = self._operate(
            "update", request.urn, new, context, update, inputs_if_failed=new, preview=request.preview
        )
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Delete(self, request: Any, context: Any) -> Any:
        token, state = _token(request.urn), decode(request.properties)

        def delete(config: Properties) -> tuple[str, Properties]:
            live = self._cloud.find(token, request.id, self._simulated.scope(token, config))
            if live is not None:
                check_delete(self._cloud, live, state)
                self._cloud.remove(live)
            return request.id, {}

        self._operate("delete", request.urn, state, context, delete)
        return empty_pb2.Empty()

    def Read(self, request: Any, context: Any) -> Any:
        token = _token(request.urn)
        inputs, state = decode(request.inputs), decode(request.properties)

        def read(config: Properties) -> tuple[str, Properties]:
            live = self._cloud.find(token, request.id, self._simulated.scope(token, config))
            if live is None:
                return "", {}
            schema = type_schema(token)
            if not state and schema is not None:
                names = live.given or live.properties.keys()
                given = {key: live.properties[key] for key in names if key in schema.inputs and key in live.properties}
                inputs.update(given)
            return request.id, dict(live.properties)

        id_, outputs = self._operate("read", request.urn, {}, context, read)
        if not id_:
            return provider_pb2.ReadResponse()
        read_inputs = as_read(inputs, outputs, read_whole(token))
        return provider_pb2.ReadResponse(id=id_, properties=encode(outputs), inputs=encode(read_inputs))

    def Invoke(self, request: Any, context: Any) -> Any:
        arguments: Properties = plain(decode(request.args))

        def ask(config: Properties) -> tuple[str, Properties]:
            if has_unknown(arguments):
                raise CloudError(f"{request.tok} was asked with unknown arguments")
            return "", self._simulated.invoke(request.tok, arguments, config)

        _, answer = self._operate("invoke", f"::::{request.tok}::", arguments, context, ask)
        fields: dict[str, Any] = {"return": encode(answer)}
        return provider_pb2.InvokeResponse(**fields)

    # --- how

    def _config(self, context: Any) -> Properties:
        return self._configs.get(context.peer(), {})

    def _fill_in(
        self, token: str, name: str, old: Properties, new: Properties, *, schema: TypeSchema | None, seed: bytes
    ) -> None:
        """Add what the provider makes up: a name, defaults."""
        made_up: list[str] = []
        key = self._simulated.auto_name(token)
        if key is not None and schema is not None and key in schema.inputs and not {key, f"{key}Prefix"} & new.keys():
            before: list[str] = plain(old.get(_DEFAULTED)) or []
            digest = hashlib.sha256(seed or uuid.uuid4().bytes).hexdigest()[:7]
            new[key] = old[key] if key in before and key in old else f"{name}-{digest}"
            made_up.append(key)
        for key, value in self._simulated.defaults(token).items():
            if key not in new:
                new[key] = value
                made_up.append(key)
        if made_up:
            new[_DEFAULTED] = made_up

    def _keeps_its_name(self, token: str, old: Properties, new: Properties) -> bool:
        """Whether the new resource would collide with the old one, which then has to go first."""
        key = self._simulated.auto_name(token) or "name"
        given = key in new and key not in (plain(new.get(_DEFAULTED)) or [])
        return given and plain(old.get(key)) == plain(new.get(key))

    def _operate(
        self,
        operation: Operation,
        urn: str,
        inputs: Properties,
        context: Any,
        act: Callable[[Properties], tuple[str, Properties]],
        *,
        inputs_if_failed: Properties | None = None,
        preview: bool = False,
    ) -> tuple[str, Properties]:
        """Do one operation: with its fault, if one is due, and into the journal."""
        token, name, config, started = _token(urn), _name(urn), self._config(context), now()
        error: str | None = None
        try:
            fault = None if preview else self._cloud.fault(operation, token, name)
            if fault is not None and fault.wait:
                time.sleep(fault.wait)
            if fault is not None and not fault.made:
                raise CloudError(fault.text)
            done = act(config)
            if not preview:
                self._cloud.take_time(operation, urn, started)
            if fault is not None:
                raise CloudError(fault.text, made=done)
        except CloudError as refusal:
            error = str(refusal)
            _refuse(context, refusal, inputs_if_failed)
        except Exception as bug:
            # A bug of the simulation must not look like a cloud's answer.
            error = f"bug in the simulated cloud: {type(bug).__name__}: {bug}\n{traceback.format_exc()}"
            context.abort(grpc.StatusCode.INTERNAL, error)
            raise
        else:
            return done
        finally:
            given, project = cast("Properties", redact(_bare(inputs))), config.get("project")
            self._cloud.record(Record(operation, token, name, urn, given, preview, error, started, now(), project))


def _refuse(context: Any, refusal: CloudError, inputs: Properties | None) -> NoReturn:
    """Answer with an error; with what was made all the same, for the engine to keep."""
    if refusal.made is not None and inputs is not None:
        id_, outputs = refusal.made
        made = provider_pb2.ErrorResourceInitFailed(
            id=id_, properties=encode(outputs), inputs=encode(inputs), reasons=[str(refusal)]
        )
        detail = any_pb2.Any()
        detail.Pack(made, type_url_prefix="type.googleapis.com/")
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(refusal), details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
    raise AssertionError


def _unknown_properties(token: str, schema: TypeSchema | None, inputs: Properties) -> list[tuple[str, str]]:
    if schema is None:
        return [("type", f"the installed SDK knows no {token}")]
    wrong = [key for key in _bare(inputs) if key not in schema.inputs]
    for key, value in _bare(inputs).items():
        wrong.extend(unknown_keys(schema.folder, schema.inputs.get(key, ""), value, key))
    return [(key, f"{token} has no property {key}") for key in wrong]


def _structured(value: Any) -> Any:
    """Configuration travels as text, structured one as JSON."""
    return json.loads(value) if isinstance(value, str) and value[:1] in {"{", "["} else value


def _bare(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if not key.startswith("__")}


def _top(path: str) -> str:
    return re.split(r"[.\[]", path)[0]


def _token(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]
