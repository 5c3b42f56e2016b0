"""Arguments of `ExistingCluster`: the section `cluster` of a stack file with `kind: existing`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from homeport.model import In, Model, known
from homeport.values import Cloud


class ExistingClusterArgs(Model):
    """A cluster that something else made: kind, minikube, or one on any cloud."""

    kind: Literal["existing"] = "existing"
    """Always existing."""
    name: Annotated[str, Field(min_length=1)] | None = None
    """What to call it; default: the context."""
    context: Annotated[str, Field(min_length=1)]
    """Context in the kubeconfig, so that a command can never reach the cluster that happens to be current."""
    kubeconfig: In[str] | None = None
    """Path or contents of a kubeconfig; default: the file that kubectl uses on the machine that runs Pulumi."""
    cloud: Cloud = "none"
    """Whose volumes it can make; none: the cluster keeps the storage classes that it has."""
    region: str | None = None
    """Region, where it has one."""
    zones: list[str] = Field(default_factory=list)
    """Zones of its nodes, where it has any."""

    @property
    def kubeconfig_is_path(self) -> bool:
        """Whether `kubeconfig` names a file rather than holding one; contents have several lines or are JSON."""
        text = known(self.kubeconfig)
        return text is not None and "\n" not in text and not text.lstrip().startswith("{")
