"""Questions about the network to a plan on AWS, for the parity table. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from homeport.parity_facts import at, every, key_of, some
from homeport.plan.graph import Graph, Resource

_CLUSTER, _POOL = "eks:index:Cluster", "aws:eks/nodeGroup:NodeGroup"
_TEMPLATE, _SUBNET = "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/subnet:Subnet"
_TABLE, _ROUTE = "aws:ec2/routeTable:RouteTable", "aws:ec2/route:Route"
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_INTERNET: Final = "aws:ec2/internetGateway:InternetGateway"


def in_private_subnets(graph: Graph) -> bool:
    """Every subnet of every pool has a route table, and none of its routes leads to an internet gateway."""

    def private(reference: object) -> bool:
        subnet = key_of(graph, reference, _SUBNET)
        table = None if subnet is None else _table_of(graph, subnet)
        return table is not None and not _leads_to_the_internet(graph, table)

    return _pools_lie(graph, private)


def without_public_addresses(graph: Graph) -> bool:
    """No node gets a public address, neither from its subnet nor from its launch template."""

    def plain(reference: object) -> bool:
        subnet = key_of(graph, reference, _SUBNET)
        return subnet is not None and at(subnet, "mapPublicIpOnLaunch") is False

    return _pools_lie(graph, plain) and _every_template(
        graph,
        lambda item: (
            not any(str(card.get("associatePublicIpAddress", "false")).lower() != "false" for card in _cards(item))
        ),
    )


def share_a_security_group(graph: Graph) -> bool:
    """Nodes and control plane are in EKS's cluster security group, which lets its members talk on every port.

    EKS puts nodes into it unless their launch template names groups; and the plugin makes groups of its own unless it
    is told not to. https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    """

    def shared(item: Resource) -> bool:
        named = ("clusterSecurityGroup", "clusterSecurityGroupTags", "nodeSecurityGroupTags")
        return at(item, "skipDefaultSecurityGroups") is True and not any(at(item, name) for name in named)

    def joins(item: Resource) -> bool:
        own = at(item, "vpcSecurityGroupIds") or at(item, "securityGroupNames")
        return not own and not any(card.get("securityGroups") for card in _cards(item))

    return every(graph, _CLUSTER, shared) and _every_template(graph, joins)


def _pools_lie(graph: Graph, holds: Callable[[object], bool]) -> bool:
    return every(graph, _POOL, lambda item: bool(at(item, "subnetIds")) and all(map(holds, at(item, "subnetIds"))))


def _every_template(graph: Graph, holds: Callable[[Resource], bool]) -> bool:
    """Every pool has a launch template of its own, and each holds."""
    return every(graph, _TEMPLATE, holds) and every(
        graph, _POOL, lambda item: key_of(graph, at(item, "launchTemplate.id"), _TEMPLATE) is not None
    )


def _cards(template: Resource) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", at(template, "networkInterfaces") or [])


def _table_of(graph: Graph, subnet: Resource) -> Resource | None:
    """A subnet without one has the VPC's main table, of which a plan knows nothing."""
    for item in graph.find(type=_ASSOCIATION):
        if key_of(graph, at(item, "subnetId"), _SUBNET) is subnet:
            return key_of(graph, at(item, "routeTableId"), _TABLE)
    return None


def _leads_to_the_internet(graph: Graph, table: Resource) -> bool:
    inline = cast("list[dict[str, Any]]", at(table, "routes") or [])
    if any(key_of(graph, route.get("gatewayId"), _INTERNET) is not None for route in inline):
        return True
    return some(
        graph,
        _ROUTE,
        lambda item: (
            key_of(graph, at(item, "routeTableId"), _TABLE) is table
            and key_of(graph, at(item, "gatewayId"), _INTERNET) is not None
        ),
    )
