"""What tenants and applications of a stack stand on, and what is wrong with them: from settings alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from homeport.addons import graph
from homeport.addons.exports import Exports
from homeport.addons.section import CATALOGUE
from homeport.labels import Labels
from homeport.problems import Problem, SettingsError
from homeport.tenancy.problems import tenant_problems
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.resolve import Ground, app_problems, unknown_problems
from stacks import apps, site

if TYPE_CHECKING:
    from stacks.settings import ClusterStack

#: Stands for the registry that the global layer will name, while nothing but the settings is checked.
LATER: Final = "registry.example/apps"


def ground(stack: ClusterStack, *, labels: Labels, exports: Exports) -> Ground:
    """What all applications of a stack share."""
    cluster = stack.cluster
    return Ground(
        environment=stack.environment,
        domain=stack.domain,
        labels=labels,
        tenants=stack.tenants,
        cloud=cluster.cloud if cluster.kind == "existing" else "gcp" if cluster.kind == "gke" else "aws",
        exports=exports,
        pools=None if cluster.kind == "existing" else cluster.node_pools,
    )


def problems(stack: ClusterStack) -> Iterator[Problem]:
    """What is wrong with the sections `tenants` and `apps`; paths from the root."""
    labels = stack.labels(project="homeport", stack=stack.environment)
    plan = _addons(stack, labels)
    taken = {addon.namespace.name for addon in CATALOGUE if plan is not None and addon.name in plan.sections}
    for problem in tenant_problems(stack.tenants, taken=taken):
        yield problem.below(("tenants",))
    if stack.apps and stack.registry is None and stack.global_ is None:
        yield Problem(
            ("registry",),
            "the apps' images have no registry: there is no global layer to take it from",
            "write registry: registry.acme.example/apps, or global: global",
            related=(("apps",), ("global",)),
        )
    if stack.addons is not None and plan is None:
        return  # what add-ons offer is not known while they are wrong
    exports = Exports() if plan is None else plan.exports
    yield from app_problems(apps.specs(LATER, stack.domain), stack.apps, ground(stack, labels=labels, exports=exports))


def alone(overlays: Mapping[str, AppOverlay]) -> Iterator[Problem]:
    """What is wrong with a section `apps` whose cluster is not known yet; paths from the root."""
    specs = apps.specs(LATER, "later.example")
    yield from unknown_problems(specs, overlays)


def _addons(stack: ClusterStack, labels: Labels) -> graph.AddonPlan | None:
    """What is installed; None where nothing is, or where the section is wrong, which `site.addon_problems` says."""
    if stack.addons is None:
        return None
    try:
        return graph.plan(stack.addons.sections(), site.expected(stack, labels), CATALOGUE)
    except SettingsError:
        return None
