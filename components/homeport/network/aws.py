"""`AwsNetwork`: a VPC for one EKS cluster, with its subnets, its ways out and its ways to AWS services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from homeport.model import In
from homeport.naming import AUTONAME_SUFFIX_LENGTH
from homeport.network.aws_args import AwsNetworkArgs, ExistingVpc
from homeport.network.aws_endpoints import endpoint_service
from homeport.network.aws_flow_logs import ROLE_NAME, flow_logs, role_name
from homeport.network.aws_layout import ROLES, AwsNetworkPlan, Role, Subnet
from homeport.network.aws_plan import plan_network, zone_problems
from homeport.network.aws_routing import Router, Routing
from homeport.problems import Problem, SettingsError
from homeport.protection import guard
from homeport.values import Protection


class AwsNetwork(pulumi.ComponentResource):
    """A VPC for one EKS cluster, or an existing one (`args.existing`), in which nothing is made.

    Nodes and pods live in private subnets, load balancers for the internet in public ones, the control plane's
    interfaces and interface endpoints in intra subnets, which have no way out. What changes in place and what does not:
    docs/network-aws.md.
    """

    vpc_id: pulumi.Output[str]
    """The VPC."""
    cidr: str | None
    """Its range; None for an existing VPC that does not say."""
    private_subnets: dict[str, pulumi.Output[str]]
    """Zone to the subnet of nodes and pods, in the order of the zones."""
    public_subnets: dict[str, pulumi.Output[str]]
    """Zone to the subnet of load balancers for the internet; empty with `public: false`."""
    intra_subnets: dict[str, pulumi.Output[str]]
    """Zone to the subnet of the control plane's interfaces; empty where an existing VPC has none."""
    private_subnet_ids: list[pulumi.Output[str]]
    """`private_subnets` as a list."""
    public_subnet_ids: list[pulumi.Output[str]]
    """`public_subnets` as a list."""
    intra_subnet_ids: list[pulumi.Output[str]]
    """`intra_subnets` as a list."""
    control_plane_subnet_ids: list[pulumi.Output[str]]
    """What to give to EKS: the intra subnets, or the private ones where there are none."""
    database_subnet_group: pulumi.Output[str] | None
    """Name of the RDS subnet group; None unless `databases.enabled`, or an existing VPC names one."""
    nat_addresses: pulumi.Output[list[str]]
    """Addresses that nodes and pods are seen with outside, in the order of the zones; empty without NAT of our own."""
    ready: list[pulumi.Resource]
    """What nodes need before they can join and pull images: routes, associations, endpoints. On the way back it goes
    after them, so that they can still drain."""
    plan: AwsNetworkPlan
    """Every subnet, and how it came about."""

    def __init__(
        self,
        name: str,
        args: AwsNetworkArgs,
        *,
        region: str,
        zones: Sequence[str],
        cluster_name: In[str],
        protection: Protection = "standard",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the network.

        Args:
            name: logical name; also the base of Name tags unless `args.name` says otherwise.
            args: the section `network` of a stack file.
            region: the provider's region.
            zones: the cluster's zones, two at least, each of the region; the first one holds the single NAT gateway.
            cluster_name: the cluster's name, by which Karpenter finds the private subnets.
            protection: strict: the engine refuses to delete VPC and subnets; standard and strict: Elastic IPs.
            opts: with an `aws` provider among `providers`.

        Raises:
            SettingsError: the ranges or zones do not fit together, or the name is too long; nothing was declared.
        """
        self.plan = _sound_plan(name, args, region=region, zones=zones)
        super().__init__("homeport:network:AwsNetwork", name, None, opts)
        self._args: AwsNetworkArgs = args
        self._base: str = args.name or name
        self._region: str = region
        self._cluster_name: In[str] = cluster_name
        self._protection: Protection = protection
        self.cidr = args.whole
        self.database_subnet_group = None
        self.nat_addresses = pulumi.Output.from_input(list[str]())
        self.ready = []
        if args.existing is None:
            self._make()
        else:
            self._use(args.existing)
        self.private_subnet_ids = list(self.private_subnets.values())
        self.public_subnet_ids = list(self.public_subnets.values())
        self.intra_subnet_ids = list(self.intra_subnets.values())
        self.control_plane_subnet_ids = self.intra_subnet_ids or self.private_subnet_ids
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "cidr": self.cidr,
                "privateSubnets": self.private_subnets,
                "publicSubnets": self.public_subnets,
                "intraSubnets": self.intra_subnets,
                "databaseSubnetGroup": self.database_subnet_group,
                "natAddresses": self.nat_addresses,
            }
        )

    def _use(self, existing: ExistingVpc) -> None:
        self.vpc_id = pulumi.Output.from_input(existing.vpc_id)
        self.private_subnets = self._chosen(existing.private_subnets)
        self.public_subnets = self._chosen(existing.public_subnets)
        self.intra_subnets = self._chosen(existing.intra_subnets)
        if existing.database_subnet_group is not None:
            self.database_subnet_group = pulumi.Output.from_input(existing.database_subnet_group)

    def _chosen(self, subnets: Mapping[str, In[str]]) -> dict[str, pulumi.Output[str]]:
        return {zone: pulumi.Output.from_input(subnets[zone]) for zone in self.plan.zones if zone in subnets}

    def _make(self) -> None:
        vpc = aws.ec2.Vpc(
            self._child("vpc"),
            cidr_block=self._args.cidr,
            # Nodes register by their names, and endpoints answer under the services' own.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": self._base},
            opts=self._opts(protect=guard(self._protection, "network").protect),
        )
        # Whatever names no security group gets this one, which lets nothing in or out.
        aws.ec2.DefaultSecurityGroup(
            self._child("default-security-group"),
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags={"Name": f"{self._base}-default-closed"},
            opts=self._opts(),
        )
        subnets: dict[Role, dict[str, aws.ec2.Subnet]] = {role: self._subnets(role, vpc) for role in ROLES}
        routing = Router(
            self.pulumi_resource_name,
            self.plan,
            base=self._base,
            vpc=vpc,
            subnets=subnets,
            protection=self._protection,
            parent=self,
        ).declare()
        self.vpc_id = vpc.id
        self.private_subnets, self.public_subnets, self.intra_subnets = (
            {zone: subnet.id for zone, subnet in subnets[role].items()} for role in ("private", "public", "intra")
        )
        if routing.nat:
            self.nat_addresses = pulumi.Output.all(*[gateway.public_ip for gateway in routing.nat.values()]).apply(list)
        self.ready = [
            *routing.ready,
            *self._gateway_endpoints(vpc, routing),
            *self._interface_endpoints(vpc, subnets["intra"]),
        ]
        if subnets["databases"]:
            self.database_subnet_group = aws.rds.SubnetGroup(
                self._child("databases"),
                subnet_ids=[subnet.id for subnet in subnets["databases"].values()],
                tags={"Name": f"{self._base}-databases"},
                opts=self._opts(),
            ).name
        if self._args.flow_logs.enabled:
            flow_logs(
                self.pulumi_resource_name,
                self._args.flow_logs,
                base=self._base,
                vpc=vpc,
                region=self._region,
                parent=self,
            )

    def _subnets(self, role: Role, vpc: aws.ec2.Vpc) -> dict[str, aws.ec2.Subnet]:
        return {
            zone: aws.ec2.Subnet(
                self._child(f"{role}-{subnet.letter}"),
                vpc_id=vpc.id,
                availability_zone=zone,
                cidr_block=subnet.cidr,
                # Load balancers and NAT gateways bring addresses of their own; nothing else may get a public one.
                map_public_ip_on_launch=False,
                tags=self._subnet_tags(subnet),
                opts=self._opts(protect=guard(self._protection, "network").protect),
            )
            for zone, subnet in self.plan.of(role).items()
        }

    def _subnet_tags(self, subnet: Subnet) -> dict[str, pulumi.Input[str]]:
        tags: dict[str, pulumi.Input[str]] = {"Name": f"{self._base}-{subnet.role}-{subnet.zone}"}
        # https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
        if subnet.role == "public":
            tags["kubernetes.io/role/elb"] = "1"
        elif subnet.role == "private":
            tags["kubernetes.io/role/internal-elb"] = "1"
            # https://karpenter.sh/docs/concepts/nodeclasses/#specsubnetselectorterms
            tags["karpenter.sh/discovery"] = self._cluster_name
        return tags

    def _gateway_endpoints(self, vpc: aws.ec2.Vpc, routing: Routing) -> list[pulumi.Resource]:
        tables = [*routing.private_tables, routing.intra_table]
        return [
            aws.ec2.VpcEndpoint(
                self._child(f"endpoint-{service}"),
                vpc_id=vpc.id,
                vpc_endpoint_type="Gateway",
                service_name=endpoint_service(service, self._region).name,
                route_table_ids=[table.id for table in tables],
                tags={"Name": f"{self._base}-{service}"},
                opts=self._opts(),
            )
            for service in self._args.endpoints.gateway
        ]

    def _interface_endpoints(self, vpc: aws.ec2.Vpc, intra: Mapping[str, aws.ec2.Subnet]) -> list[pulumi.Resource]:
        services = self._args.endpoints.services
        if not services:
            return []
        group = aws.ec2.SecurityGroup(
            self._child("endpoints"),
            # A change of it would replace the group.
            description="HTTPS from the VPC to interface endpoints",
            vpc_id=vpc.id,
            tags={"Name": f"{self._base}-endpoints"},
            opts=self._opts(),
        )
        rule = aws.vpc.SecurityGroupIngressRule(
            self._child("endpoints-https"),
            security_group_id=group.id,
            description="HTTPS from the VPC",
            cidr_ipv4=self._args.cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags={"Name": f"{self._base}-endpoints-https"},
            opts=self._opts(),
        )
        out: list[pulumi.Resource] = [rule]
        for short in services:
            service = endpoint_service(short, self._region)
            out.append(
                aws.ec2.VpcEndpoint(
                    self._child(f"endpoint-{short}"),
                    vpc_id=vpc.id,
                    vpc_endpoint_type="Interface",
                    service_name=service.name,
                    service_region=service.region,
                    subnet_ids=[subnet.id for subnet in intra.values()],
                    security_group_ids=[group.id],
                    # The services' own names lead to the endpoint, so that no client needs to know of it.
                    private_dns_enabled=True,
                    tags={"Name": f"{self._base}-{short}"},
                    opts=self._opts(),
                )
            )
        return out

    def _child(self, role: str) -> str:
        return f"{self.pulumi_resource_name}-{role}"

    def _opts(self, *, protect: bool = False) -> pulumi.ResourceOptions:
        # None, not False: what a caller protects as a whole stays protected.
        return pulumi.ResourceOptions(parent=self, protect=protect or None)


def _sound_plan(name: str, args: AwsNetworkArgs, *, region: str, zones: Sequence[str]) -> AwsNetworkPlan:
    plan = plan_network(args, zones)
    problems = [problem.below((name,)) for problem in (*zone_problems(zones, region=region), *plan.problems)]
    broken = ROLE_NAME.violation(role_name(name), reserved=AUTONAME_SUFFIX_LENGTH)
    if broken and args.existing is None and args.flow_logs.enabled:
        problems.append(Problem((name,), broken, "give the component a shorter name"))
    if problems:
        raise SettingsError(problems)
    return plan
