"""What a cluster's stack publishes, so that another stack can work in the cluster: pure.

The kubeconfig is an output of its own: one secret would make everything beside it secret, and unreadable for a plan.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from homeport.model import Model
from homeport.published import published

#: Raised when the shape changes in a way that an older reader would misunderstand.
VERSION: Final = 1


class GcpIdentityFacts(Model):
    """What Workload Identity Federation for GKE needs."""

    cloud: Literal["gcp"] = "gcp"
    """Always gcp."""
    project: str
    """Id of the cluster's project."""
    project_number: str
    """Its number."""


class AwsIdentityFacts(Model):
    """What EKS Pod Identity and IRSA need."""

    cloud: Literal["aws"] = "aws"
    """Always aws."""
    account: str
    """The cluster's account."""
    cluster_arn: str
    """ARN of the cluster."""
    oidc_provider_arn: str
    """The cluster's OIDC provider in IAM."""
    oidc_issuer: str
    """URL of the cluster's OIDC issuer."""


class ClusterOutputs(Model):
    """The output `cluster_facts` of a cluster's stack; holds no secret."""

    version: Literal[1]
    """Of this shape."""
    name: Annotated[str, Field(min_length=1)]
    """Name in the cloud, or the context of an existing cluster."""
    cloud: Literal["gcp", "aws", "none"]
    """Where it runs."""
    region: str | None = None
    """Region, where it has one."""
    zones: list[str] = Field(default_factory=list)
    """Zones of its nodes."""
    identifier: Annotated[str, Field(min_length=1)]
    """What tells it from a cluster that is made anew under its name."""
    identity: Annotated[GcpIdentityFacts | AwsIdentityFacts, Field(discriminator="cloud")] | None = None
    """How its workloads become principals; None where homeport does not know its cloud."""

    @classmethod
    def parse(cls, value: object, *, stack: str) -> ClusterOutputs:
        """Read the output of a cluster's stack.

        Args:
            value: what the stack reference gave; numbers may be floats, as they come over the wire.
            stack: name of that stack, for the texts.

        Raises:
            SettingsError: there is no such output, or it is of another version, or not complete; each problem stands
                at the setting `cluster_stack`.
        """
        return published(cls, value, output="cluster_facts", version=VERSION, stack=stack)
