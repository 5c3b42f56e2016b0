"""AWS: what the cloud computes, what it answers to look-ups."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.engine.simcloud.aws_names import identity
from tests.engine.simcloud.cloud import Cloud, CloudError
from tests.engine.simcloud.computed import all_properties
from tests.engine.simcloud.samples import Context
from tests.engine.simcloud.sdk_schema import TypeSchema
from tests.engine.simcloud.values import Properties, as_list, as_map, has_unknown, plain

CLUSTER: Final = "aws:eks/cluster:Cluster"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
ADDON: Final = "aws:eks/addon:Addon"
LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"

#: Types whose name is not in a property `name`.
_NAME_KEYS: Final[Mapping[str, str]] = {
    NODE_GROUP: "nodeGroupName",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:rds/instance:Instance": "identifier",
}
#: The provider makes up no names for these.
_NEVER_NAMED: Final = re.compile(r"aws:(route53|ssm)/")
#: Computed properties that an update gives new values: a preview cannot know them.
_CHANGING: Final[Mapping[str, frozenset[str]]] = {
    LAUNCH_TEMPLATE: frozenset({"latestVersion", "defaultVersion"}),
}


@dataclass(frozen=True, slots=True)
class AwsHooks:
    """What happens elsewhere when AWS makes something.

    Attributes:
        new_cluster: called once for each new cluster, with whether its endpoint is public; URL of its endpoint and CA
            certificate (base64).
        new_addon: called with the name of each new EKS add-on.
    """

    new_cluster: Callable[[bool], tuple[str, str]]
    new_addon: Callable[[str], object]


class Aws:
    """The simulated AWS.

    Args:
        cloud: what is live.
        hooks: what happens in clusters.
    """

    package = "aws"

    def __init__(self, cloud: Cloud, hooks: AwsHooks) -> None:
        self._cloud = cloud
        self._hooks = hooks

    def auto_name(self, token: str) -> str | None:
        """The property that holds a name, for types that get one."""
        return None if _NEVER_NAMED.match(token) else _NAME_KEYS.get(token, "name")

    def defaults(self, token: str) -> Properties:
        """Inputs that the provider fills in."""
        return {}

    def complete(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> Properties:
        """What the provider's configuration adds to the inputs: its default tags."""
        if schema is None or "tagsAll" not in schema.outputs:
            return {}
        tags: Properties = inputs.get("tags") or {}
        return {"tagsAll": tags if has_unknown(tags) else {**_default_tags(config), **plain(tags)}}

    def changing(self, token: str) -> frozenset[str]:
        """Computed properties that the preview of an update does not know."""
        return _CHANGING.get(token, frozenset())

    def stale(self, token: str, inputs: Properties, state: Properties, config: Properties) -> tuple[str, ...]:
        """Computed properties that another configuration of the provider changes: none."""
        return ()

    def config_problem(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> str | None:
        """What is missing in the provider's configuration for a resource."""
        regional = schema is not None and "region" in schema.inputs
        if regional and not plain(inputs.get("region")) and not config.get("region"):
            return "region: missing AWS region"
        return None

    def scope(self, token: str, config: Properties) -> str:
        """Within what the ids of a type are unique: an account; the names of buckets, the world."""
        return "" if token.startswith("aws:s3/bucket") else _account(config)

    def create(self, token: str, name: str, inputs: Properties, config: Properties) -> tuple[str, Properties]:
        """Id and properties of a new resource."""
        given = _named(token, plain(inputs), f"{uuid.uuid4().int % 10**14:014d}")
        context = _context(token, name, given, config)
        made = identity(token, context, given)
        # Before anything is made up: a new cluster empties the control plane.
        self._cloud.refuse_taken(token, made.id, self.scope(token, config))
        if token == CLUSTER:
            public = (as_map(given.get("vpcConfig")) or {}).get("endpointPublicAccess", True)
            endpoint, certificate = self._hooks.new_cluster(bool(public))
            own = _new_cluster(context, given, endpoint, certificate)
        else:
            own = _made(token, made.id, context, given)
        if token == ADDON:
            self._hooks.new_addon(str(given.get("addonName")))
        common = {"arn": made.arn, **dict.fromkeys(("ownerId", "registryId", "accountId"), context.project)}
        return made.id, all_properties(token, context, inputs, made={**common, **own}, old={})

    def update(self, token: str, id_: str, inputs: Properties, old: Properties, config: Properties) -> Properties:
        """Properties after an update; what the cloud gave at first stays."""
        context = _context(token, id_, plain(inputs), config)
        own = {key: old[key] for key in ("arn", _NAME_KEYS.get(token, "name")) if key in old}
        if token == CLUSTER:
            own |= {key: old[key] for key in ("endpoint", "certificateAuthority", "identities")}
            own["vpcConfig"] = {key: old["vpcConfig"][key] for key in ("clusterSecurityGroupId", "vpcId")}
            if "encryptionConfig" in old:
                # The provider says nothing, and EKS keeps the key that it has.
                inputs = {**inputs, "encryptionConfig": old["encryptionConfig"]}
        if token == LAUNCH_TEMPLATE:
            # Tags of the template itself are in no version of it.
            latest = int(old["latestVersion"]) + (_without_tags(inputs, inputs) != _without_tags(old, inputs))
            own |= {"latestVersion": latest, "defaultVersion": latest}
        return all_properties(token, context, inputs, made=own, old=old)

    def invoke(self, token: str, arguments: Properties, config: Properties) -> Properties:
        """Answer of a data source.

        Raises:
            CloudError: nothing is known about it.
        """
        account, region = _account(config), str(config.get("region"))
        match token:
            case "aws:index/getPartition:getPartition":
                return {
                    "id": "aws",
                    "partition": "aws",
                    "dnsSuffix": "amazonaws.com",
                    "reverseDnsPrefix": "com.amazonaws",
                }
            case "aws:index/getCallerIdentity:getCallerIdentity":
                arn = f"arn:aws:iam::{account}:role/homeport/ci-homeport-deploy"
                return {"id": account, "accountId": account, "arn": arn, "userId": "AROAEXAMPLE"}
            case "aws:index/getRegion:getRegion":
                return {"id": region, "name": region, "region": region, "endpoint": f"ec2.{region}.amazonaws.com"}
            case _:
                raise CloudError(f"the simulated cloud knows no data source {token} (arguments {sorted(arguments)})")


def _named(token: str, given: Properties, suffix: str) -> Properties:
    """The inputs, with a name that begins as they ask."""
    key = _NAME_KEYS.get(token, "name")
    prefix = given.get(f"{key}Prefix")
    if not isinstance(prefix, str) or given.get(key):
        return given
    return {**given, key: f"{prefix}{suffix}"}


def _made(token: str, id_: str, context: Context, given: Properties) -> Properties:
    """What AWS makes up for the types that programs read from."""
    digest, region = context.digest, context.region
    match token:
        case "aws:eks/nodeGroup:NodeGroup":
            group = {"autoscalingGroups": [{"name": f"eks-{context.name}-{digest[:8]}"}]}
            return {"nodeGroupName": context.name, "status": "ACTIVE", "resources": [group]}
        case "aws:ec2/launchTemplate:LaunchTemplate":
            return {"latestVersion": 1, "defaultVersion": 1}
        case "aws:ec2/eip:Eip":
            return {"allocationId": id_, "publicIp": f"198.51.100.{int(digest[:2], 16)}"}
        case "aws:route53/zone:Zone":
            servers = [f"ns-{number}.awsdns-0{number}.example" for number in range(4)]
            return {"zoneId": id_, "nameServers": servers, "primaryNameServer": servers[0]}
        case "aws:route53/record:Record":
            return {"fqdn": given.get("name")}
        case "aws:ecr/repository:Repository":
            return {"repositoryUrl": f"{context.project}.dkr.ecr.{region}.amazonaws.com/{context.name}"}
        case "aws:kms/key:Key":
            return {"keyId": id_}
        case "aws:s3/bucket:Bucket":
            return {
                "bucketDomainName": f"{id_}.s3.amazonaws.com",
                "bucketRegionalDomainName": f"{id_}.s3.{region}.amazonaws.com",
            }
        case _:
            return {}


def _new_cluster(context: Context, given: Properties, endpoint: str, certificate: str) -> Properties:
    issuer = f"https://oidc.eks.{context.region}.amazonaws.com/id/{context.digest[:32].upper()}"
    return {
        "endpoint": endpoint,
        "certificateAuthority": {"data": certificate},
        "identities": [{"oidcs": [{"issuer": issuer}]}],
        "status": "ACTIVE",
        "platformVersion": "eks.1",
        "vpcConfig": {"clusterSecurityGroupId": f"sg-{context.digest[:17]}", "vpcId": f"vpc-{context.digest[:17]}"},
    }


def _without_tags(properties: Properties, of: Properties) -> Properties:
    """Those of the properties `of` that are no tags."""
    return {
        key: plain(properties.get(key)) for key in of if key not in {"tags", "tagsAll"} and not key.startswith("__")
    }


def _context(token: str, name: str, given: Properties, config: Properties) -> Context:
    own_name = given.get(_NAME_KEYS.get(token, "name"))
    region = given.get("region") or config.get("region") or "eu-central-1"
    return Context(
        token=token,
        name=own_name if isinstance(own_name, str) else name,
        project=_account(config),
        region=region if isinstance(region, str) else "eu-central-1",
    )


def _account(config: Properties) -> str:
    allowed: list[Any] = as_list(config.get("allowedAccountIds")) or ["123456789012"]
    return str(allowed[0])


def _default_tags(config: Properties) -> Properties:
    return as_map((as_map(config.get("defaultTags")) or {}).get("tags")) or {}
