"""prometheus-operator-crds: ServiceMonitor, PodMonitor, PrometheusRule and the other kinds of the Prometheus operator.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, final

from homeport.addons.args import AddonArgs, Profile
from homeport.addons.base import Addon
from homeport.addons.crds import DefinitionsArgs
from homeport.addons.items import KUBE_SYSTEM, Chart, Item, Namespace
from homeport.addons.site import Site
from homeport.problems import Problem


class PrometheusOperatorCrdsArgs(DefinitionsArgs):
    """The kinds of the Prometheus operator."""


@final
class PrometheusOperatorCrds(Addon[PrometheusOperatorCrdsArgs]):
    """The definitions apart from the operator, so that every add-on can bring monitors, in any order beside it.

    https://github.com/prometheus-community/helm-charts/tree/main/charts/prometheus-operator-crds
    """

    name: ClassVar[str] = "prometheus-operator-crds"
    args: ClassVar[type[AddonArgs]] = PrometheusOperatorCrdsArgs
    # Definitions belong to no namespace. Helm's record of them does, and must outlive that of the monitoring.
    namespace: ClassVar[Namespace] = KUBE_SYSTEM
    profiles: ClassVar[frozenset[Profile]] = frozenset({"standard"})

    def problems(self, args: PrometheusOperatorCrdsArgs, site: Site) -> Iterator[Problem]:
        """Definitions that nobody can have brought."""
        yield from args.present_problems(site)

    def items(self, args: PrometheusOperatorCrdsArgs, site: Site) -> Sequence[Item]:
        """The chart, unless somebody else brought the definitions."""
        del site
        if args.present:
            return []
        return [
            Chart(
                key="release",
                # Helm leaves them in the cluster when the release goes, and a later release of the same name takes
                # them over again. https://helm.sh/docs/howto/charts_tips_and_tricks/
                values={"crds": {"annotations": {"helm.sh/resource-policy": "keep"}}},
                safety={
                    "crds.annotations": "without helm.sh/resource-policy: keep, every monitor and rule of the cluster"
                    " goes with this add-on, whoever made it"
                },
                pods=False,
            )
        ]

    def exports(self, args: PrometheusOperatorCrdsArgs, site: Site) -> Mapping[str, Any]:
        """Monitors are known kinds."""
        del site
        items = {} if args.present else {"monitors": f"{self.name}/release"}
        return {"monitors": True, "items": items}
