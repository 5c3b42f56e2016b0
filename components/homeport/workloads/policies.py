"""The network policy of a workload: exactly its declared flows, in and out.

https://kubernetes.io/docs/concepts/services-networking/network-policies/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from homeport.kube.manifest import Manifest
from homeport.tenancy.manifests import dns_egress
from homeport.values import Cidr
from homeport.workloads.args import AppBase, Flow
from homeport.workloads.context import Peer, Place
from homeport.workloads.pod import selector

_LINK_LOCAL: Final = "169.254.0.0/16"
#: What "the internet" leaves out: private and shared ranges, the host itself, link-local (metadata servers), multicast.
#: https://www.iana.org/assignments/iana-ipv4-special-registry/
PRIVATE_RANGES: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    _LINK_LOCAL,
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
)

#: Where pods get credentials of the cloud: address to TCP ports. On Google Cloud the metadata server, which GKE answers
#: on the node: policies see its own address and ports, with Dataplane V2 the address that pods ask. On AWS the agent of
#: Pod Identity.
#: https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
#: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
_CREDENTIALS: Final[dict[str, dict[str, Sequence[int]]]] = {
    "gcp": {"169.254.169.252/32": (988, 987), "169.254.169.254/32": (80,)},
    "aws": {"169.254.170.23/32": (80,)},
    "none": {},
}


def network_policy(
    args: AppBase,
    place: Place,
    *,
    labels: Mapping[str, str],
    pods: Mapping[str, str] | None = None,
    rights: bool = False,
    port: int | None = None,
    metrics_port: int | None = None,
    public: bool = False,
) -> Manifest:
    """The one policy that selects the workload's pods.

    Args:
        args: the application.
        place: where it runs, with its peers.
        labels: of the policy.
        pods: labels of the pods; default: as our own workloads have them.
        rights: whether it may do something in the cloud, and so has to reach where its credentials come from.
        port: that it serves on.
        metrics_port: that Prometheus asks.
        public: whether the gateway's proxy connects to it.

    Raises:
        LookupError: the place does not name an app that the workload connects to.
    """
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": dict(pods or selector(place))},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": list(_ingress(args, place, port, metrics_port, public=public)),
        "egress": list(_egress(args, place, rights=rights)),
    }
    return Manifest("networking.k8s.io/v1", "NetworkPolicy", place.app, place.namespace, {"spec": spec}, labels)


def _ingress(
    args: AppBase, place: Place, port: int | None, metrics_port: int | None, *, public: bool
) -> Iterator[dict[str, Any]]:
    gateway = place.exports.gateway
    if port is not None and gateway is not None and public:
        proxy = _pods(gateway.proxy_namespace, dict(gateway.proxy_labels))
        yield {"from": [proxy], "ports": [_tcp(port)]}
    for peer in place.reached_by:
        ports = peer.ports or ((port,) if port else ())
        # A rule without ports would open all of them.
        if ports:
            yield {"from": [_peer(peer)], "ports": [_tcp(one) for one in ports]}
    if port is not None and args.admits:
        yield {"from": [{"ipBlock": {"cidr": cidr}} for cidr in args.admits], "ports": [_tcp(port)]}
    if metrics_port is not None and place.exports.monitoring_namespace is not None:
        prometheus = _pods(place.exports.monitoring_namespace, {"app.kubernetes.io/name": "prometheus"})
        yield {"from": [prometheus], "ports": [_tcp(metrics_port)]}


def _egress(args: AppBase, place: Place, *, rights: bool) -> Iterator[dict[str, Any]]:
    yield dns_egress()
    # One for each flow to an app, in the same order.
    peers = iter(place.reaches)
    for flow in args.connects:
        if flow.app is not None:
            peer = next(peers, None)
            if peer is None or peer.app != flow.app:
                raise LookupError(
                    f"{place.app} connects to {flow.app}, whom its place does not name: Place.reaches holds one Peer"
                    " for each flow to an app, in their order"
                )
            if ports := flow.ports or peer.ports:
                yield {"to": [_peer(peer)], "ports": [_tcp(one) for one in ports]}
        elif flow.cidr is not None:
            yield {"to": [{"ipBlock": {"cidr": flow.cidr}}], "ports": _ports(flow, 443)}
        else:
            yield {"to": [_everywhere_but([*PRIVATE_RANGES, *place.pod_ranges])], "ports": _ports(flow, 443)}
    if rights:
        for cidr, ports in _CREDENTIALS[place.cloud].items():
            yield {"to": [{"ipBlock": {"cidr": cidr}}], "ports": [_tcp(port) for port in ports]}
        # The cloud's own API. On AWS its names lead to private addresses where the network has endpoints for it.
        private = [_LINK_LOCAL] if place.cloud == "aws" else PRIVATE_RANGES
        yield {"to": [_everywhere_but([*private, *place.pod_ranges])], "ports": [_tcp(443)]}


def _everywhere_but(closed: Sequence[Cidr]) -> dict[str, Any]:
    return {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(dict.fromkeys(closed))}}


def _ports(flow: Flow, default: int) -> list[dict[str, Any]]:
    return [_tcp(port) for port in flow.ports or [default]]


def _peer(peer: Peer) -> dict[str, Any]:
    own = {"app.kubernetes.io/name": peer.app, "app.kubernetes.io/instance": peer.app}
    return _pods(peer.namespace, dict(peer.labels) or own)


def _pods(namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": labels},
    }


def _tcp(port: int) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}
