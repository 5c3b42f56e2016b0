"""Arguments of `AwsNetwork`: the section `network` of a stack file whose cluster is on AWS.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal, cast

from pydantic import BeforeValidator, Field

from homeport.model import In, Model, known, rule_error
from homeport.network import aws_endpoints
from homeport.network.aws_values import AllocationId, AwsZone, SubnetId, VpcId
from homeport.network.plan import free_range, prefix_of, reserved_for, share
from homeport.problems import Problem
from homeport.values import Cidr

GatewayService = Literal["s3", "dynamodb"]
NatMode = Literal["none", "single", "per-zone"]

_SERVICE: Final = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)*")
#: Prefix lengths that AWS takes for a VPC.
#: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
_LARGEST, _SMALLEST = 16, 28


def _interface(value: object) -> object:
    if isinstance(value, str) and value in {"none", "cluster"}:
        return value
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    for item in items:
        if not isinstance(item, str):
            raise rule_error(
                "must be none, cluster (all that a cluster without a way to the internet needs) or a list of services",
                "for example [ecr.api, ecr.dkr, xray]; in a list, cluster stands for that set",
            )
        short = re.sub(r"^com\.amazonaws\.[a-z]+-[a-z-]+-[0-9]+\.", "", item)
        if short != item or not _SERVICE.fullmatch(item):
            raise rule_error(
                "services are written by their short names, without the region",
                f"write {short}" if _SERVICE.fullmatch(short) else "for example ecr.api",
            )
    return items


class AwsSubnets(Model):
    """Ranges by hand, per role and zone; what is not given is planned.

    Needed for a `cidr` smaller than /20, and useful to give all of a large one to few zones.
    """

    public: dict[AwsZone, Cidr] = Field(default_factory=dict)
    """Load balancers for the internet, and NAT gateways. /27 at least."""
    private: dict[AwsZone, Cidr] = Field(default_factory=dict)
    """Nodes, pods, internal load balancers."""
    intra: dict[AwsZone, Cidr] = Field(default_factory=dict)
    """The control plane's network interfaces and interface endpoints; no way out."""
    databases: dict[AwsZone, Cidr] = Field(default_factory=dict)
    """Managed databases; no way out. Only with `databases.enabled`."""


class AwsEndpoints(Model):
    """Ways to AWS services that do not pass the internet.

    Gateway endpoints are free. Interface endpoints cost by the hour, per service and zone, and by the gigabyte.
    https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html
    """

    gateway: list[GatewayService] = Field(default_factory=lambda: ["s3", "dynamodb"])
    """Gateway endpoints, on the route tables of private and intra subnets."""
    interface: Annotated[Literal["none", "cluster"] | list[str], BeforeValidator(_interface)] = "none"
    """Interface endpoints: none; cluster: all that a cluster without a way to the internet needs, and logs, keys,
    secrets and Session Manager; or a list of services by their short names, in which cluster stands for that set.
    Services without a region, route53 and iam, are reached across regions."""

    @property
    def services(self) -> tuple[str, ...]:
        """Short names of the services with an interface endpoint, sorted."""
        listed = ["cluster"] if self.interface == "cluster" else [] if self.interface == "none" else self.interface
        return tuple(
            sorted({one for item in listed for one in (aws_endpoints.CLUSTER if item == "cluster" else [item])})
        )

    def check(self) -> Iterator[Problem]:
        """No service twice, none both ways."""
        lists: list[tuple[str, list[str]]] = [("gateway", list(self.gateway))]
        if isinstance(self.interface, list):
            lists.append(("interface", self.interface))
        for name, values in lists:
            for index, value in enumerate(values):
                if value in values[:index]:
                    yield Problem((name, index), "stands in the list twice", "remove one of them", value)
                if name == "interface" and value in {"s3", "dynamodb"}:
                    yield Problem(
                        (name, index),
                        "has a gateway endpoint, which is free; an interface endpoint with the same private name fails",
                        f"remove it, and keep {value} in gateway",
                        value,
                        related=(("gateway",),),
                    )


