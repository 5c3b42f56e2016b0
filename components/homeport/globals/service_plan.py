"""Which APIs of Google Cloud a project needs, from what is made in it.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

#: Enabled by hand, once, before the first update: with them the others are.
BOOTSTRAP: Final = ("cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com")

#: What a project needs for a GKE cluster and what homeport runs on it.
CLUSTER_SERVICES: Final = (
    "artifactregistry.googleapis.com",
    "cloudkms.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "dns.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "storage.googleapis.com",
)

GlobalPart = Literal["dns", "ci", "registries", "scanning", "keys", "backups", "budgets", "audit"]

#: What each part of the global layer needs in the global project.
_PART_SERVICES: Final[dict[GlobalPart, tuple[str, ...]]] = {
    # iam: identities that keep the records.
    "dns": ("dns.googleapis.com", "iam.googleapis.com"),
    "ci": ("iam.googleapis.com", "iamcredentials.googleapis.com", "sts.googleapis.com"),
    "registries": ("artifactregistry.googleapis.com",),
    "scanning": ("containerscanning.googleapis.com",),
    "keys": ("cloudkms.googleapis.com",),
    "backups": ("storage.googleapis.com",),
    "budgets": ("billingbudgets.googleapis.com", "monitoring.googleapis.com"),
    "audit": ("logging.googleapis.com", "storage.googleapis.com"),
}


def global_services(parts: Iterable[GlobalPart]) -> list[str]:
    """APIs of the global project, sorted."""
    return sorted({service for part in parts for service in _PART_SERVICES[part]} | set(BOOTSTRAP))


def cluster_services(extra: Iterable[str] = ()) -> list[str]:
    """APIs of a project with a cluster, sorted."""
    return sorted({*CLUSTER_SERVICES, *BOOTSTRAP, *extra})
