"""What a cluster's stack publishes, so that another stack can work in the cluster: pure.

The kubeconfig is an output of its own: one secret would make everything beside it secret, and unreadable for a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, cast

from pydantic import Field, ValidationError

from homeport.model import Model
from homeport.problems import Problem, SettingsError

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
        update = f"run pulumi up -s {stack} with this version of homeport first"
        if not isinstance(value, Mapping):
            raise SettingsError([_problem(f"the stack {stack} has published no output cluster_facts", update, stack)])
        found = {str(key): item for key, item in cast("Mapping[object, Any]", value).items()}
        version = found.get("version")
        if version != VERSION:
            shown = int(version) if isinstance(version, float) else version
            rule = f"the output cluster_facts of the stack {stack} has version {shown}; this homeport reads {VERSION}"
            raise SettingsError([_problem(rule, update, stack)])
        try:
            return cls.model_validate({**found, "version": VERSION})
        except ValidationError as error:
            raise SettingsError(
                _problem(
                    f"the output cluster_facts of the stack {stack} is not complete at "
                    f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}",
                    update,
                    stack,
                )
                for item in error.errors(include_input=False, include_url=False)
            ) from None


def _problem(rule: str, fix: str, stack: str) -> Problem:
    return Problem(("cluster_stack",), rule, fix, stack)
