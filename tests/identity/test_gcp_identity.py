"""Google Cloud's names for workloads."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.identity.gcp import GkeWorkloadIdentity
from homeport.identity.gcp_principals import workload_pool, workload_principal
from homeport.identity.unknown import UnknownIdentity
from homeport.plan import record

PRINCIPAL = (
    "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/"
    "acme-stage.svc.id.goog/subject/ns/shop/sa/web"
)


def test_the_principal_of_a_kubernetes_service_account() -> None:
    text = workload_principal(
        project="acme-stage", project_number="123456789012", namespace="shop", service_account="web"
    )
    assert text == PRINCIPAL


def test_all_clusters_of_a_project_share_its_pool() -> None:
    assert workload_pool("acme-stage") == "acme-stage.svc.id.goog"


def test_the_component_gives_the_same_as_an_output() -> None:
    def program() -> dict[str, Any]:
        return {"member": GkeWorkloadIdentity("acme-stage", "123456789012").principal("shop", "web")}

    assert record(program).outputs["member"] == PRINCIPAL


def test_a_cluster_of_an_unknown_cloud_names_the_workload_the_cluster_and_the_way_out() -> None:
    with pytest.raises(LookupError) as refused:
        UnknownIdentity("kind-homeport").principal("shop", "web")
    assert str(refused.value) == (
        "the workload shop/web asks for permissions of a cloud, but 'kind-homeport' is a cluster that homeport did not "
        "make (kind: existing), so it cannot tell which principal that is; leave the permission out on this stack, or "
        "give the workload credentials of its own"
    )
