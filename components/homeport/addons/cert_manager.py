"""cert-manager: certificates from Let's Encrypt and from a CA of the cluster's own.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.items import Chart, Item, Namespace
from homeport.addons.site import Site


class CertManagerArgs(AddonArgs):
    """cert-manager and its issuers."""


@final
class CertManager(Addon[CertManagerArgs]):
    """See https://cert-manager.io/docs/installation/helm/ for the chart."""

    name: ClassVar[str] = "cert-manager"
    args: ClassVar[type[AddonArgs]] = CertManagerArgs
    namespace: ClassVar[Namespace] = Namespace("cert-manager", "restricted")

    def items(self, args: CertManagerArgs, site: Site) -> Sequence[Item]:
        """The chart."""
        del args, site
        return [Chart(key="release", values={"crds": {"enabled": True}}, safety={"crds.enabled": "its kinds go"})]
