"""What the clouds refuse in practice, beyond what an SDK's types say."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, Final

from tests.engine.simcloud.cloud import Cloud, CloudError, Live
from tests.engine.simcloud.refusals_aws import check_delete_aws, check_new_aws
from tests.engine.simcloud.values import Properties, as_map, plain, strings

_COMPUTE_NAME: Final = r"[a-z]([-a-z0-9]*[a-z0-9])?"
#: Type, property, pattern, longest.
_NAMES: Final = (
    (r"gcp:container/(cluster|nodePool):", "name", _COMPUTE_NAME, 40),
    (r"gcp:compute/", "name", _COMPUTE_NAME, 63),
    (r"gcp:serviceaccount/account:", "accountId", r"[a-z][-a-z0-9]{4,}[a-z0-9]", 30),
    (r"gcp:storage/bucket:", "name", r"[a-z0-9][-_.a-z0-9]+[a-z0-9]", 63),
    (r"gcp:kms/", "name", r"[a-zA-Z0-9_-]+", 63),
)
#: Type, property, type that the property names: the dependency that is missing shows here.
_MUST_EXIST: Final = (
    (r"gcp:container/nodePool:", "cluster", "gcp:container/cluster:Cluster"),
    (r"gcp:container/cluster:", "network", "gcp:compute/network:Network"),
    (r"gcp:container/cluster:", "subnetwork", "gcp:compute/subnetwork:Subnetwork"),
    (r"gcp:compute/(subnetwork|router|firewall):", "network", "gcp:compute/network:Network"),
    (r"gcp:compute/routerNat:", "router", "gcp:compute/router:Router"),
    (r"gcp:kms/cryptoKey:", "keyRing", "gcp:kms/keyRing:KeyRing"),
    (r"gcp:dns/recordSet:", "managedZone", "gcp:dns/managedZone:ManagedZone"),
)
#: Types that cannot go while another live resource names them in one of these properties.
_IN_USE: Final = re.compile(r"gcp:compute/(network|subnetwork|address|router):|gcp:dns/managedZone:")
_REFERRING: Final = ("network", "subnetwork", "subnetworks", "router", "managedZone", "natIps")


def check_new(cloud: Cloud, token: str, properties: Properties, *, urn: str, old: Properties | None = None) -> None:
    """Refuse what the cloud would refuse to create or, with `old`, to change.

    Raises:
        CloudError: with the cloud's reason.
    """
    given: Properties = plain(properties)
    if token.startswith("aws:"):
        check_new_aws(cloud, token, given, old=old)
        return
    for pattern, key, allowed, longest in _NAMES:
        name = given.get(key)
        if re.match(pattern, token) and isinstance(name, str) and not _is_name(name, allowed, longest):
            raise CloudError(f"Error 400: {key} {name!r} must match {allowed} and have at most {longest} characters")
    for pattern, key, target in _MUST_EXIST:
        name = given.get(key)
        if re.match(pattern, token) and isinstance(name, str) and cloud.named(target, name) is None:
            raise CloudError(f"Error 404: {key} {name!r}: there is no live {target} of this name")
    if token == "gcp:compute/subnetwork:Subnetwork":
        _check_ranges(cloud, given, urn=urn)
    if token == "gcp:container/cluster:Cluster":
        _check_cluster(cloud, given)


def check_delete(cloud: Cloud, resource: Live, state: Properties) -> None:
    """Refuse what the cloud, or its provider, would refuse to delete.

    Raises:
        CloudError: with the reason.
    """
    if resource.type.startswith("aws:"):
        check_delete_aws(cloud, resource)
        return
    if plain(state.get("deletionProtection")) is True:
        # The provider looks at the state, not at the cloud: the switch needs an update of its own.
        raise CloudError(
            "Cannot destroy because deletion_protection is set to true. "
            f"Set it to false to proceed with deletion of {resource.type} {resource.id}"
        )
    if not _IN_USE.match(resource.type):
        return
    names = {resource.id, resource.properties.get("selfLink")}
    if not resource.type.startswith("gcp:compute/network"):
        names.add(resource.properties.get("name"))
    for other in list(cloud.live.values()):
        named = {text for key in _REFERRING for text in strings(other.properties.get(key))}
        # A cluster names its network by what it was given; routers are not its business.
        if other is not resource and names & named:
            raise CloudError(
                f"Error 400: {resource.id} is already being used by {other.id}, resourceInUseByAnotherResource"
            )


def _is_name(name: str, allowed: str, longest: int) -> bool:
    return len(name) <= longest and re.fullmatch(allowed, name) is not None


def _check_cluster(cloud: Cloud, given: Properties) -> None:
    subnetwork = cloud.named("gcp:compute/subnetwork:Subnetwork", str(given.get("subnetwork")))
    if subnetwork is None:
        return
    ranges = set(strings(subnetwork.properties.get("secondaryIpRanges")))
    policy = as_map(given.get("ipAllocationPolicy")) or {}
    for key in ("clusterSecondaryRangeName", "servicesSecondaryRangeName"):
        if policy.get(key) and policy[key] not in ranges:
            raise CloudError(f"Error 400: the subnetwork has no secondary range {policy[key]!r}")


def _check_ranges(cloud: Cloud, given: Properties, *, urn: str) -> None:
    mine = list(_ranges(given))
    for other in list(cloud.live.values()):
        same_network = plain(other.properties.get("network")) == given.get("network")
        if other.type != "gcp:compute/subnetwork:Subnetwork" or other.urn == urn or not same_network:
            continue
        for theirs in _ranges(plain(other.properties)):
            for own in mine:
                if own.overlaps(theirs):
                    raise CloudError(f"Error 400: {own} conflicts with {theirs} of {other.id}")


def _ranges(properties: Properties) -> Iterator[ipaddress.IPv4Network]:
    secondary: list[dict[str, Any]] = properties.get("secondaryIpRanges") or []
    for text in (properties.get("ipCidrRange"), *(item.get("ipCidrRange") for item in secondary)):
        if isinstance(text, str):
            try:
                yield ipaddress.IPv4Network(text)
            except ValueError as error:
                raise CloudError(f"Error 400: {error}") from None
