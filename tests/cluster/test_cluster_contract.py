"""Every kind of cluster passes the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
import pytest

from homeport.cluster.base import Cluster
from homeport.cluster.eks import EksCluster
from homeport.cluster.existing import ExistingCluster
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.gke import GkeCluster
from homeport.cluster.outputs import ClusterOutputs
from homeport.cluster.reference import ClusterReference
from tests.cluster.contract import CONTRACT, Case
from tests.cluster.eks import eks_world
from tests.cluster.gke_world import LABELS, args, stand_in_network
from tests.cluster.test_cluster_reference import FACTS

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


def eks(api: dict[str, Any]) -> Callable[[], Cluster]:
    def declare() -> Cluster:
        provider = aws.Provider("aws", region=eks_world.REGION)
        return EksCluster(
            "cluster",
            eks_world.args(api=api),
            network=eks_world.stand_in_vpc(pulumi.ResourceOptions(provider=provider)),
            labels=LABELS,
            opts=eks_world.providers(provider),
        )

    return declare


def reference(**changes: Any) -> Callable[[], Cluster]:
    def declare() -> Cluster:
        given = {"version": 1, "name": "stage", "cloud": "gcp", "identifier": "A", **changes}
        facts = ClusterOutputs.model_validate(given)
        return ClusterReference("cluster", facts, kubeconfig=pulumi.Output.secret(KUBECONFIG))

    return declare


def existing(**changes: Any) -> Callable[[], Cluster]:
    def declare() -> Cluster:
        given = {"context": "kind-homeport", **changes}
        return ExistingCluster("cluster", ExistingClusterArgs.model_validate(given))

    return declare


BY_ROLE = "use WorkloadPermissions"
CASES = [
    *(
        Case(f"eks-{name}", eks(api), "aws", True, True, False, BY_ROLE)
        for name, api in {
            "public": {"public": True, "public_cidrs": {"office": "203.0.113.0/24"}},
            "private": {"path": "network"},
            "proxy": {"path": "proxy", "proxy_url": "http://proxy.acme.example:3128"},
            "session-manager": {"path": "session-manager"},
        }.items()
    ),
    Case(
        "reference-gke",
        reference(region="europe-west3", identity={"cloud": "gcp", "project": "acme-stage", "project_number": "1"}),
        "gcp",
        False,
        True,
        True,
    ),
    Case("reference-eks", reference(**FACTS), "aws", False, True, False, BY_ROLE),
    Case("reference-existing", reference(cloud="none"), "none", False, True, False),
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
