"""The program that leaves of a rendered chart nothing but definitions, and what verification makes of it."""

from __future__ import annotations

import json

from homeport.addons.crds_chart import DEFINITIONS_ALONE
from homeport.charts.manifests import parse
from homeport.charts.post_render import definitions_alone
from homeport.charts.releases import release_calls
from homeport.plan.graph import Graph
from tests.plan.graphs import resource

_DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {name}.acme.example
spec: {{group: acme.example, description: "a --- line"}}
"""
_OTHERS = """\
---
# Source: toy/templates/role.yaml
kind: ClusterRole
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: reads}
rules:
  - resources: [customresourcedefinitions]
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: quotes
data:
  kind: CustomResourceDefinition
  text: |
    kind: CustomResourceDefinition
"""


def test_definitions_stay_and_all_else_goes() -> None:
    as_json = json.dumps(
        {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "threes"}}
    )
    text = f"---\n# Source: toy/crds/one.yaml\n{_DEFINITION.format(name='ones')}{_OTHERS}--- # two\n" + (
        _DEFINITION.format(name="twos") + f"---\n# Source: toy/crds/three.json\n{as_json}\n"
    )
    left = parse(definitions_alone(text))
    assert [item["metadata"]["name"] for item in left.objects] == ["ones.acme.example", "twos.acme.example", "threes"]


def test_nothing_stays_of_a_chart_without_definitions() -> None:
    assert parse(definitions_alone(_OTHERS)).objects == ()


def test_a_plan_says_which_charts_are_cut_down() -> None:
    cut = {"command": "python3", "args": ["-c", DEFINITIONS_ALONE]}
    renderers = {"cut": cut, "other": {"command": "sed"}, "whole": None}
    charts = [
        resource("kubernetes:helm.sh/v4:Chart", name, {"chart": "toy", "postRenderer": renderer})
        for name, renderer in renderers.items()
    ]
    calls = release_calls(Graph(project="shop", stack="prod", layer=None, resources=charts, outputs={}))
    assert {call.name: call.crds_alone for call in calls} == {"cut": True, "other": False, "whole": False}
