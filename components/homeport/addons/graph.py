"""The graph of add-ons: what is installed, in which order, by which edges, and what is wrong, before anything exists.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeport.addons import overrides
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon, by_name
from homeport.addons.exports import Exports
from homeport.addons.items import Chart, GivenSecret, Item, Namespace, Need, NeedKind, Object, Password, Rights
from homeport.addons.pins import pins
from homeport.addons.site import Site
from homeport.problems import Problem, SettingsError

#: What the cluster itself offers to needs: its API, nodes with room and a working cluster DNS, its storage classes.
CLUSTER: Final = "cluster"
API: Final = f"{CLUSTER}/api"
NODES: Final = f"{CLUSTER}/nodes"
STORAGE: Final = f"{CLUSTER}/storage"
GIVEN: Final = (API, NODES, STORAGE)
NAMESPACES: Final = "namespaces"


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
        edges: to what must be there first.
    """

    key: str
    addon: str
    item: Item
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceItem(Item):
    """A namespace to make."""

    namespace: Namespace


@dataclass(frozen=True, slots=True)
class AddonPlan:
    """What is installed.

    Attributes:
        steps: in an order in which each follows what it needs.
        sections: add-on to its arguments.
        exports: what it offers.
        warnings: what an override puts at risk, as sentences.
        left_out: add-on that the profile has, to why it is not there.
    """

    steps: tuple[Step, ...]
    sections: Mapping[str, AddonArgs]
    exports: Exports
    warnings: tuple[str, ...]
    left_out: Mapping[str, str]


def plan(sections: Mapping[str, AddonArgs], site: Site, addons: Iterable[Addon[Any]]) -> AddonPlan:
    """Decide what is installed and in which order.

    Args:
        sections: add-on to its section; one that has none takes its defaults.
        site: the cluster.
        addons: all that could be installed.

    Raises:
        SettingsError: everything that `problems` finds.
    """
    catalogue = by_name(addons)
    found = list(problems(sections, site, catalogue.values()))
    if found:
        raise SettingsError(problem.below(("addons",)) for problem in found)
    chosen, left_out = choose(sections, site, catalogue)
    site = replace(site, installed=frozenset(chosen))
    steps = _steps(chosen, site, catalogue)
    order = graphlib.TopologicalSorter({key: [edge.on for edge in step.edges] for key, step in steps.items()})
    ordered = tuple(steps[key] for key in order.static_order() if key in steps)
    return AddonPlan(ordered, chosen, _exports(chosen, site, catalogue), tuple(_warnings(ordered, chosen)), left_out)


def problems(sections: Mapping[str, AddonArgs], site: Site, addons: Iterable[Addon[Any]]) -> Iterator[Problem]:
    """Everything that is wrong, with paths relative to the section `addons`."""
    catalogue = by_name(addons)
    chosen, _ = choose(sections, site, catalogue)
    site = replace(site, installed=frozenset(chosen))
    yield from _not_here(sections, site, catalogue)
    broken = False
    for name, args in chosen.items():
        addon = catalogue[name]
        for problem in addon.problems(args, site):
            broken = True
            yield problem.below((name,))
        for conflict in addon.conflicts:
            if conflict.addon in chosen:
                yield Problem(
                    (name,),
                    f"cannot stand beside {conflict.addon}: {conflict.reason}",
                    f"switch one of them off, for example {conflict.addon}: {{enabled: false}}",
                    related=((conflict.addon,),),
                )
    if broken:  # an add-on that is told something wrong cannot say what it consists of
        return
    steps = _steps(chosen, site, catalogue)
    yield from _missing(steps, site, catalogue)
    yield from _unserved(steps, chosen, site)
    yield from _unset_secrets(steps, site)
    yield from _cycles(steps)


def choose(
    sections: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]]
) -> tuple[dict[str, AddonArgs], dict[str, str]]:
    """What is installed with its arguments, and what the profile would have had with why it is not."""
    chosen: dict[str, AddonArgs] = {}
    left_out: dict[str, str] = {}
    for name, addon in catalogue.items():
        args = sections.get(name) or addon.args()
        wanted = args.enabled if args.enabled is not None else site.profile in addon.profiles
        if not wanted:
            if args.enabled is False:
                left_out[name] = "switched off"
            continue
        why_not = _why_not(addon, site)
        if why_not is None:
            chosen[name] = args
        elif args.enabled is None:
            left_out[name] = why_not
    return chosen, left_out


def _why_not(addon: Addon[Any], site: Site) -> str | None:
    if site.cloud not in addon.clouds:
        served = " and ".join(sorted(cloud for cloud in addon.clouds if cloud != "none")) or "no cloud"
        return f"serves {served}, and the cluster's cloud is {site.cloud}"
    if addon.instead_of is not None and addon.instead_of in site.provides:
        return f"the cluster brings it already ({addon.instead_of})"
    return None


def _not_here(sections: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]]) -> Iterator[Problem]:
    for name, args in sections.items():
        addon = catalogue.get(name)
        if addon is None or args.enabled is not True:
            continue
        why_not = _why_not(addon, site)
        if why_not is not None:
            yield Problem((name, "enabled"), why_not, "remove enabled: true", value=True)


