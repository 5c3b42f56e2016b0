"""Zones of the regions, and where a region's backups go. Pure."""

from __future__ import annotations

from typing import Final

#: Regions of Google Cloud whose zones are not a, b and c.
#: https://cloud.google.com/compute/docs/regions-zones#available
_GCP_ZONES: Final = {"europe-west1": "bcd", "us-east1": "bcd"}

#: Regions of AWS in which a new account does not see the zones a, b and c.
#: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
_AWS_ZONES: Final = {"ap-northeast-1": "acd", "ca-central-1": "abd", "us-west-1": "ac"}

#: Regions of Google Cloud that keep each other's backups, and what both lie in.
#: https://cloud.google.com/storage/docs/locations#location-r
_BACKUP_PAIRS: Final = (
    ("europe-west3", "europe-west10", "Germany"),
    ("europe-west8", "europe-west12", "Italy"),
    ("europe-west1", "europe-west4", "the European Union"),
    ("us-central1", "us-east1", "the United States"),
    ("us-west1", "us-west4", "the United States"),
    ("us-west2", "us-west3", "the United States"),
    ("us-east4", "us-east5", "the United States"),
    ("northamerica-northeast1", "northamerica-northeast2", "Canada"),
    ("asia-northeast1", "asia-northeast2", "Japan"),
    ("asia-south1", "asia-south2", "India"),
    ("australia-southeast1", "australia-southeast2", "Australia"),
)


def gcp_zones(region: str, count: int) -> list[str]:
    """The first `count` zones of a region of Google Cloud."""
    return [f"{region}-{letter}" for letter in _GCP_ZONES.get(region, "abc")[:count]]


def aws_zones(region: str, count: int) -> list[str]:
    """The first `count` zones of a region of AWS; two where a new account sees no more."""
    return [f"{region}{letter}" for letter in _AWS_ZONES.get(region, "abc")[:count]]


def backup_partner(region: str) -> tuple[str, str] | None:
    """Another region of Google Cloud under the same law, and where both lie; None where homeport knows none."""
    for one, other, place in _BACKUP_PAIRS:
        if region in {one, other}:
            return (other if region == one else one), place
    return None
