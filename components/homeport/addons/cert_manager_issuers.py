"""Who signs: Let's Encrypt, by records in the stack's zone, and a CA of the cluster's own.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeport.addons.cert_manager_args import AcmeArgs
from homeport.addons.cert_manager_values import NAMESPACE
from homeport.addons.items import Need, Object
from homeport.addons.site import DnsZone, Site
from homeport.kube.manifest import Manifest

INTERNAL: Final = "internal"
LETSENCRYPT: Final = "letsencrypt"
STAGING: Final = "letsencrypt-staging"

_DIRECTORIES: Final = {
    LETSENCRYPT: "https://acme-v02.api.letsencrypt.org/directory",
    STAGING: "https://acme-staging-v02.api.letsencrypt.org/directory",
}
_API: Final = "cert-manager.io/v1"
_SELF_SIGNED: Final = "self-signed"
_CA: Final = "internal-ca"
_WEBHOOK: Final = "its webhook checks every issuer and certificate, and the release brings their kinds"


def issuer_of(acme: AcmeArgs) -> str:
    """The issuer that the gateway and applications use."""
    return LETSENCRYPT if acme.server == "production" else STAGING


def acme_issuers(acme: AcmeArgs, site: Site, zone: DnsZone) -> Iterator[Object]:
    """Both of Let's Encrypt's: staging is there to try with.

    An issuer is ready once it has its account. No edge leads to external-dns: the records of a proof are written by
    cert-manager itself.

    https://cert-manager.io/docs/configuration/acme/dns01/
    """
    for name, directory in _DIRECTORIES.items():
        spec = {
            "acme": {
                "server": directory,
                "email": acme.email,
                "privateKeySecretRef": {"name": f"{name}-account-key"},
                # No other name: the zone may hold the domains of other stacks, too.
                "solvers": [{"selector": {"dnsZones": [site.domain]}, "dns01": _dns01(site, zone)}],
            }
        }
        needs = [Need("release", _WEBHOOK), Need("rights", "it proves the domain by records in the zone")]
        yield _issuer(name, spec, needs)


def internal_issuers(site: Site) -> Iterator[Object]:
    """A root certificate that signs itself, and the issuer that signs with it.

    https://cert-manager.io/docs/configuration/selfsigned/#bootstrapping-ca-issuers
    """
    yield _issuer(_SELF_SIGNED, {"selfSigned": {}}, [Need("release", _WEBHOOK)])
    yield Object(
        key="ca",
        manifest=Manifest(
            _API,
            "Certificate",
            _CA,
            NAMESPACE,
            {"spec": _root(site)},
            wait_for="condition=Ready",
        ),
        needs=[Need("release", _WEBHOOK), Need(f"issuer-{_SELF_SIGNED}", "signs it")],
    )
    yield _issuer(
        INTERNAL,
        {"ca": {"secretName": _CA}},
        [Need("release", _WEBHOOK), Need("ca", "signs with its key, and is ready once that is there")],
    )


def _root(site: Site) -> dict[str, Any]:
    years = 10
    hours_of_a_year = 365 * 24
    return {
        "isCA": True,
        "commonName": "homeport internal CA",
        # So that people can tell the roots of several clusters apart.
        "subject": {"organizationalUnits": [site.labels.stack]},
        "secretName": _CA,
        "duration": f"{years * hours_of_a_year}h0m0s",
        # Everything that it signed ends long before.
        "renewBefore": f"{hours_of_a_year}h0m0s",
        # The same key in the next root: who trusts this one trusts that one.
        "privateKey": {"algorithm": "ECDSA", "size": 384, "rotationPolicy": "Never"},
        "usages": ["cert sign", "crl sign", "digital signature"],
        "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": _SELF_SIGNED},
        "revisionHistoryLimit": 3,
    }


def _dns01(site: Site, zone: DnsZone) -> Mapping[str, Any]:
    if zone.ref.aws is not None:
        route53: dict[str, Any] = {"hostedZoneID": zone.ref.aws.zone_id}
        if site.region is not None:
            route53["region"] = site.region
        if zone.role is not None:
            route53["role"] = zone.role.aws
        return {"route53": route53}
    assert zone.ref.gcp is not None  # noqa: S101 - `CertManager.problems` found no other zone
    return {"cloudDNS": {"project": zone.ref.gcp.project, "hostedZoneName": zone.ref.gcp.name}}


def _issuer(name: str, spec: Mapping[str, Any], needs: list[Need]) -> Object:
    return Object(
        key=f"issuer-{name}",
        manifest=Manifest(_API, "ClusterIssuer", name, body={"spec": spec}, wait_for="condition=Ready"),
        needs=needs,
    )
