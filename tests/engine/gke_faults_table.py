"""What goes wrong on Google Cloud while a GKE stack comes up, changes and goes: type, operation, answer, resource."""

from __future__ import annotations

from typing import Final

from tests.engine.breaking import Answer, broken

THROTTLED: Final = Answer(
    "Error 429: Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute', "
    "rateLimitExceeded",
    "throttled",
)
FORBIDDEN: Final = Answer("Error 403: Required permission of the deployer is missing, forbidden", "forbidden")
API_OFF: Final = Answer(
    "Error 403: The API has not been used in project 1234 before or it is disabled., accessNotConfigured", "forbidden"
)
BACKEND: Final = Answer("Error 500: Internal error encountered., backendError", "internal")
UNAVAILABLE: Final = Answer("Error 503: The service is currently unavailable., backendError", "internal")
TIMED_OUT: Final = Answer(
    "timeout while waiting for state to become 'DONE' (last state: 'RUNNING', timeout: 1h0m0s)", "timeout"
)
#: It took longer than the provider waited, and is there.
LATE: Final = Answer(
    "timeout while waiting for state to become 'DONE' (last state: 'RUNNING', timeout: 20m0s)", "timeout", made=True
)
NO_ANSWER: Final = Answer("dial tcp 198.51.100.7:443: i/o timeout", "unreachable")
CPUS: Final = Answer(
    "Error 403: Insufficient regional quota to satisfy request: resource 'CPUS': is short '4.0'., forbidden", "quota"
)
STOCKOUT: Final = Answer(
    "Error waiting for creating GKE NodePool: The zone does not have enough resources available to fulfill the "
    "request, ZONE_RESOURCE_POOL_EXHAUSTED",
    "quota",
)
ADDRESSES: Final = Answer(
    "Error 403: Quota 'STATIC_ADDRESSES' exceeded. Limit: 8.0 in region europe-west3., quotaExceeded", "quota"
)
BUSY: Final = Answer("Error 400: Cluster is running incompatible operation operation-1, failedPrecondition", "busy")
NOT_READY: Final = Answer("Error 400: The resource is not ready, resourceNotReady", "busy")
CONCURRENT: Final = Answer(
    "Error 409: There were concurrent policy changes. Please retry the whole read-modify-write., aborted", "busy"
)
EXISTS: Final = Answer("Error 409: The resource already exists, alreadyExists", "conflict")
IN_USE: Final = Answer(
    "Error 400: The resource is already being used by 'projects/acme-stage/global/firewalls/k8s-1', "
    "resourceInUseByAnotherResource",
    "in_use",
)
PRODUCERS: Final = Answer(
    "Error code 9, message: Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are "
    "still using this connection.",
    "in_use",
)

UP: Final = broken(
    "create",
    {
        ("compute/network:", "network-vpc"): (FORBIDDEN, LATE),
        ("compute/address:", "network-nat-address-0"): (ADDRESSES,),
        ("compute/address:", "support-traefik-address"): (NO_ANSWER,),
        ("serviceaccount/account:", "cluster-nodes"): (UNAVAILABLE,),
        ("kms/keyRing:", "cluster-keys"): (THROTTLED,),
        ("projects/serviceIdentity:", "cluster-gke-agent"): (API_OFF,),
        ("secretmanager/secret:", "support-sealed-secrets-store-1"): (THROTTLED,),
        ("secretmanager/secret:", "support-sealed-secrets-store-2"): (LATE,),
        ("secretmanager/secret:", "support-sealed-secrets-store-3"): (EXISTS,),
        ("compute/firewall:", "network-webhooks"): (THROTTLED,),
        ("compute/firewall:", "network-deny-ingress"): (LATE,),
        ("compute/firewall:", "network-health-checks"): (NOT_READY,),
        ("compute/subnetwork:", "network-subnetwork"): (LATE,),
        ("compute/router:", "network-router"): (NOT_READY,),
        ("compute/globalAddress:", "network-databases-range"): (LATE,),
        ("servicenetworking/connection:", "network-databases"): (TIMED_OUT, LATE),
        ("kms/cryptoKey:", "cluster-secrets-key"): (LATE,),
        ("projects/iAMMember:", "cluster-nodes-run"): (CONCURRENT,),
        ("projects/iAMMember:", "cluster-nodes-pull"): (FORBIDDEN,),
        ("kms/cryptoKeyIAMMember:", "cluster-gke-agent-key"): (BACKEND,),
        ("compute/routerNat:", "network-nat"): (THROTTLED, LATE),
        ("container/cluster:", "cluster-gke"): (CPUS, LATE),
        ("container/nodePool:", "general-pool"): (STOCKOUT, LATE),
        ("container/nodePool:", "system-pool"): (BUSY,),
        ("serviceaccount/iAMMember:", "support-cert-manager-rights-role-assumer-zone-stage"): (CONCURRENT,),
        ("secretIamMember:", "support-sealed-secrets-access-secret-reader-store-4"): (UNAVAILABLE,),
    },
)

