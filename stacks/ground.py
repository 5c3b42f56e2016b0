"""What tenants and applications of a stack stand on, and what is wrong with them: from settings alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from homeport.addons import graph
from homeport.addons.exports import Exports
from homeport.addons.section import CATALOGUE
from homeport.labels import Labels
from homeport.problems import Problem, SettingsError
from homeport.tenancy.problems import tenant_problems
from homeport.workloads.ground import Ground
from homeport.workloads.helm_app import HelmAppArgs
from homeport.workloads.kustomize_app import KustomizeAppArgs, directory
from homeport.workloads.overlay import AppOverlay, chosen
from homeport.workloads.resolve import app_problems, unknown_problems
from homeport.workloads.specs import AppSpec
from stacks import apps, site, tenant_rules

#: https://kubectl.docs.kubernetes.io/references/kustomize/glossary/#kustomization
KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
#: What makes a folder a chart. https://helm.sh/docs/topics/charts/
CHART: Final = "Chart.yaml"
#: The project.
ROOT: Final = Path(__file__).resolve().parent.parent

if TYPE_CHECKING:
    from stacks.settings import ClusterStack

#: Stands for the registry that the global layer will name, while nothing but the settings is checked.
LATER: Final = "registry.example/apps"
#: Where the specs stand, for texts.
PROGRAM: Final = "stacks/apps.py"


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
        secrets=stack.secrets,
        program=PROGRAM,
    )


def problems(stack: ClusterStack) -> Iterator[Problem]:
    """What is wrong with the sections `addons`, `tenants` and `apps`; paths from the root."""
    labels = stack.labels(project="homeport", stack=stack.environment)
    plan = None
    if stack.addons is not None:
        try:
            plan = graph.plan(stack.addons.sections(), site.expected(stack, labels), CATALOGUE)
        except SettingsError as error:
            yield from error.problems
    taken = plan.namespaces if plan is not None else frozenset[str]()
    for problem in tenant_problems(stack.tenants, taken=taken):
        yield problem.below(("tenants",))
    yield from tenant_rules.group_problems(stack.tenants, stack.cluster)
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
    specs = apps.specs(LATER, stack.domain)
    yield from app_problems(specs, stack.apps, ground(stack, labels=labels, exports=exports))
    yield from folder_problems(specs, stack.apps, stack.environment)


def alone(overlays: Mapping[str, AppOverlay], environment: str) -> Iterator[Problem]:
    """What is wrong with a section `apps` whose cluster is not known yet; paths from the root."""
    specs = apps.specs(LATER, "later.example")
    yield from unknown_problems(specs, overlays)
    yield from folder_problems(specs, overlays, environment)


def folder_problems(
    specs: Mapping[str, AppSpec], overlays: Mapping[str, AppOverlay], environment: str
) -> Iterator[Problem]:
    """Charts and Kustomize trees of this project that are not there: the engine would find out half-way."""
    for name, spec in chosen(specs, overlays).items():
        if isinstance(spec, KustomizeAppArgs):
            folder = directory(spec, environment)
            if not any((ROOT / folder / file).is_file() for file in KUSTOMIZATIONS):
                yield _missing(name, "path", folder, f"no {KUSTOMIZATIONS[0]}", f"one for {environment}")
        elif isinstance(spec, HelmAppArgs) and spec.repository is None and not (ROOT / spec.chart / CHART).is_file():
            yield _missing(name, "chart", spec.chart, f"no {CHART}", "a chart")


def _missing(name: str, field: str, folder: str, lack: str, what: str) -> Problem:
    fix = f"make {what} there, or name the folder in {PROGRAM}"
    return Problem(("apps", name, field), f"the folder has {lack}", fix, folder.removeprefix("./"))
