"""The graph of add-ons: what is installed, in which order, by which edges, and what is wrong, before anything exists.

The result is the same in whatever order the add-ons are named: items come as soon as what they need is there, and
those that could come at the same time, by their names.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from homeport.addons import graph_problems, overrides
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon, by_name
from homeport.addons.exports import Exports
from homeport.addons.graph_problems import why_not
from homeport.addons.hosts import hosts
from homeport.addons.items import Chart, Object
from homeport.addons.pins import pin_of
from homeport.addons.site import Site
from homeport.addons.steps import (
    API,
    CLUSTER,
    GIVEN,
    NAMESPACES,
    NODES,
    STORAGE,
    Edge,
    NamespaceItem,
    Step,
    absolute,
    namespace_of,
    steps_of,
)
from homeport.problems import Problem, SettingsError

__all__ = [
    "API",
    "CLUSTER",
    "GIVEN",
    "NAMESPACES",
    "NODES",
    "STORAGE",
    "AddonPlan",
    "Edge",
    "NamespaceItem",
    "Step",
    "absolute",
    "choose",
    "plan",
    "problems",
]


@dataclass(frozen=True, slots=True)
class AddonPlan:
    """What is installed.

    Attributes:
        steps: in an order in which each follows what it needs.
        sections: add-on to its arguments.
        exports: what it offers.
        warnings: what is allowed and still said aloud, as sentences: what an override puts at risk, and what add-ons
            say by themselves.
        left_out: add-on that is not there, to why.
    """

    steps: tuple[Step, ...]
    sections: Mapping[str, AddonArgs]
    exports: Exports
    warnings: tuple[str, ...]
    left_out: Mapping[str, str]

    @property
    def namespaces(self) -> frozenset[str]:
        """Where add-ons live, and what else they make."""
        made = (step.item.manifest for step in self.steps if isinstance(step.item, Object))
        lived = (namespace_of(step.item) for step in self.steps)
        return frozenset({item.name for item in made if item.kind == "Namespace"} | {name for name in lived if name})

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge, in the order of the steps."""
        return tuple(edge for step in self.steps for edge in step.edges)


def plan(sections: Mapping[str, AddonArgs], site: Site, addons: Iterable[Addon[Any]]) -> AddonPlan:
    """Decide what is installed and in which order.

    Args:
        sections: add-on to its section; one that has none takes its defaults.
        site: the cluster.
        addons: all that could be installed.

    Raises:
        SettingsError: everything that `problems` finds.
    """
    examined = _examine(sections, site, addons)
    if examined.problems:
        raise SettingsError(problem.below(("addons",)) for problem in examined.problems)
    ordered = tuple(_ordered(examined.steps))
    chosen, site = examined.chosen, examined.site
    warnings = (*_warnings(ordered, chosen), *_said(chosen, site, examined.catalogue))
    exports = replace(site.offers, hosts=tuple(sorted(hosts(ordered))))
    return AddonPlan(ordered, chosen, exports, warnings, examined.left_out)


def problems(sections: Mapping[str, AddonArgs], site: Site, addons: Iterable[Addon[Any]]) -> Iterator[Problem]:
    """Everything that is wrong, with paths relative to the section `addons`.

    An add-on whose section is wrong cannot say what it consists of; all others are checked as if it stood right.
    """
    yield from _examine(sections, site, addons).problems


@dataclass(frozen=True, slots=True)
class _Examined:
    """What is chosen, what it consists of, and what is wrong with it."""

    catalogue: Mapping[str, Addon[Any]]
    site: Site
    chosen: dict[str, AddonArgs]
    left_out: dict[str, str]
    steps: Mapping[str, Step]
    problems: tuple[Problem, ...]


