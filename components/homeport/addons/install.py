"""`Addons`: declares what the graph of add-ons says, with its edges and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast, final

import pulumi

from homeport.addons import graph
from homeport.addons.base import Addon
from homeport.addons.declare_chart import declare_chart
from homeport.addons.declare_secrets import declare_given, declare_password
from homeport.addons.exports import Exports
from homeport.addons.graph import NamespaceItem, Step
from homeport.addons.items import Chart, GivenSecret, Item, Object, Password, Ref, Rights
from homeport.addons.namespace import namespace_manifest
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.addons.site import Site
from homeport.cluster.base import Cluster
from homeport.identity.binding import WorkloadPermissions
from homeport.kube.declare import declare


@dataclass(frozen=True, slots=True)
class Making:
    """What a declaration of an item gets.

    Attributes:
        name: logical name.
        cluster: where everything lives.
        site: facts about it.
        overrides: the operator's chart values.
        version: chart version that the operator chose.
        fill: puts outputs in the place of `Ref`s.
        opts: parent, what it waits for, and the cluster's provider.
    """

    name: str
    cluster: Cluster
    site: Site
    overrides: Mapping[str, Any]
    version: str | None
    fill: Callable[[Any], Any]
    opts: pulumi.ResourceOptions


#: An item's resources that others wait for. The first is the one that `Ref`s are about.
Declared = Sequence[pulumi.Resource]


def _namespace(item: NamespaceItem, making: Making) -> Declared:
    manifest = namespace_manifest(item.namespace, making.site.labels)
    return [declare(making.name, manifest, cluster=making.cluster, opts=making.opts)]


def _chart(item: Chart, making: Making) -> Declared:
    filled = replace(item, values=making.fill(item.values))
    return [
        declare_chart(
            making.name,
            filled,
            cluster=making.cluster,
            charts=making.site.charts,
            overrides=making.overrides if item.key == "release" else {},
            version=making.version if item.key == "release" else None,
            opts=making.opts,
        )
    ]


def _object(item: Object, making: Making) -> Declared:
    manifest = replace(
        item.manifest, body=making.fill(item.manifest.body), annotations=making.fill(item.manifest.annotations)
    ).labelled(making.site.labels.kubernetes())
    return [declare(making.name, manifest, cluster=making.cluster, opts=making.opts)]


def _rights(item: Rights, making: Making) -> Declared:
    bound = WorkloadPermissions(
        making.name,
        cluster=making.cluster,
        namespace=item.namespace,
        service_account=item.service_account,
        permissions=list(item.permissions),
        opts=making.opts,
    )
    return bound.ready


def _password(item: Password, making: Making) -> Declared:
    return [declare_password(making.name, item, cluster=making.cluster, opts=making.opts)]


def _given(item: GivenSecret, making: Making) -> Declared:
    return [declare_given(making.name, item, making.site.secrets, cluster=making.cluster, opts=making.opts)]


#: How each kind of item is declared. A kind of its own brings its function here.
DECLARATIONS: Final[dict[type[Item], Callable[[Any, Making], Declared]]] = {
    NamespaceItem: _namespace,
    Chart: _chart,
    Object: _object,
    Rights: _rights,
    Password: _password,
    GivenSecret: _given,
}


class _Group(pulumi.ComponentResource):
    """The resources of one add-on."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("homeport:addons:Addon", name, None, opts)


@dataclass(slots=True)
class _Made:
    resources: dict[str, Declared] = field(default_factory=dict[str, Declared])
    groups: dict[str, _Group] = field(default_factory=dict[str, _Group])


@final
class Addons(pulumi.ComponentResource):
    """Everything that runs in a cluster for the sake of what runs on it.

    The graph is checked before the first resource; its edges become `depends_on` between leaf resources.

    Args:
        name: logical name.
        args: what is wanted: the section `addons`.
        cluster: where.
        site: facts about it.
        nodes: what pods need: node pools and the cluster's DNS.
        storage: what claims need: storage classes and the driver.
        extra: add-ons of the caller's own, with their sections.
        opts: with providers for the cluster's cloud, where add-ons get rights.

    Raises:
        SettingsError: everything that is wrong with the sections and the graph.
    """

    exports: Exports
    """What tenants and applications can use."""
    plan: graph.AddonPlan
    """What was installed, and by which edges."""

    def __init__(
        self,
        name: str,
        args: AddonsArgs,
        *,
        cluster: Cluster,
        site: Site,
        nodes: Sequence[pulumi.Resource] = (),
        storage: Sequence[pulumi.Resource] = (),
        extra: Iterable[tuple[Addon[Any], Any]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        own = {addon.name: section for addon, section in extra}
        addons = [*CATALOGUE, *(addon for addon, _ in extra)]
        plan = graph.plan({**args.sections(), **own}, site, addons)
        super().__init__("homeport:addons:Addons", name, None, opts)
        for warning in plan.warnings:
            pulumi.log.warn(warning, self)
        self._made = _Made({graph.API: cluster.ready, graph.NODES: nodes, graph.STORAGE: storage})
        for step in plan.steps:
            section = plan.sections.get(step.addon)
            making = Making(
                name=f"{step.addon}-{step.item.key}" if step.addon else f"{name}-{step.item.key}",
                cluster=cluster,
                site=site,
                overrides=section.values if section else {},
                version=section.version if section else None,
                fill=lambda value, addon=step.addon: self._filled(value, addon),
                opts=pulumi.ResourceOptions(
                    parent=self._parent(step, name),
                    depends_on=[resource for edge in step.edges for resource in self._made.resources[edge.on]],
                ),
            )
            self._made.resources[step.key] = DECLARATIONS[type(step.item)](step.item, making)
        self.plan = plan
        self.exports = plan.exports
        self.register_outputs({"installed": sorted({step.addon for step in plan.steps if step.addon})})

    def leaves(self, *keys: str) -> list[pulumi.Resource]:
        """The resources of items, "add-on/key", for whoever waits for them.

        Raises:
            KeyError: there is no such item.
        """
        return [resource for key in keys for resource in self._made.resources[key]]

    def _parent(self, step: Step, name: str) -> pulumi.Resource:
        del name
        if not step.addon:
            return self
        if step.addon not in self._made.groups:
            self._made.groups[step.addon] = _Group(step.addon, pulumi.ResourceOptions(parent=self))
        return self._made.groups[step.addon]

    def _filled(self, value: Any, addon: str) -> Any:
        if isinstance(value, Ref):
            return getattr(self._made.resources[graph.absolute(addon, value.item)][0], value.output)
        if isinstance(value, Mapping):
            return {key: self._filled(item, addon) for key, item in cast("Mapping[str, Any]", value).items()}
        if isinstance(value, list | tuple):
            return [self._filled(item, addon) for item in cast("Sequence[Any]", value)]
        return value
