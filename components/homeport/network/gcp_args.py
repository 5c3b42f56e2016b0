"""Arguments of `GcpNetwork`: the section `network` of a stack file whose cluster is on Google Cloud.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.model import In, Model, rule_error
from homeport.network.gcp_names import GcpNetworkNames
from homeport.problems import Problem
from homeport.values import Cidr

#: More reserved addresses than a gateway of one cluster can use well.
MOST_NAT_ADDRESSES: Final = 16
#: Fewest ports per node that dynamic port allocation hands out.
FEWEST_NAT_PORTS: Final = 32


def _power_of_two(value: int) -> int:
    if value.bit_count() != 1:
        nearest = 2 ** (value.bit_length() - 1)
        raise rule_error(
            "must be a power of two: dynamic port allocation hands out ports in such steps",
            f"write {nearest} or {nearest * 2}",
        )
    return value


def _network_name(name: str) -> str:
    broken = GcpNetworkNames(name).violation()
    if broken:
        raise rule_error(broken, "choose a shorter name of a-z, 0-9 and -")
    return name


class Nat(Model):
    """How private nodes reach the internet: Cloud NAT, with dynamic port allocation, for the cluster's subnet alone.

    https://cloud.google.com/nat/docs/overview
    """

    enabled: bool = True
    """Off: nodes and pods reach Google's own APIs only (Private Google Access), so that images must come from Artifact
    Registry or a mirror in it, and no pod can call anything outside the VPC and what is connected to it."""
    addresses: Annotated[int, Field(ge=0, le=MOST_NAT_ADDRESSES)] = 0
    """Reserved addresses that others can put on an allow list; 0: Google picks and changes them. Lowering it gives
    addresses back for good, so their protection must be lifted first."""
    min_ports_per_vm: Annotated[int, Field(ge=FEWEST_NAT_PORTS, le=32768), AfterValidator(_power_of_two)] = 64
    """Connections to one destination at a time that every node has for certain; it grows with demand, to 65536. A power
    of two. With reserved addresses it limits the nodes: 64512 / min_ports_per_vm for each address."""
    log: Literal["errors", "all", "none"] = "errors"
    """Which translations go to Cloud Logging; errors: those that found no port."""

    def check(self) -> Iterator[Problem]:
        """Addresses need a gateway that uses them."""
        if not self.enabled and self.addresses:
            yield Problem(
                ("addresses",),
                "no gateway would use the reserved addresses: enabled is false",
                "remove addresses, or write enabled: true",
                self.addresses,
                related=(("enabled",),),
            )


class FlowLogs(Model):
    """VPC flow logs of the subnet.

    https://cloud.google.com/vpc/docs/flow-logs
    """

    enabled: bool = True
    """Off costs less and leaves no trace of who talked to whom."""
    sampling: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of packets, above 0 up to 1."""
    interval: Literal["5s", "30s", "1m", "5m", "10m", "15m"] = "5m"
    """Packets of one connection become one entry for so long."""


class DatabaseRange(Model):
    """Private services access for managed databases (Cloud SQL, Memorystore).

    https://cloud.google.com/vpc/docs/private-services-access
    """

    enabled: bool = False
    """Reserve a range and peer with Google's services."""
    cidr: Cidr | None = None
    """The range; default: planned out of `network.cidr`. /24 at least, RFC 1918."""

    def check(self) -> Iterator[Problem]:
        """A range is for databases that are wanted."""
        if self.cidr is not None and not self.enabled:
            yield Problem(
                ("cidr",),
                "reserves nothing: databases are not enabled",
                "add enabled: true, or remove cidr",
                self.cidr,
                related=(("enabled",),) if "enabled" in self.model_fields_set else (),
            )


