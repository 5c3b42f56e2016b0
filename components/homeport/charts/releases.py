"""The Helm releases of a plan, each with what it waits for.

They are taken from the plan's graph: so they are what the program hands to Helm, whatever declared them.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from homeport.addons.crds_chart import DEFINITIONS_ALONE
from homeport.plan.graph import SECRET_KEY, UNKNOWN_KEY, Graph, Resource

#: What hands a chart to Helm: a release, and a chart whose objects become resources of their own.
#: https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v4/chart/
CHART_TYPE: Final = "kubernetes:helm.sh/v4:Chart"
RELEASE_TYPES: Final = frozenset({"kubernetes:helm.sh/v3:Release", CHART_TYPE})
#: The component that holds an add-on's resources.
ADDON_TYPE: Final = "homeport:addons:Addon"
DEFINITION_TYPE: Final = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
#: Stands for what only the cloud can say; it may be part of a DNS name.
LATER: Final = "known-later"
_TOKEN: Final = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class ReleaseCall:
    """What a program asks of Helm.

    Attributes:
        name: logical name of the resource.
        release: name in the cluster.
        namespace: in which it is installed.
        chart: name, path or OCI address.
        version: exact; None for a file or folder.
        repository: where the name is looked up; None for a path or an OCI address.
        values: with `LATER` in the place of what only the cloud can say.
        skip_crds: whether the chart's crds/ folder is left out.
        upgrades_crds: whether what is in that folder is upgraded with all else.
        crds_alone: whether all that is no definition is dropped.
        after: logical names of the releases that it waits for, also by way of others.
        definitions: kinds that objects it waits for define, as group/version/kind.
        secrets: value paths that hold a secret.
        addon: whether it is part of an add-on, so that `charts.image_registry` is meant for its images.
    """

    name: str
    release: str
    namespace: str
    chart: str
    version: str | None
    repository: str | None
    values: Mapping[str, Any] = field(repr=False)
    skip_crds: bool
    upgrades_crds: bool
    after: frozenset[str]
    definitions: frozenset[str]
    secrets: tuple[str, ...] = ()
    addon: bool = False
    crds_alone: bool = False

    @property
    def label(self) -> str:
        """The chart as people call it."""
        name = self.chart.rstrip("/").rsplit("/", 1)[-1]
        return f"{name} {self.version}" if self.version else name


def release_calls(graph: Graph) -> list[ReleaseCall]:
    """The releases of a plan, in the order of their names."""
    return sorted(
        (_call(graph, item) for item in graph.resources if item.type in RELEASE_TYPES), key=lambda it: it.name
    )


def kubernetes_version(graph: Graph) -> str | None:
    """Minor version of the plan's cluster, where the program fixes it."""
    for resource in graph.resources:
        version = resource.inputs.get("version")
        if resource.type in {"eks:index:Cluster", "aws:eks/cluster:Cluster"} and isinstance(version, str):
            return version
    return None


def _call(graph: Graph, resource: Resource) -> ReleaseCall:
    inputs = resource.inputs
    secrets: list[str] = []
    values = _known(inputs.get("values") or {}, (), secrets)
    before = _before(graph, resource)
    options = inputs.get("repositoryOpts")
    return ReleaseCall(
        name=resource.name,
        release=str(_known(inputs.get("name"), (), []) or resource.name),
        namespace=str(_known(inputs.get("namespace"), (), []) or "default"),
        chart=str(_known(inputs.get("chart"), (), [])),
        version=inputs.get("version"),
        repository=cast("Mapping[str, Any]", options).get("repo") if isinstance(options, Mapping) else None,
        values=values,
        skip_crds=inputs.get("skipCrds") is True,
        upgrades_crds=resource.type == CHART_TYPE,
        after=frozenset(item.name for item in before if item.type in RELEASE_TYPES),
        definitions=frozenset(kind for item in before for kind in definitions_in(item)),
        secrets=tuple(secrets),
        addon=_is_addon(graph, resource),
        crds_alone=_only_definitions(inputs.get("postRenderer")),
    )


def _only_definitions(renderer: object) -> bool:
    arguments: object = cast("Mapping[str, Any]", renderer).get("args") if isinstance(renderer, Mapping) else None
    return arguments == ["-c", DEFINITIONS_ALONE]


def _is_addon(graph: Graph, resource: Resource) -> bool:
    parent = graph.by_urn.get(resource.parent or "")
    while parent is not None:
        if parent.type == ADDON_TYPE:
            return True
        parent = graph.by_urn.get(parent.parent or "")
    return False


def _before(graph: Graph, resource: Resource) -> Collection[Resource]:
    """Everything that a resource waits for, also by way of others; a component stands for what is in it."""
    seen: dict[str, Resource] = {}
    todo = list(resource.dependencies)
    while todo:
        urn = todo.pop()
        item = graph.by_urn.get(urn)
        if item is None or urn in seen:
            continue
        seen[urn] = item
        todo += item.dependencies
        if item.is_component:
            todo += [child.urn for child in graph.descendants(urn)]
    return seen.values()


def definitions_in(resource: Resource) -> Iterator[str]:
    """Kinds that a resource of a plan defines, as group/version/kind."""
    if resource.type == DEFINITION_TYPE:
        yield from defined_kinds({"spec": resource.inputs.get("spec")})
    if resource.type == "gcp:container/cluster:Cluster":
        gateway: Any = resource.inputs.get("gatewayApiConfig")
        if isinstance(gateway, Mapping) and cast("Mapping[str, Any]", gateway).get("channel") == "CHANNEL_STANDARD":
            yield from _GATEWAY_KINDS
        yield from _SNAPSHOT_KINDS
    if resource.type == "aws:eks/addon:Addon" and resource.inputs.get("addonName") == "snapshot-controller":
        yield from _SNAPSHOT_KINDS


#: What GKE's standard channel of the Gateway API brings.
#: https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways
_GATEWAY_KINDS: Final = tuple(
    f"gateway.networking.k8s.io/v1/{kind}" for kind in ("GatewayClass", "Gateway", "HTTPRoute", "GRPCRoute")
)
_SNAPSHOT_KINDS: Final = tuple(
    f"snapshot.storage.k8s.io/v1/{kind}" for kind in ("VolumeSnapshot", "VolumeSnapshotClass", "VolumeSnapshotContent")
)


def defined_kinds(definition: Mapping[str, Any]) -> Iterator[str]:
    """The kinds of a CustomResourceDefinition, one for each version that is served."""
    spec = definition.get("spec")
    if not isinstance(spec, Mapping):
        return
    known = cast("Mapping[str, Any]", spec)
    group, names = known.get("group"), known.get("names")
    kind = cast("Mapping[str, Any]", names).get("kind") if isinstance(names, Mapping) else None
    for version in cast("Sequence[Any]", known.get("versions") or ()):
        if isinstance(version, Mapping) and cast("Mapping[str, Any]", version).get("served", True):
            yield f"{group}/{version['name']}/{kind}"


def _known(value: Any, path: tuple[str, ...], secrets: list[str]) -> Any:
    """A value of a plan as Helm could get it."""
    if isinstance(value, str):
        return _TOKEN.sub(LATER, value)
    if value == {UNKNOWN_KEY: True}:
        return LATER
    if value == {SECRET_KEY: True}:
        secrets.append(".".join(path))
        return LATER
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {key: _known(item, (*path, key), secrets) for key, item in mapping.items()}
    if isinstance(value, list):
        return [_known(item, (*path, str(n)), secrets) for n, item in enumerate(cast("list[Any]", value))]
    return value