#: What `test_gke_faults.change` asks for.
UPDATE: Final = [
    *broken(
        "update",
        {
            ("container/cluster:", "cluster-gke"): (BUSY, LATE),
            ("container/nodePool:", "general-pool"): (THROTTLED, LATE),
            ("compute/routerNat:", "network-nat"): (UNAVAILABLE, LATE),
            ("compute/subnetwork:", "network-subnetwork"): (THROTTLED,),
            ("compute/firewall:", "network-webhooks"): (NOT_READY,),
            ("kms/cryptoKey:", "cluster-secrets-key"): (FORBIDDEN,),
        },
    ),
    # A pool is replaced: the new one comes first, the old one goes last.
    *broken("create", {("container/nodePool:", "system-pool"): (STOCKOUT, LATE)}),
    *broken("delete", {("container/nodePool:", "system-pool"): (BUSY,)}),
    *broken("create", {("compute/address:", "network-nat-address-1"): (ADDRESSES,)}),
    *broken("create", {("projects/iAMMember:", "cluster-nodes-pull-acme-global"): (CONCURRENT,)}),
    *broken("delete", {("projects/iAMMember:", "cluster-nodes-pull"): (CONCURRENT,)}),
]

DOWN: Final = broken(
    "delete",
    {
        ("container/nodePool:", "general-pool"): (BUSY,),
        ("container/nodePool:", "system-pool"): (LATE,),
        ("container/cluster:", "cluster-gke"): (BUSY, LATE),
        ("compute/routerNat:", "network-nat"): (THROTTLED,),
        ("compute/router:", "network-router"): (UNAVAILABLE,),
        ("compute/firewall:", "network-webhooks"): (NOT_READY,),
        ("compute/address:", "support-traefik-address"): (IN_USE,),
        ("compute/address:", "network-nat-address-0"): (BACKEND,),
        ("compute/subnetwork:", "network-subnetwork"): (IN_USE,),
        ("compute/network:", "network-vpc"): (IN_USE, TIMED_OUT),
        ("servicenetworking/connection:", "network-databases"): (PRODUCERS,),
        ("compute/globalAddress:", "network-databases-range"): (LATE,),
        ("kms/cryptoKeyIAMMember:", "cluster-gke-agent-key"): (CONCURRENT,),
        ("kms/cryptoKey:", "cluster-secrets-key"): (BACKEND,),
        ("projects/iAMMember:", "cluster-nodes-run"): (CONCURRENT,),
        ("serviceaccount/account:", "cluster-nodes"): (FORBIDDEN,),
        ("secretmanager/secret:", "support-sealed-secrets-store-1"): (THROTTLED,),
        ("secretIamMember:", "support-sealed-secrets-access-secret-writer-store-2"): (UNAVAILABLE,),
        ("serviceaccount/iAMMember:", "support-external-dns-rights-role-assumer-zone-stage"): (CONCURRENT,),
    },
)
