"""`Tenant`: who shares a cluster with others and is kept apart from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import pulumi

from homeport.cluster.base import Cluster
from homeport.identity.binding import WorkloadPermissions
from homeport.kube.declare import declare
from homeport.kube.manifest import Manifest
from homeport.labels import Labels
from homeport.tenancy.args import TenantArgs
from homeport.tenancy.manifests import namespaces, tenant_objects


@final
class Tenant(pulumi.ComponentResource):
    """Namespaces with their pod-security level, quota, defaults, closed doors, people and cloud identities.

    Args:
        name: of the tenant.
        args: what is wanted: the section `tenants.<name>`.
        cluster: where.
        labels: what everything carries.
        monitoring_namespace: where Prometheus runs, which may reach the pods.
        opts: with providers for the cluster's cloud, where the tenant has identities.
    """

    namespaces: list[str]
    """Its namespaces; the first is where its apps go that name none."""
    ready: list[pulumi.Resource]
    """What everything of the tenant waits for: on the way up nothing runs before its doors are closed, on the way down
    they stay closed until it is gone."""

    def __init__(
        self,
        name: str,
        args: TenantArgs,
        *,
        cluster: Cluster,
        labels: Labels,
        monitoring_namespace: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("homeport:tenancy:Tenant", name, None, opts)
        objects = tenant_objects(name, args, labels=labels, monitoring_namespace=monitoring_namespace)
        self._name = name
        self._cluster = cluster
        self.namespaces = namespaces(name, args)
        self.ready = []
        made = {
            manifest.name: self._declare(manifest, f"namespace-{manifest.name}", cluster.ready)
            for manifest in objects.namespaces
        }
        for namespace, manifests in objects.inside.items():
            self.ready += [
                self._declare(manifest, f"{namespace}-{manifest.kind.lower()}-{manifest.name}", [made[namespace]])
                for manifest in manifests
            ]
        first = self.namespaces[0]
        for account, permissions in args.identities.items():
            manifest = Manifest(
                "v1",
                "ServiceAccount",
                account,
                first,
                # Rights in the cloud need no token for the cluster's own API.
                {"automountServiceAccountToken": False},
                labels.kubernetes(),
            )
            self._declare(manifest, f"{first}-account-{account}", [made[first]])
            WorkloadPermissions(
                f"{name}-{account}",
                cluster=cluster,
                namespace=first,
                service_account=account,
                permissions=permissions,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"namespaces": self.namespaces})

    def _declare(self, manifest: Manifest, role: str, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        return declare(
            f"{self._name}-{role}",
            manifest,
            cluster=self._cluster,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
