"""Alerts about certificates and those who sign them.

Series: https://cert-manager.io/docs/devops-tips/prometheus-metrics/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Final

from homeport.addons.prometheus_rule import Alert

#: Let's Encrypt's last for 90 days and are renewed 30 days before; in the second half of those somebody must look.
_DAYS: Final = 14
#: Every replica tells of every certificate.
_END: Final = "min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds)"
_RENEWAL: Final = "min by (namespace, name) (certmanager_certificate_renewal_timestamp_seconds)"
_LATE: Final = f"(time() - {_RENEWAL} > 3600)"
_THE_CERTIFICATE: Final = "The certificate {{ $labels.namespace }}/{{ $labels.name }}"
_LOOK: Final = (
    "kubectl -n {{ $labels.namespace }} describe certificate {{ $labels.name }}; then the CertificateRequest, Order and"
    " Challenge that it names."
)

ALERTS: Final = (
    Alert(
        "CertificateExpiresSoon",
        # Certificates that live for days only are never further from their end; what counts is that nobody renews them.
        f"({_END} - time() < {_DAYS} * 24 * 3600) and {_LATE}",
        60,
        "warning",
        f"{_THE_CERTIFICATE} ends in {{{{ $value | humanizeDuration }}}} and is not renewed.",
        _LOOK,
    ),
    Alert(
        "CertificateExpiresNow",
        f"({_END} - time() < 3 * 24 * 3600) and {_LATE}",
        60,
        "critical",
        f"{_THE_CERTIFICATE} ends in {{{{ $value | humanizeDuration }}}} and is not renewed.",
        _LOOK,
    ),
    Alert(
        "CertificateNotReady",
        'max by (namespace, name, issuer_name) (certmanager_certificate_ready_status{condition!="True"} == 1)',
        60,
        "warning",
        f"{_THE_CERTIFICATE} has not been issued for an hour.",
        _LOOK,
    ),
    Alert(
        "CertificateIssuerNotReady",
        'max by (name) (certmanager_clusterissuer_ready_status{condition!="True"} == 1)',
        30,
        "warning",
        "The issuer {{ $labels.name }} cannot sign.",
        "kubectl describe clusterissuer {{ $labels.name }}",
    ),
    Alert(
        "CertificateAuthorityRefuses",
        'sum by (host) (increase(certmanager_acme_client_request_count{status="429"}[1h])) > 0',
        5,
        "warning",
        "{{ $labels.host }} has turned requests for certificates away: too many of them.",
        "Find the Certificate that is asked for again and again, and try with the issuer letsencrypt-staging.",
    ),
    Alert(
        "CertManagerDown",
        'absent(up{job="cert-manager",namespace="cert-manager"} == 1)',
        15,
        "critical",
        "No certificate is issued or renewed: cert-manager cannot be scraped.",
        "kubectl -n cert-manager get pods,events",
    ),
)
