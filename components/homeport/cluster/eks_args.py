"""Arguments of `EksCluster`: the section `cluster` of a stack file with `kind: eks`, without its node pools.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport import naming
from homeport.cluster.eks_access import AccessEntry, PrincipalArn, access_problems
from homeport.cluster.eks_addon_versions import AddonName, AddonVersion, addon_problems
from homeport.cluster.eks_api import EksApi
from homeport.globals.values import AccountId, AwsRegion
from homeport.identity.aws_scope import partition_of
from homeport.model import In, Model, known, rule_error
from homeport.network.aws_rules import zone_problems
from homeport.network.aws_values import AwsZone, ServicesCidr
from homeport.problems import Problem
from homeport.values import DnsLabel

LogType = Literal["api", "audit", "authenticator", "controller-manager", "scheduler"]

_KEY: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")


def _cluster_name(name: str) -> str:
    broken = naming.EKS_CLUSTER.violation(name)
    if broken:
        raise rule_error(broken, "choose a shorter name of letters, digits and -")
    return name


def _key_arn(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise rule_error(
            "must be the ARN of a KMS key, not of an alias",
            "for example arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        )
    return value


#: ARN of a KMS key.
KeyArn = Annotated[str, AfterValidator(_key_arn)]


class EksEncryption(Model):
    """Envelope encryption of Kubernetes secrets with a key of our own.

    EKS encrypts with a key of AWS's in any case. Once a key of our own is on, EKS takes neither another one nor none.
    https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
    """

    enabled: bool = True
    """Use a key of our own. Switching it on later is possible, off is not: that replaces the cluster."""
    key: In[KeyArn] | None = None
    """ARN of an existing symmetric key in the cluster's region; default: one is made. Changing it replaces the
    cluster."""
    rotation_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """Days between rotations of the key that is made."""

    def check(self) -> Iterator[Problem]:
        """A key is used."""
        if self.key is not None and not self.enabled:
            yield Problem(
                ("key",),
                "has no effect: encryption with a key of our own is off",
                "write enabled: true, or remove the key",
                related=(("enabled",),),
            )


class EksLogs(Model):
    """Logs of the control plane, in CloudWatch Logs.

    https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """

    types: list[LogType] = Field(default_factory=lambda: ["api", "audit", "authenticator"])
    """What is logged; an empty list switches it off."""
    retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
                            3288, 3653] = 90  # fmt: skip
    """Days until a record is deleted; the numbers that CloudWatch Logs takes."""

    def check(self) -> Iterator[Problem]:
        """No type twice."""
        for index, kind in enumerate(self.types):
            if kind in self.types[:index]:
                yield Problem(("types", index), "stands in the list twice", "remove one of them", kind)


class EksClusterArgs(Model):
    """An EKS cluster whose control plane spans zones, without nodes.

    What replaces a running cluster (and is therefore refused by its protection): name, account, region, the network,
    service_cidr, encryption off or with another key. Everything else changes in place; `version` one minor at a time
    and never back.
    https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
    """

    kind: Literal["eks"] = "eks"
    """Always eks."""
    name: Annotated[str, AfterValidator(_cluster_name)] | None = None
    """Name in the cloud; default: the environment's. Changing it replaces the cluster."""
    account: AccountId
    """AWS account of the cluster and its network; 12 digits, in quotes."""
    region: AwsRegion
    """Region, for example eu-central-1."""
    zones: list[AwsZone]
    """Zones of the nodes; two or more, named, never shuffled."""
    version: Annotated[str, Field(pattern=r"^1\.[0-9]{2}$")]
    """Kubernetes minor version, in quotes, for example "1.34". EKS has no release channels: raise it one by one."""
    support: Literal["standard", "extended"] = "standard"
    """What happens 14 months after the version came out. standard: EKS upgrades the cluster by itself. extended: it
    stays another 12 months, at six times the price of the control plane.
    https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"""
    api: EksApi
    """Who reaches the Kubernetes API, and how. There is no default: a private API needs a path, a public one ranges."""
    deployer: In[PrincipalArn]
    """Role that deploys this stack. It is an administrator by an entry of its own; must not stand in `access` too."""
    access: dict[DnsLabel, AccessEntry]
    """Name to access entry; at least one administrator beside the deployer."""
    encryption: EksEncryption = EksEncryption()
    """Encryption of Kubernetes secrets."""
    logs: EksLogs = EksLogs()
    """Logs of the control plane."""
    service_cidr: ServicesCidr = "172.20.0.0/16"
    """Range of Services; must not overlap the VPC or its peers. Changing it replaces the cluster."""
    max_pods: Annotated[int, Field(ge=8, le=256)] = 110
    """Most pods per node, unless a pool says otherwise. Changing it rolls the nodes."""
    addons: dict[AddonName, AddonVersion] = Field(default_factory=dict)
    """Managed add-on to its version; default: homeport's table for the Kubernetes version."""

    def check(self) -> Iterator[Problem]:
        """Zones belong to the region, people can get in, versions fit, keys lie where they can be used."""
        yield from zone_problems(self.zones, region=self.region)
        yield from access_problems(self.access, self.deployer, region=self.region)
        yield from addon_problems(self.version, self.addons)
        if self.name is not None:
            yield from eks_name_problems(self.name)
        key = known(self.encryption.key)
        if key is not None:
            _, partition, _, region, *_ = key.split(":")
            if region != self.region or partition != partition_of(self.region):
                yield Problem(
                    ("encryption", "key"),
                    f"the key must lie in the cluster's region, {self.region}",
                    f"use a key whose ARN begins with arn:{partition_of(self.region)}:kms:{self.region}:",
                    key,
                    related=(("region",),),
                )


def cluster_arn(args: EksClusterArgs, name: str) -> str:
    """The cluster's ARN, which is known before it exists."""
    return f"arn:{partition_of(args.region)}:eks:{args.region}:{args.account}:cluster/{name}"


def eks_name_problems(name: str) -> Iterator[Problem]:
    """What is wrong with `name` as a cluster's name, for a settings model that derives it from something else.

    Paths are relative to the cluster's section.
    """
    broken = naming.EKS_CLUSTER.violation(name)
    if broken:
        yield Problem(("name",), broken, "set name to 100 characters at most, of letters, digits, - and _", name)
