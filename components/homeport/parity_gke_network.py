"""Questions about the network to a plan on Google Cloud, for the parity table. Pure."""

from __future__ import annotations

from typing import Any, Final, cast

from homeport.parity_facts import at, every, key_of, some
from homeport.plan.graph import Graph, Resource

_CLUSTER, _POOL = "gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool"
_FIREWALL, _SUBNET = "gcp:compute/firewall:Firewall", "gcp:compute/subnetwork:Subnetwork"

#: What the webhooks of common add-ons listen on, besides what GKE opens by itself.
WEBHOOK_PORTS: Final = frozenset({"8080", "8443", "9443"})
#: Priority of the rules that GKE makes, those from the control plane to 443 and 10250 among them; a rule that denies
#: must come after. https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules
_GKE_PRIORITY: Final = 1000


def in_a_private_subnetwork(graph: Graph) -> bool:
    """Every cluster lies in a subnetwork of ours from which Google's APIs are reached without a public address."""

    def private(item: Resource) -> bool:
        subnet = key_of(graph, at(item, "subnetwork"), _SUBNET)
        return subnet is not None and at(subnet, "privateIpGoogleAccess") is True

    return every(graph, _CLUSTER, private)


def closed(graph: Graph) -> bool:
    """A rule denies, and logs, everything that comes to any machine of the network and that no other rule allows."""
    return some(graph, _FIREWALL, _denies_all)


def webhooks_reachable(graph: Graph) -> bool:
    """From the control plane to every node: GKE's own rules for 443 and 10250 hold, and ours opens the others."""
    denied_before = some(
        graph,
        _FIREWALL,
        lambda item: bool(at(item, "denies")) and int(at(item, "priority") or _GKE_PRIORITY) <= _GKE_PRIORITY,
    )
    sources = {at(item, "privateClusterConfig.masterIpv4CidrBlock") for item in graph.find(type=_CLUSTER)}
    opened = [item for item in graph.find(type=_FIREWALL) if _opens(item, sources)]
    reached = {tag for item in opened for tag in cast("list[str]", at(item, "targetTags") or [])}
    everywhere = any(not at(item, "targetTags") for item in opened)

    def is_reached(pool: Resource) -> bool:
        return everywhere or bool(reached.intersection(at(pool, "nodeConfig.tags") or []))

    return bool(opened) and not denied_before and every(graph, _POOL, is_reached)


def _opens(rule: Resource, sources: set[Any]) -> bool:
    allows = cast("list[dict[str, Any]]", at(rule, "allows") or [])
    ports = {port for allow in allows if allow.get("protocol") == "tcp" for port in allow.get("ports") or ()}
    from_control_plane = sources <= set(at(rule, "sourceRanges") or ())
    return _is_ingress(rule) and from_control_plane and ports >= WEBHOOK_PORTS


def _denies_all(rule: Resource) -> bool:
    return (
        _is_ingress(rule)
        and at(rule, "denies.0.protocol") == "all"
        and at(rule, "sourceRanges") == ["0.0.0.0/0"]
        and not at(rule, "targetTags")
        and bool(at(rule, "logConfig"))
    )


def _is_ingress(rule: Resource) -> bool:
    return at(rule, "direction") == "INGRESS" and at(rule, "disabled") is not True