class AwsFlowLogs(Model):
    """VPC flow logs, to CloudWatch Logs.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
    """

    enabled: bool = True
    """Off costs less and leaves no trace of who talked to whom."""
    traffic: Literal["all", "accepted", "rejected"] = "all"
    """Which traffic. Changing it replaces the flow log; the log group and what it holds stay."""
    aggregation: Literal["1m", "10m"] = "10m"
    """Longest time that one record covers. Changing it replaces the flow log."""
    retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
                            3288, 3653] = 30  # fmt: skip
    """Days until a record is deleted; the numbers that CloudWatch Logs takes."""
    key: In[Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:kms:")]] | None = None
    """ARN of a KMS key to encrypt with, whose policy lets logs.REGION.amazonaws.com use it; default: AWS's own key.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""


class AwsDatabases(Model):
    """Subnets for managed databases (RDS, ElastiCache).

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    """

    enabled: bool = False
    """Make a subnet per zone and an RDS subnet group of them."""


class ExistingVpc(Model):
    """A VPC that something else made and looks after: its routes, endpoints and tags are not touched.

    Subnets need the tags that controllers look for: kubernetes.io/role/elb=1 (public),
    kubernetes.io/role/internal-elb=1 and karpenter.sh/discovery=CLUSTER (private).
    https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """

    vpc_id: In[VpcId]
    """Id of the VPC; DNS support and DNS hostnames must be on, or nodes cannot register."""
    cidr: Cidr | None = None
    """Its range, so that overlaps with peers and Services are found; default: not checked."""
    private_subnets: dict[AwsZone, In[SubnetId]]
    """Zone to subnet of nodes and pods; two zones at least."""
    public_subnets: dict[AwsZone, In[SubnetId]] = Field(default_factory=dict)
    """Zone to subnet of load balancers for the internet."""
    intra_subnets: dict[AwsZone, In[SubnetId]] = Field(default_factory=dict)
    """Zone to subnet of the control plane's interfaces; default: the private ones."""
    database_subnet_group: In[Annotated[str, Field(min_length=1)]] | None = None
    """Name of an RDS subnet group."""

    def check(self) -> Iterator[Problem]:
        """Two zones, as EKS asks, and no subnet twice."""
        for name, subnets in (("private_subnets", self.private_subnets), ("intra_subnets", self.intra_subnets)):
            if len(subnets) < 2 and (subnets or name == "private_subnets"):
                yield Problem(
                    (name,),
                    f"{len(subnets) or 'no'} zone{'' if len(subnets) == 1 else 's'}; EKS needs subnets in two at least",
                    "add the subnet of another zone, for example eu-central-1b: subnet-0123456789abcdef0",
                )
        seen: dict[str, tuple[str, str]] = {}
        for name in ("private_subnets", "public_subnets", "intra_subnets"):
            subnets: dict[str, In[str]] = getattr(self, name)
            for zone, subnet in subnets.items():
                value = known(subnet)
                if value is None:
                    continue
                if value in seen and (seen[value][0] == name or "public_subnets" in (name, seen[value][0])):
                    yield Problem(
                        (name, zone),
                        "the subnet stands here twice; one subnet lies in one zone and is either public or private",
                        "give each zone the id of its own subnet",
                        value,
                        related=(seen[value],),
                    )
                seen.setdefault(value, (name, zone))


class AwsNetworkArgs(Model):
    """A VPC of our own for one cluster, or an existing one.

    Ranges that are not given are planned out of `cidr` (see `homeport.network.aws_layout`); a planned range never moves
    when another field or the list of zones changes. Changing `cidr` replaces the VPC and everything in it.
    """

    cloud: Literal["aws"] = "aws"
    """Always aws."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][-._A-Za-z0-9]{0,99}$")] | None = None
    """Base of the Name tags and of the flow logs' group; default: the component's name. Changing it makes a new log
    group and renames the rest in place."""
    cidr: Cidr | None = None
    """The whole range, /16 to /20 to plan in; RFC 1918 or 100.64.0.0/10. Not with `existing`."""
    subnets: AwsSubnets = AwsSubnets()
    """Ranges by hand, where the planned ones do not fit."""
    public: bool = True
    """Off: no internet gateway and no public subnets, so that nothing can face the internet; only with nat: none."""
    nat: NatMode = "single"
    """Way out for private nodes. single: one gateway in the first zone, cheapest, and the loss of that zone cuts all
    zones off. per-zone: one in each, for production. none: no way out; AWS services through `endpoints` alone, images
    from ECR alone. From single to per-zone the first address stays.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html"""
    nat_allocations: dict[AwsZone, In[AllocationId]] = Field(default_factory=dict)
    """Zone to the allocation id of an Elastic IP that exists, to keep addresses that others allow; default: new
    addresses."""
    endpoints: AwsEndpoints = AwsEndpoints()
    """Ways to AWS services that do not pass the internet."""
    flow_logs: AwsFlowLogs = AwsFlowLogs()
    """Flow logs of the VPC."""
    peers: dict[str, Cidr] = Field(default_factory=dict)
    """Networks that this one is or will be connected with: nothing may overlap them."""
    databases: AwsDatabases = AwsDatabases()
    """Subnets for managed databases."""
    existing: ExistingVpc | None = None
    """Use this VPC instead of making one."""

    @property
    def whole(self) -> Cidr | None:
        """The VPC's range, ours or the existing one's; None where it is not known."""
        return self.existing.cidr if self.existing else self.cidr

    def check(self) -> Iterator[Problem]:
        """Either a range to plan in or an existing VPC; a way to what a cluster needs; nothing without effect."""
        if self.existing is not None:
            yield from self._unused_beside_existing()
        else:
            yield from self._whole_problems()
            yield from self._way_out_problems()
        yield from self._peer_problems()
        if self.subnets.databases and not self.databases.enabled:
            yield Problem(
                ("subnets", "databases"),
                "these subnets are made only with databases.enabled: true",
                "set databases: {enabled: true}, or remove them",
                related=(("databases", "enabled"),),
            )

    def _unused_beside_existing(self) -> Iterator[Problem]:
        for name, field in type(self).model_fields.items():
            value: object = getattr(self, name)
            if name not in {"existing", "peers", "name"} and value != field.get_default(call_default_factory=True):
                yield Problem(
                    (name,),
                    "has no effect on an existing VPC, which whoever made it looks after",
                    f"remove {name}, or remove existing",
                    related=(("existing",),),
                )

    def _whole_problems(self) -> Iterator[Problem]:
        if self.cidr is None:
            yield Problem(
                ("cidr",),
                "a VPC of our own needs a range",
                "add cidr, for example 10.20.0.0/16, or existing",
            )
            return
        use = reserved_for(self.cidr)
        if use is not None:
            yield Problem(
                ("cidr",),
                f"must lie in private address space, and this range is for {use}",
                "use a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
                self.cidr,
            )
        if not _LARGEST <= prefix_of(self.cidr) <= _SMALLEST:
            yield Problem(
                ("cidr",),
                f"AWS takes VPCs between /{_LARGEST} and /{_SMALLEST}",
                "use /16, or split what is larger over several VPCs"
                if prefix_of(self.cidr) < _LARGEST
                else "use /20 or larger",
                self.cidr,
            )

    def _peer_problems(self) -> Iterator[Problem]:
        for name, peer in self.peers.items():
            if self.whole is not None and share(self.whole, peer):
                yield Problem(
                    ("peers", name),
                    f"shares addresses with the VPC's own range {self.whole}; neither side could reach the other there",
                    self._other_range(),
                    peer,
                    related=((("existing", "cidr") if self.existing else ("cidr",)),),
                )

    def _other_range(self) -> str:
        free = free_range(prefix_of(self.cidr), self.peers.values()) if self.cidr and not self.existing else None
        return f'write cidr: "{free}"' if free else "remove the peer, or use a VPC of another range"

    def _way_out_problems(self) -> Iterator[Problem]:
        if self.nat != "none":
            if not self.public:
                yield Problem(
                    ("public",),
                    f"a NAT gateway lies in a public subnet, and nat is {self.nat}",
                    "set public: true, or nat: none",
                    value=False,
                    related=(("nat",),),
                )
            return
        if self.nat_allocations:
            yield Problem(
                ("nat_allocations",),
                "has no effect: nat is none",
                "remove it, or set nat to single or per-zone",
                related=(("nat",),),
            )
        lacking = aws_endpoints.missing(self.endpoints.services)
        if lacking:
            uses = ", ".join(f"{service} ({aws_endpoints.NEEDED[service]})" for service in lacking)
            yield Problem(
                ("endpoints", "interface"),
                f"with nat: none these services cannot be reached, and a cluster needs them: {uses}",
                "set interface: cluster"
                + (f", or add {', '.join(lacking)}" if self.endpoints.services else "")
                + "; or set nat: single",
                related=(("nat",),),
            )
        if aws_endpoints.NEEDED_GATEWAY not in self.endpoints.gateway:
            yield Problem(
                ("endpoints", "gateway"),
                "with nat: none image layers cannot be pulled: ECR keeps them in S3",
                "add s3; or set nat: single",
                related=(("nat",),),
            )
