"""What all applications of a stack share.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeport.addons.exports import Exports
from homeport.labels import Labels
from homeport.tenancy.args import TenantArgs
from homeport.tenancy.manifests import namespaces
from homeport.values import Cidr, Cloud
from homeport.workloads.context import Pool
from homeport.workloads.specs import AppSpec


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
        elsewhere: applications of the cluster's own stack, name to namespace, where this is another one.
        secrets: of the stack, by name.
        program: where the specs stand, for texts.
    """

    environment: str
    domain: str
    labels: Labels
    tenants: Mapping[str, TenantArgs]
    cloud: Cloud = "none"
    exports: Exports = field(default_factory=Exports)
    pools: Mapping[str, Pool] | None = None
    pod_ranges: tuple[Cidr, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    program: str = "the program"

    def namespace(self, spec: AppSpec) -> str:
        """Where an application of a known tenant runs."""
        return spec.namespace or namespaces(spec.tenant, self.tenants[spec.tenant])[0]
