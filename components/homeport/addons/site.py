"""What add-ons know about the cluster that they are for: plain facts, known before anything exists.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from homeport.addons.args import ChartsArgs, Profile
from homeport.addons.exports import Exports
from homeport.identity.refs import RoleRef, ZoneRef
from homeport.labels import Labels
from homeport.model import In
from homeport.values import Cloud, Protection

#: What a cluster may bring by itself, so that nothing must bring it again.
Provided = Literal["autoscaler", "gateway-api-crds", "load-balancers", "metrics-server", "snapshot-controller"]


@dataclass(frozen=True, slots=True)
class DnsZone:
    """The zone in which the cluster's records are kept.

    Attributes:
        ref: for permissions.
        cloud: where the zone is.
        domain: of the zone, without the final dot.
        role: what workloads take on to keep its records, where the zone is in another account or project than the
            cluster; None where they have rights of their own.
    """

    ref: ZoneRef
    cloud: Literal["aws", "gcp"]
    domain: str
    role: RoleRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Facts about a cluster.

    Attributes:
        cluster: its name.
        cloud: where it runs.
        region: None where it has none.
        zones: of its nodes.
        environment: for example stage.
        domain: under which its applications live.
        labels: what everything carries.
        protection: how well stateful things are guarded.
        profile: how much is installed.
        project: Google Cloud project.
        account: AWS account id.
        kubernetes: minor version where it is fixed, "1.34"; None where the cloud chooses it.
        dns: zone for the domain's records; None where nobody keeps them.
        storage_class: for claims; None where the cluster has no default.
        vpc: AWS: id of the network.
        public_subnets: AWS: number of public subnets, one for each zone.
        provides: what the cluster brings by itself.
        charts: where charts come from.
        installed: names of the add-ons that are installed; the graph fills it in before it asks them anything.
        offers: what those offer to each other; the graph fills it in before it asks what they consist of. Without what
            comes from an add-on whose section is wrong.
        secrets: of the stack, name to secret; in a plan every name counts as present.
    """

    cluster: str
    cloud: Cloud
    environment: str
    domain: str
    labels: Labels
    protection: Protection = "standard"
    profile: Profile = "standard"
    region: str | None = None
    zones: tuple[str, ...] = ()
    project: In[str] | None = None
    account: str | None = None
    kubernetes: str | None = None
    dns: DnsZone | None = None
    storage_class: str | None = None
    vpc: In[str] | None = None
    public_subnets: int = 0
    provides: frozenset[Provided] = frozenset()
    charts: ChartsArgs = field(default_factory=ChartsArgs)
    installed: frozenset[str] = frozenset()
    offers: Exports = field(default_factory=Exports)
    secrets: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def production_sized(self) -> bool:
        """Whether what serves requests has more than one replica."""
        return self.profile == "standard"
