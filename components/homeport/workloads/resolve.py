"""The applications of a stack: which there are, in which order, and where each runs among the others.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import graphlib
from collections.abc import Mapping
from dataclasses import dataclass

from homeport.workloads.context import Peer, Place
from homeport.workloads.crosschecks import app_problems, unknown_problems
from homeport.workloads.foreign import ForeignArgs, pod_selector
from homeport.workloads.ground import Ground
from homeport.workloads.overlay import AppOverlay, chosen
from homeport.workloads.specs import AppSpec, AppSpecs, flow_ports

__all__ = ["Deployed", "Ground", "app_problems", "deployed", "unknown_problems"]


@dataclass(frozen=True, slots=True)
class Deployed:
    """An application of a stack: what it is, and where it runs."""

    spec: AppSpec
    place: Place


def deployed(specs: AppSpecs, overlays: Mapping[str, AppOverlay], ground: Ground) -> dict[str, Deployed]:
    """The applications of a stack, jobs before what comes after them, otherwise by name.

    The order in which a stack file names them means nothing. Call it when `app_problems` found nothing.
    """
    there = chosen(specs, overlays)
    sorter = graphlib.TopologicalSorter({name: list(spec.after) for name, spec in there.items()})
    sorter.prepare()
    out: dict[str, Deployed] = {}
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        out |= {name: Deployed(there[name], _place(name, there, ground)) for name in ready}
        sorter.done(*ready)
    return out


def _place(name: str, there: Mapping[str, AppSpec], ground: Ground) -> Place:
    spec = there[name]
    reaches = [
        _peer(flow.app, there[flow.app], flow_ports(flow, there[flow.app]), ground)
        for flow in spec.connects
        if flow.app is not None
    ]
    reached_by = [
        _peer(other, theirs, flow_ports(flow, spec), ground)
        for other, theirs in there.items()
        for flow in theirs.connects
        if flow.app == name
    ]
    return Place(
        app=name,
        tenant=spec.tenant,
        namespace=ground.namespace(spec),
        environment=ground.environment,
        domain=ground.domain,
        labels=ground.labels,
        pod_security=ground.tenants[spec.tenant].pod_security,
        cloud=ground.cloud,
        exports=ground.exports,
        reaches=tuple(reaches),
        reached_by=tuple(reached_by),
        jobs=tuple(spec.after),
        pools=ground.pools or {},
        pod_ranges=ground.pod_ranges,
        secrets=ground.secrets,
    )


def _peer(name: str, spec: AppSpec, ports: tuple[int, ...], ground: Ground) -> Peer:
    labels = tuple(pod_selector(spec, name).items()) if isinstance(spec, ForeignArgs) else ()
    return Peer(name, ground.namespace(spec), ports, labels)
