"""The policies of AWS's own that homeport attaches, each with the reason why none of ours takes its place.

What stands in them is AWS's, changes without us, and is wide: so each one is listed, and a plan that attaches another
is told. A stack's own `extra_policies`, `preview_policies` and `deploy_policies` may name others: those who write them
answer for them.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A policy that AWS maintains.

    Attributes:
        name: as its ARN ends.
        holder: whose right it is.
        reason: why this one.
    """

    name: str
    holder: str
    reason: str

    @property
    def page(self) -> str:
        """AWS's page, with the policy's text and its history."""
        return f"https://docs.aws.amazon.com/aws-managed-policy/latest/reference/{self.name}.html"


_CLUSTER, _NODES = "EKS's control plane", "nodes"
_PEOPLE, _CI = "people", "CI"

AWS_MANAGED: Final[tuple[ManagedPolicy, ...]] = (
    ManagedPolicy("AmazonEKSClusterPolicy", _CLUSTER, "what AWS asks of the role of a cluster"),
    ManagedPolicy("AmazonEKSWorkerNodeMinimalPolicy", _NODES, "AWS's smallest one for a node; no right for pods"),
    ManagedPolicy("AmazonEC2ContainerRegistryPullOnly", _NODES, "pulls images, those of EKS's add-ons too"),
    ManagedPolicy("AmazonSSMManagedInstanceCore", _NODES, "tunnels to a private API; with path: session-manager alone"),
    ManagedPolicy("AmazonEKS_CNI_Policy", "the CNI's pods", "AWS keeps it in step with the add-on's versions"),
    ManagedPolicy("AdministratorAccess", _PEOPLE, "preset admin: everything of the account, as it says"),
    ManagedPolicy("AmazonEC2ContainerRegistryPowerUser", _PEOPLE, "presets developer and operator: push images"),
    ManagedPolicy("CloudWatchFullAccessV2", _PEOPLE, "preset operator: alarms and dashboards"),
    ManagedPolicy("CloudWatchReadOnlyAccess", _PEOPLE, "presets viewer and developer: metrics and logs"),
    ManagedPolicy("SystemAdministrator", _PEOPLE, "preset operator: AWS's own job function"),
    ManagedPolicy("ViewOnlyAccess", "people, CI", "lists what there is, no data; a preview reads it"),
    ManagedPolicy(
        "PowerUserAccess", _CI, "the deploying identity makes what stacks are made of; roles apart, see there"
    ),
    ManagedPolicy("SecurityAudit", _CI, "a preview reads settings that ViewOnlyAccess does not show"),
)


def listed(arn: str) -> bool:
    """Whether the policy is one of AWS's that is listed; not those of an account."""
    parts = arn.split(":")
    ours = len(parts) == 6 and parts[2] == "iam" and parts[4] == "aws"
    return ours and parts[5].rsplit("/", 1)[-1] in {policy.name for policy in AWS_MANAGED}
