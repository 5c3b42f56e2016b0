"""`Addons`: declares what the graph of add-ons says, with its edges and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast, final

import pulumi

from homeport.addons import graph
from homeport.addons.address import ReservedAddress
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.crds_chart import DefinitionsChart
from homeport.addons.crds_declare import declare_definitions
from homeport.addons.declare_address import declare_address
from homeport.addons.declare_chart import declare_chart
from homeport.addons.declare_secrets import declare_given, declare_password
from homeport.addons.declare_stored_secret import declare_store_access, declare_store_encryption, declare_stored_secret
from homeport.addons.exports import Exports
from homeport.addons.graph import NamespaceItem, Step
from homeport.addons.items import Chart, GivenSecret, Item, Object, Password, Ref, Rights
from homeport.addons.namespace import namespace_manifest
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.addons.site import Site
from homeport.addons.stored_secret import StoreAccess, StoredSecret, StoreEncryption
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
        opts: parent and what it waits for; a child gets the component's providers from its parent.
        random: the provider of generated values, made when first asked for.
    """

    name: str
    cluster: Cluster
    site: Site
    overrides: Mapping[str, Any]
    version: str | None
    fill: Callable[[Any], Any]
    opts: pulumi.ResourceOptions
    random: Callable[[], pulumi.ProviderResource]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item, where its leaves are not what `Ref`s are about.

    Attributes:
        leaves: what others wait for.
        subject: whose attributes `Ref`s name.
    """

    leaves: Sequence[pulumi.Resource]
    subject: Any


#: An item's resources that others wait for. The first is the one that `Ref`s are about, unless an `Outcome` says else.
Declared = Sequence[pulumi.Resource] | Outcome


def _namespace(item: NamespaceItem, making: Making) -> Declared:
    owns = item.namespace.claims and making.site.protection != "strict"
    manifest = replace(namespace_manifest(item.namespace, making.site.labels), owns_cloud_objects=owns)
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


def _definitions(item: DefinitionsChart, making: Making) -> Declared:
    return [
        declare_definitions(
            making.name,
            replace(item, values=making.fill(item.values)),
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
    return Outcome(bound.ready, bound)


def _password(item: Password, making: Making) -> Declared:
    return [declare_password(making.name, item, cluster=making.cluster, provider=making.random(), opts=making.opts)]


def _given(item: GivenSecret, making: Making) -> Declared:
    return [declare_given(making.name, item, making.site.secrets, cluster=making.cluster, opts=making.opts)]


def _address(item: ReservedAddress, making: Making) -> Declared:
    made = declare_address(making.name, item, site=making.site, opts=making.opts)
    return Outcome(made.resources, made)


def _stored(item: StoredSecret, making: Making) -> Declared:
    return [declare_stored_secret(making.name, item, site=making.site, opts=making.opts)]


def _store_encryption(item: StoreEncryption, making: Making) -> Declared:
    return declare_store_encryption(making.name, item, site=making.site, opts=making.opts)


def _store_access(item: StoreAccess, making: Making) -> Declared:
    return declare_store_access(
        making.name, item, cluster=making.cluster, site=making.site, fill=making.fill, opts=making.opts
    )


#: How each kind of item is declared. A kind of its own brings its function here.
DECLARATIONS: Final[dict[type[Item], Callable[[Any, Making], Declared]]] = {
    NamespaceItem: _namespace,
    Chart: _chart,
    DefinitionsChart: _definitions,
    Object: _object,
    Rights: _rights,
    Password: _password,
    GivenSecret: _given,
    ReservedAddress: _address,
    StoredSecret: _stored,
    StoreEncryption: _store_encryption,
    StoreAccess: _store_access,
}


class _Group(pulumi.ComponentResource):
    """The resources of one add-on."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("homeport:addons:Addon", name, None, opts)


@dataclass(slots=True)
class _Made:
    leaves: dict[str, Sequence[pulumi.Resource]]
    subjects: dict[str, Any] = field(default_factory=dict[str, Any])
    groups: dict[str, _Group] = field(default_factory=dict[str, _Group])
    random: pulumi.ProviderResource | None = None

    def add(self, key: str, made: Declared) -> None:
        outcome = made if isinstance(made, Outcome) else Outcome(made, made[0])
        self.leaves[key] = outcome.leaves
        self.subjects[key] = outcome.subject


