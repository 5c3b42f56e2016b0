"""What the component of a tenant declares, and what waits for what."""

from __future__ import annotations

import pulumi

from homeport.identity.permissions import DnsEditor
from homeport.identity.reference import ZONE
from homeport.plan import Graph, record
from homeport.tenancy.args import Groups, TenantArgs
from homeport.tenancy.tenant import Tenant
from tests.workloads.places import LABELS
from tests.workloads.test_workload_graph import NO_DEFAULT_PROVIDERS, world


def graph(args: TenantArgs) -> Graph:
    def program() -> None:
        here = world()
        here.cluster.ready = [here.crds]
        tenant = Tenant(
            "shop", args, cluster=here.cluster, labels=LABELS, opts=pulumi.ResourceOptions(providers=[here.cloud])
        )
        pulumi.export("namespaces", tenant.namespaces)

    return record(program, stack="stage", config=NO_DEFAULT_PROVIDERS)


ARGS = TenantArgs(
    namespaces=["shop", "shop-jobs"],
    groups=Groups(edit=["shop@acme.example"]),
    identities={"runner": [DnsEditor(zones=[ZONE])]},
)


def test_namespaces_wait_for_the_cluster_and_all_else_for_its_namespace_alone() -> None:
    found = graph(ARGS)
    spaces = {
        one.inputs["metadata"]["name"]: one
        for one in found.find(type="kubernetes:core/v1:Namespace")
        if one.name.startswith("shop-")
    }
    for name in ("shop", "shop-jobs"):
        (cluster,) = spaces[name].dependencies
        assert cluster.endswith("::crds")
    inside = [
        one for one in found.resources if one.inputs.get("metadata", {}).get("namespace") in ("shop", "shop-jobs")
    ]
    assert len(inside) == 2 * 4 + 1
    for one in inside:
        assert list(one.dependencies) == [spaces[one.inputs["metadata"]["namespace"]].urn]


def test_objects_of_a_tenant_go_with_their_cluster() -> None:
    found = graph(ARGS)
    tenant = [one for one in found.resources if "homeport:tenancy:Tenant" in one.urn and one.type.startswith("kubern")]
    assert {one.options.deleted_with for one in tenant} == {found.find(type="gcp:container/cluster:Cluster")[0].urn}


def test_identities_are_accounts_of_the_first_namespace_with_rights_of_their_own() -> None:
    found = graph(ARGS)
    (account,) = found.find(type="kubernetes:core/v1:ServiceAccount")
    assert (account.inputs["metadata"]["namespace"], account.inputs["metadata"]["name"]) == ("shop", "runner")
    assert account.inputs["automountServiceAccountToken"] is False
    assert any("ns/shop/sa/runner" in str(one.inputs) for one in found.resources if one.type.startswith("gcp:dns"))


def test_names_do_not_change_once_released() -> None:
    assert sorted(one.name for one in graph(ARGS).resources if one.name.startswith("shop"))[:4] == [
        "shop",
        "shop-namespace-shop",
        "shop-namespace-shop-jobs",
        "shop-runner",
    ]
