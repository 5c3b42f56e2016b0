"""Nothing replaces a GKE cluster or pool by accident.

The table is what Google's provider was asked for each property (version of 2026-08). Each property that replaces is
either never sent, constant, ignored, or follows from a setting whose documentation says that it replaces.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from homeport.cluster.gke_args import GkeClusterArgs
from homeport.cluster.pool_args import NodePoolArgs
from homeport.plan import Resource
from tests.cluster.gke_world import CLUSTER, POOL, args, graph, pool

#: Property that replaces a cluster, and how we deal with it.
CLUSTER_REPLACERS: Final = {
    "name": "setting:name",
    "project": "setting:project",
    "location": "setting:region",
    "network": "network",
    "subnetwork": "network",
    "ipAllocationPolicy.clusterSecondaryRangeName": "network",
    "ipAllocationPolicy.servicesSecondaryRangeName": "network",
    "privateClusterConfig.masterIpv4CidrBlock": "network",
    "datapathProvider": "constant",
    "networkingMode": "constant",
    "defaultMaxPodsPerNode": "setting:max_pods",
    "confidentialNodes": "absent",
    "enableAutopilot": "absent",
    "enableKubernetesAlpha": "absent",
    "initialNodeCount": "ignored",
    "nodeConfig.serviceAccount": "ignored",
    "description": "absent",
    "enableTpu": "absent",
}

#: The same for a pool.
POOL_REPLACERS: Final = {
    "name": "absent",
    "cluster": "cluster",
    "project": "cluster",
    "location": "cluster",
    "initialNodeCount": "ignored",
    "maxPodsPerNode": "setting:max_pods",
    "networkConfig.podRange": "absent",
    "placementPolicy": "absent",
    "queuedProvisioning": "absent",
    "nodeConfig.metadata": "constant",
    "nodeConfig.spot": "setting:spot",
    "nodeConfig.preemptible": "absent",
    "nodeConfig.serviceAccount": "cluster",
    "nodeConfig.oauthScopes": "constant",
    "nodeConfig.shieldedInstanceConfig.enableSecureBoot": "setting:secure_boot",
    "nodeConfig.bootDiskKmsKey": "absent",
    "nodeConfig.localSsdCount": "absent",
    "nodeConfig.ephemeralStorageLocalSsdConfig": "absent",
    "nodeConfig.localNvmeSsdBlockConfig": "absent",
    "nodeConfig.guestAccelerators": "setting:gpu",
    "nodeConfig.minCpuPlatform": "absent",
    "nodeConfig.reservationAffinity": "absent",
    "nodeConfig.advancedMachineFeatures": "absent",
    "nodeConfig.nodeGroup": "absent",
    "nodeConfig.soleTenantConfig": "absent",
    "nodeConfig.maxRunDuration": "absent",
}

#: A change of every setting of a cluster that is not said to replace it.
HARMLESS_CLUSTER_CHANGES: Final[list[dict[str, Any]]] = [
    {"zones": ["europe-west3-a", "europe-west3-b", "europe-west3-c"]},
    {"release_channel": "rapid"},
    {"version": "1.34"},
    {"api": {"access": "private"}},
    {"api": {"access": "public", "authorized_networks": {"office": "203.0.113.0/24"}}},
    {"maintenance": {"window": {"start": "05:00"}}},
    {"encryption": {"enabled": False}},
    {"encryption": {"rotation_days": 30}},
    {"logging": []},
    {"monitoring": []},
    {"managed_prometheus": True},
    {"security_posture": "disabled"},
    {"vulnerability_scanning": "enterprise"},
    {"rbac_group": "gke-security-groups@acme.example"},
    {"cost_allocation": False},
    {"gateway_api": True},
    {"binary_authorization": True},
    {"registry_projects": ["acme-registry"]},
]

HARMLESS_POOL_CHANGES: Final[list[dict[str, Any]]] = [
    {"machines": ["n2-standard-8"]},
    {"min": 0, "max": 12},
    {"size": 4},
    {"zones": ["europe-west3-b"]},
    {"disk": {"size_gb": 200, "type": "ssd"}},
    {"labels": {"team": "shop"}},
    {"taints": [{"key": "k", "effect": "NoSchedule"}]},
    {"upgrade": {"strategy": "blue-green"}},
    {"system": True},
]


def value_at(resource: Resource, path: str) -> Any:
    value: Any = resource.inputs
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]  # pyright: ignore[reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]


def effective(resource: Resource, replacers: dict[str, str]) -> dict[str, Any]:
    """What the provider compares: the replacing properties that are not ignored."""
    ignored = set(resource.options.ignore_changes)
    return {
        path: value_at(resource, path)
        for path in replacers
        if path not in ignored and path.split(".", maxsplit=1)[0] not in ignored
    }


def the_cluster(cluster_args: GkeClusterArgs) -> Resource:
    return graph(cluster_args).one(type=CLUSTER)


def the_pool(pool_args: NodePoolArgs) -> Resource:
    return graph(pools={"general": pool_args}).one(type=POOL)


@pytest.mark.parametrize(
    ("kind", "replacers"), [("cluster", CLUSTER_REPLACERS), ("pool", POOL_REPLACERS)], ids=["cluster", "pool"]
)
def test_every_replacing_property_is_dealt_with_as_the_table_says(kind: str, replacers: dict[str, str]) -> None:
    made = graph(pools={"general": pool()})
    resource = made.one(type=CLUSTER if kind == "cluster" else POOL)
    ignored = set(resource.options.ignore_changes)
    documented = (GkeClusterArgs if kind == "cluster" else NodePoolArgs).__doc__ or ""
    for path, how in replacers.items():
        if how == "absent":
            assert value_at(resource, path) is None, path
        elif how == "ignored":
            assert {path, path.split(".", maxsplit=1)[0]} & ignored, path
        elif how.startswith("setting:"):
            assert (
                how.removeprefix("setting:") in documented.split("replace", maxsplit=1)[1 if kind == "cluster" else 0]
            )
        elif how == "cluster":
            urns = resource.property_dependencies.get(path.split(".", maxsplit=1)[0], [])
            assert path == "location" or any("homeport:cluster:GkeCluster" in urn for urn in urns), path


@pytest.mark.parametrize("changes", HARMLESS_CLUSTER_CHANGES, ids=str)
def test_no_other_setting_replaces_the_cluster(changes: dict[str, Any]) -> None:
    before, after = the_cluster(args()), the_cluster(args(**changes))
    assert effective(before, CLUSTER_REPLACERS) == effective(after, CLUSTER_REPLACERS)
    assert before.urn == after.urn


def test_every_setting_of_a_cluster_is_either_harmless_or_documented_as_replacing() -> None:
    replacing = {how.removeprefix("setting:") for how in CLUSTER_REPLACERS.values() if how.startswith("setting:")}
    tried = {name for changes in HARMLESS_CLUSTER_CHANGES for name in changes}
    assert set(GkeClusterArgs.model_fields) - {"kind"} == replacing | tried


@pytest.mark.parametrize("changes", HARMLESS_POOL_CHANGES, ids=str)
def test_no_other_setting_replaces_a_pool(changes: dict[str, Any]) -> None:
    before, after = the_pool(pool()), the_pool(pool(**changes))
    assert effective(before, POOL_REPLACERS) == effective(after, POOL_REPLACERS)
    assert before.urn == after.urn


def test_every_setting_of_a_pool_is_either_harmless_or_documented_as_replacing() -> None:
    replacing = {how.removeprefix("setting:") for how in POOL_REPLACERS.values() if how.startswith("setting:")}
    tried = {name for changes in HARMLESS_POOL_CHANGES for name in changes}
    # arch follows the machine type; split_zones makes other pools, under other names.
    assert set(NodePoolArgs.model_fields) == replacing | tried | {"arch", "split_zones"}
