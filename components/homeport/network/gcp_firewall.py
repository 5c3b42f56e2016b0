"""The firewall rules of a network for one GKE cluster.

GKE itself makes the rules between nodes and pods, and those from the control plane to 443 and 10250, all at priority
1000; these rules add what it leaves out.
https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from homeport.network.gcp_args import GcpNetworkArgs
from homeport.network.gcp_names import GcpNetworkNames
from homeport.values import Cidr

#: Where Google's load balancers and their health checks come from; both, because the front ends proxy from there too.
#: https://cloud.google.com/load-balancing/docs/firewall-rules
LOAD_BALANCERS: Final[tuple[Cidr, ...]] = ("35.191.0.0/16", "130.211.0.0/22")

#: Priorities: an allowing rule must come before the denying one, which comes last that a rule can, before the VPC's own
#: implied denial (65535). That one does not log.
_ALLOW: Final = 1000
_LAST: Final = 65534


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """One rule for what comes in.

    Attributes:
        role: what it is for; ends the logical name.
        name: the physical name.
        action: whether it allows or denies.
        priority: the lower wins.
        sources: ranges that the traffic comes from.
        protocol: tcp, or all.
        ports: of the protocol; empty: all.
        tag: network tag of the machines that it is for; None: every machine of the network.
        log: whether its connections go to Cloud Logging.
    """

    role: str
    name: str
    action: Literal["allow", "deny"]
    priority: int
    sources: tuple[Cidr, ...]
    protocol: Literal["tcp", "all"]
    ports: tuple[str, ...]
    tag: str | None
    log: bool


def firewall_rules(
    args: GcpNetworkArgs, names: GcpNetworkNames, *, control_plane: Cidr | None
) -> tuple[FirewallRule, ...]:
    """The rules that a network gets; in an existing one only that for webhooks, and only with a `control_plane`."""
    rules: list[FirewallRule] = []
    log_allowed = args.firewall_log == "all"
    if control_plane is not None and args.webhook_ports:
        # Sorted, so that the order in the settings is no difference.
        ports = tuple(str(port) for port in sorted(set(args.webhook_ports)))
        rules.append(
            FirewallRule(
                "webhooks",
                names.webhooks,
                "allow",
                _ALLOW,
                (control_plane,),
                "tcp",
                ports,
                names.node_tag,
                log_allowed,
            )
        )
    if args.existing is not None:
        return tuple(rules)
    rules.append(
        FirewallRule(
            "health-checks",
            names.health_checks,
            "allow",
            _ALLOW,
            LOAD_BALANCERS,
            "tcp",
            (),
            names.node_tag,
            log_allowed,
        )
    )
    rules.append(
        FirewallRule(
            "deny-ingress",
            names.deny_ingress,
            "deny",
            _LAST,
            ("0.0.0.0/0",),
            "all",
            (),
            None,
            args.firewall_log != "none",
        )
    )
    return tuple(rules)
