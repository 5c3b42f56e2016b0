"""Plans written as plain programs: the same resources, inputs and dependencies, or a refusal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pulumi_kubernetes as kubernetes
import pytest

from benchmarks.plain import CannotBePlainError, differences, plain_program
from benchmarks.sdk import camel, sdk_class, snake
from homeport.plan import Graph, Resource, record
from homeport.plan.evaluate import evaluate

ROOT = Path(__file__).resolve().parents[2]
Program = Callable[[], Any]


def plain(graph: Graph) -> Graph:
    """The graph of the plain program that is written for a graph."""
    text = plain_program(graph)

    def program() -> None:
        exec(compile(text, "plain", "exec"), {})  # noqa: S102 - text of our own, from a graph of our own

    return record(program, project=graph.project, stack=graph.stack)


def nested() -> dict[str, Any]:
    provider = gcp.Provider("gcp", project="acme-stage", default_labels={"owner": "platform"})
    outer = pulumi.ComponentResource("acme:x:Outer", "outer", {"size": 3})
    inner = pulumi.ComponentResource("acme:x:Inner", "inner", None, pulumi.ResourceOptions(parent=outer))
    opts = pulumi.ResourceOptions(parent=inner, provider=provider, protect=True)
    network = gcp.compute.Network("vpc", auto_create_subnetworks=False, opts=opts)
    subnet = gcp.compute.Subnetwork(
        "subnet",
        network=network.id,
        ip_cidr_range="10.20.0.0/20",
        secondary_ip_ranges=[{"range_name": "pods", "ip_cidr_range": "10.21.0.0/16"}],
        opts=pulumi.ResourceOptions(parent=inner, provider=provider, ignore_changes=["secondaryIpRanges"]),
    )
    outer.register_outputs({})
    return {"network": network.self_link, "range": subnet.ip_cidr_range}


def tokens_in_text() -> None:
    account = gcp.serviceaccount.Account("nodes", account_id="stage-nodes")
    cluster = gcp.container.Cluster("gke", location="europe-west3", initial_node_count=1)
    gcp.projects.IAMMember(
        "member", project="p", role="r", member=pulumi.Output.concat("serviceAccount:", account.email)
    )
    ca = cluster.master_auth.cluster_ca_certificate
    gcp.projects.IAMMember("deep", project="p", role="r", member=ca, opts=pulumi.ResourceOptions(depends_on=[account]))


def secrets_and_unknowns() -> None:
    account = gcp.serviceaccount.Account("nodes", account_id="stage-nodes")
    length = account.email.apply(lambda email: str(len(email)))
    both = pulumi.Output.all(account.email, account.unique_id).apply(lambda parts: str(hash(tuple(parts))))
    kubernetes.Provider("k8s", kubeconfig=pulumi.Output.secret("apiVersion: v1"))
    kubernetes.core.v1.ConfigMap("map", data={"length": length, "both": both, "plain": "${not.a.token}"})
    kubernetes.core.v1.Secret("secret", string_data={"token": pulumi.Output.secret("marker"), "open": "x"})


def lists_of_unknown_length() -> None:
    firewall = gcp.compute.Firewall("rule", network="n")
    gcp.compute.Firewall("copy", network="n", source_tags=firewall.source_tags)
    gcp.projects.IAMMember("first", project="p", role="r", member=firewall.source_tags[0])  # pyright: ignore[reportOptionalSubscript]


def same_name_twice() -> None:
    network = gcp.compute.Network("shared")
    account = gcp.serviceaccount.Account("shared", account_id="shared-account")
    gcp.compute.Router("router", network=network.id)
    gcp.projects.IAMMember("member", project="p", role="r", member=account.id)


def unknown_to_every_sdk() -> None:
    class Custom(pulumi.CustomResource):
        def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
            super().__init__("acme:x/y:Thing", name, {"someInput": [1, 2.5, True, None, {"a": "b"}]}, opts)

    first = Custom("first")
    Custom("second", pulumi.ResourceOptions(deleted_with=first, retain_on_delete=True, parent=first))


@pytest.mark.parametrize(
    "program",
    [nested, tokens_in_text, secrets_and_unknowns, lists_of_unknown_length, same_name_twice, unknown_to_every_sdk],
)
def test_the_plain_program_declares_the_same(program: Program) -> None:
    graph = record(program)
    assert differences(graph, plain(graph)) == []


def test_no_secret_is_written_into_it() -> None:
    assert "marker" not in plain_program(record(secrets_and_unknowns))


@pytest.mark.parametrize("stack", ["stage", "prod", "local", "stage-eks", "prod-eks", "global"])
def test_every_shipped_stack_can_be_written_plain(stack: str) -> None:
    graph = evaluate(ROOT, stack)
    assert differences(graph, plain(graph)) == []


def test_differences_are_seen() -> None:
    graph = record(nested)
    network = graph.one(name="vpc")
    others = [resource for resource in graph.resources if resource.name != "vpc"]

    def of(resources: list[Resource]) -> Graph:
        return Graph(project="homeport", stack="test", layer=None, resources=resources, outputs={})

    changed = network.model_copy(update={"inputs": {"name": "other"}, "dependencies": ["urn:x"]})
    found = differences(graph, of([*others, changed]))
    assert [line.split(": ")[1] for line in found] == ["dependencies", "inputs"]
    assert differences(graph, of(others)) == [f"only in the first: {network.urn}"]
    assert differences(of(others), graph) == [f"only in the second: {network.urn}"]


def test_what_cannot_be_written_is_refused() -> None:
    def reads() -> None:
        gcp.compute.Network.get("there", "projects/p/global/networks/n")

    with pytest.raises(CannotBePlainError, match="read resource"):
        plain_program(record(reads))


def test_classes_are_found_by_their_type_token() -> None:
    found = sdk_class("gcp:container/nodePool:NodePool")
    assert found is not None
    assert (found.module, found.name) == ("pulumi_gcp.container", "NodePool")
    assert found.arguments["nodeConfig"] == "node_config"
    assert sdk_class("gcp:container/nodePool:NoSuch") is None
    assert sdk_class("nosuchpackage:x/y:Z") is None


def test_names_go_back_and_forth() -> None:
    assert camel("cluster_ca_certificate") == "clusterCaCertificate"
    assert snake("clusterCaCertificate") == "cluster_ca_certificate"


def test_a_program_is_text_that_anybody_can_read() -> None:
    text = plain_program(record(nested))
    assert textwrap.dedent(text) == text
    assert "pulumi_gcp.compute.Network('vpc'" in text
    assert "network=r" in text
