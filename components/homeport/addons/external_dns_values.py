"""Values of the external-dns chart.

Every path is one of the chart's `values.yaml` at the pinned version:
https://github.com/kubernetes-sigs/external-dns/blob/external-dns-helm-chart-1.21.1/charts/external-dns/values.yaml
Arguments are those of https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Any, Final

from homeport.addons.crds import has_gateway_api
from homeport.addons.dns import role_annotations
from homeport.addons.external_dns_args import ExternalDnsArgs
from homeport.addons.prometheus_rule import monitored
from homeport.addons.site import DnsZone, Site
from homeport.model import known

NAME: Final = "external-dns"
NAMESPACE: Final = "external-dns"
#: What rights hang on.
SERVICE_ACCOUNT: Final = "external-dns"

#: Before the name of each record that says whose another record is. A label of its own: otherwise the one for the
#: zone's own name would lie outside of the zone.
#: https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/
_TXT_PREFIX: Final = "external-dns-%{record_type}."

SAFETY: Final = {
    "txtOwnerId": "records of the old id stay for ever, and with another cluster's id the two delete each other's",
    "txtPrefix": "it no longer knows which records are its own, and leaves them for ever",
    "registry": "it no longer knows which records are its own",
    "policy": "set policy in addons.external-dns instead",
    "domainFilters": "it may change records of other stacks in the zone",
    "serviceAccount.name": "its rights in the cloud hang on that service account",
    "deploymentStrategy.type": "two of them at once undo each other's changes",
    "podSecurityContext": "its namespace refuses a pod that is less than restricted",
    "securityContext": "its namespace refuses a pod that is less than restricted",
}


def owner_id(args: ExternalDnsArgs, site: Site) -> str:
    """Whose records it keeps: one cluster in the world.

    Two with one id would delete each other's records. A cluster's name is its own in its account or project and region.
    """
    if args.owner_id is not None:
        return args.owner_id
    place = site.account or known(site.project)
    parts = [site.environment, site.cluster, site.region, place]
    # A context of a kubeconfig can be anything; in the record, "," and "=" have a meaning.
    return re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(part for part in parts if part)).strip("-")


def values(args: ExternalDnsArgs, site: Site, zone: DnsZone) -> dict[str, Any]:
    """What the chart is told."""
    annotations = role_annotations(zone)
    out: dict[str, Any] = {
        "provider": {"name": "google" if zone.cloud == "gcp" else "aws"},
        "policy": args.policy,
        "registry": "txt",
        "txtOwnerId": owner_id(args, site),
        "txtPrefix": _TXT_PREFIX,
        "sources": ["service", "ingress", *(["gateway-httproute"] if has_gateway_api(site) else [])],
        # Records follow at once; the interval is for what was missed. When a stack is destroyed, the seconds count
        # between the last route and this pod's own end.
        "triggerLoopOnEvent": True,
        "interval": "1m",
        "logFormat": "json",
        "serviceAccount": {"name": SERVICE_ACCOUNT, **({"annotations": annotations} if annotations else {})},
        "deploymentStrategy": {"type": "Recreate"},
        "revisionHistoryLimit": 3,
        "resources": {
            "requests": {"cpu": "20m", "memory": "64Mi", "ephemeral-storage": "16Mi"},
            "limits": {"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "64Mi"},
        },
        "podSecurityContext": {"fsGroup": 65532, "runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsGroup": 65532,
            "runAsNonRoot": True,
            "runAsUser": 65532,
        },
        "serviceMonitor": {"enabled": monitored(site)},
    }
    extra: dict[str, Any] = {"txt-wildcard-replacement": "wildcard"}
    if zone.cloud == "aws":
        extra |= _route53(site, zone)
        if site.region is not None:
            # The SDK wants a region, and Route 53 has none.
            out["env"] = [{"name": "AWS_DEFAULT_REGION", "value": site.region}]
    else:
        extra |= _cloud_dns(zone)
    return {**out, **_filters(args, site, zone, extra), "extraArgs": dict(sorted(extra.items()))}


def _route53(site: Site, zone: DnsZone) -> dict[str, Any]:
    extra: dict[str, Any] = {
        # All clusters of an account share five requests a second.
        # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
        "aws-zones-cache-duration": "1h",
    }
    if zone.ref.aws is not None:
        extra["zone-id-filter"] = zone.ref.aws.zone_id
    if zone.domain != site.domain:
        # A filter narrower than the zone would hide the zone itself.
        extra["aws-zone-match-parent"] = True
    if zone.role is not None:
        extra["aws-assume-role"] = zone.role.aws
    return extra


def _cloud_dns(zone: DnsZone) -> dict[str, Any]:
    extra: dict[str, Any] = {"google-zone-visibility": "public"}
    if zone.ref.gcp is not None:
        extra |= {"google-project": zone.ref.gcp.project, "zone-id-filter": zone.ref.gcp.name}
    return extra


def _filters(args: ExternalDnsArgs, site: Site, zone: DnsZone, extra: dict[str, Any]) -> dict[str, Any]:
    """The stack's own domain in the zone and nothing else.

    On Cloud DNS a filter must match the name of the zone, too, and knows no parents; then an expression says both.
    """
    if zone.cloud == "aws" or zone.domain == site.domain:
        return {"domainFilters": [site.domain], "excludeDomains": list(args.exclude)}
    extra["regex-domain-filter"] = f"^{_literal(zone.domain)}$|{_below(site.domain)}"
    if args.exclude:
        extra["regex-domain-exclusion"] = "|".join(_below(domain) for domain in args.exclude)
    return {"domainFilters": [], "excludeDomains": []}


def _below(domain: str) -> str:
    """An expression for a domain and everything below it."""
    return f"(^|[.]){_literal(domain)}$"


def _literal(domain: str) -> str:
    # No backslash: the chart quotes arguments, and not every version of it the same way.
    return domain.replace(".", "[.]")
