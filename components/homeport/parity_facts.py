"""Questions to a plan that both columns of the parity table ask. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from homeport.plan.graph import Graph, Resource

#: What a cell is made of: how, in which stacks, and the question to their plans; or why not.
Row = tuple[str, tuple[str, ...], Callable[[Graph], bool]] | str

#: Keys of the labels or tags that everything carries.
KEYS: Final = frozenset({"project", "environment", "stack", "owner", "cost-centre", "managed-by"})

#: Those that volumes carry: a storage class cannot change, so what may change is left out.
LASTING: Final = KEYS - {"owner", "cost-centre"}


def at(resource: Resource, path: str) -> Any:
    """The input at a dotted path; None where there is none. A step into a list is its index."""
    value: Any = resource.inputs
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = cast("Mapping[str, Any]", value).get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(step)]
        else:
            return None
    return value


def every(graph: Graph, kind: str, holds: Callable[[Resource], bool]) -> bool:
    """Whether there are resources of a type and all of them hold."""
    found = graph.find(type=kind)
    return bool(found) and all(holds(resource) for resource in found)


def every_at(kind: str) -> Callable[..., Callable[[Graph], bool]]:
    """Questions about a type: `every_at(kind)(path, *values)` asks whether each of it has one of the values there."""

    def asked(path: str, *values: Any) -> Callable[[Graph], bool]:
        return lambda graph: every(graph, kind, lambda item: at(item, path) in values)

    return asked


def some(graph: Graph, kind: str, holds: Callable[[Resource], bool] = lambda _: True) -> bool:
    """Whether a resource of a type holds."""
    return any(holds(resource) for resource in graph.find(type=kind))


def key_of(graph: Graph, reference: object, kind: str) -> Resource | None:
    """The resource of a type whose output `reference` is, as `${name.output}`."""
    if not isinstance(reference, str):
        return None
    return next((found for found in graph.find(type=kind) if reference.startswith(f"${{{found.name}.")), None)


def default_classes(graph: Graph) -> list[Resource]:
    """Storage classes that are made the default."""
    mark = "storageclass.kubernetes.io/is-default-class"
    return [item for item in _storage_classes(graph) if _annotation(item, mark) == "true"]


def shipped_default_is_off(graph: Graph) -> bool:
    """Whether the class that the cloud makes the default is no longer."""
    mark = "storageclass.kubernetes.io/is-default-class"
    kind = "kubernetes:storage.k8s.io/v1:StorageClassPatch"
    return every(graph, kind, lambda item: _annotation(item, mark) == "false")


def class_named(graph: Graph, name: str, holds: Callable[[Resource], bool] = lambda _: True) -> bool:
    """Whether there is a storage class of this Kubernetes name, and it holds."""
    return any(at(item, "metadata.name") == name and holds(item) for item in _storage_classes(graph))


def every_volume(graph: Graph, provisioner: str, parameter: str, *values: str) -> bool:
    """Whether storage classes of a driver are there, and a parameter of each has one of the values."""
    found = [item for item in _storage_classes(graph) if at(item, "provisioner") == provisioner]
    return bool(found) and all(at(item, f"parameters.{parameter}") in values for item in found)


def snapshot_default(graph: Graph) -> bool:
    """Whether there is a snapshot class and it is the default."""
    mark = "snapshot.storage.kubernetes.io/is-default-class"
    kind = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
    return some(graph, kind, lambda item: _annotation(item, mark) == "true")


def volumes_carry(graph: Graph) -> bool:
    """Whether every storage class gives its volumes those of our labels or tags that never change."""
    found = list(_storage_classes(graph))
    return bool(found) and all(all(f"{key}=" in text for key in LASTING) for text in map(_parameters, found))


def taint_spot(resource: Resource) -> bool:
    """Whether a pool keeps away what does not ask for spot."""
    return {"key": "spot", "value": "true", "effect": "NO_SCHEDULE"} in (
        at(resource, "nodeConfig.taints") or at(resource, "taints") or []
    )


def kubeconfig_is_secret(graph: Graph) -> bool:
    """Whether the provider of Kubernetes gets a kubeconfig, and the plan keeps it to itself."""
    return every(graph, "pulumi:providers:kubernetes", lambda item: at(item, "kubeconfig") == {"$secret": True})


def _storage_classes(graph: Graph) -> Iterator[Resource]:
    yield from graph.find(type="kubernetes:storage.k8s.io/v1:StorageClass")


def _annotation(resource: Resource, name: str) -> object:
    return cast("Mapping[str, object]", at(resource, "metadata.annotations") or {}).get(name)


def _parameters(resource: Resource) -> str:
    return " ".join(map(str, cast("Mapping[str, object]", at(resource, "parameters") or {}).values()))
