"""The column GKE of the parity table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from homeport.parity_facts import (
    KEYS,
    Row,
    at,
    class_named,
    default_classes,
    every,
    every_at,
    every_volume,
    key_of,
    kubeconfig_is_secret,
    shipped_default_is_off,
    snapshot_default,
    some,
    taint_spot,
    volumes_carry,
)
from homeport.parity_gateway import rows_gke
from homeport.parity_gke_network import closed, in_a_private_subnetwork, webhooks_reachable
from homeport.plan.graph import Graph, Resource

_CLUSTER, _POOL = "gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool"
_NAT, _SUBNET = "gcp:compute/routerNat:RouterNat", "gcp:compute/subnetwork:Subnetwork"
#: The driver of persistent disks, and what it makes of them; local disks would be lost with their node.
#: https://cloud.google.com/docs/security/encryption/default-encryption
_PD: Final = "pd.csi.storage.gke.io"
_ENCRYPTED: Final = ("pd-balanced", "pd-ssd", "pd-standard", "hyperdisk-balanced")
_KEY = "gcp:kms/cryptoKey:CryptoKey"
_BOTH, _STAGE, _PROD = ("stage", "prod"), ("stage",), ("prod",)
_cluster, _pools = every_at(_CLUSTER), every_at(_POOL)


def _rotated(graph: Graph) -> bool:
    def holds(path: object) -> bool:
        key = key_of(graph, path, _KEY)
        return key is not None and bool(at(key, "rotationPeriod"))

    return every(graph, _CLUSTER, lambda item: holds(at(item, "databaseEncryption.keyName")))


def _persistent_disks(item: Resource) -> bool:
    local = ("localSsdCount", "localNvmeSsdBlockConfig", "ephemeralStorageLocalSsdConfig")
    return at(item, "nodeConfig.diskType") in _ENCRYPTED and not any(at(item, f"nodeConfig.{name}") for name in local)


def _labelled(graph: Graph) -> bool:
    labelled = every(graph, _CLUSTER, lambda item: (at(item, "resourceLabels") or {}).keys() >= KEYS)
    provider = every(graph, "pulumi:providers:gcp", lambda item: all(key in at(item, "defaultLabels") for key in KEYS))
    return labelled and provider


GKE: Final[Mapping[str, Row]] = {
    "private nodes": (
        "nodes have internal addresses only",
        _BOTH,
        lambda graph: (
            _cluster("privateClusterConfig.enablePrivateNodes", True)(graph)
            and _pools("networkConfig.enablePrivateNodes", True)(graph)
        ),
    ),
    "API access restricted": (
        "DNS endpoint, where IAM decides; no IP endpoint",
        _BOTH,
        _cluster("controlPlaneEndpointsConfig.ipEndpointsConfig.enabled", False),
    ),
    "private API alone": (
        "no public address; the DNS endpoint stands behind IAM",
        _BOTH,
        _cluster("privateClusterConfig.enablePrivateEndpoint", True),
    ),
    "secrets encrypted with a key of our own, rotated": ("Cloud KMS", _BOTH, _rotated),
    "control-plane logs": (
        "Cloud Logging: the API server's in production",
        _PROD,
        lambda graph: every(
            graph, _CLUSTER, lambda item: "APISERVER" in (at(item, "loggingConfig.enableComponents") or [])
        ),
    ),
    "deletion protection": ("by the provider", _BOTH, _cluster("deletionProtection", True)),
    "protected by the engine": (
        "`protect` on the cluster",
        _BOTH,
        lambda graph: every(graph, _CLUSTER, lambda item: item.options.protect),
    ),
    "workload identity": (
        "Workload Identity Federation for GKE",
        _BOTH,
        lambda graph: every(graph, _CLUSTER, lambda item: bool(at(item, "workloadIdentityConfig.workloadPool"))),
    ),
    "network policy": ("Dataplane V2", _BOTH, _cluster("datapathProvider", "ADVANCED_DATAPATH")),
    "managed upgrades": (
        "release channel, and nodes follow",
        _BOTH,
        lambda graph: (
            _cluster("releaseChannel.channel", "REGULAR", "STABLE")(graph)
            and _pools("management.autoUpgrade", True)(graph)
        ),
    ),
    "maintenance windows": (
        "recurring window",
        _BOTH,
        lambda graph: every(graph, _CLUSTER, lambda item: bool(at(item, "maintenancePolicy.recurringWindow"))),
    ),
    "no credentials in the kubeconfig": ("gke-gcloud-auth-plugin logs in", _BOTH, kubeconfig_is_secret),
    **rows_gke(_BOTH),
    "automatic repair": ("node auto-repair", _BOTH, _pools("management.autoRepair", True)),
    "surge upgrades": (
        "surge of one node or more, none unavailable",
        _BOTH,
        lambda graph: every(
            graph,
            _POOL,
            lambda item: at(item, "upgradeSettings.strategy") == "SURGE" and at(item, "upgradeSettings.maxSurge") >= 1,
        ),
    ),
    "spot": ("spot VMs", _BOTH, lambda graph: some(graph, _POOL, lambda item: at(item, "nodeConfig.spot") is True)),
    "taints": ("on spot pools", _BOTH, lambda graph: some(graph, _POOL, taint_spot)),
    "size owned by the autoscaler": (
        "built-in autoscaler; `nodeCount` ignored",
        _BOTH,
        lambda graph: every(
            graph, _POOL, lambda item: bool(at(item, "autoscaling")) and "nodeCount" in item.options.ignore_changes
        ),
    ),
    "one pool per zone": (
        "not needed for zonal volumes: a pool spans the zones and the autoscaler knows them",
        _BOTH,
        lambda graph: every(graph, _POOL, lambda item: len(at(item, "nodeLocations") or []) >= 2),
    ),
    "several machine types in a pool": "no: a node pool has one machine type; declare a pool for each",
    "secure boot": (
        "shielded nodes",
        _BOTH,
        _pools("nodeConfig.shieldedInstanceConfig.enableSecureBoot", True),
    ),
    "metadata hardened": (
        "GKE metadata server, legacy endpoints off",
        _BOTH,
        lambda graph: (
            _pools("nodeConfig.workloadMetadataConfig.mode", "GKE_METADATA")(graph)
            and _pools("nodeConfig.metadata.disable-legacy-endpoints", "true")(graph)
        ),
    ),
    "encrypted disks": (
        "persistent disks alone, which Google encrypts: boot disks and volumes",
        _BOTH,
        lambda graph: every(graph, _POOL, _persistent_disks) and every_volume(graph, _PD, "type", *_ENCRYPTED),
    ),
    "nodes run as an identity of their own": (
        "service account, minimal roles",
        _BOTH,
        lambda graph: every(
            graph,
            _POOL,
            lambda item: (
                key_of(graph, at(item, "nodeConfig.serviceAccount"), "gcp:serviceaccount/account:Account") is not None
            ),
        ),
    ),
    "nodes in private subnets": ("one subnetwork, Private Google Access", _BOTH, in_a_private_subnetwork),
    "NAT": ("Cloud NAT", _BOTH, lambda graph: some(graph, _NAT)),
    "NAT with reserved addresses": (
        "addresses reserved and protected",
        _PROD,
        lambda graph: (
            every(
                graph, _NAT, lambda item: at(item, "natIpAllocateOption") == "MANUAL_ONLY" and bool(at(item, "natIps"))
            )
            and every(graph, "gcp:compute/address:Address", lambda item: item.options.protect)
        ),
    ),
    "flow logs": (
        "on the subnetwork",
        _BOTH,
        lambda graph: every(graph, _SUBNET, lambda item: bool(at(item, "logConfig"))),
    ),
    "private ranges for managed databases": (
        "private services access",
        _PROD,
        lambda graph: (
            some(graph, "gcp:servicenetworking/connection:Connection")
            and some(
                graph, "gcp:compute/globalAddress:GlobalAddress", lambda item: at(item, "purpose") == "VPC_PEERING"
            )
        ),
    ),
    "webhook ports open to the control plane": (
        "10250 by GKE's own rule; 8080, 8443 and 9443 by one of ours, from the control plane to every node",
        _BOTH,
        webhooks_reachable,
    ),
    "closed by default": ("a rule denies all other ingress, and logs it", _BOTH, closed),
    "one default storage class, encrypted": (
        "persistent disks, which Google encrypts",
        _BOTH,
        lambda graph: (
            len(default_classes(graph)) == 1
            and shipped_default_is_off(graph)
            and at(default_classes(graph)[0], "provisioner") == "pd.csi.storage.gke.io"
        ),
    ),
    "volumes over two zones": (
        "regional disks, the default",
        _BOTH,
        lambda graph: [at(item, "parameters.replication-type") for item in default_classes(graph)] == ["regional-pd"],
    ),
    "fast storage class": (
        "pd-ssd",
        _BOTH,
        lambda graph: class_named(graph, "homeport-fast", lambda item: at(item, "parameters.type") == "pd-ssd"),
    ),
    "snapshot class": ("the default", _BOTH, snapshot_default),
    "labels or tags on everything": ("labels, by the provider and on the cluster", _BOTH, _labelled),
    "labels or tags on disks and volumes": (
        "labels of nodes and their disks; of volumes all but owner and cost centre, which may change",
        _BOTH,
        lambda graph: (
            volumes_carry(graph)
            and every(graph, _POOL, lambda item: (at(item, "nodeConfig.resourceLabels") or {}).keys() >= KEYS)
        ),
    ),
    "cost allocation": ("GKE cost allocation", _BOTH, _cluster("costManagementConfig.enabled", True)),
    "blue-green upgrades": (
        "no: the shipped stacks surge, which costs a node instead of a second pool; a pool with"
        " `upgrade: {strategy: blue-green}` has it"
    ),
}
