"""What a cluster's stack publishes for applications of other stacks: its one output `platform`.

Plain values, no secrets. Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, TypeAdapter

from homeport.addons.exports import Exports
from homeport.cluster.pool_args import Taint
from homeport.labels import Labels
from homeport.model import Model
from homeport.published import published
from homeport.tenancy.args import PodSecurity, Quota, TenantArgs
from homeport.tenancy.manifests import namespaces
from homeport.workloads.ground import Ground
from homeport.workloads.specs import AppSpec

#: Raised when the shape changes in a way that an older reader would misunderstand.
VERSION: Final = 1


class TenantFacts(Model):
    """A tenant as applications of other stacks see it."""

    namespaces: list[str]
    """Its namespaces; the first is where its apps go that name none."""
    pod_security: PodSecurity
    """Level that they enforce."""
    quota: Quota | None = None
    """The most that it may use."""


class PoolFacts(Model):
    """A node pool as applications of other stacks see it."""

    taints: list[Taint] = Field(default_factory=list[Taint])
    """What pods must tolerate to run there."""


class PlatformOutputs(Model):
    """The output `platform` of a cluster's stack."""

    version: Literal[1]
    """Of this shape."""
    environment: str
    """For example stage."""
    domain: str
    """Domain under which the environment's applications live."""
    registry: str | None = None
    """What the names of the organisation's images begin with; None where there is none."""
    exports: Exports
    """What add-ons offer."""
    tenants: dict[str, TenantFacts] = Field(default_factory=dict[str, TenantFacts])
    """Name to tenant."""
    apps: dict[str, str] = Field(default_factory=dict[str, str])
    """Applications of the cluster's own stack: name to namespace."""
    node_pools: dict[str, PoolFacts] | None = None
    """Name to node pool; None where nothing is known of them."""

    @classmethod
    def parse(cls, value: object, *, stack: str) -> PlatformOutputs:
        """Read the output of a cluster's stack.

        Args:
            value: what the stack reference gave; numbers may be floats, as they come over the wire.
            stack: name of that stack, for the texts.

        Raises:
            SettingsError: there is no such output, or it is of another version, or not complete; each problem stands
                at the setting `cluster_stack`.
        """
        return published(cls, value, output="platform", version=VERSION, stack=stack, strict=False)

    def ground(
        self, labels: Labels, cloud: Literal["gcp", "aws", "none"], *, secrets: Mapping[str, Any] | None = None
    ) -> Ground:
        """What applications of another stack share.

        Args:
            labels: of that stack.
            cloud: of the cluster.
            secrets: of that stack, by name.
        """
        return Ground(
            environment=self.environment,
            domain=self.domain,
            labels=labels,
            tenants={
                name: TenantArgs(namespaces=facts.namespaces, pod_security=facts.pod_security, quota=facts.quota)
                for name, facts in self.tenants.items()
            },
            cloud=cloud,
            exports=self.exports,
            pools=self.node_pools,
            elsewhere=self.apps,
            secrets=secrets or {},
        )


def publish_platform(
    ground: Ground, *, registry: str | None, apps: Mapping[str, AppSpec] | None = None
) -> dict[str, Any]:
    """The output `platform`.

    Args:
        ground: what applications of the cluster's own stack share.
        registry: what the names of the organisation's images begin with.
        apps: what the cluster's own stack deploys.
    """
    exports = TypeAdapter(Exports).dump_python(ground.exports, mode="json")
    return {
        "version": VERSION,
        "environment": ground.environment,
        "domain": ground.domain,
        "registry": registry,
        "exports": exports,
        "tenants": {
            name: {
                "namespaces": namespaces(name, args),
                "pod_security": args.pod_security,
                "quota": None if args.quota is None else args.quota.model_dump(mode="json"),
            }
            for name, args in ground.tenants.items()
        },
        "apps": {name: ground.namespace(spec) for name, spec in sorted((apps or {}).items())},
        "node_pools": None
        if ground.pools is None
        else {
            name: {"taints": [taint.model_dump(mode="json") for taint in pool.taints]}
            for name, pool in ground.pools.items()
        },
    }
