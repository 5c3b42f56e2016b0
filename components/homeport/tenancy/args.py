"""Arguments of `Tenant`: the section `tenants.<name>` of a stack file.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from homeport.identity.permissions import Permission
from homeport.model import Model
from homeport.values import DnsLabel, Quantity

PodSecurity = Literal["restricted", "baseline", "privileged"]


class Groups(Model):
    """Who may do what in the tenant's namespaces, by Kubernetes' own roles; never in the cluster.

    A group is a Google group's address on GKE (https://cloud.google.com/kubernetes-engine/docs/how-to/google-groups-rbac),
    on EKS a Kubernetes group of an access entry.
    """

    admin: list[str] = Field(default_factory=list)
    """Everything in the namespaces, roles and bindings included."""
    edit: list[str] = Field(default_factory=list)
    """Workloads, config and secrets."""
    view: list[str] = Field(default_factory=list)
    """Everything but secrets, to read."""


class Quota(Model):
    """The most that all namespaces of the tenant may hold, for each namespace.

    https://kubernetes.io/docs/concepts/policy/resource-quotas/
    """

    cpu: Quantity = "4"
    """Sum of reserved CPU."""
    memory: Quantity = "8Gi"
    """Sum of reserved memory; limits may be twice as much."""
    disk: Quantity = "20Gi"
    """Sum of reserved ephemeral disk."""
    storage: Quantity = "100Gi"
    """Sum of claimed volumes."""
    pods: Annotated[int, Field(ge=1)] = 50
    """Number of pods."""
    load_balancers: Annotated[int, Field(ge=0)] = 0
    """Number of Services of type LoadBalancer, each of which costs money and is a door of its own."""


class ContainerDefaults(Model):
    """What a container gets that says nothing. https://kubernetes.io/docs/concepts/policy/limit-range/."""

    cpu: Quantity = "50m"
    """Reserved CPU."""
    memory: Quantity = "64Mi"
    """Reserved memory."""
    memory_limit: Quantity = "256Mi"
    """Limit of memory."""


class TenantArgs(Model):
    """A team or product that shares the cluster with others and is kept apart from them."""

    namespaces: Annotated[list[DnsLabel], Field(min_length=1)] | None = None
    """Its namespaces; default: one of its own name. The first is where its apps go that name none."""
    pod_security: PodSecurity = "restricted"
    """Level that its namespaces enforce. https://kubernetes.io/docs/concepts/security/pod-security-standards/"""
    groups: Groups = Groups()
    """Its people."""
    quota: Quota | None = Quota()
    """The most it may use; null: no limit."""
    defaults: ContainerDefaults = ContainerDefaults()
    """For containers that say nothing."""
    identities: dict[DnsLabel, list[Permission]] = Field(default_factory=dict)
    """Service account to what it may do in the cloud, for workloads that homeport does not declare. Made in the first
    namespace."""
    scraped: bool = True
    """Whether Prometheus may reach its pods."""