@final
class Addons(pulumi.ComponentResource):
    """Everything that runs in a cluster for the sake of what runs on it.

    The graph is checked before the first resource; its edges become `depends_on` between leaf resources.

    Args:
        name: logical name, which begins the name of everything that it declares.
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
    """What was installed, by which edges, and what was left out."""

    def __init__(
        self,
        name: str,
        args: AddonsArgs,
        *,
        cluster: Cluster,
        site: Site,
        nodes: Sequence[pulumi.Resource] = (),
        storage: Sequence[pulumi.Resource] = (),
        extra: Iterable[tuple[Addon[Any], AddonArgs]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        own = tuple(extra)
        sections = {**args.sections(), **{addon.name: section for addon, section in own}}
        plan = graph.plan(sections, site, [*CATALOGUE, *(addon for addon, _ in own)])
        super().__init__("homeport:addons:Addons", name, None, opts)
        for warning in plan.warnings:
            pulumi.log.warn(warning, self)
        self._name = name
        self._made = _Made({graph.API: cluster.ready, graph.NODES: nodes, graph.STORAGE: storage})
        for step in plan.steps:
            section = plan.sections.get(step.addon)
            making = Making(
                name=f"{name}-{step.addon or 'namespace'}-{step.item.key}",
                cluster=cluster,
                site=site,
                overrides=section.values if section else {},
                version=section.version if section else None,
                fill=lambda value, addon=step.addon: self._filled(value, addon),
                opts=pulumi.ResourceOptions(parent=self._parent(step), depends_on=self._before(step)),
                random=self._random,
            )
            self._made.add(step.key, _declaration(step.item)(step.item, making))
        self.plan = plan
        self.exports = plan.exports
        self.register_outputs(
            {
                "installed": sorted({step.addon for step in plan.steps if step.addon}),
                "left_out": dict(plan.left_out),
            }
        )

    def leaves(self, *keys: str) -> list[pulumi.Resource]:
        """The resources of items, "add-on/key", for whoever waits for them.

        Raises:
            KeyError: there is no such item.
        """
        return [resource for key in keys for resource in self._made.leaves[key]]

    def _before(self, step: Step) -> list[pulumi.Resource]:
        """What a step waits for, each resource once."""
        found = {id(resource): resource for edge in step.edges for resource in self._made.leaves[edge.on]}
        return list(found.values())

    def _parent(self, step: Step) -> pulumi.Resource:
        if not step.addon:
            return self
        if step.addon not in self._made.groups:
            group = _Group(f"{self._name}-{step.addon}", pulumi.ResourceOptions(parent=self))
            self._made.groups[step.addon] = group
        return self._made.groups[step.addon]

    def _random(self) -> pulumi.ProviderResource:
        if self._made.random is None:
            # Imported when needed: few stacks have a generated password.
            import pulumi_random as random  # noqa: PLC0415

            self._made.random = random.Provider(f"{self._name}-random", opts=pulumi.ResourceOptions(parent=self))
        return self._made.random

    def _filled(self, value: Any, addon: str) -> Any:
        if isinstance(value, Ref):
            return getattr(self._made.subjects[graph.absolute(addon, value.item)], value.output)
        if isinstance(value, Mapping):
            return {key: self._filled(item, addon) for key, item in cast("Mapping[str, Any]", value).items()}
        if isinstance(value, list | tuple):
            return [self._filled(item, addon) for item in cast("Sequence[Any]", value)]
        return value


def _declaration(item: Item) -> Callable[[Any, Making], Declared]:
    """The function that declares an item of this kind.

    Raises:
        TypeError: there is none.
    """
    found = DECLARATIONS.get(type(item))
    if found is None:
        kind = type(item).__name__
        raise TypeError(f"nothing declares items of the kind {kind}: add a function for it to install.DECLARATIONS")
    return found
