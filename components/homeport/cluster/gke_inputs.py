"""What GKE is asked for, out of `GkeClusterArgs`: pure, in the SDK's spelling.

GKE takes the absence of most blocks for "leave it as it is", so everything that an argument can switch on, and
everything that GKE switches on by itself, is also said when it is off.
https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

from homeport.cluster.gke_args import Exclusion, GkeApi, GkeClusterArgs, LogComponent, Maintenance, MetricComponent
from homeport.cluster.gke_nodes import NodeIdentity, node_config

#: The day from which the recurring window counts: any in the past. It must never move, or every update would show it.
_ANCHOR: Final = datetime(2026, 1, 5, tzinfo=UTC)
_WEEK: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def cluster_inputs(args: GkeClusterArgs) -> dict[str, Any]:
    """The inputs of `container.Cluster` that rest on the arguments alone."""
    return {
        "location": args.region,
        "node_locations": list(args.zones),
        "networking_mode": "VPC_NATIVE",
        # Dataplane V2 enforces network policies itself: a network_policy block beside it is refused.
        "datapath_provider": "ADVANCED_DATAPATH",
        "default_max_pods_per_node": args.max_pods,
        "release_channel": {"channel": args.channel.upper() if args.channel else "UNSPECIFIED"},
        "min_master_version": args.version,
        "maintenance_policy": maintenance_policy(args.maintenance),
        "logging_config": {"enable_components": _components(args.logging, get_args(LogComponent))},
        "monitoring_config": {
            "enable_components": _components(args.monitoring, get_args(MetricComponent)),
            "managed_prometheus": {"enabled": args.managed_prometheus},
            "advanced_datapath_observability_config": {"enable_metrics": False, "enable_relay": False},
        },
        "security_posture_config": {
            "mode": args.security_posture.upper(),
            "vulnerability_mode": f"VULNERABILITY_{args.vulnerability_scanning.upper()}",
        },
        "binary_authorization": {
            "evaluation_mode": "PROJECT_SINGLETON_POLICY_ENFORCE" if args.binary_authorization else "DISABLED"
        },
        "cost_management_config": {"enabled": args.cost_allocation},
        "gateway_api_config": {"channel": "CHANNEL_STANDARD" if args.gateway_api else "CHANNEL_DISABLED"},
        # There is no off value: an empty group is refused, and leaving the block out changes nothing.
        "authenticator_groups_config": {"security_group": args.rbac_group} if args.rbac_group else None,
        **_CONSTANT,
    }


def api_inputs(api: GkeApi, *, control_plane_cidr: str | None) -> dict[str, Any]:
    """The inputs that say who reaches the Kubernetes API.

    Args:
        api: the wish.
        control_plane_cidr: range of the private address; None lets GKE take one from the nodes' subnet.
    """
    dns = api.access == "dns"
    private: dict[str, Any] = {
        "enable_private_nodes": True,
        "enable_private_endpoint": api.access != "public",
        "master_global_access_config": {"enabled": api.access == "private"},
    }
    if control_plane_cidr is not None:
        private["master_ipv4_cidr_block"] = control_plane_cidr
    return {
        "private_cluster_config": private,
        "master_authorized_networks_config": {
            "cidr_blocks": [
                {"display_name": name, "cidr_block": cidr} for name, cidr in sorted(api.authorized_networks.items())
            ],
            "gcp_public_cidrs_access_enabled": False,
            "private_endpoint_enforcement_enabled": not dns,
        },
        "control_plane_endpoints_config": {
            "dns_endpoint_config": {
                "allow_external_traffic": dns and api.dns_from_outside,
                # Google's identities alone: neither tokens of Kubernetes service accounts nor client certificates.
                "enable_k8s_tokens_via_dns": False,
                "enable_k8s_certs_via_dns": False,
            },
            "ip_endpoints_config": {"enabled": not dns},
        },
    }


def removed_pool_inputs(identity: NodeIdentity) -> dict[str, Any]:
    """The pool that GKE insists on making with a cluster, and that is removed at once.

    Pools inside the cluster would force it to be made anew; without the identity of our own nodes GKE would ask for the
    project's default service account, which organisations switch off.
    """
    return {
        "remove_default_node_pool": True,
        "initial_node_count": 1,
        "node_config": {**node_config(identity), "disk_type": "pd-balanced", "disk_size_gb": 30},
    }


def maintenance_policy(maintenance: Maintenance) -> dict[str, Any]:
    """When GKE may upgrade, as RFC 3339 times and an RFC 5545 rule."""
    window = maintenance.window
    hour, minute = (int(part) for part in window.start.split(":"))
    start = _ANCHOR + timedelta(hours=hour, minutes=minute)
    days = ",".join(day for day in _WEEK if day in window.days)
    return {
        "recurring_window": {
            "start_time": _rfc3339(start),
            "end_time": _rfc3339(start + timedelta(hours=window.hours)),
            "recurrence": f"FREQ=WEEKLY;BYDAY={days}",
        },
        "maintenance_exclusions": [
            _exclusion(name, exclusion) for name, exclusion in sorted(maintenance.exclusions.items())
        ],
    }


_CONSTANT: Final[dict[str, Any]] = {
    "addons_config": {
        "http_load_balancing": {"disabled": False},
        "horizontal_pod_autoscaling": {"disabled": False},
        "gce_persistent_disk_csi_driver_config": {"enabled": True},
        "network_policy_config": {"disabled": True},
        # With kube-dns: a cache on each node. Switching it later re-creates every node.
        "dns_cache_config": {"enabled": True},
        "gcp_filestore_csi_driver_config": {"enabled": False},
        "gcs_fuse_csi_driver_config": {"enabled": False},
        "gke_backup_agent_config": {"enabled": False},
        "config_connector_config": {"enabled": False},
    },
    # kube-dns rather than Cloud DNS: it needs no further API in the project and works the same on every cloud.
    "dns_config": {"cluster_dns": "PLATFORM_DEFAULT"},
    # Node pools are ours, not made by GKE on its own.
    "cluster_autoscaling": {"enabled": False, "autoscaling_profile": "BALANCED"},
    "enable_shielded_nodes": True,
    "enable_intranode_visibility": True,
    "enable_l4_ilb_subsetting": True,
    "enable_legacy_abac": False,
    "master_auth": {"client_certificate_config": {"issue_client_certificate": False}},
    # Health checks alone without a login.
    "anonymous_authentication_config": {"mode": "LIMITED"},
    "rbac_binding_config": {
        "enable_insecure_binding_system_authenticated": False,
        "enable_insecure_binding_system_unauthenticated": False,
    },
    "service_external_ips_config": {"enabled": False},
    "node_pool_defaults": {"node_config_defaults": {"insecure_kubelet_readonly_port_enabled": "FALSE"}},
}


def _components(wanted: list[Any], order: tuple[str, ...]) -> list[str]:
    """In one order, whatever the order in the settings: the API compares lists."""
    return [
        "SYSTEM_COMPONENTS" if name == "system" else name.upper().replace("-", "_") for name in order if name in wanted
    ]


def _exclusion(name: str, exclusion: Exclusion) -> dict[str, Any]:
    return {
        "exclusion_name": name,
        "start_time": exclusion.start,
        "end_time": exclusion.end,
        "exclusion_options": {"scope": exclusion.scope.upper().replace("-", "_")},
    }


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
