"""cert-manager: certificates from Let's Encrypt and from a CA of the cluster's own.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, final

from homeport.addons import cert_manager_issuers as issuers
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.cert_manager_alerts import ALERTS
from homeport.addons.cert_manager_args import AcmeArgs, CertManagerArgs
from homeport.addons.cert_manager_values import (
    IMAGES,
    NAME,
    NAMESPACE,
    PRIORITY_CLASS,
    SAFETY,
    SERVICE_ACCOUNT,
    values,
)
from homeport.addons.crds import gateway_kinds, has_gateway_api
from homeport.addons.dns import missing_zone, role_annotations, zone_rights
from homeport.addons.items import Chart, Item, Namespace, Need, Object, Rights
from homeport.addons.prometheus_rule import MONITOR_KINDS, alerts, monitored
from homeport.addons.site import Site
from homeport.kube.manifest import Manifest
from homeport.problems import Problem

__all__ = ["AcmeArgs", "CertManager", "CertManagerArgs"]

#: More than the release ever runs, surges and all: 12.
_CRITICAL_PODS: Final = "20"


@final
class CertManager(Addon[CertManagerArgs]):
    """See https://cert-manager.io/docs/installation/helm/ for the chart."""

    name: ClassVar[str] = NAME
    args: ClassVar[type[AddonArgs]] = CertManagerArgs
    namespace: ClassVar[Namespace] = Namespace(NAMESPACE, "restricted")

    def problems(self, args: CertManagerArgs, site: Site) -> Iterator[Problem]:
        """A domain that nobody can prove."""
        if args.acme is not None:
            problem = missing_zone(site, "ACME needs a DNS zone to prove the domain", "remove acme")
            if problem is not None:
                yield problem.below(("acme",))

    def items(self, args: CertManagerArgs, site: Site) -> Sequence[Item]:
        """Rights, release, issuers, alerts."""
        out: list[Item] = [_quota(), *issuers.internal_issuers(site)]
        needs = [Need("quota", "GKE admits pods of its priority only where a quota says so")]
        annotations = None
        if args.acme is not None and site.dns is not None:
            # Its solver names the zone, and writes nothing but proofs.
            permission = zone_rights(site.dns, record_types=["TXT"], list_zones=False)
            out.append(Rights(key="rights", service_account=SERVICE_ACCOUNT, permissions=[permission]))
            out += issuers.acme_issuers(args.acme, site, site.dns)
            needs.append(Need("rights", "EKS gives credentials to a pod only if they are there when it starts"))
            annotations = role_annotations(site.dns)
        if has_gateway_api(site):
            needs.append(gateway_kinds("it looks for the kinds when it starts, and never again"))
        if monitored(site):
            needs.append(MONITOR_KINDS)
            out.append(alerts(NAME, NAMESPACE, ALERTS))
        release = Chart(key="release", values=values(site, annotations), safety=SAFETY, images=IMAGES, needs=needs)
        return [*out, release]

    def exports(self, args: CertManagerArgs, site: Site) -> Mapping[str, Any]:
        """Issuers, and the items that make them."""
        del site
        out: dict[str, Any] = {"internal_issuer": issuers.INTERNAL}
        items = {"internal_issuer": f"{NAME}/issuer-{issuers.INTERNAL}"}
        if args.acme is not None:
            out["issuer"] = issuers.issuer_of(args.acme)
            items["issuer"] = f"{NAME}/issuer-{out['issuer']}"
        return {**out, "items": items}


def _quota() -> Object:
    """Admits pods of the cluster's critical class, and a handful of them: what GKE asks outside of kube-system.

    https://kubernetes.io/docs/concepts/policy/resource-quotas/#limit-priority-class-consumption-by-default
    """
    spec = {
        "hard": {"pods": _CRITICAL_PODS},
        "scopeSelector": {
            "matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": [PRIORITY_CLASS]}]
        },
    }
    return Object(key="quota", manifest=Manifest("v1", "ResourceQuota", "critical-pods", NAMESPACE, {"spec": spec}))