class ExistingNetwork(Model):
    """A VPC that something else made (a shared VPC, say).

    Its owner sees to NAT, Private Google Access and a rule for load balancers' health checks.
    """

    network: In[str]
    """Self link or projects/P/global/networks/N; P is where firewall rules go."""
    subnetwork: In[str]
    """Self link or projects/P/regions/R/subnetworks/S, with both secondary ranges."""
    pods_range: In[str]
    """Name of the secondary range for pods."""
    services_range: In[str]
    """Name of the secondary range for services."""


class GcpNetworkArgs(Model):
    """A VPC of our own for one cluster, or an existing one.

    Ranges that are not given are planned out of `cidr` (the table: `homeport.network.gcp_layout`); a planned range
    never moves when another field changes. Ranges of a running cluster cannot change: that takes a new network and a
    new cluster.
    """

    cloud: Literal["gcp"] = "gcp"
    """Always gcp."""
    name: Annotated[str, AfterValidator(_network_name)] | None = None
    """Name of the VPC, and first part of the names of what is in it; default: the component's. Changing it replaces all
    of it, and the cluster."""
    cidr: Cidr | None = None
    """The whole range to plan in, /12 to /20; RFC 1918 or 100.64.0.0/10. Not with `existing`."""
    nodes: Cidr | None = None
    """Primary range of the subnet: an address per node and per internal load balancer, 4 are Google's."""
    pods: Cidr | None = None
    """Secondary range for pods. A node takes twice its max_pods, rounded up to a power of two: 256 for 110."""
    services: Cidr | None = None
    """Secondary range for services: an address each. /16 to /27."""
    control_plane: Cidr | None = None
    """Range of the control plane's private address; exactly /28. With `existing`: webhooks get their firewall rule."""
    peers: dict[str, Cidr] = Field(default_factory=dict)
    """Networks that this one is or will be connected with, by name: nothing may overlap them."""
    databases: DatabaseRange = DatabaseRange()
    """Private range for managed databases."""
    nat: Nat = Nat()
    """Way out for private nodes."""
    flow_logs: FlowLogs = FlowLogs()
    """Flow logs of the subnet."""
    webhook_ports: list[Annotated[int, Field(ge=1, le=65535)]] = Field(default_factory=lambda: [9443, 8443, 8080])
    """TCP ports of admission webhooks and aggregated APIs that the control plane must reach, besides 443 and 10250,
    which GKE opens itself. An empty list makes no rule."""
    firewall_log: Literal["denied", "all", "none"] = "denied"
    """Which connections go to Cloud Logging; denied: those that no rule allowed."""
    existing: ExistingNetwork | None = None
    """Use this network instead of making one."""

    def check(self) -> Iterator[Problem]:
        """Either a range to plan in or an existing network; no port twice."""
        if self.existing is not None:
            yield from self._beside_existing()
        elif self.cidr is None and not all((self.nodes, self.pods, self.services, self.control_plane)):
            missing = [n for n in ("nodes", "pods", "services", "control_plane") if getattr(self, n) is None]
            yield Problem(
                ("cidr",),
                "a network of our own needs a range to plan in",
                f"add cidr, for example 10.20.0.0/16, or the ranges themselves: {', '.join(missing)}; or use existing",
            )
        for index, port in enumerate(self.webhook_ports):
            if port in self.webhook_ports[:index]:
                yield Problem(("webhook_ports", index), "stands in the list twice", "remove one of them", port)

    def _beside_existing(self) -> Iterator[Problem]:
        for name in ("cidr", "nodes", "pods", "services"):
            if getattr(self, name) is not None:
                yield Problem(
                    (name,),
                    "an existing network brings its own ranges",
                    f"remove {name}, or remove existing",
                    getattr(self, name),
                    related=(("existing",),),
                )
        for name, default in (("databases", DatabaseRange()), ("nat", Nat()), ("flow_logs", FlowLogs())):
            if getattr(self, name) != default:
                yield Problem(
                    (name,),
                    "an existing network is left as it is: this would have no effect",
                    f"remove {name} here and see to it where the network is made, or remove existing",
                    related=(("existing",),),
                )
