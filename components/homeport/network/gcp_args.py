"""Arguments of `GcpNetwork`: the section `network` of a stack file whose cluster is on Google Cloud.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from homeport.model import In, Model
from homeport.problems import Problem
from homeport.values import Cidr


class Nat(Model):
    """How private nodes reach the internet.

    https://cloud.google.com/nat/docs/overview
    """

    enabled: bool = True
    """Off: nodes reach Google's own APIs only, and images must come from Artifact Registry."""
    addresses: Annotated[int, Field(ge=0, le=16)] = 0
    """Reserved addresses that others can put on an allow list; 0: Google picks and changes them."""
    min_ports_per_vm: Annotated[int, Field(ge=32, le=65536)] = 64
    """Connections to one destination at a time and node; a power of two with dynamic allocation."""
    log: Literal["errors", "all", "none"] = "errors"
    """Which translations go to Cloud Logging."""


class FlowLogs(Model):
    """VPC flow logs of the subnet.

    https://cloud.google.com/vpc/docs/flow-logs
    """

    enabled: bool = True
    """Off costs less and leaves no trace of who talked to whom."""
    sampling: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of packets."""
    interval: Literal["5s", "30s", "1m", "5m", "10m", "15m"] = "5m"
    """Aggregation."""


class DatabaseRange(Model):
    """Private services access for managed databases (Cloud SQL, Memorystore).

    https://cloud.google.com/vpc/docs/private-services-access
    """

    enabled: bool = False
    """Reserve a range and peer with Google's services."""
    cidr: Cidr | None = None
    """The range; default: planned out of `network.cidr`. /24 at least."""


class ExistingNetwork(Model):
    """A VPC that something else made (a shared VPC, say)."""

    network: In[str]
    """Self link or projects/P/global/networks/N."""
    subnetwork: In[str]
    """Self link or projects/P/regions/R/subnetworks/S, with both secondary ranges."""
    pods_range: In[str]
    """Name of the secondary range for pods."""
    services_range: In[str]
    """Name of the secondary range for services."""


class GcpNetworkArgs(Model):
    """A VPC of our own for one cluster, or an existing one.

    Ranges that are not given are planned out of `cidr` (see `homeport.network.plan`); a planned range never moves when
    another field changes. Ranges of a running cluster cannot change: that replaces the subnet or the cluster.
    """

    cidr: Cidr | None = None
    """The whole range to plan in; RFC 1918 or 100.64.0.0/10. Not with `existing`."""
    nodes: Cidr | None = None
    """Primary range of the subnet: an address per node."""
    pods: Cidr | None = None
    """Secondary range for pods: max_pods rounded up to twice a power of two per node."""
    services: Cidr | None = None
    """Secondary range for services."""
    control_plane: Cidr | None = None
    """Range of the control plane's private address; exactly /28."""
    peers: dict[str, Cidr] = Field(default_factory=dict)
    """Networks that this one is or will be connected with: nothing may overlap them."""
    databases: DatabaseRange = DatabaseRange()
    """Private range for managed databases."""
    nat: Nat = Nat()
    """Way out for private nodes."""
    flow_logs: FlowLogs = FlowLogs()
    """Flow logs of the subnet."""
    webhook_ports: list[Annotated[int, Field(ge=1, le=65535)]] = Field(default_factory=lambda: [9443, 8443, 8080])
    """Ports of admission webhooks and aggregated APIs that the control plane must reach, besides 443 and 10250."""
    existing: ExistingNetwork | None = None
    """Use this network instead of making one."""

    def check(self) -> Iterator[Problem]:
        """Either a range to plan in or an existing network."""
        planned = [name for name in ("cidr", "nodes", "pods", "services") if getattr(self, name) is not None]
        if self.existing is not None:
            for name in planned:
                yield Problem(
                    (name,),
                    "an existing network brings its own ranges",
                    f"remove {name}, or remove existing",
                    getattr(self, name),
                    related=(("existing",),),
                )
        elif self.cidr is None and not all((self.nodes, self.pods, self.services, self.control_plane)):
            yield Problem(
                ("cidr",),
                "a network of our own needs a range to plan in",
                "add cidr, for example 10.20.0.0/16, or all of nodes, pods, services and control_plane, or existing",
            )
