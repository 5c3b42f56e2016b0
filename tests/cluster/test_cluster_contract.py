"""Every kind of cluster passes the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest

from homeport.cluster.base import Cluster
from homeport.cluster.existing import ExistingCluster
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.gke import GkeCluster
from tests.cluster.contract import CONTRACT, Case
from tests.cluster.gke_world import LABELS, args, stand_in_network

KUBECONFIG = "apiVersion: v1\nkind: Config\nclusters: []\n"


def gke(access: str) -> Callable[[], Cluster]:
    api: dict[str, Any] = {"access": access}
    if access == "public":
        api["authorized_networks"] = {"office": "203.0.113.0/24"}

    def declare() -> Cluster:
        provider = gcp.Provider("gcp", project="acme-stage", region="europe-west3")
        network = stand_in_network(pulumi.ResourceOptions(provider=provider), control_plane_cidr="172.16.0.0/28")
        return GkeCluster(
            "cluster",
            args(api=api),
            network=network,
            labels=LABELS,
            opts=pulumi.ResourceOptions(providers=[provider]),
        )

    return declare


def existing(**changes: Any) -> Callable[[], Cluster]:
    def declare() -> Cluster:
        given = {"context": "kind-homeport", **changes}
        return ExistingCluster("cluster", ExistingClusterArgs.model_validate(given))

    return declare


CASES = [
    *(Case(f"gke-{access}", gke(access), "gcp", True, True, True) for access in ("dns", "private", "public")),
    Case("existing", existing(), "none", False, False, False),
    Case("existing-path", existing(kubeconfig="~/.kube/other"), "none", False, False, False),
    Case(
        "existing-contents",
        existing(kubeconfig=KUBECONFIG, cloud="gcp", region="europe-west3", zones=["europe-west3-a"]),
        "gcp",
        False,
        True,
        False,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
def test_contract(check: Callable[[Case], None], case: Case) -> None:
    check(case)
