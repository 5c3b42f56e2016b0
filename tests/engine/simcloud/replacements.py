"""Which changes replace a resource.

Dated: 2026-11-21. Sources:
- `gcp:container/*`: what the google provider planned when asked property by property (source of 2026-08-21).
- other `gcp:*`: `ForceNew` in the schemas of the same source, commit e03b7622a2, from which Pulumi's is bridged.
- `random:*`: every input, by the provider's documentation; `keepers` are among them.
- `aws:*`: `replacements_aws`.
https://github.com/hashicorp/terraform-provider-google https://www.pulumi.com/registry/packages/random/
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final

from tests.engine.simcloud.replacements_aws import (
    AWS_REPLACING,
    BUCKET_SETTINGS,
    BUCKET_SETTINGS_REPLACING,
    REPLACED_WHEN_REMOVED,
)
from tests.engine.simcloud.values import Properties, plain

#: Stands for every input of a type.
EVERYTHING: Final = "*"

_CLUSTER: Final = """
    name project location network subnetwork description initialNodeCount enableAutopilot enableTpu
    enableKubernetesAlpha ipAllocationPolicy.clusterSecondaryRangeName
    ipAllocationPolicy.servicesSecondaryRangeName networkingMode privateClusterConfig.masterIpv4CidrBlock
    datapathProvider defaultMaxPodsPerNode confidentialNodes nodeConfig.serviceAccount
"""
_NODE_POOL: Final = """
    name namePrefix cluster project location initialNodeCount maxPodsPerNode networkConfig.podRange placementPolicy
    queuedProvisioning nodeConfig.metadata nodeConfig.spot nodeConfig.preemptible nodeConfig.serviceAccount
    nodeConfig.oauthScopes nodeConfig.shieldedInstanceConfig.enableSecureBoot nodeConfig.bootDiskKmsKey
    nodeConfig.localSsdCount nodeConfig.ephemeralStorageLocalSsdConfig nodeConfig.localNvmeSsdBlockConfig
    nodeConfig.guestAccelerators nodeConfig.minCpuPlatform nodeConfig.reservationAffinity
    nodeConfig.advancedMachineFeatures.threadsPerCore nodeConfig.nodeGroup nodeConfig.soleTenantConfig
    nodeConfig.maxRunDuration
"""
_ADDRESS: Final = "name address addressType description ipVersion network prefixLength purpose project"

#: Type to the properties whose change replaces; nested ones with dots.
REPLACING: Final[Mapping[str, frozenset[str]]] = {
    token: frozenset(paths.split())
    for token, paths in {
        "gcp:container/cluster:Cluster": _CLUSTER,
        "gcp:container/nodePool:NodePool": _NODE_POOL,
        "gcp:compute/network:Network": "name autoCreateSubnetworks description networkProfile project",
        "gcp:compute/subnetwork:Subnetwork": "name network description region reservedInternalRange project",
        "gcp:compute/firewall:Firewall": "name direction project",
        "gcp:compute/router:Router": "name network region encryptedInterconnectRouter project",
        "gcp:compute/routerNat:RouterNat": "name router endpointTypes initialNatIps region type project",
        "gcp:compute/address:Address": f"{_ADDRESS} networkTier region subnetwork",
        "gcp:compute/globalAddress:GlobalAddress": _ADDRESS,
        "gcp:servicenetworking/connection:Connection": "network service",
        "gcp:kms/keyRing:KeyRing": EVERYTHING,
        "gcp:kms/cryptoKey:CryptoKey": "keyRing name purpose destroyScheduledDuration importOnly cryptoKeyBackend",
        "gcp:serviceaccount/account:Account": "accountId project",
        "gcp:projects/iAMCustomRole:IAMCustomRole": "roleId project",
        "gcp:projects/service:Service": "service project",
        "gcp:projects/serviceIdentity:ServiceIdentity": EVERYTHING,
        "gcp:dns/managedZone:ManagedZone": "dnsName name visibility project",
        "gcp:dns/recordSet:RecordSet": "managedZone name type project",
        "gcp:storage/bucket:Bucket": "name location project enableObjectRetention hierarchicalNamespace",
        "gcp:artifactregistry/repository:Repository": "format repositoryId kmsKeyName location mode project",
        "gcp:secretmanager/secret:Secret": "secretId replication project",
        "gcp:billing/budget:Budget": "billingAccount",
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": "workloadIdentityPoolId project",
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": (
            "workloadIdentityPoolId workloadIdentityPoolProviderId project"
        ),
        "gcp:logging/projectSink:ProjectSink": "name project",
        "gcp:monitoring/notificationChannel:NotificationChannel": "project",
        **AWS_REPLACING,
    }.items()
}
#: Additive grants have nothing that could change; what is random or a key would be another one.
_REPLACED_AS_A_WHOLE: Final = re.compile(r"^(random|tls):|I[Aa][Mm]Member$")

#: Blocks whose removal from a program the provider does not see: the cloud's value stays (optional and computed).
KEPT_WHEN_REMOVED: Final[Mapping[str, frozenset[str]]] = {
    "gcp:container/cluster:Cluster": frozenset({"privateClusterConfig", "workloadIdentityConfig"}),
}

#: Maps that belong to the program as a whole: what somebody adds is drift. Labels of clusters and of most other types
#: are not among them: the provider looks after those alone that the program names.
READ_WHOLE: Final[Mapping[str, frozenset[str]]] = {
    "gcp:container/nodePool:NodePool": frozenset({"nodeConfig.labels", "nodeConfig.resourceLabels"}),
}
#: The same for every type of AWS, whose provider looks after all tags of what it made.
#: https://www.pulumi.com/registry/packages/aws/api-docs/provider/#ignoretags_yaml
_READ_WHOLE_ON_AWS: Final = frozenset({"tags", "tagsAll"})


def read_whole(token: str) -> frozenset[str]:
    """Maps of a type that belong to the program as a whole."""
    return _READ_WHOLE_ON_AWS if token.startswith("aws:") else READ_WHOLE.get(token, frozenset())


def is_listed(token: str) -> bool:
    """Whether it is known what replaces this type."""
    return token in REPLACING or any(pattern.search(token) for pattern in (_REPLACED_AS_A_WHOLE, BUCKET_SETTINGS))


def replaces(token: str, path: str, old: Properties, new: Properties) -> bool:
    """Whether the change at `path`, such as `nodeConfig.taints[0].key`, replaces the resource."""
    if _REPLACED_AS_A_WHOLE.search(token):
        return True
    if path == "ipCidrRange" and token == "gcp:compute/subnetwork:Subnetwork":
        return not _grows(plain(old.get("ipCidrRange")), plain(new.get("ipCidrRange")))
    bare = re.sub(r"\[[^\]]*\]", "", path)
    rules = REPLACING.get(token, frozenset())
    if BUCKET_SETTINGS.match(token):
        rules = frozenset(BUCKET_SETTINGS_REPLACING.split())
    if token.startswith("aws:") and bare == "region":
        return True
    if (token, bare) in REPLACED_WHEN_REMOVED and bare not in new:
        return True
    return EVERYTHING in rules or any(bare == rule or bare.startswith(f"{rule}.") for rule in rules)


def _grows(old: Any, new: Any) -> bool:
    """Whether a subnet's range is extended, the only change of it that Google makes in place."""
    try:
        return ipaddress.IPv4Network(old).subnet_of(ipaddress.IPv4Network(new))
    except ValueError:
        return False
