"""external-dns: keeps the DNS records of Services, Ingresses and routes.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, final

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.crds import gateway_kinds, has_gateway_api
from homeport.addons.dns import missing_zone, zone_rights
from homeport.addons.egress import controller_egress
from homeport.addons.external_dns_alerts import ALERTS
from homeport.addons.external_dns_args import ExternalDnsArgs
from homeport.addons.external_dns_values import NAME, NAMESPACE, SAFETY, SERVICE_ACCOUNT, values
from homeport.addons.items import Chart, ImageValues, Item, Namespace, Need, Object, Rights
from homeport.addons.prometheus_rule import MONITOR_KINDS, alerts, monitored
from homeport.addons.site import Site
from homeport.identity.permissions import RecordType
from homeport.kube.manifest import Manifest
from homeport.problems import Problem
from homeport.values import Cloud

__all__ = ["ExternalDns", "ExternalDnsArgs"]

#: Addresses, and the records that say whose they are.
_TYPES: Final[list[RecordType]] = ["A", "AAAA", "CNAME", "TXT"]
_METRICS_PORT: Final = 7979


@final
class ExternalDns(Addon[ExternalDnsArgs]):
    """One pod, and never two at once: they would undo each other's changes.

    https://kubernetes-sigs.github.io/external-dns/
    """

    name: ClassVar[str] = NAME
    args: ClassVar[type[AddonArgs]] = ExternalDnsArgs
    namespace: ClassVar[Namespace] = Namespace(NAMESPACE, "restricted")
    clouds: ClassVar[frozenset[Cloud]] = frozenset({"gcp", "aws"})

    def problems(self, args: ExternalDnsArgs, site: Site) -> Iterator[Problem]:
        """No zone to keep, or domains that are none of its."""
        problem = missing_zone(
            site, "external-dns keeps records in a DNS zone", "switch it off: external-dns: {enabled: false}"
        )
        if problem is not None:
            yield problem
        for index, domain in enumerate(args.exclude):
            if not domain.endswith(f".{site.domain}"):
                yield Problem(
                    ("exclude", index),
                    f"must lie below the stack's domain, {site.domain}: it keeps no other",
                    f"write a domain below it, for example legacy.{site.domain}, or remove it",
                    domain,
                )

    def items(self, args: ExternalDnsArgs, site: Site) -> Sequence[Item]:
        """Rights, release, and what its pod may reach."""
        zone = site.dns
        assert zone is not None  # noqa: S101 - `problems` asks for one
        needs = [Need("rights", "EKS gives credentials to a pod only if they are there when it starts", "both")]
        if has_gateway_api(site):
            needs.append(gateway_kinds("it watches HTTPRoute and Gateway, and ends where they are no kinds"))
        if monitored(site):
            needs.append(MONITOR_KINDS)
        rights = Rights(
            key="rights",
            service_account=SERVICE_ACCOUNT,
            # It looks for its zone by name.
            permissions=[zone_rights(zone, record_types=_TYPES, list_zones=True)],
        )
        release = Chart(
            key="release",
            values=values(args, site, zone),
            safety=SAFETY,
            images=[ImageValues("registry.k8s.io/external-dns/external-dns", "image.repository")],
            # Its own kind, DNSEndpoint, is a source that is not used.
            skip_crds=True,
            needs=needs,
        )
        return [rights, _policy(), release, *([alerts(NAME, NAMESPACE, ALERTS)] if monitored(site) else [])]


def _policy() -> Object:
    spec = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/instance": NAME}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [{"protocol": "TCP", "port": _METRICS_PORT}]}],
        "egress": controller_egress(),
    }
    manifest = Manifest("networking.k8s.io/v1", "NetworkPolicy", NAME, NAMESPACE, {"spec": spec})
    return Object(key="policy", manifest=manifest)
