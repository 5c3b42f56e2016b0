"""The contract that everything above a cluster depends on, whatever made the cluster.

`GkeCluster`, `ExistingCluster` satisfy it; `tests/cluster/contract.py` is the suite that each of them passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import pulumi
import pulumi_kubernetes as kubernetes

from homeport.values import Cloud


@runtime_checkable
class WorkloadIdentity(Protocol):
    """How pods of this cluster become principals of its cloud."""

    def principal(self, namespace: str, service_account: str) -> pulumi.Output[str]:
        """The cloud's name for a Kubernetes service account, for use as a member in grants.

        Raises:
            LookupError: the cluster's cloud is unknown to homeport, so nothing can be granted.
        """
        ...


@runtime_checkable
class Cluster(Protocol):
    """A cluster, as far as tenants, add-ons and applications need to know it."""

    @property
    def name(self) -> pulumi.Output[str]:
        """Name in the cloud, or the context of an existing one."""
        ...

    @property
    def cloud(self) -> Cloud:
        """Where it runs; known before anything exists."""
        ...

    @property
    def region(self) -> str | None:
        """Region; known before anything exists. None where there is none."""
        ...

    @property
    def zones(self) -> Sequence[str]:
        """Zones of its nodes; empty where there are none."""
        ...

    @property
    def provider(self) -> kubernetes.Provider:
        """The one provider for everything inside the cluster."""
        ...

    @property
    def kubeconfig(self) -> pulumi.Output[str] | None:
        """A secret. Ours hold no credential: an exec plugin logs in. None where the caller's own file is used."""
        ...

    @property
    def identity(self) -> WorkloadIdentity:
        """Binds workloads to permissions of the cloud."""
        ...

    @property
    def resource(self) -> pulumi.Resource | None:
        """The cloud's cluster, for `deleted_with`; None where it is not ours to delete."""
        ...

    @property
    def ready(self) -> Sequence[pulumi.Resource]:
        """Leaf resources to wait for before something can run in it."""
        ...
