"""A Kubernetes object as plain data, as `kubectl` would read it: what add-ons, tenants and applications render.

Pure: nothing here imports pulumi. Values inside may be outputs of other resources, which nothing here looks into.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

#: Annotation by which the Kubernetes provider waits for what it does not know.
#: https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
WAIT_FOR: Final = "pulumi.com/waitFor"
#: Annotation that says how many seconds it waits for an object to be ready.
TIMEOUT: Final = "pulumi.com/timeoutSeconds"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object.

    Attributes:
        api_version: for example apps/v1.
        kind: for example Deployment.
        name: of the object; fixed, so that others can name it. An output only where the name is a hash of content that
            is one.
        namespace: where it lives; None for what has no namespace.
        body: everything beside apiVersion, kind and metadata, keys in camelCase: spec, data, rules ...
        labels: of the object.
        annotations: of the object.
        wait_for: what `kubectl wait` would be told, for kinds that the provider does not wait for by itself:
            "condition=Ready".
        owns_cloud_objects: whether a controller makes something in the cloud for it (a load balancer, DNS records, a
            disk). Such an object is deleted for real when its cluster goes, or those would stay and be paid for.
    """

    api_version: str
    kind: str
    name: str
    namespace: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    annotations: Mapping[str, Any] = field(default_factory=dict[str, Any])
    wait_for: str | None = None
    owns_cloud_objects: bool = False

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata. Empty maps are left out: the API server drops them, and every update would add them again."""
        annotations = {**self.annotations, **({WAIT_FOR: self.wait_for} if self.wait_for else {})}
        metadata: dict[str, Any] = {"name": self.name}
        if self.namespace is not None:
            metadata["namespace"] = self.namespace
        if self.labels:
            metadata["labels"] = dict(sorted(self.labels.items()))
        if annotations:
            metadata["annotations"] = dict(sorted(annotations.items()))
        return metadata

    @property
    def document(self) -> dict[str, Any]:
        """As it would stand in a YAML file."""
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": self.metadata, **self.body}

    def labelled(self, labels: Mapping[str, str]) -> Manifest:
        """The same with more labels; its own win."""
        return replace(self, labels={**labels, **self.labels})


def without_nothing(value: Any) -> Any:
    """The same without entries that are None: what a renderer leaves unset."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {key: without_nothing(item) for key, item in mapping.items() if item is not None}
    if isinstance(value, list | tuple):
        return [without_nothing(item) for item in cast("Sequence[Any]", value)]
    return value


def merged(base: Mapping[str, Any], over: Mapping[str, Any], *, keep_null: bool = False) -> dict[str, Any]:
    """`base` with `over` on top, as Helm merges values: maps merge, all else replaces, None removes.

    Args:
        base: below.
        over: on top.
        keep_null: None replaces too, for whoever removes with it what lies below `base`.
    """
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        if value is None and not keep_null:
            out.pop(key, None)
        elif isinstance(value, Mapping):
            under = cast("Mapping[str, Any]", below) if isinstance(below, Mapping) else dict[str, Any]()
            out[key] = merged(under, cast("Mapping[str, Any]", value), keep_null=keep_null)
        else:
            out[key] = value
    return out


def leaves(values: Mapping[str, Any], prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Paths and values of everything that is not a map with something in it."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(cast("Mapping[str, Any]", value), (*prefix, key))
        else:
            yield (*prefix, key), value
