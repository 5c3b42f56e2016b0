"""What network policies let through, as the cluster would decide; for tests.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeport.kube.manifest import Manifest


@dataclass(frozen=True)
class End:
    """A pod, or an address outside of the cluster."""

    namespace: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    address: str = "198.18.0.1"


def end(namespace: str, labels: Mapping[str, str], address: str = "10.8.0.1") -> End:
    return End(namespace, tuple(sorted(labels.items())), address)


def outside(address: str) -> End:
    return End(address=address)


def allowed(policies: Iterable[Manifest], source: End, target: End, port: int, protocol: str = "TCP") -> bool:
    """Whether a connection comes about: it leaves the source and enters the target."""
    known = [policy for policy in policies if policy.kind == "NetworkPolicy"]
    return _passes(known, source, target, "Egress", port, protocol) and _passes(
        known, target, source, "Ingress", port, protocol
    )


def _passes(policies: list[Manifest], mine: End, other: End, way: str, port: int, protocol: str) -> bool:
    selecting = [policy for policy in policies if _selects(policy, mine) and way in policy.body["spec"]["policyTypes"]]
    if not selecting:
        return True
    key, peers = ("egress", "to") if way == "Egress" else ("ingress", "from")
    rules: list[dict[str, Any]] = []
    for policy in selecting:
        rules += policy.body["spec"].get(key) or []
    return any(_rule(rule, peers, other, port, protocol) for rule in rules)


def _selects(policy: Manifest, pod: End) -> bool:
    selector: dict[str, str] = policy.body["spec"]["podSelector"].get("matchLabels", {})
    return policy.namespace == pod.namespace and selector.items() <= dict(pod.labels).items()


def _rule(rule: Mapping[str, Any], peers: str, other: End, port: int, protocol: str) -> bool:
    # An empty or missing list means everybody, or every port: just what must not happen by accident.
    ports: list[dict[str, Any]] = rule.get("ports") or []
    if ports and not any(one["port"] == port and one.get("protocol", "TCP") == protocol for one in ports):
        return False
    named: list[dict[str, Any]] = rule.get(peers) or []
    return not named or any(_peer(peer, other) for peer in named)


def _peer(peer: Mapping[str, Any], other: End) -> bool:
    if "ipBlock" in peer:
        address = ipaddress.ip_address(other.address)
        block = peer["ipBlock"]
        left_out = any(address in ipaddress.ip_network(cidr) for cidr in block.get("except", []))
        return address in ipaddress.ip_network(block["cidr"]) and not left_out
    if other.namespace is None:
        return False
    spaces: dict[str, str] = peer["namespaceSelector"].get("matchLabels", {})
    pods: dict[str, str] = peer.get("podSelector", {}).get("matchLabels", {})
    in_space = spaces.items() <= {"kubernetes.io/metadata.name": other.namespace}.items()
    return in_space and pods.items() <= dict(other.labels).items()
