"""A cluster of each cloud as add-ons see it, with everything that a stack's defaults give them.

The tables in the documentation, the golden values and the tests of add-ons are about these; a stranger tests an add-on
of his own with them.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from homeport.addons.args import Profile
from homeport.addons.site import DnsZone, Site
from homeport.identity.refs import CloudDnsZone, Route53Zone, ZoneRef
from homeport.labels import Labels
from homeport.model import literal_values
from homeport.values import Cloud

SAMPLE_CLOUDS: Final[tuple[Cloud, ...]] = ("gcp", "aws", "none")
SAMPLE_PROFILES: Final[tuple[Profile, ...]] = ("minimal", "standard")
SAMPLE_DOMAIN: Final = "stage.acme.example"
SAMPLE_ACCOUNT: Final = "111122223333"
SAMPLE_LABELS: Final = Labels(
    project="homeport", environment="stage", stack="stage", owner="platform", cost_centre="1000"
)
assert set(SAMPLE_CLOUDS) == set(literal_values(Cloud))  # noqa: S101 - a new cloud needs a sample


class _EverySecret(Mapping[str, Any]):
    """As in a plan: every name counts as present."""

    def __getitem__(self, name: str) -> str:
        return "[secret]"

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


_COMMON: Final[dict[str, Any]] = {
    "cluster": "stage",
    "environment": "stage",
    "domain": SAMPLE_DOMAIN,
    "labels": SAMPLE_LABELS,
    "secrets": _EverySecret(),
}
_OF_CLOUD: Final[dict[Cloud, dict[str, Any]]] = {
    "gcp": {
        "project": "acme-stage",
        "region": "europe-west3",
        "zones": ("europe-west3-a", "europe-west3-b"),
        "dns": DnsZone(
            ZoneRef(name=SAMPLE_DOMAIN, gcp=CloudDnsZone(project="acme-dns", name="stage-acme-example")),
            "gcp",
            SAMPLE_DOMAIN,
        ),
        "storage_class": "homeport-regional",
        "provides": frozenset({"autoscaler", "load-balancers", "metrics-server", "snapshot-controller"}),
    },
    "aws": {
        "account": SAMPLE_ACCOUNT,
        "region": "eu-central-1",
        "zones": ("eu-central-1a", "eu-central-1b"),
        "kubernetes": "1.34",
        "dns": DnsZone(
            ZoneRef(name=SAMPLE_DOMAIN, aws=Route53Zone(zone_id="Z0123456789ABCDEFGHIJ")), "aws", SAMPLE_DOMAIN
        ),
        "storage_class": "homeport-zonal",
        "vpc": "vpc-0123456789abcdef0",
        "public_subnets": 2,
        "provides": frozenset({"metrics-server", "snapshot-controller"}),
    },
    # A laptop: no cloud, no zone; kind and minikube have a class called standard.
    "none": {"storage_class": "standard"},
}


def sample_site(cloud: Cloud = "gcp", **changes: Any) -> Site:
    """The facts of a cluster; `changes` are fields of `Site` that are to be different."""
    facts: dict[str, Any] = {**_COMMON, "cloud": cloud, **_OF_CLOUD[cloud], **changes}
    return Site(**facts)
