"""What holds for every stack file, found by generating many."""

from __future__ import annotations

import ipaddress
import json
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from homeport.model import In
from homeport.plan import Graph, record
from homeport.problems import SettingsError
from homeport.settings import load
from stacks import cluster_layer
from stacks.settings import ClusterStack, Stack
from tests.stacks.strategies import broken, gke_stacks

SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(sections: dict[str, Any]) -> ClusterStack:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "Pulumi.yaml").write_text("name: homeport\nruntime: python\n")
        with (root / "Pulumi.x.yaml").open("w") as file:
            YAML().dump({"config": {f"homeport:{key}": value for key, value in sections.items()}}, file)
        return load(Stack, root=root, stack="x").settings


def graph_of(stack: ClusterStack) -> Graph:
    def program() -> None:
        cluster_layer.build(stack, labels=stack.labels(project="homeport", stack="x"))

    return record(program, project="homeport", stack="x")


def ranges(graph: Graph) -> list[ipaddress.IPv4Network]:
    out: list[str] = []
    for resource in graph.resources:
        if resource.type == "gcp:compute/subnetwork:Subnetwork":
            out.append(resource.inputs["ipCidrRange"])
            out += [item["ipCidrRange"] for item in resource.inputs["secondaryIpRanges"]]
        if resource.type == "gcp:container/cluster:Cluster":
            out.append(resource.inputs["privateClusterConfig"]["masterIpv4CidrBlock"])
        if resource.type == "gcp:compute/globalAddress:GlobalAddress":
            out.append(f"{resource.inputs['address']}/{resource.inputs['prefixLength']}")
    return [ipaddress.IPv4Network(text) for text in out]


@SLOW
@given(gke_stacks())
def test_a_valid_stack_gives_one_sound_graph(sections: dict[str, Any]) -> None:
    stack = read(sections)
    graph = graph_of(stack)
    urns = [resource.urn for resource in graph.resources]
    assert len(urns) == len(set(urns))
    found = ranges(graph)
    assert len(found) >= 4
    for left, right in combinations(found, 2):
        assert not left.overlaps(right)
    assert graph.to_json() == graph_of(stack).to_json()


@SLOW
@given(gke_stacks(), st.data())
def test_removing_a_pool_removes_its_resources_and_touches_nothing_else(
    sections: dict[str, Any], data: st.DataObject
) -> None:
    pools = sections["cluster"]["node_pools"]
    names = [name for name in pools if name != "system"]
    if not names:
        return
    gone = data.draw(st.sampled_from(names))
    before = {r.urn: r for r in graph_of(read(sections)).resources}
    del pools[gone]
    after = {r.urn: r for r in graph_of(read(sections)).resources}
    removed = set(before) - set(after)
    assert removed
    assert all(urn.split("::")[-1] == gone or urn.split("::")[-1].startswith(f"{gone}-") for urn in removed)
    assert not set(after) - set(before)
    for urn, resource in after.items():
        assert resource == before[urn]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken())
def test_a_broken_stack_gives_problems_and_is_never_accepted(sections: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        read(sections)
    for problem in caught.value.problems:
        assert problem.rule
        assert problem.location is not None
    json.dumps([problem.as_json() for problem in caught.value.problems])


SECRET = "correct horse battery staple"


def test_a_secret_of_the_stack_never_shows(capsys: pytest.CaptureFixture[str]) -> None:
    stack = read(
        {
            "layer": "cluster",
            "environment": "local",
            "protection": "none",
            "owner": "platform",
            "cost_centre": "x",
            "domain": "local.acme.example",
            "cluster": {"kind": "existing", "context": "kind-homeport"},
        }
    )

    def program() -> None:
        secrets: dict[str, In[str]] = {"grafana": pulumi.Output.secret(SECRET)}
        with_secret = stack.model_copy(update={"secrets": secrets})
        pulumi.export("leak", with_secret.secrets["grafana"])
        cluster_layer.build(with_secret, labels=stack.labels(project="homeport", stack="x"))
        assert SECRET not in repr(with_secret)

    graph = record(program, project="homeport", stack="x")
    assert SECRET not in graph.to_json()
    assert graph.outputs["leak"] == {"$secret": True}
    captured = capsys.readouterr()
    assert SECRET not in captured.out + captured.err
