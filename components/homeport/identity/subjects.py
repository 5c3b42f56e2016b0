"""Who holds rights: one service account of a cluster that can say how its workloads become principals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, Protocol, runtime_checkable

import pulumi

from homeport.cluster.base import Cluster, WorkloadIdentity
from homeport.identity.aws import AwsWorkloadIdentity
from homeport.model import In
from homeport.problems import Problem

#: How pods of an EKS cluster get the credentials of a role.
AwsMethod = Literal["pod-identity", "irsa"]


@runtime_checkable
class GcpWorkloadIdentity(Protocol):
    """What grants for a service account of a GKE cluster are made from."""

    @property
    def project(self) -> In[str]:
        """The cluster's project."""
        ...

    def principal(self, namespace: str, service_account: str) -> pulumi.Output[str]:
        """The member for a service account."""
        ...


def subject_problems(namespace: str, service_account: str) -> Iterator[Problem]:
    """What is wrong with a service account as the one holder of rights."""
    # https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", namespace):
        yield Problem(
            ("namespace",),
            "must be the name of a namespace: up to 63 characters of a-z, 0-9 and -",
            "name one namespace; there is no wildcard",
            namespace,
        )
    if len(service_account) > 253 or not re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", service_account):
        yield Problem(
            ("service_account",),
            "must be the name of a service account: up to 253 characters of a-z, 0-9, - and .",
            "name one service account; there is no wildcard",
            service_account,
        )
    elif service_account == "default":
        yield Problem(
            ("service_account",),
            "the default service account is every pod's that names none: all of them would get the rights",
            "give the workload a service account of its own",
            service_account,
        )


def identity_problems(cluster: Cluster, method: AwsMethod, namespace: str, service_account: str) -> Iterator[Problem]:
    """What keeps a cluster from granting anything to a service account, in the words of its identity."""
    identity = cluster.identity
    if isinstance(identity, AwsWorkloadIdentity):
        if method == "irsa" and (identity.oidc_provider_arn is None or identity.oidc_issuer is None):
            yield Problem(
                ("method",),
                "IRSA needs the cluster's OIDC provider in IAM, and this cluster has none",
                "make the provider with the cluster, or use pod-identity",
                method,
            )
    elif not isinstance(identity, GcpWorkloadIdentity):
        yield Problem(("cluster",), *_why_not(identity, namespace, service_account))


def _why_not(identity: WorkloadIdentity, namespace: str, service_account: str) -> tuple[str, str]:
    """Why an identity can grant nothing and what to do; its own words hold both."""
    try:
        identity.principal(namespace, service_account)
    except LookupError as error:
        return str(error), ""
    return (
        "homeport does not know how this cluster's workloads become principals of its cloud",
        "leave the permissions out on this stack, or give the workload credentials of its own",
    )
