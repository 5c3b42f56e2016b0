"""How workloads of a GKE cluster become principals of Google Cloud."""

from __future__ import annotations

from typing import final

import pulumi

from homeport.identity.gcp_principals import workload_principal
from homeport.identity.templates import Blanks
from homeport.model import In


@final
class GkeWorkloadIdentity:
    """Workload Identity Federation for GKE; a `WorkloadIdentity`.

    The pool of a project comes into being with its first cluster, and a grant to a member of a pool that does not exist
    is refused. So pass outputs of the cluster: whatever uses a principal then waits for it.

    Args:
        project: id of the cluster's project.
        project_number: its number.
    """

    def __init__(self, project: In[str], project_number: In[str]) -> None:
        self._project = pulumi.Output.from_input(project)
        self._number = pulumi.Output.from_input(project_number)

    @property
    def project(self) -> pulumi.Output[str]:
        """Id of the cluster's project, where a workload's own secrets lie unless they say otherwise."""
        return self._project

    @property
    def project_number(self) -> pulumi.Output[str]:
        """Number of the cluster's project, as principals spell it."""
        return self._number

    def principal(self, namespace: str, service_account: str) -> pulumi.Output[str]:
        """The member for a Kubernetes service account, as `homeport.identity.gcp_principals` writes it."""
        blanks = Blanks()
        text = workload_principal(
            project=blanks.mark(self._project, "GcpScope.project"),
            project_number=blanks.mark(self._number, "GcpScope.project_number"),
            namespace=namespace,
            service_account=service_account,
        )
        return pulumi.Output.from_input(blanks.fill(text))
