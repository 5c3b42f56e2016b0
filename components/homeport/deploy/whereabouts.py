"""How to see in a cloud whether a resource is there: the command, or words where there is none.

https://docs.cloud.google.com/sdk/gcloud/reference, https://docs.aws.amazon.com/cli/latest/reference/ and
https://kubernetes.io/docs/reference/kubectl/. Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from homeport.deploy.fields import mapping, text_of
from homeport.deploy.state import Pending

#: Names and addresses; nothing that a shell would take for more.
_SAFE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@/+=-]{0,511}")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")

#: Pattern of type tokens to the command; `{key}` is an input, of the resource or of its provider.
_COMMANDS: Final = (
    (r"gcp:container/cluster:", "gcloud container clusters describe {name} --location {location}"),
    (
        r"gcp:container/nodePool:",
        "gcloud container node-pools describe {name} --cluster {cluster} --location {location}",
    ),
    (r"gcp:compute/network:", "gcloud compute networks describe {name}"),
    (r"gcp:compute/subnetwork:", "gcloud compute networks subnets describe {name} --region {region}"),
    (r"gcp:compute/router:", "gcloud compute routers describe {name} --region {region}"),
    (r"gcp:compute/routerNat:", "gcloud compute routers nats describe {name} --router {router} --region {region}"),
    (r"gcp:compute/firewall:", "gcloud compute firewall-rules describe {name}"),
    (r"gcp:compute/address:", "gcloud compute addresses describe {name} --region {region}"),
    (r"gcp:compute/globalAddress:", "gcloud compute addresses describe {name} --global"),
    (r"gcp:kms/keyRing:", "gcloud kms keyrings describe {name} --location {location}"),
    (r"gcp:kms/cryptoKey:", "gcloud kms keys describe {name} --keyring {keyRing}"),
    (r"gcp:dns/managedZone:", "gcloud dns managed-zones describe {name}"),
    (r"gcp:storage/bucket:", "gcloud storage buckets describe gs://{name}"),
    (
        r"gcp:artifactregistry/repository:",
        "gcloud artifacts repositories describe {repositoryId} --location {location}",
    ),
    (r"gcp:secretmanager/secret:", "gcloud secrets describe {secretId}"),
    (r"gcp:projects/iAMCustomRole:", "gcloud iam roles describe {roleId}"),
    (
        r"gcp:serviceaccount/account:",
        "gcloud iam service-accounts describe {accountId}@{project}.iam.gserviceaccount.com",
    ),
    (r"aws:eks/cluster:", "aws eks describe-cluster --name {name}"),
    (
        r"aws:eks/nodeGroup:",
        "aws eks describe-nodegroup --cluster-name {clusterName} --nodegroup-name {nodeGroupName}",
    ),
    (r"aws:eks/addon:", "aws eks describe-addon --cluster-name {clusterName} --addon-name {addonName}"),
    (
        r"aws:eks/accessEntry:",
        "aws eks describe-access-entry --cluster-name {clusterName} --principal-arn {principalArn}",
    ),
    (
        r"aws:eks/podIdentityAssociation:",
        "aws eks list-pod-identity-associations --cluster-name {clusterName} --namespace {namespace}",
    ),
    (r"aws:iam/role:", "aws iam get-role --role-name {name}"),
    (r"aws:iam/policy:", "aws iam get-policy --policy-arn arn:aws:iam::ACCOUNT:policy/{name}"),
    (r"aws:s3/bucket", "aws s3api head-bucket --bucket {bucket}"),
    (r"aws:ecr/repository:", "aws ecr describe-repositories --repository-names {name}"),
    (r"aws:kms/alias:", "aws kms describe-key --key-id {name}"),
    (r"aws:secretsmanager/secret:", "aws secretsmanager describe-secret --secret-id {name}"),
    (r"aws:route53/zone:", "aws route53 list-hosted-zones-by-name --dns-name {name}"),
    (r"aws:cloudwatch/logGroup:", "aws logs describe-log-groups --log-group-name-prefix {name}"),
    (r"aws:ec2/launchTemplate:", "aws ec2 describe-launch-templates --launch-template-names {name}"),
    (r"aws:ec2/vpc:", "aws ec2 describe-vpcs --filters Name=tag:Name,Values={Name}"),
    (r"aws:ec2/subnet:", "aws ec2 describe-subnets --filters Name=tag:Name,Values={Name}"),
    (r"aws:ec2/natGateway:", "aws ec2 describe-nat-gateways --filter Name=tag:Name,Values={Name}"),
    (r"aws:ec2/internetGateway:", "aws ec2 describe-internet-gateways --filters Name=tag:Name,Values={Name}"),
    (r"aws:ec2/eip:", "aws ec2 describe-addresses --filters Name=tag:Name,Values={Name}"),
    (r"aws:ec2/routeTable:", "aws ec2 describe-route-tables --filters Name=tag:Name,Values={Name}"),
    (r"aws:ec2/securityGroup:", "aws ec2 describe-security-groups --filters Name=group-name,Values={name}"),
    (r"aws:ec2/vpcEndpoint:", "aws ec2 describe-vpc-endpoints --filters Name=tag:Name,Values={Name}"),
)
#: Made once more they are the same: nothing has to go before.
_HARMLESS: Final = re.compile(
    r"iAMMember:|IamMember:|IAMMember:|rolePolicyAttachment:|rolePolicy:|gcp:projects/service:|serviceIdentity:"
    r"|accessPolicyAssociation:|routeTableAssociation:|^random:|autoscaling/tag:"
)
#: Where the key's own place is part of what the input says.
_LAST_PART: Final = frozenset({"cluster", "router", "network"})


def whereabouts(pending: Pending) -> str:
    """One line: the command that shows the resource if it is there, or what to look for."""
    if _HARMLESS.search(pending.type):
        return "made once more it is the same: nothing to look for"
    if pending.type.startswith("kubernetes:"):
        return _in_cluster(pending)
    for pattern, command in _COMMANDS:
        if re.match(pattern, pending.type):
            return _filled(command, pending) + _at(pending)
    name = next((text for key in ("name", "bucket", "Name") if (text := _value(key, pending))), pending.name)
    cloud = {"gcp": "Google Cloud", "aws": "AWS"}.get(pending.type.partition(":")[0], "its cloud")
    place = ", ".join(f"{key} {value}" for key, value in sorted(pending.place.items()) if _SAFE.fullmatch(value))
    kind = pending.type.rpartition(":")[2] or "resource"
    return f"look in the console of {cloud}{f' ({place})' if place else ''} for the {kind} {name}"


def _in_cluster(pending: Pending) -> str:
    metadata = mapping(pending.inputs.get("metadata")) or pending.inputs
    name, place = text_of(metadata.get("name")), text_of(metadata.get("namespace"))
    name = name if _SAFE.fullmatch(name) else "NAME"
    where = f" -n {place}" if _SAFE.fullmatch(place) else ""
    if "helm.sh/v3" in pending.type:
        return f"helm status {name}{where}"
    return f"kubectl get {pending.type.rpartition(':')[2].lower()} {name}{where}"


def _filled(command: str, pending: Pending) -> str:
    def put(match: re.Match[str]) -> str:
        return _value(match[1], pending) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", match[1]).upper()

    return _PLACEHOLDER.sub(put, command)


def _at(pending: Pending) -> str:
    if pending.type.startswith("gcp:"):
        project = _value("project", pending)
        return f" --project {project}" if project and "storage/bucket" not in pending.type else ""
    region, profile = _value("region", pending), _value("profile", pending)
    out = f" --region {region}" if region and "aws:iam/" not in pending.type else ""
    return out + (f" --profile {profile}" if profile else "")


def _value(key: str, pending: Pending) -> str:
    tags: Mapping[str, Any] = mapping(pending.inputs.get("tags"))
    found = tags.get("Name") if key == "Name" else pending.inputs.get(key)
    text = text_of(found) or pending.place.get(key, "")
    text = text.rsplit("/", 1)[-1] if key in _LAST_PART else text
    return text if _SAFE.fullmatch(text) else ""
