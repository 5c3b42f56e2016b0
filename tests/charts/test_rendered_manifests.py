"""What is made of the text that Helm renders."""

from __future__ import annotations

import pytest

from homeport.charts.manifests import images, kinds, parse, undefined

GOOD = """\
---
# Source: toy/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {on: "yes"}}
---
# Source: toy/templates/empty.yaml
---
# Source: toy/templates/list.yaml
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: b}}
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: c}, spec: {template: {spec: {
    initContainers: [{image: "x.example/i:1"}], containers: [{image: "x.example/c:1"}, {image: "x.example/c:1"}]}}}}
---
# Source: toy/templates/crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.acme.example}
spec:
  group: acme.example
  names: {kind: Toy}
  versions: [{name: v1, served: true}, {name: v1beta1, served: false}]
---
# Source: toy/templates/enum.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:toy", creationTimestamp: 2026-01-01}
values: [=, 1]
"""


def test_objects_images_and_kinds_are_found() -> None:
    rendered = parse(GOOD)
    assert rendered.findings == ()
    assert [item["kind"] for item in rendered.objects] == [
        "ConfigMap",
        "Secret",
        "Deployment",
        "CustomResourceDefinition",
        "ClusterRole",
    ]
    assert images(rendered.objects) == ["x.example/c:1", "x.example/i:1"]
    assert kinds(rendered.objects) == {"acme.example/v1/Toy"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Source: t/x.yaml\na: [1\n", "t/x.yaml: renders to something that is not YAML: "),
        ("# Source: t/x.yaml\njust text\n", "t/x.yaml: renders to something that is no object"),
        ("# Source: t/x.yaml\na: 1\n", "t/x.yaml: renders to an object without apiVersion, kind, metadata.name"),
        (
            "# Source: t/x.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: A_b}\n",
            't/x.yaml: renders to a Pod with the name "A_b", which Kubernetes refuses',
        ),
        (
            "# Source: t/x.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {big: true}}\n",
            "t/x.yaml: renders to a Pod a whose label big is no text; put the value in quotes",
        ),
        (
            "# Source: t/x.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: [x]}\n",
            "t/x.yaml: renders to a Pod whose metadata.annotations is no map",
        ),
    ],
)
def test_what_no_cluster_would_take_is_told_with_its_template(text: str, said: str) -> None:
    [finding] = parse(text).findings
    assert finding.text().startswith(said)


def test_one_object_twice_is_told() -> None:
    twice = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\n---\n" * 2
    assert [finding.text() for finding in parse(twice).findings] == [
        "Pod b/a: is rendered twice; one would overwrite the other"
    ]
    generated = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n---\n" * 2
    assert parse(generated).findings == ()


def test_custom_resources_need_a_definition_that_is_there_before_them() -> None:
    toy = "apiVersion: acme.example/v1\nkind: Toy\nmetadata: {name: NAME}\n"
    text = "---\n".join(toy.replace("NAME", name) for name in ("a", "b"))
    objects = parse(text).objects
    assert [finding.text() for finding in undefined(objects, frozenset())] == [
        (
            "Toy a: makes objects of the kind acme.example/v1/Toy, and nothing that it waits for defines that kind;"
            " let it need what brings the definition, or switch the part off that makes them"
        )
    ]
    assert list(undefined(objects, frozenset({"acme.example/v1/Toy"}))) == []
    assert list(undefined(parse(GOOD).objects, frozenset())) == []
