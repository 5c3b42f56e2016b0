"""What holds for every stack file of EKS, found by generating many."""

from __future__ import annotations

import copy
import ipaddress
import json
import random
from itertools import combinations
from typing import Any

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeport import naming
from homeport.cluster.eks_addon_inputs import AFTER_NODES, BEFORE_NODES
from homeport.cluster.eks_pool_problems import SUFFIX_LENGTH, hosts_node_addons
from homeport.identity.walk import rights, too_wide
from homeport.model import In
from homeport.naming import AUTONAME_SUFFIX_LENGTH
from homeport.network.aws_args import AwsNetworkArgs
from homeport.plan import Graph, Resource, record
from homeport.problems import SettingsError
from stacks import cluster_layer
from stacks.settings import ClusterStack, EksSection
from tests.stacks.eks_strategies import eks_stacks
from tests.stacks.strategies import broken
from tests.stacks.test_stack_properties import graph_of, read

SLOW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: For what needs two graphs an example.
SLOWER = settings(SLOW, max_examples=4)
SECRET = "correct horse battery staple"

GROUP, SUBNET = "aws:eks/nodeGroup:NodeGroup", "aws:ec2/subnet:Subnet"
ADDON, CLUSTER, KEY = "aws:eks/addon:Addon", "eks:index:Cluster", "aws:kms/key:Key"
#: Type to the level from which it is protected.
STATEFUL = {
    KEY: "standard",
    "aws:ec2/eip:Eip": "standard",
    "aws:ec2/vpc:Vpc": "strict",
    "aws:ec2/subnet:Subnet": "strict",
}
LEVELS = ["none", "standard", "strict"]
#: Type to the most characters that AWS takes for its name.
LIMITS = {
    "aws:iam/role:Role": 64,
    "aws:ec2/launchTemplate:LaunchTemplate": 128,
    "aws:rds/subnetGroup:SubnetGroup": 255,
    "aws:cloudwatch/logGroup:LogGroup": 512,
    "aws:kms/alias:Alias": 256,
    CLUSTER: 100,
}


def section(stack: ClusterStack) -> EksSection:
    assert isinstance(stack.cluster, EksSection)
    return stack.cluster


def groups_of(graph: Graph, pool: str) -> list[Resource]:
    (component,) = graph.find(type="homeport:cluster:NodePool", name=pool)
    return [item for item in graph.descendants(component.urn) if item.type == GROUP]


def planned(stack: ClusterStack) -> Graph:
    """The graph of a stack that has a secret, and lets it and the kubeconfig out."""

    def program() -> None:
        secrets: dict[str, In[str]] = {"grafana": pulumi.Output.secret(SECRET)}
        with_secret = stack.model_copy(update={"secrets": secrets})
        pulumi.export("leak", with_secret.secrets["grafana"])
        outputs = cluster_layer.build(with_secret, labels=stack.labels(project="homeport", stack="x"))
        pulumi.export("kubeconfig", outputs["kubeconfig"])

    return record(program, project="homeport", stack="x")


def the_graph_is_sound(stack: ClusterStack, graph: Graph) -> None:
    del stack
    urns = [resource.urn for resource in graph.resources]
    assert len(urns) == len(set(urns))
    assert len(graph.find(type=CLUSTER)) == 1
    assert len(graph.find(type=ADDON)) == 7
    # Only the plugin's component keeps something to itself.
    assert [line for line in graph.warnings if "children are made by its plugin" not in line] == []
    for resource in graph.resources:
        if resource.custom and not resource.is_provider:
            assert resource.provider, resource.urn
            assert resource.parent != graph.root.urn, resource.urn


def subnets_lie_in_the_vpc_and_share_no_address_with_anything(stack: ClusterStack, graph: Graph) -> None:
    assert isinstance(stack.network, AwsNetworkArgs)
    whole = ipaddress.IPv4Network(stack.network.cidr or "")
    subnets = [ipaddress.IPv4Network(item.inputs["cidrBlock"]) for item in graph.find(type=SUBNET)]
    zones = len(section(stack).zones)
    assert len(subnets) >= 2 * zones
    assert len(subnets) % zones == 0
    assert all(subnet.subnet_of(whole) for subnet in subnets)
    others = [section(stack).service_cidr, *stack.network.peers.values()]
    for left, right in combinations([*subnets, *map(ipaddress.IPv4Network, others)], 2):
        assert not left.overlaps(right)


def pools_have_their_nodes_in_the_private_subnets_of_their_zones(stack: ClusterStack, graph: Graph) -> None:
    for name, pool in section(stack).node_pools.items():
        zones = pool.zones or section(stack).zones
        found = groups_of(graph, name)
        placed = [sorted(group.inputs["subnetIds"]) for group in found]
        private = sorted(f"${{network-private-{zone[-1]}.id}}" for zone in zones)
        assert sorted(placed) == ([[one] for one in private] if pool.split_zones else [private])
        for field, key in (("min", "minSize"), ("max", "maxSize")):
            total: int | None = pool.size if pool.size is not None else getattr(pool, field)
            shares = [group.inputs["scalingConfig"][key] for group in found]
            assert sum(shares) == total
            assert len(set(shares)) == 1


def nodes_start_when_all_that_they_need_is_there(stack: ClusterStack, graph: Graph) -> None:
    del stack
    (cluster,) = graph.find(type=CLUSTER)
    before = {graph.one(name=f"cluster-{name}").urn for name in BEFORE_NODES}
    for group in graph.find(type=GROUP):
        needs = graph.depends(group.urn)
        assert {cluster.urn, *before} <= needs
        for subnet in group.inputs["subnetIds"]:
            letter = subnet.removesuffix(".id}")[-1]
            assert graph.one(type=SUBNET, name=f"network-private-{letter}").urn in needs
            # A node that starts in a subnet that leads nowhere yet cannot pull what it starts with.
            assert graph.one(name=f"network-association-private-{letter}").urn in needs
            routes = graph.find(type="aws:ec2/route:Route", name=f"network-route-private-{letter}")
            assert {route.urn for route in routes} <= needs


