"""The section `addons` of a stack file, and the add-ons that homeport has.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from pydantic import ConfigDict, Field

from homeport.addons.args import AddonArgs, Profile
from homeport.addons.base import Addon
from homeport.addons.cert_manager import CertManager, CertManagerArgs
from homeport.addons.sealed_secrets import SealedSecrets, SealedSecretsArgs
from homeport.model import Model

#: Every add-on, in the order in which the documentation names them. Order means nothing to the graph.
CATALOGUE: Final[tuple[Addon[Any], ...]] = (CertManager(), SealedSecrets())


class AddonsArgs(Model):
    """What runs in every cluster for the sake of what runs on it: one section for each add-on, by its name."""

    # Python spells the names with underscores.
    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=True)

    profile: Profile = "standard"
    """Which add-ons are installed unless their sections say otherwise, and how they are sized. minimal: one replica of
    what a cluster cannot do without. standard: two or more of what serves requests, and monitoring."""
    cert_manager: CertManagerArgs = Field(default=CertManagerArgs(), alias="cert-manager")
    """Certificates."""
    sealed_secrets: SealedSecretsArgs = Field(default=SealedSecretsArgs(), alias="sealed-secrets")
    """Secrets that may lie in a repository."""

    def sections(self) -> dict[str, AddonArgs]:
        """Name of an add-on to its section."""
        found = ((info.alias or name, getattr(self, name)) for name, info in type(self).model_fields.items())
        return {name: value for name, value in found if isinstance(value, AddonArgs)}
