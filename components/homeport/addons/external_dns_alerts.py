"""Alerts about DNS records.

Series: https://kubernetes-sigs.github.io/external-dns/latest/docs/monitoring/metrics/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Final

from homeport.addons.prometheus_rule import Alert

_LOG: Final = "kubectl -n external-dns logs deployment/external-dns; refused requests are in it with their reason."

ALERTS: Final = (
    Alert(
        "DnsRecordsNotKept",
        "time() - max(external_dns_controller_last_sync_timestamp_seconds) > 900",
        5,
        "critical",
        "No DNS record has been written or checked for a quarter of an hour: new hosts have no address.",
        _LOG,
    ),
    Alert(
        "DnsErrors",
        "sum(increase(external_dns_registry_errors_total[15m])) + sum(increase(external_dns_source_errors_total[15m]))"
        " > 3",
        15,
        "warning",
        "external-dns fails again and again to read its sources or to write records.",
        _LOG,
    ),
    Alert(
        "DnsRecordOfSomebodyElse",
        "max by (domain, foreign_owner) (external_dns_registry_skipped_records_owner_mismatch_per_sync) > 0",
        30,
        "warning",
        "A record of {{ $labels.domain }} that this cluster wants belongs to {{ $labels.foreign_owner }}.",
        "Take the host from one of the two, or delete the old record with its TXT record by hand.",
    ),
    Alert(
        "ExternalDnsDown",
        'absent(up{job="external-dns",namespace="external-dns"} == 1)',
        15,
        "critical",
        "Nobody keeps the DNS records: external-dns cannot be scraped.",
        "kubectl -n external-dns get pods,events",
    ),
)
