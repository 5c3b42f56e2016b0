"""The Service in front of Traefik, as each cloud wants it: who reaches it, at which address, and with whose address.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from homeport.addons.items import Ref
from homeport.addons.site import Site
from homeport.addons.traefik_args import TraefikArgs
from homeport.naming import NameRule
from homeport.problems import Problem

Exposure = Literal["public", "internal", "cluster"]

#: Key of the item that holds the addresses.
ADDRESS: Final = "address"

NLB: Final = NameRule(
    "Network Load Balancer",
    r"(?!internal-)[0-9A-Za-z]([-0-9A-Za-z]*[0-9A-Za-z])?",
    1,
    32,
    "letters, digits and -, without a - at its ends, and not begin with internal-",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
)

_AWS: Final = "service.beta.kubernetes.io/aws-load-balancer"
#: Port on which Traefik says that it is well, and no longer does so once it was told to end.
PING_PORT: Final = 8080


def exposure(args: TraefikArgs, site: Site) -> Exposure:
    """Who reaches the gateway."""
    return args.exposure or ("cluster" if site.cloud == "none" else "public")


def can_reserve(site: Site) -> bool:
    """Whether the stack can have public addresses of its own: where the cluster and its network are its own."""
    if site.cloud == "gcp":
        return site.project is not None and site.region is not None
    return site.cloud == "aws" and site.account is not None and site.public_subnets > 0


def reserved(args: TraefikArgs, site: Site) -> bool:
    """Whether the gateway's addresses are the stack's own."""
    if args.address is not None:
        return args.address == "reserved"
    return exposure(args, site) == "public" and can_reserve(site)


def load_balancer_name(args: TraefikArgs, site: Site) -> str:
    """Name of the load balancer on AWS."""
    return args.load_balancer_name or f"{site.cluster}-gateway"


def service_problems(args: TraefikArgs, site: Site) -> Iterator[Problem]:
    """What the cloud would refuse, or do otherwise than it reads."""
    reach = exposure(args, site)
    if args.address == "reserved" and reach != "public":
        yield Problem(
            ("address",),
            f"only a public gateway has addresses that can be reserved, and this one's exposure is {reach}",
            "write exposure: public, or remove address",
            "reserved",
            related=(("exposure",),),
        )
    elif args.address == "reserved" and not can_reserve(site):
        yield Problem(
            ("address",),
            "addresses can be reserved only for a cluster that homeport made on GKE or EKS, with public subnets there",
            "write address: automatic",
            "reserved",
        )
    if args.source_ranges and reach == "cluster":
        yield Problem(
            ("source_ranges",),
            "is a setting of a load balancer, and with exposure cluster there is none",
            "remove it, or write exposure: internal",
            related=(("exposure",),),
        )
    if args.load_balancer_name is not None and (site.cloud != "aws" or reach == "cluster"):
        yield Problem(
            ("load_balancer_name",),
            "has an effect only on a load balancer on AWS",
            "remove it",
            args.load_balancer_name,
        )
    elif site.cloud == "aws" and reach != "cluster":
        yield from _name_problems(args, site)


def _name_problems(args: TraefikArgs, site: Site) -> Iterator[Problem]:
    violation = NLB.violation(load_balancer_name(args, site))
    if violation is None:
        return
    if args.load_balancer_name is None:
        yield Problem((), f"the cluster lends its name to the load balancer: {violation}", "set load_balancer_name")
    else:
        yield Problem(("load_balancer_name",), violation, "choose another", args.load_balancer_name)


def service(args: TraefikArgs, site: Site, *, grace: int) -> dict[str, Any]:
    """The chart's values for the Service.

    Args:
        args: what is wanted.
        site: the cluster.
        grace: seconds for which a proxy that ends still takes new connections.
    """
    reach = exposure(args, site)
    if reach == "cluster":
        return {"spec": {"type": "ClusterIP"}}
    spec: dict[str, Any] = {"type": "LoadBalancer"}
    if args.source_ranges:
        spec["loadBalancerSourceRanges"] = list(args.source_ranges)
    if site.cloud == "aws":
        # Pods are the targets, so no node needs a port. The class is what the controller looks for, without its
        # webhook; it cannot be changed once the Service is there.
        spec |= {"loadBalancerClass": "service.k8s.aws/nlb", "allocateLoadBalancerNodePorts": False}
        return {"spec": spec, "annotations": _aws(args, site, reach, grace)}
    # Only nodes with a proxy get traffic, and nobody rewrites the client's address on the way.
    spec["externalTrafficPolicy"] = "Local"
    if site.cloud == "gcp":
        return {"spec": spec, "annotations": _gcp(args, site, reach)}
    return {"spec": spec}


def _gcp(args: TraefikArgs, site: Site, reach: Exposure) -> dict[str, Any]:
    """Annotations for GKE; those that every version of it takes.

    https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters
    """
    if reach == "internal":
        return {"networking.gke.io/load-balancer-type": "Internal"}
    # By a backend service: the older kind, of target pools, is no longer recommended.
    annotations: dict[str, Any] = {"cloud.google.com/l4-rbs": "enabled"}
    if reserved(args, site):
        # The name of the address; the field loadBalancerIP is deprecated.
        annotations["networking.gke.io/load-balancer-ip-addresses"] = Ref(ADDRESS, "name")
    return annotations


def _aws(args: TraefikArgs, site: Site, reach: Exposure, grace: int) -> dict[str, Any]:
    """Annotations for the AWS Load Balancer Controller.

    https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
    """
    balancer = {
        # A zone without a proxy must not be a dead end.
        "load_balancing.cross_zone.enabled": "true",
        "deletion_protection.enabled": "true" if site.protection == "strict" else "false",
    }
    targets = {
        # Off by default where the targets are addresses.
        "preserve_client_ip.enabled": "true",
        "deregistration_delay.timeout_seconds": str(grace),
    }
    annotations: dict[str, Any] = {
        f"{_AWS}-name": load_balancer_name(args, site),
        f"{_AWS}-scheme": "internet-facing" if reach == "public" else "internal",
        f"{_AWS}-nlb-target-type": "ip",
        f"{_AWS}-attributes": _pairs(balancer),
        f"{_AWS}-target-group-attributes": _pairs(targets),
        f"{_AWS}-healthcheck-protocol": "http",
        f"{_AWS}-healthcheck-port": str(PING_PORT),
        f"{_AWS}-healthcheck-path": "/ping",
        f"{_AWS}-healthcheck-interval": "10",
        f"{_AWS}-healthcheck-timeout": "5",
        f"{_AWS}-healthcheck-healthy-threshold": "2",
        f"{_AWS}-healthcheck-unhealthy-threshold": "2",
    }
    if reserved(args, site):
        annotations[f"{_AWS}-eip-allocations"] = Ref(ADDRESS, "allocations")
    return annotations


def _pairs(attributes: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in attributes.items())
