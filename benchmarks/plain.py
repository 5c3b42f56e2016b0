"""A plain Pulumi program that declares what a plan shows: what somebody would write who knew every value in advance.

No components of ours, no settings, no planning: the SDK's own classes, called with literals. Evaluating it is the least
that a program with the same resources can cost, so it is what homeport's own evaluation is measured against.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

from benchmarks.sdk import SdkClass, sdk_class, snake
from homeport.plan.graph import SECRET_KEY, STACK_TYPE, UNKNOWN_KEY, Graph, Resource

_TOKEN: Final = re.compile(r"\$\{([^{}]+)\}")
#: What reads the outputs of another stack.
STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"
_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(\*|\d+)\]")

_HEAD: Final = '''\
import asyncio

import pulumi


def component(token, name, inputs, opts):
    made = pulumi.ComponentResource(token, name, inputs, opts)
    made.register_outputs({})
    return made


def done(value):
    future = asyncio.Future()
    future.set_result(value)
    return future


def carrying(value, *resources):
    """A value that also depends on resources which do not show in it."""
    value = pulumi.Output.from_input(value)

    async def both():
        return await value.resources() | set(resources)

    return pulumi.Output(
        asyncio.ensure_future(both()),
        asyncio.ensure_future(value.future(with_unknowns=True)),
        asyncio.ensure_future(value.is_known()),
        asyncio.ensure_future(value.is_secret()),
    )


def unknown():
    return pulumi.Output(done(set()), done(pulumi.output.UNKNOWN), done(False), done(False))


def secret():
    return pulumi.Output.secret("secret")

'''


class CannotBePlainError(Exception):
    """The plan holds something that a plain program cannot be made of."""


def plain_program(graph: Graph) -> str:
    """The text of a program whose plan has the same resources, inputs and dependencies as `graph`.

    Raises:
        CannotBePlainError: the plan has something that cannot be written down: a `.get`, an asset, a remote component
            of no installed SDK.
    """
    return _Writer(graph).text()


def differences(one: Graph, other: Graph) -> list[str]:
    """Where two graphs differ in URNs, parents, providers, inputs or dependencies."""
    out = [f"only in the first: {urn}" for urn in one.by_urn.keys() - other.by_urn.keys()]
    out += [f"only in the second: {urn}" for urn in other.by_urn.keys() - one.by_urn.keys()]
    for urn in one.by_urn.keys() & other.by_urn.keys():
        first, second = one.by_urn[urn], other.by_urn[urn]
        for name in ("parent", "provider", "inputs", "dependencies", "property_dependencies"):
            if getattr(first, name) != getattr(second, name):
                out.append(f"{urn}: {name}: {getattr(first, name)!r} is not {getattr(second, name)!r}")
    return sorted(out)


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        ordered = [resource for resource in _in_order(graph) if resource.type != STACK_TYPE]
        self._ordered = ordered
        self._variables = {resource.urn: f"r{place}" for place, resource in enumerate(ordered)}
        self._named: dict[str, list[Resource]] = {}
        for resource in ordered:
            self._named.setdefault(resource.name, []).append(resource)
        self._modules: set[str] = set()
        self._to_carry: list[str] = []

    def text(self) -> str:
        body = [self._declaration(resource) for resource in self._ordered]
        body += [f"pulumi.export({name!r}, {self._value(value, ())})" for name, value in self._graph.outputs.items()]
        imports = "".join(f"import {module}\n" for module in sorted(self._modules))
        return _HEAD.replace("import pulumi\n", f"import pulumi\n{imports}", 1) + "\n" + "\n".join(body) + "\n"

    def _declaration(self, resource: Resource) -> str:
        if resource.type == STACK_REFERENCE and resource.external is not None:
            named = f"{resource.name!r}, stack_name={resource.external!r}"
            return f"{self._variables[resource.urn]} = pulumi.StackReference({named})"
        if resource.external is not None:
            raise CannotBePlainError(f"{resource.urn}: a read resource")
        variable, name, options = self._variables[resource.urn], repr(resource.name), self._options(resource)
        inputs = {key: self._input(resource, key, value) for key, value in resource.inputs.items()}
        literal = "{" + ", ".join(f"{key!r}: {value}" for key, value in inputs.items()) + "}"
        if not resource.custom and not resource.remote:
            return f"{variable} = component({resource.type!r}, {name}, {literal}, {options})"
        if resource.is_provider:
            # The SDKs' provider classes write JSON of some inputs; the plan shows what they wrote.
            return f"{variable} = pulumi.ProviderResource({resource.package!r}, {name}, {literal}, {options})"
        found = sdk_class(resource.type)
        if found is None or not found.arguments.keys() >= inputs.keys():
            if resource.remote:
                raise CannotBePlainError(f"{resource.urn}: a remote component without a class that takes its inputs")
            return f"{variable} = pulumi.CustomResource({resource.type!r}, {name}, {literal}, {options})"
        self._modules.add(found.module)
        arguments = "".join(f", {found.arguments[key]}={value}" for key, value in inputs.items())
        return f"{variable} = {found.module}.{found.name}({name}, opts={options}{arguments})"

    def _options(self, resource: Resource) -> str:
        given = resource.options
        shown = {
            "parent": self._reference(resource.parent),
            "provider": self._reference(self._provider(resource)),
            "depends_on": self._references(_beyond_inputs(resource)),
            "protect": repr(given.protect) if given.protect else None,
            "ignore_changes": repr(given.ignore_changes) if given.ignore_changes else None,
            "replace_on_changes": repr(given.replace_on_changes) if given.replace_on_changes else None,
            "delete_before_replace": repr(given.delete_before_replace) if given.delete_before_replace else None,
            "retain_on_delete": repr(given.retain_on_delete) if given.retain_on_delete else None,
            "deleted_with": self._reference(given.deleted_with),
            "import_": repr(given.import_id) if given.import_id else None,
        }
        return f"pulumi.ResourceOptions({', '.join(f'{key}={value}' for key, value in shown.items() if value)})"

    def _provider(self, resource: Resource) -> str | None:
        """URN of the provider; a remote component needs one too, and the plan does not name it."""
        if resource.custom or not resource.remote:
            return resource.provider if resource.custom else None
        found = [item.urn for item in self._graph.resources if item.is_provider and item.package == resource.package]
        return resource.provider or next(iter(found), None)

    def _reference(self, urn: str | None) -> str | None:
        return self._variables.get(urn) if urn else None

    def _references(self, urns: Iterable[str]) -> str | None:
        variables = [self._variables[urn] for urn in sorted(urns)]
        return f"[{', '.join(variables)}]" if variables else None

    def _input(self, resource: Resource, key: str, value: Any) -> str:
        wanted = resource.property_dependencies.get(key, [])
        if resource.remote and not wanted and isinstance(value, str) and (whole := _TOKEN.fullmatch(value)):
            # What is handed over as a resource is shown as its id, and is no dependency of the call.
            return self._variables[self._resolve(whole[1], ())[0].urn]
        self._to_carry = [self._variables[urn] for urn in sorted(set(wanted) - self._carried(value, wanted))]
        return self._carrying(self._value(value, wanted))

    def _carrying(self, shown: str) -> str:
        """An output that also carries what is left to carry: as deep in a value as there is one."""
        carry, self._to_carry = self._to_carry, []
        return f"carrying({', '.join([shown, *carry])})" if carry else shown

    def _carried(self, value: Any, near: Iterable[str]) -> set[str]:
        """URNs of the resources whose outputs are named in a value."""
        return {self._resolve(token, near)[0].urn for token in _tokens(value) if self._resolves(token, near)}

    def _value(self, value: Any, near: Iterable[str]) -> str:
        if isinstance(value, str):
            return self._string(value, near)
        if isinstance(value, Mapping):
            items = cast("Mapping[str, Any]", value)
            if items == {SECRET_KEY: True}:
                return self._carrying("secret()")
            if items == {UNKNOWN_KEY: True}:
                return self._carrying("unknown()")
            if any(key.startswith("$") for key in items):
                raise CannotBePlainError(f"an asset: {sorted(items)}")
            return "{" + ", ".join(f"{key!r}: {self._value(item, near)}" for key, item in items.items()) + "}"
        if isinstance(value, list):
            items = cast("list[Any]", value)
            whole = self._whole_list(items, near)
            return whole or "[" + ", ".join(self._value(item, near) for item in items) + "]"
        return repr(value)

    def _string(self, text: str, near: Iterable[str]) -> str:
        parts = _TOKEN.split(text)
        known = [place % 2 == 1 and self._resolves(part, near) for place, part in enumerate(parts)]
        if not any(known):
            return repr(text)
        shown = [
            self._output(part, near) if known[place] else repr(f"${{{part}}}" if place % 2 else part)
            for place, part in enumerate(parts)
            if part
        ]
        return self._carrying(shown[0] if len(shown) == 1 else f"pulumi.Output.concat({', '.join(shown)})")

    def _whole_list(self, items: list[Any], near: Iterable[str]) -> str | None:
        """`["${x.ids[*]}"]` stands for the list of unknown length itself."""
        if len(items) != 1 or not isinstance(items[0], str):
            return None
        match = _TOKEN.fullmatch(items[0])
        if match is None or not match[1].endswith("[*]") or not self._resolves(match[1], near):
            return None
        return self._carrying(self._output(match[1].removesuffix("[*]"), near))

    def _output(self, token: str, near: Iterable[str]) -> str:
        resource, path = self._resolve(token, near)
        steps = list(_STEP.finditer(path))
        first = steps[0][1]
        found = sdk_class(resource.type)
        out = f"{self._variables[resource.urn]}.{_attribute(first, found)}"
        for step in steps[1:]:
            if step[2] is not None:
                out += "[0]" if step[2] == "*" else f"[{step[2]}]"
            else:
                out += f".{snake(step[1])}"
        return out

    def _resolves(self, token: str, near: Iterable[str]) -> bool:
        try:
            self._resolve(token, near)
        except CannotBePlainError:
            return False
        return True

    def _resolve(self, token: str, near: Iterable[str]) -> tuple[Resource, str]:
        """The resource and the path that a token names; of several resources of one name, one that is depended on."""
        close = set(near)
        best: list[tuple[bool, int, Resource, str]] = []
        for at in [match.start() for match in re.finditer(r"\.", token)]:
            for resource in self._named.get(token[:at], []):
                path = token[at + 1 :]
                first = _STEP.match(path)
                if first and first[1] and _has_output(resource, first[1]):
                    best.append((resource.urn in close, at, resource, path))
        if not best:
            raise CannotBePlainError(f"${{{token}}} names no output of a resource in the plan")
        _, _, resource, path = max(best, key=lambda item: item[:2])
        return resource, path


def _has_output(resource: Resource, name: str) -> bool:
    if not resource.custom and not resource.remote:
        return False
    found = sdk_class(resource.type)
    return name in {"id", "urn"} or (found is not None and name in found.outputs)


def _attribute(name: str, found: SdkClass | None) -> str:
    return name if found is None or name in {"id", "urn"} else found.outputs[name]


def _tokens(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _TOKEN.findall(value)
    elif isinstance(value, Mapping):
        for item in cast("Mapping[str, Any]", value).values():
            yield from _tokens(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _tokens(item)


def _beyond_inputs(resource: Resource) -> set[str]:
    """What `depends_on` alone brings in."""
    return set(resource.dependencies) - {urn for urns in resource.property_dependencies.values() for urn in urns}


def _in_order(graph: Graph) -> list[Resource]:
    """Resources such that each comes after all that it refers to."""
    done: dict[str, Resource] = {}

    def add(resource: Resource) -> None:
        pending = [(resource, False)]
        while pending:
            current, ready = pending.pop()
            if current.urn in done:
                continue
            if ready:
                done[current.urn] = current
                continue
            pending.append((current, True))
            pending += [(graph.by_urn[urn], False) for urn in sorted(graph.waits_for(current)) if urn not in done]

    for resource in graph.resources:
        add(resource)
    return list(done.values())
