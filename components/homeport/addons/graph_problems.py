"""What can be wrong with a graph of add-ons, found before anything exists.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import graphlib
import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.exports import Exports
from homeport.addons.items import Chart, GivenSecret
from homeport.addons.pins import pin_of
from homeport.addons.site import Site
from homeport.addons.steps import GIVEN, Step, absolute, brings_itself
from homeport.problems import Problem


def why_not(addon: Addon[Any], site: Site) -> str | None:
    """Why an add-on cannot be installed on a site, as a clause; None where it can."""
    if site.cloud not in addon.clouds:
        served = " and ".join(sorted(cloud for cloud in addon.clouds if cloud != "none")) or "no cloud"
        return f"serves {served}, and the cluster's cloud is {site.cloud}"
    if brings_itself(addon, site):
        return f"the cluster brings it already ({addon.instead_of})"
    return None


def not_here(sections: Mapping[str, AddonArgs], site: Site, catalogue: Mapping[str, Addon[Any]]) -> Iterator[Problem]:
    """Add-ons that are asked for and cannot be had."""
    for name, args in sections.items():
        addon = catalogue.get(name)
        if addon is None or args.enabled is not True:
            continue
        reason = why_not(addon, site)
        if reason is not None:
            yield Problem((name, "enabled"), reason, "remove enabled: true", value=True)


def conflicts(chosen: Mapping[str, AddonArgs], catalogue: Mapping[str, Addon[Any]]) -> Iterator[Problem]:
    """Add-ons that cannot stand beside each other, each pair once."""
    told: set[frozenset[str]] = set()
    for name in sorted(chosen):
        for conflict in catalogue[name].conflicts:
            pair = frozenset({name, conflict.addon})
            if conflict.addon in chosen and pair not in told:
                told.add(pair)
                yield Problem(
                    (name,),
                    f"cannot stand beside {conflict.addon}: {conflict.reason}",
                    f"switch one of them off, for example {conflict.addon}: {{enabled: false}}",
                    related=((conflict.addon,),),
                )


def namespaces(chosen: Mapping[str, AddonArgs], catalogue: Mapping[str, Addon[Any]]) -> Iterator[Problem]:
    """Two add-ons that want one namespace at different levels: neither silently weakens or breaks the other."""
    first: dict[str, str] = {}
    for name in sorted(chosen):
        own = catalogue[name].namespace
        other = first.setdefault(own.name, name)
        if catalogue[other].namespace != own:
            theirs = catalogue[other].namespace
            yield Problem(
                (name,),
                f'lives in the namespace "{own.name}" at pod security {own.pod_security}, and {other} has it at'
                f" {theirs.pod_security}",
                "give one of them a namespace of its own",
                related=((other,),),
            )


def offers(offered: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """Two add-ons that offer the same; nobody could say which of them is meant.

    Args:
        offered: add-on to what `Addon.exports` gave.
    """
    known = {item.name for item in fields(Exports)}
    first: dict[str, str] = {}
    for name in sorted(offered):
        given = dict(offered[name])
        items: Mapping[str, str] = given.pop("items", {})
        unknown = sorted(given.keys() - known)
        if unknown:
            raise ValueError(f"the add-on {name} exports {', '.join(unknown)}; Exports has {', '.join(sorted(known))}")
        for what in (*given, *(f"items.{key}" for key in items)):
            other = first.setdefault(what, name)
            if other != name:
                yield Problem(
                    (name,),
                    f"offers {what} to tenants and applications, and {other} does too",
                    f"switch one of them off, for example {name}: {{enabled: false}}",
                    related=((other,),),
                )


def missing(
    steps: Mapping[str, Step], site: Site, catalogue: Mapping[str, Addon[Any]], chosen: Collection[str], opaque: Any
) -> Iterator[Problem]:
    """Needs that nothing meets, one problem for each add-on and what it lacks."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for step in steps.values():
        for need in step.needs:
            on = absolute(step.addon, need.on)
            other = on.partition("/")[0]
            met = on in steps or on in GIVEN or other in opaque
            if need.optional or met or (other in catalogue and brings_itself(catalogue[other], site)):
                continue
            what = on if other in chosen or other not in catalogue else other
            reasons = lacking.setdefault((step.addon, what), [])
            if need.reason not in reasons:
                reasons.append(need.reason)
    for (addon, what), reasons in lacking.items():
        other = what.partition("/")[0]
        yield Problem(
            (addon,), f"needs {what}: {'; '.join(reasons)}", _remedy(addon, what, site, catalogue), related=((other,),)
        )


def _remedy(addon: str, what: str, site: Site, catalogue: Mapping[str, Addon[Any]]) -> str:
    other = what.partition("/")[0]
    if other not in catalogue:
        return f"there is no add-on {other}: hand it to Addons, or take the need out of {addon}"
    if other != what:
        return f"{other} is installed without it: see the settings of {other}, or switch {addon} off"
    reason = why_not(catalogue[other], site)
    if reason is None:
        return f"switch it on: {other}: {{enabled: true}}"
    return f"switch {addon} off, since {other} {reason}"


def unserved(steps: Mapping[str, Step], chosen: Mapping[str, AddonArgs], site: Site) -> Iterator[Problem]:
    """Charts that were not made for the cluster's version."""
    for step in steps.values():
        if not isinstance(step.item, Chart):
            continue
        pin = pin_of(step.item.pin)
        if site.kubernetes is not None and chosen[step.addon].version is None and not pin.serves(site.kubernetes):
            yield Problem(
                (step.addon,),
                f"the chart {pin.chart} {pin.version} serves Kubernetes {pin.kubernetes[0]} to {pin.kubernetes[1]},"
                f" and the cluster's version is {site.kubernetes}",
                "stay within that range, or name a chart version that serves it: version: ...",
            )


def unset_secrets(steps: Mapping[str, Step], site: Site) -> Iterator[Problem]:
    """Secrets of the stack that an item takes and nobody has set."""
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


def cycles(steps: Mapping[str, Step]) -> Iterator[Problem]:
    """Items that need themselves, by way of others."""
    sorter = graphlib.TopologicalSorter({key: [edge.on for edge in step.edges] for key, step in steps.items()})
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        # The library lists each node before the one that needs it, and the first again at the end.
        found: list[str] = error.args[1]
        around = list(reversed(found))[:-1]
        start = around.index(min(around))
        path = [*around[start:], *around[: start + 1]]
        reasons = (next(edge for edge in steps[of].edges if edge.on == on).reason for of, on in _pairs(path))
        legs = ", ".join(f"{of} needs {on} ({why})" for (of, on), why in zip(_pairs(path), reasons, strict=True))
        yield Problem(
            (steps[path[0]].addon,),
            f"needs itself: {legs}",
            "one of these needs is not true: remove it from its add-on",
        )


def _pairs(path: list[str]) -> list[tuple[str, str]]:
    return list(itertools.pairwise(path))