def _examine(sections: Mapping[str, AddonArgs], site: Site, addons: Iterable[Addon[Any]]) -> _Examined:
    catalogue = by_name(addons)
    chosen, left_out = choose(sections, site, catalogue)
    site = replace(site, installed=frozenset(chosen))
    found = list(graph_problems.not_here(sections, site, catalogue))
    wrong: dict[str, list[Problem]] = {}
    for name, args in chosen.items():
        own = [*catalogue[name].problems(args, site), *overrides.problems(args.values)]
        if own:
            wrong[name] = own
    found += [problem.below((name,)) for name, own in wrong.items() for problem in own]
    found += graph_problems.conflicts(chosen, catalogue)
    found += graph_problems.namespaces(chosen, catalogue)
    offered = _offered(chosen, site, catalogue, without=wrong)
    found += graph_problems.offers(offered)
    site = replace(site, offers=_exports(offered))
    steps = steps_of(chosen, site, catalogue, opaque=wrong.keys())
    found += graph_problems.missing(steps, site, catalogue, chosen, wrong)
    found += graph_problems.unserved(steps, chosen, site)
    found += graph_problems.unset_secrets(steps, site)
    found += graph_problems.cycles(steps)
    return _Examined(catalogue, site, chosen, left_out, steps, tuple(found))


def choose(
    sections: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]]
) -> tuple[dict[str, AddonArgs], dict[str, str]]:
    """What is installed with its arguments, by name, and what is not with the reason."""
    chosen: dict[str, AddonArgs] = {}
    left_out: dict[str, str] = {}
    for name, addon in sorted(catalogue.items()):
        args = sections.get(name) or addon.args()
        reason = why_not(addon, site)
        if args.enabled is False:
            left_out[name] = "switched off"
        elif args.enabled is None and site.profile not in addon.profiles:
            left_out[name] = f"not part of the profile {site.profile}"
        elif reason is not None:
            left_out[name] = reason
        else:
            chosen[name] = args
    return chosen, left_out


def _ordered(steps: Mapping[str, Step]) -> Iterator[Step]:
    """Each step after what it needs; of several that could come next, the first by name."""
    waits = {key: {edge.on for edge in step.edges if edge.on in steps} for key, step in steps.items()}
    users: dict[str, list[str]] = {}
    for key, others in waits.items():
        for other in others:
            users.setdefault(other, []).append(key)
    free = [key for key, others in waits.items() if not others]
    heapq.heapify(free)
    while free:
        key = heapq.heappop(free)
        yield steps[key]
        for user in users.get(key, ()):
            waits[user].discard(key)
            if not waits[user]:
                heapq.heappush(free, user)


def _offered(
    chosen: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]], *, without: Collection[str] = ()
) -> dict[str, Mapping[str, Any]]:
    return {name: catalogue[name].exports(args, site) for name, args in chosen.items() if name not in without}


def _exports(offered: Mapping[str, Mapping[str, Any]]) -> Exports:
    fields: dict[str, Any] = {}
    items: dict[str, str] = {}
    for given in offered.values():
        items |= given.get("items", {})
        fields |= {key: value for key, value in given.items() if key != "items"}
    return Exports(**fields, items=tuple(sorted(items.items())))


def _warnings(steps: Iterable[Step], chosen: Mapping[str, AddonArgs]) -> Iterator[str]:
    for step in steps:
        if not isinstance(step.item, Chart) or step.item.key != "release":
            continue
        section, pin = chosen[step.addon], pin_of(step.item.pin)
        for path, loss in overrides.lost_safety(step.item, section.values):
            yield f"addons.{step.addon}.values.{path} overrides a value that keeps the cluster safe: {loss}"
        if section.version is not None and section.version != pin.version:
            yield (
                f"addons.{step.addon}.version is {section.version}, and our values were written for {pin.version}:"
                " homeport charts verify says whether they fit"
            )


def _said(chosen: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]]) -> Iterator[str]:
    for name, args in chosen.items():
        for sentence in catalogue[name].warnings(args, site):
            yield f"addons.{name}: {sentence}"
