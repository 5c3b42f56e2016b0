"""Who may do what in an EKS cluster: access entries, pure.

An entry ties an IAM principal to an access policy of EKS, to Kubernetes groups, or to both. The nodes' own entry is not
among them: EKS makes it for the role of a managed node group, and a second one is refused (409).
https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.identity.aws_scope import partition_of
from homeport.model import In, Model, known, rule_error
from homeport.problems import Path, Problem
from homeport.values import DnsLabel

Access = Literal["admin", "operator", "developer", "viewer"]

#: What each level is in EKS.
#: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
ACCESS_POLICIES: Final[Mapping[Access, str]] = {
    "admin": "AmazonEKSClusterAdminPolicy",
    "operator": "AmazonEKSAdminPolicy",
    "developer": "AmazonEKSEditPolicy",
    "viewer": "AmazonEKSViewPolicy",
}

_PRINCIPAL: Final = re.compile(r"arn:(aws[a-z-]*):iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+")
_SESSION: Final = re.compile(r"arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([\w+=,.@-]+)/[\w+=,.@-]+")


def _principal(value: str) -> str:
    session = _SESSION.fullmatch(value)
    if session:
        partition, account, role = session.groups()
        if role.startswith("AWSReservedSSO_"):
            raise rule_error(
                "is a session, not the role behind it; an access entry takes the role's ARN, with its path",
                f"write what `aws iam get-role --role-name {role} --query Role.Arn` answers, for example "
                f"arn:{partition}:iam::{account}:role/aws-reserved/sso.amazonaws.com/eu-central-1/{role}",
            )
        raise rule_error(
            "is a session, not the role behind it; an access entry takes the role's ARN",
            f"write arn:{partition}:iam::{account}:role/{role}, with the role's path before its name if it has one",
        )
    if re.fullmatch(r"arn:aws[a-z-]*:iam::[0-9]{12}:root", value):
        raise rule_error(
            "is the root of an account; EKS takes roles and users only, and nobody should work as root",
            "write the ARN of a role, for example arn:aws:iam::111122223333:role/platform",
        )
    if not _PRINCIPAL.fullmatch(value):
        raise rule_error(
            "must be the full ARN of an IAM role or user, path included",
            "for example arn:aws:iam::111122223333:role/platform",
        )
    if "role/AWSReservedSSO_" in value:
        raise rule_error(
            "lacks the path of a role of IAM Identity Center; an access entry must name it",
            "write role/aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_...; without REGION if Identity Center "
            "lives in us-east-1",
        )
    return value


def _group(value: str) -> str:
    if not value or value.startswith("system:"):
        raise rule_error(
            "must not be empty or begin with system:, which EKS keeps for Kubernetes",
            "use a group of your own, for example acme:platform, and bind it to a ClusterRole",
        )
    return value


#: ARN of an IAM role or user. Any account; the path of a role belongs to it.
#: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
PrincipalArn = Annotated[str, AfterValidator(_principal)]


class AccessEntry(Model):
    """What one IAM principal may do in the cluster.

    https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
    """

    principal: In[PrincipalArn]
    """ARN of a role or user, of any account; a role of IAM Identity Center with its path."""
    access: Access | None = None
    """admin: everything. operator: everything in namespaces. developer: reads and writes workloads. viewer: reads all
    but secrets. None: only what `groups` are bound to."""
    namespaces: list[DnsLabel] = Field(default_factory=list)
    """Only in these namespaces; default: all."""
    groups: list[Annotated[str, AfterValidator(_group)]] = Field(default_factory=list)
    """Kubernetes groups besides, for bindings of your own."""

    def check(self) -> Iterator[Problem]:
        """It grants something, and an administrator's scope is the cluster."""
        if self.access is None and not self.groups:
            yield Problem(
                (),
                "grants nothing: it has neither access nor groups",
                "add access, for example access: viewer, or groups",
            )
        if self.access is None and self.namespaces:
            yield Problem(
                ("namespaces",),
                "has no effect without access: groups get their namespaces from their bindings",
                "add access, or remove namespaces",
                related=(("access",),),
            )
        if self.access == "admin" and self.namespaces:
            yield Problem(
                ("namespaces",),
                "an administrator is one of the whole cluster",
                "use access: operator for everything in these namespaces, or remove namespaces",
                ", ".join(self.namespaces),
                related=(("access",),),
            )
        for field in ("namespaces", "groups"):
            values: list[str] = getattr(self, field)
            for index, value in enumerate(values):
                if value in values[:index]:
                    yield Problem((field, index), "stands in the list twice", "remove one of them", value)


def policy_arn(access: Access, region: str) -> str:
    """ARN of the access policy of a level, in the partition of a region."""
    return f"arn:{partition_of(region)}:eks::aws:cluster-access-policy/{ACCESS_POLICIES[access]}"


def access_problems(
    entries: Mapping[str, AccessEntry], deployer: In[PrincipalArn], *, region: str
) -> Iterator[Problem]:
    """What EKS would refuse or what would lock people out; paths relative to the cluster's section."""
    owners: dict[str, Path] = {}
    deploying = known(deployer)
    if deploying is not None:
        owners[deploying] = ("deployer",)
        yield from _partition_problems(("deployer",), deploying, region)
    for name, entry in entries.items():
        principal = known(entry.principal)
        if principal is None:
            continue
        path: Path = ("access", name, "principal")
        if principal in owners:
            yield Problem(
                path,
                "has an access entry already; EKS takes one for each principal and refuses the second (409)",
                "remove this one: the deployer is an administrator already"
                if owners[principal] == ("deployer",)
                else "put both into one entry",
                principal,
                related=(owners[principal],),
            )
        owners.setdefault(principal, path)
        yield from _partition_problems(path, principal, region)
    if not any(entry.access == "admin" for entry in entries.values()):
        yield Problem(
            ("access",),
            "names no administrator beside the deployer: people could not help themselves when a deployment fails",
            "add one, for example platform: {principal: arn:aws:iam::111122223333:role/platform, access: admin}",
            related=(("deployer",),),
        )


def _partition_problems(path: Path, arn: str, region: str) -> Iterator[Problem]:
    partition = partition_of(region)
    if arn.split(":")[1] != partition:
        yield Problem(
            path,
            f"is of the partition {arn.split(':')[1]}, and the cluster's region lies in {partition}",
            f"name a principal whose ARN begins with arn:{partition}:",
            arn,
            related=(("region",),),
        )