def addons_wait_for_the_pools_that_they_can_run_on(stack: ClusterStack, graph: Graph) -> None:
    groups = {item.urn for item in graph.find(type=GROUP)}
    hosts = {
        group.urn
        for name, pool in section(stack).node_pools.items()
        if hosts_node_addons(pool)
        for group in groups_of(graph, name)
    }
    assert hosts
    for name in AFTER_NODES:
        assert graph.depends(graph.one(name=f"addons-{name}").urn) & groups == hosts, name


def exactly_what_holds_state_is_protected(stack: ClusterStack, graph: Graph) -> None:
    level = LEVELS.index(stack.protection)
    for resource in graph.resources:
        wanted = resource.type in STATEFUL and LEVELS.index(STATEFUL[resource.type]) <= level
        assert resource.options.protect == wanted, resource.urn
        assert resource.options.retain_on_delete == (resource.type == KEY and level == 2), resource.urn
    (cluster,) = graph.find(type=CLUSTER)
    assert cluster.inputs["deletionProtection"] == (level > 0)
    encryption = section(stack).encryption
    assert bool(graph.find(type=KEY)) == (encryption.enabled and encryption.key is None)


def physical_names_fit(stack: ClusterStack, graph: Graph) -> None:
    del stack
    met = set[str]()
    for resource in graph.resources:
        if resource.type == GROUP:
            prefix = resource.inputs["nodeGroupNamePrefix"]
            assert len(prefix) - 1 + SUFFIX_LENGTH <= naming.EKS_NODE_GROUP.max_length
        elif resource.type in LIMITS:
            name = resource.inputs.get("name")
            length = len(name) if name else len(resource.name) + AUTONAME_SUFFIX_LENGTH
            assert length <= LIMITS[resource.type], f"{resource.urn}: {length}"
            met.add(resource.type)
    assert {"aws:iam/role:Role", "aws:ec2/launchTemplate:LaunchTemplate", CLUSTER} <= met


def no_right_is_wider_than_it_must_be(stack: ClusterStack, graph: Graph) -> None:
    del stack
    assert len(rights(graph)) >= 10
    assert [str(found) for found in too_wide(graph)] == []


def no_secret_shows(stack: ClusterStack, graph: Graph) -> None:
    del stack
    text = graph.to_json()
    assert SECRET not in text
    assert graph.outputs == {"leak": {"$secret": True}, "kubeconfig": {"$secret": True}}
    for provider in graph.find(type="pulumi:providers:kubernetes"):
        assert provider.inputs["kubeconfig"] == {"$secret": True}
    assert "get-token" not in text


#: What holds for every stack. A graph takes a second, so that each example is asked all of it.
ALWAYS = (
    the_graph_is_sound,
    subnets_lie_in_the_vpc_and_share_no_address_with_anything,
    pools_have_their_nodes_in_the_private_subnets_of_their_zones,
    nodes_start_when_all_that_they_need_is_there,
    addons_wait_for_the_pools_that_they_can_run_on,
    exactly_what_holds_state_is_protected,
    physical_names_fit,
    no_right_is_wider_than_it_must_be,
    no_secret_shows,
)


@SLOW
@given(eks_stacks())
def test_a_valid_stack_on_eks_plans_and_all_of_it_holds(sections: dict[str, Any]) -> None:
    stack = read(sections)
    graph = planned(stack)
    for holds in ALWAYS:
        holds(stack, graph)


@SLOWER
@given(eks_stacks(), st.randoms(use_true_random=False))
def test_the_same_settings_in_any_order_give_the_same_graph(sections: dict[str, Any], order: random.Random) -> None:
    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        items: list[tuple[str, Any]] = list(value.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        order.shuffle(items)
        return {key: shuffled(item) for key, item in items}

    graph = graph_of(read(sections))
    assert graph.to_json() == graph_of(read(sections)).to_json()
    assert graph.to_json() == graph_of(read(shuffled(sections))).to_json()


@SLOWER
@given(eks_stacks(), st.data())
def test_removing_a_pool_removes_its_resources_and_changes_nothing_else(
    sections: dict[str, Any], data: st.DataObject
) -> None:
    names = [name for name in sections["cluster"]["node_pools"] if name != "system"]
    if not names:
        return
    gone = data.draw(st.sampled_from(names))
    before = {item.urn: item for item in graph_of(read(sections)).resources}
    fewer = copy.deepcopy(sections)
    del fewer["cluster"]["node_pools"][gone]
    after = {item.urn: item for item in graph_of(read(fewer)).resources}
    removed = before.keys() - after.keys()
    assert removed
    assert all(urn.split("::")[-1] == gone or urn.split("::")[-1].startswith(f"{gone}-pool") for urn in removed)
    assert not after.keys() - before.keys()
    for urn, item in after.items():
        # What runs on nodes waited for the pool too; that is all.
        waited = [other for other in before[urn].dependencies if other not in removed]
        assert item == before[urn].model_copy(update={"dependencies": waited})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken(eks_stacks(), "m7i.large"))
def test_a_broken_stack_on_eks_gives_problems_and_is_never_accepted(sections: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        read(sections)
    for problem in caught.value.problems:
        assert problem.rule
        assert problem.location is not None
    json.dumps([problem.as_json() for problem in caught.value.problems])
