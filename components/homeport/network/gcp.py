"""`GcpNetwork`: a VPC for one GKE cluster, with its ranges, its way out, its firewall and its databases' range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_gcp as gcp

from homeport.model import In, known
from homeport.network.gcp_args import ExistingNetwork, GcpNetworkArgs
from homeport.network.gcp_firewall import FirewallRule, firewall_rules
from homeport.network.gcp_names import PODS_RANGE, SERVICES_RANGE, GcpNetworkNames
from homeport.network.gcp_plan import NetworkPlan, Range, plan_network
from homeport.network.gcp_state import checked_range, project_of
from homeport.network.plan import first_address, prefix_of
from homeport.options import paths
from homeport.problems import Problem, SettingsError
from homeport.protection import guard
from homeport.values import Protection

_FLOW_LOG_INTERVALS: Final = {
    "5s": "INTERVAL_5_SEC",
    "30s": "INTERVAL_30_SEC",
    "1m": "INTERVAL_1_MIN",
    "5m": "INTERVAL_5_MIN",
    "10m": "INTERVAL_10_MIN",
    "15m": "INTERVAL_15_MIN",
}
#: Google's service that private services access connects with.
_SERVICE_NETWORKING: Final = "servicenetworking.googleapis.com"


class GcpNetwork(pulumi.ComponentResource):
    """A VPC in custom mode for one GKE cluster, or an existing one (`args.existing`), in which nothing is made but the
    firewall rule for webhooks, and that only with `control_plane`.

    Every range is fixed once a cluster runs in it; what changes in place and what does not: docs/network.md.
    """

    network: pulumi.Output[str]
    """The VPC, projects/P/global/networks/N."""
    subnetwork: pulumi.Output[str]
    """The subnet of the nodes, projects/P/regions/R/subnetworks/S."""
    pods_range: pulumi.Output[str]
    """Name of the subnet's secondary range for pods."""
    services_range: pulumi.Output[str]
    """Name of the subnet's secondary range for services."""
    control_plane_cidr: str | None
    """Range for the control plane's private address; None where an existing network does not say."""
    nodes_cidr: str | None
    """Primary range of the subnet; None in an existing network."""
    pods_cidr: str | None
    """Secondary range for pods; None in an existing network."""
    nat_addresses: pulumi.Output[list[str]]
    """Reserved addresses that nodes and pods are seen with outside; empty where Google picks them, or without NAT."""
    node_tag: str
    """Network tag by which the firewall rules find nodes: node pools must carry it."""
    databases: pulumi.Resource | None
    """The connection that managed databases with a private address wait for; None unless `databases.enabled`."""
    ready: list[pulumi.Resource]
    """What nodes need before they can pull images and be reached: NAT and firewall rules."""
    plan: NetworkPlan
    """Every range, and how it came about."""

    def __init__(
        self,
        name: str,
        args: GcpNetworkArgs,
        *,
        project: In[str],
        region: str,
        protection: Protection = "standard",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the network.

        Args:
            name: logical name; also the VPC's own unless `args.name` says otherwise.
            args: the section `network` of a stack file.
            project: Google Cloud project to make it in.
            region: region of the subnet, the router and the addresses.
            protection: strict: the engine refuses to delete VPC, subnet and the databases' connection; standard and
                strict: reserved addresses and the databases' range. Only none lets the connection go while Google
                still keeps deleted databases behind it.
            opts: with a `gcp` provider among `providers`.

        Raises:
            SettingsError: the ranges do not fit together, or a derived name is too long; nothing was declared.
        """
        names = GcpNetworkNames(args.name or name)
        self.plan = _sound_plan(name, args, names)
        super().__init__("homeport:network:GcpNetwork", name, None, opts)
        self._args: GcpNetworkArgs = args
        self._names: GcpNetworkNames = names
        self._project: In[str] = project
        self._region: str = region
        self._protection: Protection = protection
        self.control_plane_cidr = self.plan.control_plane
        self.nodes_cidr, self.pods_cidr = self.plan.nodes, self.plan.pods
        self.node_tag = names.node_tag
        self.nat_addresses = pulumi.Output.from_input(list[str]())
        self.databases = None
        self.ready = []
        if args.existing is None:
            self._make(self.plan)
        else:
            self._use(args.existing)
        self.register_outputs(
            {
                "network": self.network,
                "subnetwork": self.subnetwork,
                "podsRange": self.pods_range,
                "servicesRange": self.services_range,
                "controlPlaneCidr": self.control_plane_cidr,
                "nodesCidr": self.nodes_cidr,
                "podsCidr": self.pods_cidr,
                "natAddresses": self.nat_addresses,
                "nodeTag": self.node_tag,
            }
        )

    def _use(self, existing: ExistingNetwork) -> None:
        self.network = pulumi.Output.from_input(existing.network)
        self.subnetwork = pulumi.Output.from_input(existing.subnetwork)
        self.pods_range = pulumi.Output.from_input(existing.pods_range)
        self.services_range = pulumi.Output.from_input(existing.services_range)
        # A shared VPC belongs to another project, and its rules with it.
        link, own = known(existing.network), self._project
        if link is not None:
            owner = project_of(link) or own
        else:
            owner = pulumi.Output.all(self.network, own).apply(lambda both: project_of(both[0]) or both[1])
        self._firewall(self.network, owner)

    def _make(self, plan: NetworkPlan) -> None:
        vpc = gcp.compute.Network(
            f"{self.pulumi_resource_name}-vpc",
            # No description: a change of it would replace the network and all in it.
            name=self._names.base,
            project=self._project,
            auto_create_subnetworks=False,
            # Private Google Access and NAT go by the default route.
            delete_default_routes_on_create=False,
            routing_mode="REGIONAL",
            opts=self._opts(protect=guard(self._protection, "network").protect),
        )
        subnetwork = self._subnetwork(vpc, plan)
        self.network, self.subnetwork = vpc.id, subnetwork.id
        self.pods_range = _checked(subnetwork, PODS_RANGE, plan.ranges["pods"])
        self.services_range = _checked(subnetwork, SERVICES_RANGE, plan.ranges["services"])
        if self._args.nat.enabled:
            self._nat(vpc, subnetwork)
        self._firewall(vpc.id, self._project)
        if plan.databases is not None:
            self._databases(vpc, plan.databases)

    def _subnetwork(self, vpc: gcp.compute.Network, plan: NetworkPlan) -> gcp.compute.Subnetwork:
        logs = self._args.flow_logs
        return gcp.compute.Subnetwork(
            f"{self.pulumi_resource_name}-subnetwork",
            name=self._names.subnetwork,
            project=self._project,
            region=self._region,
            network=vpc.id,
            ip_cidr_range=plan.nodes,
            secondary_ip_ranges=[
                gcp.compute.SubnetworkSecondaryIpRangeArgs(range_name=PODS_RANGE, ip_cidr_range=plan.pods),
                gcp.compute.SubnetworkSecondaryIpRangeArgs(range_name=SERVICES_RANGE, ip_cidr_range=plan.services),
            ],
            private_ip_google_access=True,
            purpose="PRIVATE",
            stack_type="IPV4_ONLY",
            log_config=gcp.compute.SubnetworkLogConfigArgs(
                aggregation_interval=_FLOW_LOG_INTERVALS[logs.interval],
                flow_sampling=logs.sampling,
                metadata="INCLUDE_ALL_METADATA",
            )
            if logs.enabled
            else None,
            opts=self._opts(
                protect=guard(self._protection, "network").protect,
                # GKE adds ranges of its own; without this the next update after a refresh would take them away. A
                # change of ours, which would now go unseen, is an error instead: `checked_range`.
                ignore_changes=paths(gcp.compute.Subnetwork, "secondaryIpRanges"),
            ),
        )

    def _nat(self, vpc: gcp.compute.Network, subnetwork: gcp.compute.Subnetwork) -> None:
        nat = self._args.nat
        router = gcp.compute.Router(
            f"{self.pulumi_resource_name}-router",
            name=self._names.router,
            project=self._project,
            region=self._region,
            network=vpc.id,
            opts=self._opts(),
        )
        addresses = [
            gcp.compute.Address(
                f"{self.pulumi_resource_name}-nat-address-{index}",
                name=self._names.nat_address(index),
                project=self._project,
                region=self._region,
                address_type="EXTERNAL",
                network_tier="PREMIUM",
                opts=self._opts(protect=guard(self._protection, "address").protect),
            )
            for index in range(nat.addresses)
        ]
        gateway = gcp.compute.RouterNat(
            f"{self.pulumi_resource_name}-nat",
            name=self._names.nat,
            project=self._project,
            region=self._region,
            router=router.name,
            nat_ip_allocate_option="MANUAL_ONLY" if addresses else "AUTO_ONLY",
            nat_ips=[address.self_link for address in addresses] if addresses else None,
            # This subnet alone: a gateway for all subnets would forbid any other gateway in the region.
            source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
            subnetworks=[
                gcp.compute.RouterNatSubnetworkArgs(name=subnetwork.id, source_ip_ranges_to_nats=["ALL_IP_RANGES"])
            ],
            enable_dynamic_port_allocation=True,
            # Excludes dynamic port allocation, and is on by default in older APIs.
            enable_endpoint_independent_mapping=False,
            min_ports_per_vm=nat.min_ports_per_vm,
            log_config=gcp.compute.RouterNatLogConfigArgs(
                enable=nat.log != "none", filter="ALL" if nat.log == "all" else "ERRORS_ONLY"
            ),
            opts=self._opts(),
        )
        self.ready.append(gateway)
        if addresses:
            self.nat_addresses = pulumi.Output.all(*[address.address for address in addresses]).apply(list)

    def _firewall(self, network: pulumi.Output[str], project: In[str]) -> None:
        rules = firewall_rules(self._args, self._names, control_plane=self.plan.control_plane)
        self.ready += [self._rule(rule, network, project) for rule in rules]

    def _rule(self, rule: FirewallRule, network: pulumi.Output[str], project: In[str]) -> gcp.compute.Firewall:
        ports = list(rule.ports) or None
        allows = [gcp.compute.FirewallAllowArgs(protocol=rule.protocol, ports=ports)]
        denies = [gcp.compute.FirewallDenyArgs(protocol=rule.protocol, ports=ports)]
        return gcp.compute.Firewall(
            f"{self.pulumi_resource_name}-{rule.role}",
            name=rule.name,
            project=project,
            network=network,
            direction="INGRESS",
            priority=rule.priority,
            source_ranges=list(rule.sources),
            target_tags=[rule.tag] if rule.tag else None,
            allows=allows if rule.action == "allow" else None,
            denies=denies if rule.action == "deny" else None,
            log_config=gcp.compute.FirewallLogConfigArgs(metadata="INCLUDE_ALL_METADATA") if rule.log else None,
            opts=self._opts(),
        )

    def _databases(self, vpc: gcp.compute.Network, cidr: str) -> None:
        reserved = gcp.compute.GlobalAddress(
            f"{self.pulumi_resource_name}-databases-range",
            name=self._names.databases,
            project=self._project,
            purpose="VPC_PEERING",
            address_type="INTERNAL",
            address=first_address(cidr),
            prefix_length=prefix_of(cidr),
            network=vpc.id,
            opts=self._opts(protect=guard(self._protection, "address").protect),
        )
        self.databases = gcp.servicenetworking.Connection(
            f"{self.pulumi_resource_name}-databases",
            network=vpc.id,
            service=_SERVICE_NETWORKING,
            reserved_peering_ranges=[reserved.name],
            # Google keeps a connection of an earlier network of the same name for a while: take it over.
            update_on_creation_fail=True,
            deletion_policy=_connection_deletion(self._protection),
            opts=self._opts(protect=guard(self._protection, "network").protect),
        )

    def _opts(self, *, protect: bool = False, ignore_changes: Sequence[str] = ()) -> pulumi.ResourceOptions:
        # None, not False: what a caller protects as a whole stays protected.
        return pulumi.ResourceOptions(parent=self, protect=protect or None, ignore_changes=list(ignore_changes) or None)


def _checked(subnetwork: gcp.compute.Subnetwork, name: str, wanted: Range) -> pulumi.Output[str]:
    return subnetwork.secondary_ip_ranges.apply(
        lambda real: checked_range(real, name, wanted.cidr, planned=wanted.planned)
    )


def _sound_plan(name: str, args: GcpNetworkArgs, names: GcpNetworkNames) -> NetworkPlan:
    plan = plan_network(args)
    problems = [problem.below((name,)) for problem in plan.problems]
    broken = names.violation()
    if broken:
        problems.append(Problem((name, "name"), broken, "give the network a shorter name of a-z, 0-9 and -"))
    if problems:
        raise SettingsError(problems)
    return plan


def _connection_deletion(protection: Protection) -> str:
    # Google refuses to delete a connection for days after the last database behind it is gone (Cloud SQL keeps them for
    # a restore), and the VPC cannot go while its peering stands. ABANDON leaves the peering; REMOVE_PEERING takes it
    # away if the API refuses, which would cut off databases that still run: only where everything is meant to go.
    # https://cloud.google.com/vpc/docs/configure-private-services-access#removing-connection
    return "REMOVE_PEERING" if protection == "none" else "DELETE"
