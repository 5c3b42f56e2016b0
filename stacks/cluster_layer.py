"""Layer `cluster`: settings -> network -> cluster -> pools -> storage -> add-ons -> tenants -> apps -> outputs."""

from __future__ import annotations

from typing import Any

from homeport.addons.exports import Exports
from homeport.cluster.existing import ExistingCluster
from homeport.cluster.publish import publish_cluster
from homeport.globals.globals_output import Zone
from homeport.identity.refs import RoleRef
from homeport.labels import Labels
from homeport.storage.component import StorageClasses
from homeport.tenancy.tenant import Tenant
from homeport.workloads.apps import Apps
from homeport.workloads.platform import publish_platform
from stacks import apps, ground, site
from stacks.made import Made
from stacks.settings import ClusterStack, EksSection, GkeSection


def build(
    stack: ClusterStack,
    *,
    labels: Labels,
    zone: Zone | None = None,
    zone_role: RoleRef | None = None,
    registry: str | None = None,
) -> dict[str, Any]:
    """Declare everything of a cluster stack.

    Args:
        stack: the settings, checked.
        labels: what every resource carries.
        registry: what the names of our images begin with; None where there are no apps.
        zone: of the global layer, in which the stack's domain lies; None where no global layer is named.
        zone_role: what workloads take on to keep its records; None where they have rights of their own.

    Returns:
        The stack's outputs.
    """
    if isinstance(stack.cluster, GkeSection):
        # Imported when needed: a stack pays for its own cloud's SDK alone.
        from stacks import gke

        made = gke.build(stack, stack.cluster, labels)
    elif isinstance(stack.cluster, EksSection):
        from stacks import eks

        made = eks.build(stack, stack.cluster, labels)
    else:
        made = Made(ExistingCluster("cluster", stack.cluster))
    storage = StorageClasses(
        "storage", stack.storage, cluster=made.cluster, labels=labels, snapshots_after=made.snapshots
    )
    addons = None
    if stack.addons is not None:
        # Imported when needed: a stack without add-ons does not pay for them.
        from homeport.addons.install import Addons

        facts = site.site(stack, labels=labels, zone=site.dns_zone(zone, zone_role) if zone else None, vpc=made.vpc)
        addons = Addons(
            "support",
            stack.addons,
            cluster=made.cluster,
            site=facts,
            nodes=made.nodes,
            storage=[*made.volumes, *storage.ready],
            opts=made.opts,
        )
    exports = addons.exports if addons else Exports()
    tenants = {
        name: Tenant(
            name,
            args,
            cluster=made.cluster,
            labels=labels,
            monitoring_namespace=exports.monitoring_namespace,
            opts=made.opts,
        )
        for name, args in stack.tenants.items()
    }
    shared = ground.ground(stack, labels=labels, exports=exports)
    deployed = None
    if stack.apps:
        deployed = Apps(
            "apps",
            apps.specs(registry or ground.LATER, stack.domain),
            stack.apps,
            cluster=made.cluster,
            ground=shared,
            tenants=tenants,
            nodes=made.nodes,
            charts=stack.charts,
            ready={name: addons.leaves(key) for name, key in exports.items} if addons else {},
            opts=made.opts,
        )
    return {
        **publish_cluster(made.cluster),
        "cluster": made.cluster.name,
        "cloud": made.cluster.cloud,
        "region": made.cluster.region,
        "zones": list(made.cluster.zones),
        "domain": stack.domain,
        "zone": None if zone is None else {"cloud": zone.cloud, "domain": zone.domain, "id": zone.id},
        "platform": publish_platform(shared, registry=registry, apps=deployed.specs if deployed else None),
        "urls": {
            app: [f"https://{host}" for host in named] for app, named in (deployed.hosts if deployed else {}).items()
        },
        **made.outputs,
    }
