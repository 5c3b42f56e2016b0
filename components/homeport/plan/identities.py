"""What a resource is outside of the program: which inputs name the thing that it stands for.

Two resources with the same identity are one thing with two owners. What has no name before it exists (automatic names)
and what only the cloud can say has no identity here.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from homeport.plan.graph import Graph, Resource, is_token_text, marks

#: Scope of names that are taken for the whole world, whoever asks.
_WORLD: Final = "the world"


@dataclass(frozen=True, slots=True)
class Identity:
    """One thing outside of the program.

    Attributes:
        key: equal for the same thing.
        words: how to call it in a sentence.
    """

    key: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class _Named:
    """How a type of a cloud is named.

    Attributes:
        what: as its vendor calls it.
        name: inputs that make the name; each must be known.
        scope: inputs inside of which the name is taken once: known, or outputs of one resource; absent ones are equal.
        world: whether the name is taken for everybody.
    """

    what: str
    name: tuple[str, ...] = ("name",)
    scope: tuple[str, ...] = ()
    world: bool = False


_PROJECT: Final = ("project",)
_REGIONAL: Final = ("project", "region")
_LOCATED: Final = ("project", "location")

#: Types of clouds whose names are chosen by who makes them. Not listed: what may exist twice under one name.
_CLOUD: Final[Mapping[str, _Named]] = {
    "aws:cloudtrail/trail:Trail": _Named("trail"),
    "aws:cloudwatch/logGroup:LogGroup": _Named("log group"),
    "aws:dynamodb/table:Table": _Named("DynamoDB table"),
    "aws:ecr/repository:Repository": _Named("ECR repository"),
    "aws:eks/accessEntry:AccessEntry": _Named("access entry", ("principalArn",), ("clusterName",)),
    "aws:eks/addon:Addon": _Named("EKS add-on", ("addonName",), ("clusterName",)),
    "aws:eks/cluster:Cluster": _Named("EKS cluster"),
    "aws:eks/nodeGroup:NodeGroup": _Named("node group", ("nodeGroupName",), ("clusterName",)),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _Named(
        "Pod Identity association", ("namespace", "serviceAccount"), ("clusterName",)
    ),
    "aws:iam/instanceProfile:InstanceProfile": _Named("instance profile"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _Named("identity provider", ("url",)),
    "aws:iam/policy:Policy": _Named("IAM policy"),
    "aws:iam/role:Role": _Named("IAM role"),
    "aws:iam/rolePolicy:RolePolicy": _Named("inline policy", ("name",), ("role",)),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _Named("attachment of the policy", ("policyArn",), ("role",)),
    "aws:iam/user:User": _Named("IAM user"),
    "aws:kms/alias:Alias": _Named("alias of a key"),
    "aws:rds/cluster:Cluster": _Named("RDS cluster", ("clusterIdentifier",)),
    "aws:rds/instance:Instance": _Named("RDS instance", ("identifier",)),
    "aws:rds/subnetGroup:SubnetGroup": _Named("RDS subnet group"),
    "aws:route53/record:Record": _Named("DNS record", ("name", "type"), ("zoneId", "setIdentifier")),
    "aws:s3/bucket:Bucket": _Named("S3 bucket", ("bucket",), world=True),
    "aws:s3/bucketPolicy:BucketPolicy": _Named("policy of the bucket", ("bucket",)),
    "aws:secretsmanager/secret:Secret": _Named("secret"),
    "aws:sns/topic:Topic": _Named("SNS topic"),
    "aws:sqs/queue:Queue": _Named("SQS queue"),
    "eks:index:Cluster": _Named("EKS cluster"),
    "gcp:artifactregistry/repository:Repository": _Named("repository", ("repositoryId",), _LOCATED),
    "gcp:compute/address:Address": _Named("address", scope=_REGIONAL),
    "gcp:compute/firewall:Firewall": _Named("firewall rule", scope=_PROJECT),
    "gcp:compute/globalAddress:GlobalAddress": _Named("global address", scope=_PROJECT),
    "gcp:compute/network:Network": _Named("VPC network", scope=_PROJECT),
    "gcp:compute/router:Router": _Named("router", scope=_REGIONAL),
    "gcp:compute/routerNat:RouterNat": _Named("NAT", scope=(*_REGIONAL, "router")),
    "gcp:compute/subnetwork:Subnetwork": _Named("subnetwork", scope=_REGIONAL),
    "gcp:container/cluster:Cluster": _Named("GKE cluster", scope=_LOCATED),
    "gcp:container/nodePool:NodePool": _Named("node pool", scope=(*_LOCATED, "cluster")),
    "gcp:dns/managedZone:ManagedZone": _Named("DNS zone", scope=_PROJECT),
    "gcp:dns/recordSet:RecordSet": _Named("DNS record", ("name", "type"), (*_PROJECT, "managedZone")),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": _Named(
        "workload identity pool", ("workloadIdentityPoolId",), _PROJECT
    ),
    "gcp:kms/cryptoKey:CryptoKey": _Named("key", scope=("keyRing",)),
    "gcp:kms/keyRing:KeyRing": _Named("key ring", scope=_LOCATED),
    "gcp:logging/projectSink:ProjectSink": _Named("log sink", scope=_PROJECT),
    "gcp:projects/service:Service": _Named("service", ("service",), _PROJECT),
    "gcp:pubsub/topic:Topic": _Named("topic", scope=_PROJECT),
    "gcp:secretmanager/secret:Secret": _Named("secret", ("secretId",), _PROJECT),
    "gcp:serviceaccount/account:Account": _Named("service account", ("accountId",), _PROJECT),
    "gcp:sql/databaseInstance:DatabaseInstance": _Named("SQL instance", scope=_PROJECT),
    "gcp:storage/bucket:Bucket": _Named("bucket", world=True),
}

_TOKEN: Final = re.compile(r"\$\{([^{}]*\.[^{}]*)\}")

#: Kinds of resources of the Kubernetes provider that are no objects of their own.
_NO_OBJECTS: Final = ("Patch", "List")


def identity(resource: Resource, graph: Graph) -> Identity | None:
    """What a resource stands for, or None where a plan cannot tell.

    Args:
        resource: of the graph.
        graph: where its provider is, whose settings fill in what the resource leaves out.
    """
    if resource.external is not None or resource.is_component or resource.is_provider:
        return None
    look = _Look(resource, graph)
    if resource.type.startswith("kubernetes:"):
        return look.kubernetes()
    if resource.type in _CLOUD:
        return look.cloud(_CLOUD[resource.type])
    if resource.package == "gcp" and resource.type.lower().endswith("iammember"):
        return look.grant()
    return None


class _Look:
    """One resource, seen with what its provider adds."""

    def __init__(self, resource: Resource, graph: Graph) -> None:
        self._resource = resource
        self._graph = graph
        self._provider = graph.by_urn.get(resource.provider or "")
        self._where = self._provider.urn if self._provider else ""

    def kubernetes(self) -> Identity | None:
        _, group, kind = self._resource.type.split(":", 2)
        if self._resource.type == "kubernetes:helm.sh/v3:Release":
            name, namespace = _plain(self._resource.inputs.get("name")), self._namespace(self._resource.inputs)
            if name is None or namespace is None:
                return None
            return Identity(("helm", self._where, namespace, name), f"the Helm release {namespace}/{name}")
        if group.startswith(("helm.sh", "yaml", "kustomize")) or kind.endswith(_NO_OBJECTS):
            return None
        metadata: Any = self._resource.inputs.get("metadata")
        if not isinstance(metadata, Mapping):
            return None
        found = cast("Mapping[str, Any]", metadata)
        name, namespace = _plain(found.get("name")), self._namespace(found)
        if name is None or namespace is None:
            return None
        # A version is a view of an object: apps/v1 and apps/v1beta1 show the same Deployment.
        api = group.partition("/")[0]
        shown = f"{namespace}/{name}" if "namespace" in found else name
        return Identity(("kubernetes", self._where, api, kind, namespace, name), f"the {kind} {shown}")

    def cloud(self, named: _Named) -> Identity | None:
        inputs = self._resource.inputs
        names = [_plain(inputs.get(key)) for key in named.name]
        # Every resource on AWS may lie in another region than its provider's.
        keys = (*named.scope, "region") if self._resource.package in {"aws", "eks"} else named.scope
        scope = [self._scope(self._default(key) if inputs.get(key) is None else inputs[key]) for key in keys]
        if None in names or None in scope:
            return None
        where = _WORLD if named.world else self._where
        words = f"the {named.what} {' '.join(map(str, names))}"
        return Identity((self._resource.type, where, *map(str, names), *map(str, scope)), words)

    def grant(self) -> Identity | None:
        """A grant has no name: all of it is what it is."""
        inputs = {"project": self._default("project"), **self._resource.inputs}
        texts = {key: self._scope(value) for key, value in sorted(inputs.items())}
        if None in texts.values():
            return None
        words = f"the grant of {inputs.get('role')} to {inputs.get('member')}"
        return Identity((self._resource.type, *(f"{key}={text}" for key, text in texts.items())), words)

    def _namespace(self, inputs: Mapping[str, Any]) -> str | None:
        """The namespace of an object. One without is in the provider's; for objects of no namespace it is equal."""
        given: Any = inputs.get("namespace")
        return self._scope(given or self._default("namespace") or "default")

    def _default(self, key: str) -> Any:
        """What a provider fills in; `location` of a resource is the provider's region."""
        if self._provider is None:
            return ""
        return self._provider.inputs.get("region" if key == "location" else key, "")

    def _scope(self, value: object) -> str | None:
        """What a name is taken in, as text, or None where equal texts may be different things."""
        if set(marks(value)) - {"token"}:
            return None
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        return text if all(map(self._says_which, _TOKEN.findall(text))) else None

    def _says_which(self, token: str) -> bool:
        """Whether a token is an output of exactly one resource: neither a look-up, nor one of a list."""
        if "[*]" in token:
            return False
        named = [item.name for item in self._graph.resources if item.custom and token.startswith(f"{item.name}.")]
        longest = max(named, key=len, default=None)
        return longest is not None and named.count(longest) == 1


def _plain(value: object) -> str | None:
    """A name that is known in full."""
    return value if isinstance(value, str) and value and not is_token_text(value) else None
