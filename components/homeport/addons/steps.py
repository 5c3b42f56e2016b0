"""From add-ons to steps: every item in its place, with its edges to what must be there first.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Final, cast

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.items import Chart, Item, Namespace, Need, NeedKind, Object, Ref
from homeport.addons.site import Site
from homeport.kube.manifest import Manifest

#: What the cluster itself offers to needs: its API, nodes with room and a working cluster DNS, its storage classes.
CLUSTER: Final = "cluster"
API: Final = f"{CLUSTER}/api"
NODES: Final = f"{CLUSTER}/nodes"
STORAGE: Final = f"{CLUSTER}/storage"
GIVEN: Final = (API, NODES, STORAGE)
NAMESPACES: Final = "namespaces"
_CLAIMS: Final = Need(STORAGE, "it is gone only when its claims are, whose disks the driver deletes", "both")


@dataclass(frozen=True, slots=True)
class Edge:
    """`of` needs `on`; both "add-on/key"."""

    of: str
    on: str
    kind: NeedKind
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """An item in its place.

    Attributes:
        key: "add-on/key".
        addon: whose it is; empty for namespaces.
        item: with every default filled in.
        needs: what it says that it needs, and the items whose outputs it holds.
        edges: to what must be there first.
    """

    key: str
    addon: str
    item: Item
    needs: tuple[Need, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceItem(Item):
    """A namespace to make."""

    kept_by_api: ClassVar[bool] = True
    namespace: Namespace


def steps_of(
    chosen: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]], *, opaque: Collection[str] = ()
) -> dict[str, Step]:
    """Every item with its edges to what is there, by key, in the order of the keys.

    Args:
        chosen: what is installed.
        site: the cluster.
        catalogue: add-ons by name.
        opaque: installed, but cannot say what they consist of, because their sections are wrong.
    """
    items: dict[str, tuple[str, Item]] = {}
    for name, args in chosen.items():
        addon = catalogue[name]
        if addon.namespace.ours:
            items.setdefault(
                f"{NAMESPACES}/{addon.namespace.name}",
                (
                    "",
                    NamespaceItem(
                        key=addon.namespace.name,
                        namespace=addon.namespace,
                        needs=[_CLAIMS] if addon.namespace.claims else [],
                    ),
                ),
            )
        for item in () if name in opaque else addon.items(args, site):
            key = f"{name}/{item.key}"
            if key in items:
                raise ValueError(f"the add-on {name} has two items called {item.key}")
            items[key] = (name, _completed(item, addon))
    there = {*items, *GIVEN}
    brought = {name for name, addon in catalogue.items() if brings_itself(addon, site)}
    steps: dict[str, Step] = {}
    for key, (name, item) in sorted(items.items()):
        needs = tuple(_needs(item))
        edges = tuple(_edges(key, name, (*needs, *_implied(item)), there, brought))
        steps[key] = Step(key, name, item, needs, edges)
    return steps


def brings_itself(addon: Addon[Any], site: Site) -> bool:
    """Whether the cluster has by itself what an add-on would bring, so that needs on it are met."""
    return addon.instead_of is not None and addon.instead_of in site.provides


def absolute(addon: str, on: str) -> str:
    """The full key of what a need or reference names."""
    return on if "/" in on else f"{addon}/{on}"


def _needs(item: Item) -> Iterator[Need]:
    said = {need.on for need in item.needs}
    yield from item.needs
    found: list[Ref] = []
    _gather(item, found)
    for ref in found:
        if ref.item not in said:
            said.add(ref.item)
            yield Need(ref.item, f"holds its {ref.output}")


def _gather(value: Any, found: list[Ref]) -> None:
    """References inside of values, also of an item of any kind."""
    if value is None or isinstance(value, str | int):
        return  # most values are: looked for first
    if isinstance(value, Ref):
        found.append(value)
    elif isinstance(value, Mapping):
        for item in cast("Mapping[str, Any]", value).values():
            _gather(item, found)
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[Any]", value):
            _gather(item, found)
    elif isinstance(value, Item | Manifest):
        for one in fields(value):
            _gather(getattr(value, one.name), found)


def _completed(item: Item, addon: Addon[Any]) -> Item:
    """The item with the defaults that its add-on gives it."""
    if isinstance(item, Chart):
        return replace(
            item,
            pin=item.pin or addon.name,
            release=item.release or addon.name,
            namespace=item.namespace or addon.namespace.name,
        )
    if getattr(item, "namespace", None) == "":
        changes: dict[str, Any] = {"namespace": addon.namespace.name}
        return replace(item, **changes)
    return item


def _edges(
    key: str, addon: str, needs: Iterable[Need], there: Collection[str], brought: Collection[str]
) -> Iterator[Edge]:
    """Edges to what is there; needs that nothing meets are problems, told elsewhere."""
    seen: set[str] = set()
    for need in needs:
        on = absolute(addon, need.on)
        if on.partition("/")[0] in brought:
            on = API  # what comes with the cluster is there as soon as the cluster is
        if on in there and not (on in seen and need.reason in _OF_ITSELF):
            seen.add(on)
            yield Edge(key, on, need.kind, need.reason)


_PODS: Final = "its pods need a place to run, and the release waits for them"
_KEPT: Final = "it is kept by the Kubernetes API"
_LIVES: Final = "lives in it"
_OF_ITSELF: Final = frozenset({_PODS, _KEPT, _LIVES})


def _implied(item: Item) -> Iterator[Need]:
    """What an item needs by being what it is."""
    if isinstance(item, Chart) and item.pods:
        yield Need(NODES, _PODS)
    if item.kept_by_api:
        yield Need(API, _KEPT)
    namespace = namespace_of(item)
    if namespace:
        yield Need(f"{NAMESPACES}/{namespace}", _LIVES, "both", optional=True)


def namespace_of(item: Item) -> str | None:
    """Where an item lives in the cluster; None where it does not."""
    if isinstance(item, Object):
        return item.manifest.namespace
    namespace = getattr(item, "namespace", None) if item.kept_by_api else None
    return namespace if isinstance(namespace, str) and namespace else None
