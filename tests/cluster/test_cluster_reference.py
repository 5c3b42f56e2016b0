"""What a cluster's stack publishes, and a cluster made from it."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from homeport.cluster.base import Cluster
from homeport.cluster.existing import ExistingCluster
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.outputs import ClusterOutputs
from homeport.cluster.publish import publish_cluster
from homeport.cluster.reference import ClusterReference
from homeport.identity.aws import EksWorkloadIdentity
from homeport.plan import record
from homeport.problems import SettingsError
from tests.cluster.eks.eks_world import graph as eks_graph
from tests.cluster.gke_world import graph as gke_graph

FACTS: dict[str, Any] = {
    "version": 1.0,
    "name": "stage",
    "cloud": "aws",
    "region": "eu-central-1",
    "zones": ["eu-central-1a", "eu-central-1b"],
    "identifier": "https://oidc.example/id/A",
    "identity": {
        "cloud": "aws",
        "account": "111122223333",
        "cluster_arn": "arn:aws:eks:eu-central-1:111122223333:cluster/stage",
        "oidc_provider_arn": "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A",
        "oidc_issuer": "https://oidc.example/id/A",
    },
}


def problem(value: object) -> str:
    with pytest.raises(SettingsError) as refused:
        ClusterOutputs.parse(value, stack="stage")
    [found] = refused.value.problems
    return found.text()


def test_what_an_eks_stack_publishes_is_read_back() -> None:
    def then(cluster: Cluster, *_: object) -> dict[str, Any]:
        return publish_cluster(cluster)

    outputs = eks_graph(then=then).outputs
    assert outputs["kubeconfig"] == {"$secret": True}
    facts = ClusterOutputs.parse(outputs["cluster_facts"], stack="stage")
    assert (facts.name, facts.cloud, facts.zones) == ("stage", "aws", ["eu-central-1a", "eu-central-1b"])
    assert "issuer" in facts.identifier
    assert facts.identity is not None
    assert facts.identity.cloud == "aws"
    assert facts.identity.account == "111122223333"


def test_what_a_gke_stack_publishes_is_read_back() -> None:
    outputs = gke_graph(then=publish_cluster).outputs
    facts = ClusterOutputs.parse(outputs["cluster_facts"], stack="stage")
    assert (facts.cloud, facts.region) == ("gcp", "europe-west3")
    assert facts.identity is not None
    assert facts.identity.cloud == "gcp"
    assert facts.identity.project == "acme-stage"


def test_an_existing_cluster_has_no_identity_to_publish() -> None:
    def program() -> dict[str, Any]:
        cluster: Cluster = ExistingCluster("cluster", ExistingClusterArgs(context="kind-homeport"))
        return publish_cluster(cluster)

    facts = ClusterOutputs.parse(record(program).outputs["cluster_facts"], stack="local")
    assert facts.identity is None
    assert facts.identifier == "kind-homeport"


def test_a_missing_output_says_which_stack_to_update() -> None:
    assert problem(None) == (
        'cluster_stack = "stage": the stack stage has published no output cluster_facts; run pulumi up -s stage with '
        "this version of homeport first"
    )


def test_another_version_is_not_guessed_at() -> None:
    assert "has version 2; this homeport reads 1" in problem({**FACTS, "version": 2.0})


def test_an_incomplete_output_names_the_field() -> None:
    without = {key: value for key, value in FACTS.items() if key != "identifier"}
    assert "is not complete at identifier" in problem(without)


def test_a_reference_binds_workloads_as_the_cluster_itself_does() -> None:
    def program() -> None:
        cluster = ClusterReference(
            "cluster", ClusterOutputs.parse(FACTS, stack="stage"), kubeconfig=pulumi.Output.secret("{}")
        )
        assert cluster.identity == EksWorkloadIdentity(
            account="111122223333",
            region="eu-central-1",
            cluster_name="stage",
            cluster_arn="arn:aws:eks:eu-central-1:111122223333:cluster/stage",
            oidc_provider_arn="arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A",
            oidc_issuer="https://oidc.example/id/A",
        )

    record(program)
