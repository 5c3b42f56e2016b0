"""Questions about the gateway to a plan, and its rows on both clouds, for the parity table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from homeport.parity_facts import Row, at, every, some
from homeport.plan.graph import Graph, Resource

_RELEASE, _GATEWAY = "kubernetes:helm.sh/v3:Release", "kubernetes:gateway.networking.k8s.io/v1:Gateway"
_DEFINITIONS: Final = "kubernetes:helm.sh/v4:Chart"
_GCP_ADDRESS, _EIP = "gcp:compute/address:Address", "aws:ec2/eip:Eip"
_AWS: Final = "service.beta.kubernetes.io/aws-load-balancer"


def _release(graph: Graph, holds: Callable[[Resource], bool]) -> bool:
    """Whether there is a gateway's release, and it holds."""
    return any(at(item, "name") == "traefik" and holds(item) for item in graph.find(type=_RELEASE))


def _annotation(item: Resource, key: str) -> str:
    annotations = cast("Mapping[str, Any]", at(item, "values.service.annotations") or {})
    return str(annotations.get(key, ""))


def _gateway_api(graph: Graph) -> bool:
    """Definitions of every kind, and a Gateway that an update waits for."""

    def waits(item: Resource) -> bool:
        annotations = cast("Mapping[str, Any]", at(item, "metadata.annotations") or {})
        return annotations.get("pulumi.com/waitFor") == "condition=Programmed"

    defined = some(graph, _DEFINITIONS, lambda item: at(item, "values.crds.gatewayAPI.enabled") is True)
    return defined and every(graph, _GATEWAY, waits)


def _https_alone(graph: Graph) -> bool:
    def holds(item: Resource) -> bool:
        redirect = at(item, "values.ports.web.http.redirections.entryPoint.to")
        return redirect == "websecure" and at(item, "values.ports.websecure.http.middlewares") == ["hsts@file"]

    return _release(graph, holds)


def _reserved(kind: str, key: str) -> Callable[[Graph], bool]:
    """Addresses that the engine guards, and a load balancer that is told of each."""

    def holds(graph: Graph) -> bool:
        own = [item for item in graph.find(type=kind) if "traefik-address" in item.name]
        guarded = bool(own) and all(item.options.protect for item in own)
        return guarded and _release(graph, lambda item: all(f"${{{one.name}." in _annotation(item, key) for one in own))

    return holds


def _local(graph: Graph) -> bool:
    return _release(graph, lambda item: at(item, "values.service.spec.externalTrafficPolicy") == "Local")


def _aws_attribute(annotation: str, attribute: str) -> Callable[[Graph], bool]:
    return lambda graph: _release(
        graph, lambda item: f"{attribute}=true" in _annotation(item, f"{_AWS}-{annotation}").split(",")
    )


def rows_gke(stacks: tuple[str, ...]) -> Mapping[str, Row]:
    """The gateway on GKE.

    Args:
        stacks: whose plans have it.
    """
    return {
        "Gateway API": (
            "every kind of the standard channel, by the add-on",
            stacks,
            _gateway_api,
        ),
        "HTTPS alone, with HSTS": ("redirect and header at the entry points", stacks, _https_alone),
        "reserved addresses for HTTP": (
            "one for the region",
            stacks,
            _reserved(_GCP_ADDRESS, "networking.gke.io/load-balancer-ip-addresses"),
        ),
        "clients' own addresses": (
            "`externalTrafficPolicy: Local`",
            stacks,
            _local,
        ),
        "load balancer that cannot be deleted by mistake": (
            "no: a forwarding rule has no such switch; its address is protected, and a new one takes it up"
        ),
    }


def rows_eks(stacks: tuple[str, ...], strict: tuple[str, ...]) -> Mapping[str, Row]:
    """The gateway on EKS.

    Args:
        stacks: whose plans have it.
        strict: those of them whose protection is strict.
    """
    return {
        "Gateway API": ("every kind of the standard channel, by the add-on", stacks, _gateway_api),
        "HTTPS alone, with HSTS": ("redirect and header at the entry points", stacks, _https_alone),
        "reserved addresses for HTTP": ("one for each zone", stacks, _reserved(_EIP, f"{_AWS}-eip-allocations")),
        "clients' own addresses": (
            "`preserve_client_ip`, pods as targets",
            stacks,
            _aws_attribute("target-group-attributes", "preserve_client_ip.enabled"),
        ),
        "load balancer that cannot be deleted by mistake": (
            "deletion protection of the load balancer",
            strict,
            _aws_attribute("attributes", "deletion_protection.enabled"),
        ),
    }
