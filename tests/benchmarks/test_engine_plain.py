"""The plain program of a stack that stands: what the state knows takes the place of what a plan does not."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pulumi_kubernetes as kubernetes
import pytest

from benchmarks.engine_plain import engine_program, filled, in_clear, with_images
from homeport.plan import Graph, record

_SIGNATURE = "4dabf18193072939515e22adb298388d"


def secret(value: Any) -> dict[str, Any]:
    """A secret as `pulumi stack export --show-secrets` writes it."""
    return {_SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(value)}


def program() -> dict[str, Any]:
    account = gcp.serviceaccount.Account("nodes", account_id="nodes")
    length = account.email.apply(lambda email: str(len(email)))
    other = pulumi.StackReference("global", stack_name="organization/homeport/global")
    zone = other.get_output("globals").apply(lambda given: given)
    kubernetes.core.v1.ConfigMap(
        "map", data={"length": length, "email": account.email, "known": "x"}, metadata={"labels": {"zone": zone}}
    )
    kubernetes.core.v1.Secret("secret", string_data=pulumi.Output.secret({"token": "t"}))
    kubernetes.helm.v4.Chart("chart", chart="charts/x.tgz")
    return {"length": length, "email": account.email}


URN = "urn:pulumi:stack::project::"
STATE: dict[str, dict[str, Any]] = {
    f"{URN}pulumi:pulumi:Stack::project-stack": {
        "type": "pulumi:pulumi:Stack",
        "outputs": {"length": "7", "email": "nodes@x"},
    },
    f"{URN}kubernetes:core/v1:ConfigMap::map": {
        "type": "kubernetes:core/v1:ConfigMap",
        "inputs": {
            "data": {"length": secret("7"), "email": "nodes@x", "known": "x"},
            "metadata": {"labels": {"zone": "z"}},
        },
    },
    f"{URN}kubernetes:core/v1:Secret::secret": {
        "type": "kubernetes:core/v1:Secret",
        "inputs": {"data": secret({"token": "dA=="})},
    },
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(program, project="project", stack="stack")


def test_a_plan_is_filled_with_what_it_does_not_know_and_keeps_its_references(graph: Graph) -> None:
    found = {resource.name: resource.inputs for resource in filled(graph, STATE).resources}
    assert found["map"]["data"] == {"length": "7", "email": "${nodes.email}", "known": "x"}
    assert found["map"]["metadata"] == {"labels": {"zone": "z"}}
    assert found["secret"]["stringData"] == {"token": "t"}
    assert filled(graph, STATE).outputs == {"length": "7", "email": "${nodes.email}"}


def test_what_no_state_knows_stays_as_it_is(graph: Graph) -> None:
    assert filled(graph, {}) == graph


def test_the_program_holds_the_values_and_does_what_transforms_do_inside_of_charts(graph: Graph) -> None:
    text = engine_program(graph, STATE)
    compile(text, "plain", "exec")
    assert "'length': '7'" in text
    assert text.count("transforms=[taking_over]") == 1
    assert text.index("def taking_over") < text.index("transforms=[taking_over]")


def test_secrets_of_an_export_are_read_at_any_depth() -> None:
    assert in_clear({"a": [secret({"b": 1})], "c": "d"}) == {"a": [{"b": 1}], "c": "d"}


def test_images_are_known_by_their_last_name() -> None:
    text = "containers:\n  - image: registry.example/apps/feedback:1.0.0\n  - image: other/thing:2\n"
    assert with_images(text, ["r.example/x/feedback:2.1.0"]) == text.replace(
        "registry.example/apps/feedback:1.0.0", "r.example/x/feedback:2.1.0"
    )
