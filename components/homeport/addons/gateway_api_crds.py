"""gateway-api-crds: Gateway, HTTPRoute and the other kinds of the Gateway API's standard channel.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, final

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.crds import GATEWAY_API, DefinitionsArgs
from homeport.addons.crds_chart import DefinitionsChart
from homeport.addons.items import KUBE_SYSTEM, Item, Namespace
from homeport.addons.site import Provided, Site
from homeport.problems import Problem


class GatewayApiCrdsArgs(DefinitionsArgs):
    """The kinds of the Gateway API."""


@final
class GatewayApiCrds(Addon[GatewayApiCrdsArgs]):
    """The standard channel, as its maintainers publish it, from the one chart of a large project that carries it.

    One owner only: where GKE installs the kinds (`gateway_api: true`), this stays away. See docs/adr/0010 for why it is
    no Helm release.

    https://gateway-api.sigs.k8s.io/guides/crd-management/
    """

    name: ClassVar[str] = GATEWAY_API
    args: ClassVar[type[AddonArgs]] = GatewayApiCrdsArgs
    namespace: ClassVar[Namespace] = KUBE_SYSTEM
    instead_of: ClassVar[Provided | None] = "gateway-api-crds"

    def problems(self, args: GatewayApiCrdsArgs, site: Site) -> Iterator[Problem]:
        """Definitions that nobody can have brought."""
        yield from args.present_problems(site)

    def items(self, args: GatewayApiCrdsArgs, site: Site) -> Sequence[Item]:
        """The chart, unless somebody else brought the definitions."""
        del site
        if args.present:
            return []
        return [
            DefinitionsChart(
                key="release",
                pin="gateway-crds-helm",
                values={
                    "crds": {
                        "gatewayAPI": {"enabled": True, "channel": "standard"},
                        # Kinds of Envoy Gateway, which nothing here serves.
                        "envoyGateway": {"enabled": False},
                    }
                },
                safety={
                    "crds.gatewayAPI.enabled": "nothing defines Gateway and HTTPRoute",
                    "crds.gatewayAPI.channel": "experimental kinds change and go without notice; GKE refuses them, and"
                    " the way back is barred by the definitions' own admission policy",
                },
                pods=False,
            )
        ]