def _steps(chosen: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]]) -> dict[str, Step]:
    """Every item with its edges to what is there; needs that nothing meets are `_missing`'s."""
    items: dict[str, tuple[str, Item]] = {}
    for name, args in chosen.items():
        addon = catalogue[name]
        if addon.namespace.ours:
            items.setdefault(
                f"{NAMESPACES}/{addon.namespace.name}",
                ("", NamespaceItem(key=addon.namespace.name, namespace=addon.namespace)),
            )
        for item in addon.items(args, site):
            key = f"{name}/{item.key}"
            if key in items:
                raise ValueError(f"the add-on {name} has two items called {item.key}")
            items[key] = (name, _completed(item, addon))
    return {
        key: Step(key, name, item, tuple(_edges(key, name, item, items.keys()))) for key, (name, item) in items.items()
    }


def _completed(item: Item, addon: Addon[Any]) -> Item:
    """The item with the defaults that its add-on gives it."""
    if isinstance(item, Chart):
        return replace(
            item,
            pin=item.pin or addon.name,
            release=item.release or addon.name,
            namespace=item.namespace or addon.namespace.name,
        )
    if isinstance(item, Rights | Password | GivenSecret):
        return replace(item, namespace=item.namespace or addon.namespace.name)
    return item


def _edges(key: str, addon: str, item: Item, there: Iterable[str]) -> Iterator[Edge]:
    known = {*there, *GIVEN}
    for need in (*item.needs, *_implied(item)):
        on = absolute(addon, need.on)
        if on in known:
            yield Edge(key, on, need.kind, need.reason)


def _implied(item: Item) -> Iterator[Need]:
    """What an item needs by being what it is."""
    if isinstance(item, Chart) and item.pods:
        yield Need(NODES, "its pods need a place to run, and the release waits for them")
    if isinstance(item, Chart | Object | Password | GivenSecret | NamespaceItem):
        yield Need(API, "it is kept by the Kubernetes API")
    namespace = _namespace(item)
    if namespace:
        yield Need(f"{NAMESPACES}/{namespace}", "lives in it", "both", optional=True)


def _namespace(item: Item) -> str | None:
    if isinstance(item, Object):
        return item.manifest.namespace
    if isinstance(item, Chart | Password | GivenSecret):
        return item.namespace
    return None


def absolute(addon: str, on: str) -> str:
    """The full key of what a need or reference names."""
    return on if "/" in on else f"{addon}/{on}"


def _missing(steps: Mapping[str, Step], site: Site, catalogue: Mapping[str, Addon[Any]]) -> Iterator[Problem]:
    for step in steps.values():
        for need in step.item.needs:
            on = absolute(step.addon, need.on)
            if need.optional or on in steps or on in GIVEN:
                continue
            other = on.partition("/")[0]
            if other not in catalogue:
                raise ValueError(f"{step.key} needs {on}, and there is no such add-on")
            why_not = _why_not(catalogue[other], site)
            yield Problem(
                (step.addon,),
                f"needs {other}: {need.reason}",
                f"switch it on: {other}: {{enabled: true}}"
                if why_not is None
                else f"switch {step.addon} off, since {other} {why_not}",
                related=((other,),),
            )


def _unserved(steps: Mapping[str, Step], chosen: Mapping[str, AddonArgs], site: Site) -> Iterator[Problem]:
    for step in steps.values():
        if not isinstance(step.item, Chart):
            continue
        pin = pins()[step.item.pin]
        if site.kubernetes is not None and chosen[step.addon].version is None and not pin.serves(site.kubernetes):
            yield Problem(
                (step.addon,),
                f"the chart {pin.chart} {pin.version} serves Kubernetes {pin.kubernetes[0]} to {pin.kubernetes[1]},"
                f" and the cluster's version is {site.kubernetes}",
                "stay within that range, or name a chart version that serves it: version: ...",
            )


def _unset_secrets(steps: Mapping[str, Step], site: Site) -> Iterator[Problem]:
    for step in steps.values():
        if not isinstance(step.item, GivenSecret):
            continue
        for name in step.item.data.values():
            if name not in site.secrets:
                yield Problem(
                    (step.addon,),
                    f'needs the secret "{name}" of the stack, which is not set',
                    f"pulumi config set --secret --path 'homeport:secrets.{name}'",
                )


def _cycles(steps: Mapping[str, Step]) -> Iterator[Problem]:
    sorter = graphlib.TopologicalSorter({key: [edge.on for edge in step.edges] for key, step in steps.items()})
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        yield Problem(
            (steps[circle[0]].addon,),
            f"needs itself, by way of {' <- '.join(circle)}",
            "one of these needs is not true: remove it from its add-on",
        )


def _exports(chosen: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]]) -> Exports:
    fields: dict[str, Any] = {}
    items: dict[str, str] = {}
    for name, args in chosen.items():
        offered = dict(catalogue[name].exports(args, site))
        items |= offered.pop("items", {})
        fields |= offered
    return Exports(**fields, items=tuple(sorted(items.items())))


def _warnings(steps: Iterable[Step], chosen: Mapping[str, AddonArgs]) -> Iterator[str]:
    for step in steps:
        if isinstance(step.item, Chart) and step.item.key == "release":
            for path, loss in overrides.lost_safety(step.item, chosen[step.addon].values):
                yield f"addons.{step.addon}.values.{path} overrides a value that keeps the cluster safe: {loss}"
