"""The team's tests: its specs as plain data, and the whole program's graph without engine, cluster or account."""

from __future__ import annotations

from pathlib import Path

import pytest
from newsletter.apps import specs

from homeport.plan import Graph
from homeport.plan.evaluate import evaluate

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The program's plan."""
    return evaluate(ROOT, "stage")


def test_all_images_are_of_one_release() -> None:
    assert {spec.tag for spec in specs("registry.acme.example/apps", "2.3.0").values()} == {"2.3.0"}


def test_the_form_is_public_under_the_platforms_domain(graph: Graph) -> None:
    assert graph.outputs["hosts"] == {"newsletter": ["newsletter.stage.acme.example"]}
    ingress = graph.one(type="kubernetes:networking.k8s.io/v1:Ingress")
    assert ingress.inputs["spec"]["rules"][0]["host"] == "newsletter.stage.acme.example"


def test_only_what_sends_reaches_the_form_from_inside(graph: Graph) -> None:
    [policy] = [
        found
        for found in graph.find(type="kubernetes:networking.k8s.io/v1:NetworkPolicy")
        if found.inputs["metadata"]["name"] == "newsletter"
    ]
    [inside] = policy.inputs["spec"]["ingress"]
    assert inside["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "newsletter-send"


def test_the_teams_own_component_stands_in_the_teams_namespace(graph: Graph) -> None:
    postbox = graph.one(type="kubernetes:core/v1:ConfigMap")
    assert postbox.inputs["metadata"]["namespace"] == "shop"
    assert postbox.inputs["data"] == {"greeting": "Good morning from stage"}
