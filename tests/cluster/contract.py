"""What every `Cluster` keeps to, whatever made it: one suite, run by `test_cluster_contract.py` over all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from homeport.cluster.base import Cluster, WorkloadIdentity
from homeport.plan import Graph, record
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS

_PROVIDER: Final = "pulumi:providers:kubernetes"


@dataclass(frozen=True)
class Case:
    """One kind of cluster.

    Attributes:
        name: for the test's id.
        declare: declares it, inside a program.
        cloud: what it must say of itself.
        ours: whether the stack makes it, and so may delete it.
        kubeconfig: whether it has one to hand out.
        grants: whether its workloads have names of their own in a cloud.
        refusal: what it says where they have none.
    """

    name: str
    declare: Callable[[], Cluster]
    cloud: str
    ours: bool
    kubeconfig: bool
    grants: bool
    refusal: str = "leave the permission out"


def run(case: Case, then: Callable[[Cluster], Mapping[str, Any] | None] | None = None) -> Graph:
    """The graph of a program with the cluster, and of what `then` adds."""

    def program() -> Mapping[str, Any] | None:
        cluster = case.declare()
        return then(cluster) if then else None

    return record(program, config=NO_DEFAULT_PROVIDERS)


def satisfies_the_protocol(case: Case) -> None:
    def check(cluster: Cluster) -> None:
        assert isinstance(cluster, Cluster)
        assert isinstance(cluster.name, pulumi.Output)
        assert cluster.cloud == case.cloud
        assert cluster.region is None or isinstance(cluster.region, str)
        assert all(isinstance(zone, str) for zone in cluster.zones)
        assert isinstance(cluster.provider, kubernetes.Provider)
        assert isinstance(cluster.identity, WorkloadIdentity)
        assert (cluster.kubeconfig is not None) == case.kubeconfig
        assert (cluster.resource is not None) == case.ours
        assert all(isinstance(resource, pulumi.CustomResource) for resource in cluster.ready), "leaves, no components"

    run(case, check)


def what_is_known_beforehand_is_plain(case: Case) -> None:
    graph = run(case, lambda cluster: {"name": cluster.name, "region": cluster.region, "zones": list(cluster.zones)})
    assert isinstance(graph.outputs["name"], str)
    assert isinstance(graph.outputs["zones"], list)


def has_one_kubernetes_provider_that_survives_a_changed_kubeconfig(case: Case) -> None:
    provider = run(case).one(type=_PROVIDER)
    assert provider.inputs.get("clusterIdentifier"), "or a new CA or address would delete everything in the cluster"
    assert provider.inputs["enableServerSideApply"] in {True, "true"}
    # The default is to refuse; said aloud it would overrule the variable that takes a lost cluster out of the state.
    assert "deleteUnreachable" not in provider.inputs
    assert not provider.options.protect


def hides_its_kubeconfig(case: Case) -> None:
    if not case.kubeconfig:
        return
    graph = run(case, lambda cluster: {"kubeconfig": cluster.kubeconfig})
    assert graph.outputs["kubeconfig"] == {"$secret": True}
    assert graph.one(type=_PROVIDER).inputs["kubeconfig"] == {"$secret": True}


def puts_no_credential_into_a_kubeconfig_of_ours(case: Case) -> None:
    if not (case.kubeconfig and case.ours):
        return

    def reveal(cluster: Cluster) -> dict[str, Any]:
        assert cluster.kubeconfig is not None
        return {"kubeconfig": pulumi.Output.unsecret(cluster.kubeconfig)}

    config: dict[str, Any] = json.loads(run(case, reveal).outputs["kubeconfig"])
    [user] = config["users"]
    assert list(user["user"]) == ["exec"]
    assert config["current-context"] == config["contexts"][0]["name"]


def parents_everything_to_itself(case: Case) -> None:
    def only_the_cluster(_: Cluster) -> None:
        return None

    graph = run(case, only_the_cluster)
    [component] = [
        resource
        for resource in graph.resources
        if resource.is_component and resource.type.startswith("homeport:cluster:")
    ]
    own = {resource.urn for resource in graph.descendants(component.urn)}
    assert graph.one(type=_PROVIDER).urn in own
    for resource in graph.resources:
        if resource.urn in own:
            assert resource.name.startswith(f"{component.name}-")


def uses_explicit_providers_alone(case: Case) -> None:
    # With default providers disabled the recording itself refuses a resource that would need one.
    for resource in run(case).resources:
        if resource.custom and not resource.is_provider:
            assert resource.provider is not None, resource.urn


def lets_others_put_things_into_it(case: Case) -> None:
    def add(cluster: Cluster) -> None:
        kubernetes.core.v1.ConfigMap(
            "probe",
            metadata={"name": "probe", "namespace": "default"},
            opts=pulumi.ResourceOptions(
                provider=cluster.provider, deleted_with=cluster.resource, depends_on=list(cluster.ready)
            ),
        )

    graph = run(case, add)
    probe = graph.one(name="probe")
    assert probe.provider == graph.one(type=_PROVIDER).urn
    assert (probe.options.deleted_with is not None) == case.ours


def names_workloads_or_says_why_not(case: Case) -> None:
    def ask(cluster: Cluster) -> dict[str, Any]:
        return {"principal": cluster.identity.principal("shop", "web")}

    if case.grants:
        assert run(case, ask).outputs["principal"]
        return

    def refused(cluster: Cluster) -> None:
        with pytest.raises(LookupError, match=rf"shop/web.*{case.refusal}"):
            cluster.identity.principal("shop", "web")

    run(case, refused)


def is_the_same_graph_every_time(case: Case) -> None:
    assert run(case).to_json() == run(case).to_json()


CONTRACT: Final[Sequence[Callable[[Case], None]]] = (
    satisfies_the_protocol,
    what_is_known_beforehand_is_plain,
    has_one_kubernetes_provider_that_survives_a_changed_kubeconfig,
    hides_its_kubeconfig,
    puts_no_credential_into_a_kubeconfig_of_ours,
    parents_everything_to_itself,
    uses_explicit_providers_alone,
    lets_others_put_things_into_it,
    names_workloads_or_says_why_not,
    is_the_same_graph_every_time,
)
