"""The graph of a program: what `homeport plan` shows and what its JSON holds.

Pure: nothing here imports pulumi. The JSON is public, `docs/reference/plan-format.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

#: Version of the public JSON: keys are added within a format, never changed or removed.
FORMAT: Final = 1
#: Type token of the resource that stands for the stack itself.
STACK_TYPE: Final = "pulumi:pulumi:Stack"

UNKNOWN_KEY: Final = "$unknown"
SECRET_KEY: Final = "$secret"  # noqa: S105 - the mark of one


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Source(_Frozen):
    """Where a resource is declared."""

    file: str
    """Relative to the project; `<package>/...` for a file outside of it."""
    line: int


class Options(_Frozen):
    """Resource options that change what the engine does with a resource.

    https://www.pulumi.com/docs/iac/concepts/resources/options/
    """

    protect: bool = False
    ignore_changes: list[str] = Field(default_factory=list[str])
    replace_on_changes: list[str] = Field(default_factory=list[str])
    delete_before_replace: bool | None = None
    """None: the provider decides."""
    retain_on_delete: bool = False
    deleted_with: str | None = None
    """URN of the resource whose deletion takes this one with it."""
    aliases: list[str] = Field(default_factory=list[str])
    """URNs that it had before, in the order given."""
    import_id: str | None = None


class Resource(_Frozen):
    """One resource as the engine would register it."""

    urn: str
    type: str
    name: str
    parent: str | None
    """URN; None for the stack."""
    custom: bool
    """Managed by a provider; False for components and the stack."""
    remote: bool
    """A component that a plugin builds: its children are not in the graph."""
    external: str | None = None
    """Id of an existing resource that the program only reads; None for what it manages."""
    provider: str | None
    """URN of the explicit provider; None for components and where the default provider would be used."""
    inputs: dict[str, Any]
    """As the provider sees them: camelCase; secrets and unknowns marked."""
    dependencies: list[str]
    property_dependencies: dict[str, list[str]]
    options: Options
    source: Source | None

    @property
    def package(self) -> str:
        """The provider package: `gcp` of `gcp:container/cluster:Cluster`, also of `pulumi:providers:gcp`."""
        parts = self.type.split(":")
        return parts[2] if parts[:2] == ["pulumi", "providers"] and len(parts) == 3 else parts[0]

    @property
    def is_provider(self) -> bool:
        """Whether it configures a provider."""
        return self.type.startswith("pulumi:providers:")

    @property
    def is_component(self) -> bool:
        """Whether it only groups others; the stack does not count."""
        return not self.custom and self.type != STACK_TYPE


class Graph(_Frozen):
    """All that a program declares, sorted by URN."""

    project: str
    stack: str
    layer: str | None
    resources: list[Resource]
    outputs: dict[str, Any]
    warnings: list[str] = Field(default_factory=list[str])
    """What the plan cannot show and why, sorted."""
    logs: list[str] = Field(default_factory=list[str], exclude=True)
    """What the program said through `pulumi.log`, in order; not part of the JSON."""

    def as_json(self) -> dict[str, Any]:
        """The public document."""
        return {"format": FORMAT, **self.model_dump(mode="json")}

    def to_json(self) -> str:
        """The public document as text: keys sorted, resources by URN, the same bytes on every run and machine."""
        return json.dumps(self.as_json(), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Graph:
        """Read a document that `to_json` wrote.

        Raises:
            ValueError: the text is no plan of this format.
        """
        document: Any = json.loads(text)
        if not isinstance(document, dict) or document.pop("format", None) != FORMAT:  # pyright: ignore[reportUnknownMemberType]
            raise ValueError(f"not a plan of format {FORMAT}")
        return cls.model_validate(document)

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Every resource under its URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _children(self) -> Mapping[str, list[Resource]]:
        out: dict[str, list[Resource]] = {}
        for resource in self.resources:
            if resource.parent is not None:
                out.setdefault(resource.parent, []).append(resource)
        return out

    @property
    def root(self) -> Resource:
        """The stack itself."""
        return next(resource for resource in self.resources if resource.type == STACK_TYPE)

    def find(
        self,
        *,
        type: str | None = None,  # noqa: A002 - the field's name
        name: str | None = None,
        parent: str | None = None,
    ) -> list[Resource]:
        """Resources of this exact type, logical name and parent URN; what is not given matches everything."""
        return [
            resource
            for resource in self.resources
            if (type is None or resource.type == type)
            and (name is None or resource.name == name)
            and (parent is None or resource.parent == parent)
        ]

    def one(self, *, type: str | None = None, name: str | None = None) -> Resource:  # noqa: A002
        """The only resource of this type and name.

        Raises:
            LookupError: there is none, or more than one; the text lists what there is.
        """
        found = self.find(type=type, name=name)
        if len(found) != 1:
            wanted = " and ".join(f"{key} {value!r}" for key, value in (("type", type), ("name", name)) if value)
            near = found or [r for r in self.resources if (name and r.name == name) or (type and r.type == type)]
            listed = "".join(f"\n  {resource.urn}" for resource in near or self.resources)
            raise LookupError(f"{len(found)} resources with {wanted or 'any type'}, not 1; there are:{listed}")
        return found[0]

    def children(self, urn: str) -> list[Resource]:
        """What has this resource as its parent, by URN."""
        return list(self._children.get(urn, ()))

    def descendants(self, urn: str) -> Iterator[Resource]:
        """Everything below a resource, parents first."""
        pending = list(reversed(self.children(urn)))
        while pending:
            resource = pending.pop()
            yield resource
            pending.extend(reversed(self.children(resource.urn)))

    def waits_for(self, resource: Resource) -> set[str]:
        """What the engine finishes before it starts this resource: dependencies, provider, parent, deleted_with."""
        out = set(resource.dependencies)
        out.update(urn for urn in (resource.parent, resource.provider, resource.options.deleted_with) if urn)
        out.discard(resource.urn)
        return out & self.by_urn.keys()

    def depends(self, urn: str) -> frozenset[str]:
        """URNs of all that a resource waits for, directly and through others, its provider included."""
        seen: set[str] = set()
        pending = [urn]
        while pending:
            resource = self.by_urn.get(pending.pop())
            if resource is None:
                continue
            for other in self.waits_for(resource) - {resource.parent}:
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        seen.discard(urn)
        return frozenset(seen)

    def longest_chain(self) -> list[str]:
        """The longest path of resources that wait for each other, first to last, as URNs.

        Parents do not count: the engine waits for a parent to be registered, not for what it stands for.
        """
        length: dict[str, int] = {}
        before: dict[str, str | None] = {}
        for resource in self._ordered():
            best = max(
                (self.waits_for(resource) - {resource.parent}) & length.keys(),
                key=lambda urn: (length[urn], urn),
                default=None,
            )
            length[resource.urn] = 1 + (length[best] if best else 0)
            before[resource.urn] = best
        current: str | None = max(length, key=lambda urn: (length[urn], urn), default=None)
        chain: list[str] = []
        while current is not None:
            chain.append(current)
            current = before[current]
        return chain[::-1]

    def _ordered(self) -> Iterator[Resource]:
        done: set[str] = set()
        for start in self.resources:
            pending: list[tuple[Resource, bool]] = [(start, False)]
            while pending:
                resource, ready = pending.pop()
                if resource.urn in done and not ready:
                    continue
                if ready:
                    yield resource
                    continue
                done.add(resource.urn)
                pending.append((resource, True))
                others = sorted(self.waits_for(resource) - {resource.parent} - done)
                pending.extend((self.by_urn[urn], False) for urn in others)


def known(value: object) -> bool:
    """Whether a value of the graph is complete: no secret, no unknown and no token in it."""
    return not any(True for _ in marks(value))


def marks(value: object) -> Iterator[str]:
    """What stands in a value in place of the real one: `secret`, `unknown` or `token`, once per place."""
    if isinstance(value, str):
        if is_token_text(value):
            yield "token"
    elif isinstance(value, Mapping):
        if value == {SECRET_KEY: True}:
            yield "secret"
        elif value == {UNKNOWN_KEY: True}:
            yield "unknown"
        else:
            for item in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from marks(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from marks(item)  # pyright: ignore[reportUnknownArgumentType]


def is_token_text(text: str) -> bool:
    """Whether a text holds a token, `${name.output}`."""
    start = text.find("${")
    return start >= 0 and "." in text[start : text.find("}", start) + 1]
