"""How pods of an EKS cluster become principals of AWS: by roles that trust their service account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, Protocol, runtime_checkable

from homeport.model import In


@runtime_checkable
class AwsWorkloadIdentity(Protocol):
    """What a role for a service account of an EKS cluster is made from."""

    @property
    def account(self) -> In[str]:
        """The cluster's account, twelve digits. Plain text where it is known, so that a plan can show policies."""
        ...

    @property
    def region(self) -> str:
        """The cluster's region; known before anything exists."""
        ...

    @property
    def cluster_name(self) -> In[str]:
        """Name of the cluster."""
        ...

    @property
    def cluster_arn(self) -> In[str]:
        """ARN of the cluster."""
        ...

    @property
    def oidc_provider_arn(self) -> In[str] | None:
        """The cluster's OIDC provider in IAM; None where there is none, and IRSA cannot be used."""
        ...

    @property
    def oidc_issuer(self) -> In[str] | None:
        """URL of the cluster's OIDC issuer; None where there is no provider for it."""
        ...


@dataclass(frozen=True, slots=True)
class EksWorkloadIdentity:
    """The identity of an EKS cluster; satisfies `WorkloadIdentity` and `AwsWorkloadIdentity`.

    https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html

    Attributes:
        account: twelve digits.
        region: for example eu-central-1.
        cluster_name: name of the cluster.
        cluster_arn: ARN of the cluster.
        oidc_provider_arn: the cluster's OIDC provider in IAM, for IRSA.
        oidc_issuer: URL of the cluster's OIDC issuer, for IRSA.
    """

    account: In[str]
    region: str
    cluster_name: In[str]
    cluster_arn: In[str]
    oidc_provider_arn: In[str] | None = None
    oidc_issuer: In[str] | None = None

    def principal(self, namespace: str, service_account: str) -> NoReturn:
        """Never: on AWS a service account has no name of its own, rights hang on a role that it assumes.

        Raises:
            LookupError: always; the text says what to use.
        """
        raise LookupError(
            f"the service account {namespace}/{service_account} of an EKS cluster is no principal by itself: "
            "use WorkloadPermissions, whose role_arn is the principal to name in a resource's policy"
        )
