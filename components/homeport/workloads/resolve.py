"""The applications of a stack against each other, their tenants and the cluster: what is wrong, and where each runs.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import difflib
import graphlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from homeport.addons.exports import Exports
from homeport.cluster.pool_args import NodePoolArgs
from homeport.labels import Labels
from homeport.problems import Problem
from homeport.tenancy.args import TenantArgs
from homeport.tenancy.manifests import namespaces
from homeport.values import Cidr, Cloud
from homeport.workloads.admission import admission_problems
from homeport.workloads.args import Flow
from homeport.workloads.context import Peer, Place
from homeport.workloads.foreign import ForeignArgs, pod_selector
from homeport.workloads.job import JobArgs
from homeport.workloads.names import name_problems
from homeport.workloads.overlay import AppOverlay, applied, overlay_problems
from homeport.workloads.quota_sum import quota_problems
from homeport.workloads.specs import AppSpec, AppSpecs, OwnSpec
from homeport.workloads.web_app import WebAppArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all applications of a stack share.

    Attributes:
        environment: for example stage.
        domain: under which hosts must lie.
        labels: of everything.
        tenants: name to tenant.
        cloud: of the cluster.
        exports: what add-ons offer.
        pools: the cluster's node pools, as far as they are known; None where they are not.
        pod_ranges: addresses of pods and nodes.
    """

    environment: str
    domain: str
    labels: Labels
    tenants: Mapping[str, TenantArgs]
    cloud: Cloud = "none"
    exports: Exports = field(default_factory=Exports)
    pools: Mapping[str, NodePoolArgs] | None = None
    pod_ranges: tuple[Cidr, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployed:
    """An application of a stack: what it is, and where it runs."""

    spec: AppSpec
    place: Place


def deployed(specs: AppSpecs, overlays: Mapping[str, AppOverlay], ground: Ground) -> dict[str, Deployed]:
    """The applications of a stack, jobs before what comes after them. Call it when `app_problems` found nothing."""
    chosen = _chosen(specs, overlays)
    order = graphlib.TopologicalSorter({name: list(spec.after) for name, spec in chosen.items()}).static_order()
    return {name: Deployed(chosen[name], _place(name, chosen, ground)) for name in order if name in chosen}


def app_problems(specs: AppSpecs, overlays: Mapping[str, AppOverlay], ground: Ground) -> Iterator[Problem]:
    """Everything that is wrong, with paths from the root of a stack file: apps.<name>..., tenants.<name>..."""
    yield from unknown_problems(specs, overlays)
    chosen = _chosen(specs, overlays)
    for name, spec in chosen.items():
        for problem in (*spec.check(), *_alone(name, spec, ground)):
            yield problem.below(("apps", name))
    yield from _hosts(chosen, ground)
    yield from _order(chosen)
    yield from _quotas(chosen, ground)


def unknown_problems(specs: AppSpecs, overlays: Mapping[str, AppOverlay]) -> Iterator[Problem]:
    """Applications and fields that there are not, with paths from the root of a stack file."""
    for name, overlay in overlays.items():
        if name not in specs:
            yield _unknown(("apps", name), name, "application of this program", specs)
        else:
            for problem in overlay_problems(specs[name], overlay):
                yield problem.below(("apps", name))


def _chosen(specs: AppSpecs, overlays: Mapping[str, AppOverlay]) -> dict[str, AppSpec]:
    return {
        name: applied(specs[name], overlay)
        for name, overlay in overlays.items()
        if overlay.enabled and name in specs
    }  # fmt: skip


def _alone(name: str, spec: AppSpec, ground: Ground) -> Iterator[Problem]:
    """What is wrong with one application in this stack; paths relative to its section."""
    if isinstance(spec, OwnSpec) and spec.tag is None and spec.digest is None:
        yield Problem(("tag",), "its image has neither a tag nor a digest", 'say which build: tag: "1.4.2"')
    yield from name_problems(name, spec)
    if isinstance(spec, OwnSpec):
        # What the stack file lays over the spec's room was checked by nobody yet.
        yield from (problem.below(("resources",)) for problem in spec.resources.check())
    tenant = ground.tenants.get(spec.tenant)
    if tenant is None:
        yield _unknown(("tenant",), spec.tenant, "tenant of this stack", ground.tenants)
        return
    of_tenant = namespaces(spec.tenant, tenant)
    if spec.namespace is not None and spec.namespace not in of_tenant:
        yield _unknown(("namespace",), spec.namespace, f"namespace of the tenant {spec.tenant}", of_tenant)
    if not isinstance(spec, OwnSpec):
        return
    if spec.node_pool is not None and ground.pools is not None and spec.node_pool not in ground.pools:
        yield _unknown(("node_pool",), spec.node_pool, "node pool of this cluster", ground.pools)
    place = Place(
        app=name,
        tenant=spec.tenant,
        namespace=spec.namespace or of_tenant[0],
        environment=ground.environment,
        domain=ground.domain,
        labels=ground.labels,
    )
    yield from admission_problems(spec, place, tenant.pod_security)


def _hosts(chosen: Mapping[str, AppSpec], ground: Ground) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    for name, spec in chosen.items():
        if not isinstance(spec, WebAppArgs):
            continue
        hosts = spec.public_hosts(name, ground.domain)
        if hosts and ground.exports.gateway is None and ground.exports.ingress_class is None:
            yield Problem(
                ("apps", name, "hosts"),
                "nothing brings requests from outside: no add-on of this stack is a gateway",
                "switch one on: addons: {traefik: {enabled: true}}; or keep the app inside: hosts: []",
            )
        for host in hosts:
            if host != ground.domain and not host.endswith(f".{ground.domain}"):
                yield Problem(
                    ("apps", name, "hosts"),
                    f"lies outside the stack's domain {ground.domain}: nobody keeps its records, and no certificate"
                    " covers it",
                    f"for example {name}.{ground.domain}",
                    host,
                    related=(("domain",),),
                )
            for path in spec.paths:
                other = taken.setdefault((host, path.rstrip("/") or "/"), name)
                if other != name:
                    yield Problem(
                        ("apps", name, "hosts"),
                        f"the app {other} answers on this host and the path {path} already",
                        "give one of them another host, or another path in the program",
                        host,
                        related=(("apps", other),),
                    )


def _order(chosen: Mapping[str, AppSpec]) -> Iterator[Problem]:
    for name, spec in chosen.items():
        for other in spec.after:
            target = chosen.get(other)
            if target is None:
                yield Problem(
                    ("apps", name),
                    f"comes after the job {other}, which is not deployed in this stack",
                    f"name it too, with its tag: {other}: {{tag: ...}}",
                )
            elif not isinstance(target, JobArgs):
                yield Problem(
                    ("apps", name),
                    f"comes after {other}, which is a {target.kind} and never done",
                    "name jobs alone in its `after`",
                )
        for number, flow in enumerate(spec.connects):
            if flow.app is None:
                continue
            target = chosen.get(flow.app)
            if target is None:
                yield Problem(
                    ("apps", name),
                    f"connects to {flow.app}, which is not deployed in this stack",
                    f"name it too, with its tag: {flow.app}: {{tag: ...}}; or remove the flow in the program",
                )
            elif not flow.ports and not _ports(flow, target):
                yield Problem(
                    ("apps", name),
                    f"connects to {flow.app}, which is a {target.kind} and has no port",
                    f"name the ports of the flow in the program (connects[{number}].ports)",
                )
            elif target.tenant != spec.tenant and spec.tenant not in target.admits_tenants:
                yield Problem(
                    ("apps", name),
                    f"connects to {flow.app} of the tenant {target.tenant}, which does not admit the tenant"
                    f" {spec.tenant}",
                    f"if it may: admits_tenants=[{spec.tenant!r}] of {flow.app}, in the program",
                )
    sorter = graphlib.TopologicalSorter({name: list(spec.after) for name, spec in chosen.items()})
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        yield Problem(
            ("apps", circle[0]),
            f"comes after itself: {' <- '.join(circle)}",
            "remove one of these from `after`, in the program",
        )


def _quotas(chosen: Mapping[str, AppSpec], ground: Ground) -> Iterator[Problem]:
    inside: dict[tuple[str, str], list[AppSpec]] = defaultdict(list)
    for spec in chosen.values():
        tenant = ground.tenants.get(spec.tenant)
        if tenant is not None:
            inside[spec.tenant, spec.namespace or namespaces(spec.tenant, tenant)[0]].append(spec)
    for (tenant, namespace), specs in inside.items():
        quota = ground.tenants[tenant].quota
        if quota is not None:
            for problem in quota_problems(namespace, specs, quota):
                yield problem.below(("tenants", tenant))


def _place(name: str, chosen: Mapping[str, AppSpec], ground: Ground) -> Place:
    spec = chosen[name]
    reaches = [
        _peer(flow.app, chosen[flow.app], _ports(flow, chosen[flow.app]), ground)
        for flow in spec.connects
        if flow.app is not None
    ]
    reached_by = [
        _peer(other, theirs, _ports(flow, spec), ground)
        for other, theirs in chosen.items()
        for flow in theirs.connects
        if flow.app == name
    ]
    return Place(
        app=name,
        tenant=spec.tenant,
        namespace=_namespace(spec, ground),
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
    )


def _peer(name: str, spec: AppSpec, ports: tuple[int, ...], ground: Ground) -> Peer:
    labels = tuple(pod_selector(spec, name).items()) if isinstance(spec, ForeignArgs) else ()
    return Peer(name, _namespace(spec, ground), ports, labels)


def _ports(flow: Flow, target: AppSpec) -> tuple[int, ...]:
    port = target.port if isinstance(target, WebAppArgs | ForeignArgs) else None
    return tuple(flow.ports) or (() if port is None else (port,))


def _namespace(spec: AppSpec, ground: Ground) -> str:
    return spec.namespace or namespaces(spec.tenant, ground.tenants[spec.tenant])[0]


def _unknown(path: tuple[str, ...], name: str, what: str, there: Iterable[str]) -> Problem:
    names = sorted(there)
    near = difflib.get_close_matches(name, names, n=1)
    fix = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(names) or 'none'}"
    return Problem(path, f"is no {what}", fix, name)
