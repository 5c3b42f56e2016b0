"""The applications of a stack against their tenants, the cluster and each other: what is wrong, all at once.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import difflib
import graphlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from homeport.problems import Problem
from homeport.tenancy.manifests import namespaces, taken_names
from homeport.workloads.admission import admission_problems
from homeport.workloads.args import StackSecret
from homeport.workloads.context import Place
from homeport.workloads.crosschecks_flows import flow_problems
from homeport.workloads.ground import Ground
from homeport.workloads.job import JobArgs
from homeport.workloads.names import name_problems
from homeport.workloads.overlay import AppOverlay, chosen, overlay_problems
from homeport.workloads.quota_sum import quota_problems
from homeport.workloads.routes import uncovered
from homeport.workloads.specs import AppSpec, AppSpecs, OwnSpec, kind_of
from homeport.workloads.web_app import WebAppArgs


def app_problems(specs: AppSpecs, overlays: Mapping[str, AppOverlay], ground: Ground) -> Iterator[Problem]:
    """Everything that is wrong, with paths from the root of a stack file: apps.<name>..., tenants.<name>..."""
    yield from unknown_problems(specs, overlays)
    there = chosen(specs, overlays)
    for name, spec in there.items():
        for problem in (*_own(spec, overlays[name]), *_alone(name, spec, ground)):
            yield _placed(problem, overlays[name], ground).below(("apps", name))
    flows = flow_problems(there, ground.program, ground.elsewhere)
    for problem in (*_hosts(there, ground), *flows, *_order(there, ground.program)):
        name = str(problem.path[1])
        own = replace(problem, path=problem.path[2:])
        yield replace(_placed(own, overlays[name], ground), path=problem.path)
    yield from _quotas(there, ground)


def unknown_problems(specs: AppSpecs, overlays: Mapping[str, AppOverlay]) -> Iterator[Problem]:
    """Applications and fields that there are not, with paths from the root of a stack file."""
    for name, overlay in overlays.items():
        if name not in specs:
            yield _unknown(("apps", name), name, "application of this program", specs)
        else:
            for problem in overlay_problems(specs[name], overlay):
                yield problem.below(("apps", name))


def _placed(problem: Problem, overlay: AppOverlay, ground: Ground) -> Problem:
    """The same problem; where its field is not in the stack file, the fix says where it is."""
    field = str(problem.path[0]) if problem.path else ""
    if not field or field in overlay.model_fields_set or ground.program in problem.fix:
        return problem
    if field in AppOverlay.model_fields:
        return replace(problem, fix=f"{problem.fix}; what holds in every stack stands in {ground.program}")
    return replace(problem, fix=f"in {ground.program}: {problem.fix}")


def _own(spec: AppSpec, overlay: AppOverlay) -> Iterator[Problem]:
    """What is wrong inside of it; what the stack file says is checked field by field before it is laid over."""
    yield from spec.check()
    if isinstance(spec, OwnSpec) and overlay.resources is not None:
        for problem in spec.resources.check():
            yield problem.below(("resources",))


def _alone(name: str, spec: AppSpec, ground: Ground) -> Iterator[Problem]:
    """What is wrong with one application in this stack; paths relative to its section."""
    if isinstance(spec, OwnSpec) and spec.tag is None and spec.digest is None:
        yield Problem(("tag",), "its image has neither a tag nor a digest", 'say which build: tag: "1.4.2"')
    yield from name_problems(name, spec)
    tenant = ground.tenants.get(spec.tenant)
    if tenant is None:
        problem = _unknown(("tenant",), spec.tenant, "tenant of this stack", ground.tenants)
        add = f"add it to the stack file: tenants: {{{spec.tenant}: {{}}}}"
        yield replace(problem, fix=f"{add}; or name another in {ground.program}: {problem.fix}")
        return
    of_tenant = namespaces(spec.tenant, tenant)
    if spec.namespace is not None and spec.namespace not in of_tenant:
        yield _unknown(("namespace",), spec.namespace, f"namespace of the tenant {spec.tenant}", of_tenant)
        return
    namespace = ground.namespace(spec)
    whose = taken_names(spec.tenant, tenant, namespace).get(name)
    if whose is not None:
        yield Problem(
            (),
            f"would make an object of the name of {whose} in the namespace {namespace}",
            f"call it something else in {ground.program}",
            name,
        )
    if ground.elsewhere.get(name) == namespace:
        yield Problem(
            (),
            f"the cluster's own stack deploys an app of this name in the namespace {namespace} already: two stacks"
            " would change the same objects, in turns",
            "name it in one of the two stack files alone",
            name,
        )
    if isinstance(spec, OwnSpec):
        yield from _pod(name, spec, namespace, ground)


def _pod(name: str, spec: OwnSpec, namespace: str, ground: Ground) -> Iterator[Problem]:
    if spec.node_pool is not None and ground.pools is not None and spec.node_pool not in ground.pools:
        yield _unknown(("node_pool",), spec.node_pool, "node pool of this cluster", ground.pools)
    for variable, value in spec.env.items():
        if isinstance(value, StackSecret) and value.stack_secret not in ground.secrets:
            yield Problem(
                ("env", variable),
                f'needs the secret "{value.stack_secret}" of the stack, which is not set',
                f"pulumi config set --secret --path 'homeport:secrets.{value.stack_secret}'",
            )
    place = Place(
        app=name,
        tenant=spec.tenant,
        namespace=namespace,
        environment=ground.environment,
        domain=ground.domain,
        labels=ground.labels,
    )
    yield from admission_problems(spec, place, ground.tenants[spec.tenant].pod_security)


def _hosts(there: Mapping[str, AppSpec], ground: Ground) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    of_addons = dict(ground.exports.hosts)
    for name, spec in there.items():
        if not isinstance(spec, WebAppArgs):
            continue
        hosts = spec.public_hosts(name, ground.domain)
        path = ("apps", name, "hosts")
        if hosts and ground.exports.gateway is None and ground.exports.ingress_class is None:
            yield Problem(
                path,
                "nothing brings requests from outside: no add-on of this stack is a gateway",
                "switch one on: addons: {traefik: {enabled: true}}; or keep the app inside: hosts: []",
            )
        for host in hosts:
            if host != ground.domain and not host.endswith(f".{ground.domain}"):
                yield Problem(
                    path,
                    f"lies outside the stack's domain {ground.domain}: nobody keeps its records, and no certificate"
                    " covers it",
                    f"for example {name}.{ground.domain}",
                    host,
                    related=(("domain",),),
                )
            elif uncovered(host, ground.exports.gateway):
                yield Problem(
                    path,
                    "has no certificate: the gateway's holds for the domain and names one label below it, and browsers"
                    " refuse all else",
                    f"for example {host.partition('.')[0]}.{ground.domain}; or name it to the gateway: addons:"
                    f' {{traefik: {{extra_hosts: ["*.{host.partition(".")[2]}"]}}}}',
                    host,
                )
            addon = of_addons.get(host)
            if addon is not None:
                yield Problem(
                    path,
                    f"the add-on {addon} answers on this host already",
                    f"give the app another, for example {name}-app.{ground.domain}",
                    host,
                    related=(("addons", addon),),
                )
            for prefix in spec.paths:
                other = taken.setdefault((host, prefix.rstrip("/") or "/"), name)
                if other != name:
                    yield Problem(
                        path,
                        f"the app {other} answers on this host and the path {prefix} already",
                        f"give one of them another host, or another path in {ground.program}",
                        host,
                        related=(("apps", other),),
                    )


def _order(there: Mapping[str, AppSpec], program: str) -> Iterator[Problem]:
    for name, spec in there.items():
        for other in spec.after:
            target = there.get(other)
            path = ("apps", name, "after")
            if target is None:
                yield Problem(
                    path,
                    f"comes after the job {other}, which is not deployed in this stack",
                    f"name it in the stack file too: {other}: {{tag: ...}}; or remove it from `after` in {program}",
                )
            elif not isinstance(target, JobArgs):
                yield Problem(
                    path, f"comes after {other}, which is a {kind_of(target)} and never done", "name jobs alone"
                )
            elif target.tenant != spec.tenant:
                yield Problem(
                    path,
                    f"comes after {other} of the tenant {target.tenant}: one tenant would hold up another",
                    "name jobs of its own tenant",
                )
    sorter = graphlib.TopologicalSorter({name: list(spec.after) for name, spec in there.items()})
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        yield Problem(("apps", circle[0], "after"), f"comes after itself: {' <- '.join(circle)}", "remove one of these")


def _quotas(there: Mapping[str, AppSpec], ground: Ground) -> Iterator[Problem]:
    inside: dict[tuple[str, str], list[AppSpec]] = defaultdict(list)
    for spec in there.values():
        if spec.tenant in ground.tenants:
            inside[spec.tenant, ground.namespace(spec)].append(spec)
    for (tenant, namespace), specs in sorted(inside.items()):
        quota = ground.tenants[tenant].quota
        if quota is not None:
            for problem in quota_problems(namespace, specs, quota):
                yield problem.below(("tenants", tenant))


def _unknown(path: tuple[str, ...], name: str, what: str, known: Iterable[str]) -> Problem:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    fix = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(names) or 'none'}"
    return Problem(path, f"is no {what}", fix, name)
