"""Route tables of a VPC, its NAT gateways, and the order that AWS needs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from homeport.network.aws_layout import AwsNetworkPlan, Role
from homeport.protection import guard
from homeport.values import Protection

_ANYWHERE: Final = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Routing:
    """What was declared.

    Attributes:
        private_tables: route tables of the private subnets, one per zone.
        intra_table: route table of the intra and database subnets: no way out.
        nat: NAT gateways by zone.
        ready: routes and associations that nodes need to reach the internet.
    """

    private_tables: list[aws.ec2.RouteTable]
    intra_table: aws.ec2.RouteTable
    nat: dict[str, aws.ec2.NatGateway]
    ready: list[pulumi.Resource]


class Router:
    """Declares the routing of one network.

    Args:
        name: the component's logical name.
        plan: the network's subnets.
        base: first part of Name tags.
        vpc: the VPC.
        subnets: role to zone to the subnet.
        protection: strict and standard keep the engine from giving Elastic IPs back.
        parent: the component.
    """

    def __init__(
        self,
        name: str,
        plan: AwsNetworkPlan,
        *,
        base: str,
        vpc: aws.ec2.Vpc,
        subnets: Mapping[Role, Mapping[str, aws.ec2.Subnet]],
        protection: Protection,
        parent: pulumi.Resource,
    ) -> None:
        self._name = name
        self._plan = plan
        self._base = base
        self._vpc = vpc
        self._subnets = subnets
        self._protection: Protection = protection
        self._parent = parent

    def declare(self) -> Routing:
        """Declare gateways, tables, routes and associations."""
        ready: list[pulumi.Resource] = []
        nat: dict[str, aws.ec2.NatGateway] = {}
        if self._plan.args.public:
            gateway = aws.ec2.InternetGateway(
                f"{self._name}-internet-gateway", vpc_id=self._vpc.id, tags={"Name": self._base}, opts=self._opts()
            )
            ready += self._public(gateway)
            nat = {zone: self._nat(zone, gateway) for zone in self._plan.nat_zones}
        private_tables: list[aws.ec2.RouteTable] = []
        for zone, subnet in self._plan.of("private").items():
            table = self._table(f"private-{subnet.letter}", f"private-{zone}")
            private_tables.append(table)
            ready.append(self._associate("private", zone, table))
            through = self._plan.nat_zone(zone)
            if through is not None:
                ready.append(
                    aws.ec2.Route(
                        f"{self._name}-route-private-{subnet.letter}",
                        route_table_id=table.id,
                        destination_cidr_block=_ANYWHERE,
                        nat_gateway_id=nat[through].id,
                        opts=self._opts(),
                    )
                )
        intra = self._table("intra", "intra")
        roles: tuple[Role, ...] = ("intra", "databases")
        for role in roles:
            for zone in self._plan.of(role):
                self._associate(role, zone, intra)
        return Routing(private_tables, intra, nat, ready)

    def _public(self, gateway: aws.ec2.InternetGateway) -> list[pulumi.Resource]:
        table = self._table("public", "public")
        route = aws.ec2.Route(
            f"{self._name}-route-public",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=gateway.id,
            opts=self._opts(),
        )
        return [route, *(self._associate("public", zone, table) for zone in self._plan.of("public"))]

    def _nat(self, zone: str, gateway: aws.ec2.InternetGateway) -> aws.ec2.NatGateway:
        letter = self._plan.of("public")[zone].letter
        tags = {"Name": f"{self._base}-nat-{zone}"}
        allocation: pulumi.Input[str] | None = self._plan.args.nat_allocations.get(zone)
        if allocation is None:
            guarded = guard(self._protection, "address")
            allocation = aws.ec2.Eip(
                f"{self._name}-nat-address-{letter}",
                domain="vpc",
                tags=tags,
                # None, not False: what a caller protects as a whole stays protected.
                opts=pulumi.ResourceOptions(
                    parent=self._parent,
                    protect=guarded.protect or None,
                    retain_on_delete=guarded.retain or None,
                ),
            ).id
        return aws.ec2.NatGateway(
            f"{self._name}-nat-{letter}",
            subnet_id=self._subnets["public"][zone].id,
            allocation_id=allocation,
            tags=tags,
            # AWS makes no NAT gateway in a VPC without an internet gateway, and takes none away while a public address
            # is in use; neither refers to the other.
            opts=pulumi.ResourceOptions(parent=self._parent, depends_on=[gateway]),
        )

    def _table(self, role: str, label: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(
            f"{self._name}-route-table-{role}",
            # No inline routes: they would fight with the route resources.
            vpc_id=self._vpc.id,
            tags={"Name": f"{self._base}-{label}"},
            opts=self._opts(),
        )

    def _associate(self, role: Role, zone: str, table: aws.ec2.RouteTable) -> aws.ec2.RouteTableAssociation:
        return aws.ec2.RouteTableAssociation(
            f"{self._name}-association-{role}-{zone[-1]}",
            subnet_id=self._subnets[role][zone].id,
            route_table_id=table.id,
            opts=self._opts(),
        )

    def _opts(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self._parent)
