"""The sections of the global stack's file: `dns`, `ci`, `gcp`, `aws`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from homeport.cluster.gke_args import GcpRegion, ProjectId
from homeport.globals.access_args import AwsGrant, GcpGrant
from homeport.globals.audit_args import AwsAuditArgs, GcpAuditArgs
from homeport.globals.backup_args import AwsBackupArgs, GcpBackupArgs
from homeport.globals.budget_args import AwsBudgetArgs, GcpBudgetArgs
from homeport.globals.checks import aws_problems, gcp_problems, section_problems
from homeport.globals.ci_args import AwsCiArgs, CiIdentity, CiName, GcpCiArgs
from homeport.globals.dns_args import DnsArgs
from homeport.globals.key_args import AwsKeyArgs, GcpKeyArgs
from homeport.globals.registry_args import AwsRegistryArgs, GcpRegistryArgs
from homeport.globals.service_plan import GlobalPart
from homeport.globals.values import AccountId, Arn, AwsRegion
from homeport.model import Model
from homeport.problems import Path, Problem
from homeport.values import DnsLabel


class ServicesArgs(Model):
    """APIs that homeport enables."""

    enabled: bool = True
    """Enable what is needed. Off: somebody else does."""
    extra: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*\.googleapis\.com$")]] = Field(
        default_factory=list
    )
    """Further APIs of the projects with clusters."""
    settle_seconds: Annotated[int, Field(ge=0, le=600)] = 60
    """How long what needs a new API waits after it was enabled."""


class GlobalGcpArgs(Model):
    """What clusters on Google Cloud share, in a project of its own."""

    project: ProjectId
    """The project of everything here. Not one with a cluster: whoever administers a cluster should not reach it."""
    region: GcpRegion
    """Default location."""
    projects: dict[DnsLabel, ProjectId] = Field(default_factory=dict)
    """Name to project with clusters: people, CI, APIs, budgets and audit logs reach into them."""
    services: ServicesArgs = ServicesArgs()
    """APIs of all projects."""
    access: dict[DnsLabel, GcpGrant] = Field(default_factory=dict[str, GcpGrant])
    """Name to what a group of people may do."""
    ci: GcpCiArgs = GcpCiArgs()
    """What the identities of the section `ci` may do here."""
    registries: dict[DnsLabel, GcpRegistryArgs] = Field(default_factory=dict[str, GcpRegistryArgs])
    """Name to registry of images."""
    keys: dict[DnsLabel, GcpKeyArgs] = Field(default_factory=dict[str, GcpKeyArgs])
    """Name to shared key."""
    backups: dict[DnsLabel, GcpBackupArgs] = Field(default_factory=dict[str, GcpBackupArgs])
    """Name to bucket for backups."""
    budgets: dict[DnsLabel, GcpBudgetArgs] = Field(default_factory=dict[str, GcpBudgetArgs])
    """Name to budget."""
    audit: GcpAuditArgs | None = None
    """Copies of the audit logs; default: none."""

    @property
    def reached(self) -> dict[str, ProjectId]:
        """The projects with clusters, or the global one where none is named."""
        return dict(self.projects) or {"global": self.project}

    @property
    def every_project(self) -> dict[str, ProjectId]:
        """The projects with clusters and the global one."""
        return {"global": self.project, **self.projects}

    def bucket_name(self, backup: str) -> str:
        """Name of a backup bucket in the cloud."""
        return self.backups[backup].name or f"{self.project}-{backup}"

    @property
    def audit_name(self) -> str:
        """Name of the bucket of the audit logs."""
        return (self.audit and self.audit.name) or f"{self.project}-audit"

    def parts(self) -> Iterator[GlobalPart]:
        """Which parts stand in the global project, for its APIs."""
        if self.registries:
            yield "registries"
        if any(registry.scanning for registry in self.registries.values()):
            yield "scanning"
        if self.keys:
            yield "keys"
        if self.backups:
            yield "backups"
        if self.budgets:
            yield "budgets"
        if self.audit is not None:
            yield "audit"

    def places(self) -> Iterator[tuple[Path, str]]:
        """Where data would lie: path to region, relative to the section."""
        yield ("region",), self.region
        for name in ("registries", "keys", "backups"):
            for key, args in getattr(self, name).items():
                if args.location is not None:
                    yield (name, key, "location"), args.location

    def check(self) -> Iterator[Problem]:
        """Names refer to what there is; keys lie where what they encrypt lies."""
        yield from gcp_problems(self)


class AwsAccount(Model):
    """An account with clusters."""

    id: AccountId
    """Its number."""
    role: Arn | None = None
    """Role there that the global stack assumes to make CI's and people's roles in it; default: none are made there."""


class GlobalAwsArgs(Model):
    """What clusters on AWS share, in an account of its own."""

    account: AccountId
    """The account of everything here; the provider refuses any other."""
    region: AwsRegion
    """Default region."""
    accounts: dict[DnsLabel, AwsAccount] = Field(default_factory=dict[str, AwsAccount])
    """Name to account with clusters: their nodes pull from the registries, people and CI get roles there."""
    access: dict[DnsLabel, AwsGrant] = Field(default_factory=dict[str, AwsGrant])
    """Name to a role that people assume; made in this account and in each of `accounts` with a role."""
    ci: AwsCiArgs = AwsCiArgs()
    """What the identities of the section `ci` may do here."""
    registries: dict[DnsLabel, AwsRegistryArgs] = Field(default_factory=dict[str, AwsRegistryArgs])
    """Name to registry of images."""
    keys: dict[DnsLabel, AwsKeyArgs] = Field(default_factory=dict[str, AwsKeyArgs])
    """Name to shared key."""
    backups: dict[DnsLabel, AwsBackupArgs] = Field(default_factory=dict[str, AwsBackupArgs])
    """Name to bucket for backups."""
    budgets: dict[DnsLabel, AwsBudgetArgs] = Field(default_factory=dict[str, AwsBudgetArgs])
    """Name to budget."""
    audit: AwsAuditArgs | None = None
    """A trail of all calls; default: none."""

    def bucket_name(self, backup: str) -> str:
        """Name of a backup bucket in the cloud."""
        args = self.backups[backup]
        return args.name or f"{backup}-{self.account}-{args.region or self.region}"

    @property
    def audit_name(self) -> str:
        """Name of the bucket of the trail."""
        return (self.audit and self.audit.name) or f"audit-{self.account}-{self.region}"

    def places(self) -> Iterator[tuple[Path, str]]:
        """Where data would lie: path to region, relative to the section."""
        yield ("region",), self.region
        for name in ("registries", "keys", "backups"):
            for key, args in getattr(self, name).items():
                if args.region is not None:
                    yield (name, key, "region"), args.region

    def check(self) -> Iterator[Problem]:
        """Names refer to what there is; keys lie where what they encrypt lies."""
        yield from aws_problems(self)


class GlobalSections(Model):
    """The sections of the global layer; a global stack's model derives from it."""

    dns: DnsArgs = DnsArgs()
    """Public zones, on either cloud."""
    ci: dict[CiName, CiIdentity] = Field(default_factory=dict[str, CiIdentity])
    """Name to repository whose jobs log in, to every cloud that has a section."""
    gcp: GlobalGcpArgs | None = None
    """Google Cloud."""
    aws: GlobalAwsArgs | None = None
    """AWS."""

    def places(self) -> Iterator[tuple[Path, str]]:
        """Where data would lie: path to region; for a rule on the residency of data."""
        for name, section in (("gcp", self.gcp), ("aws", self.aws)):
            if section is not None:
                for path, place in section.places():
                    yield (name, *path), place

    def zone_owners(self, zone: str) -> dict[str, str]:
        """Name to account or project whose clusters' workloads may keep a zone's records."""
        args = self.dns.zones[zone]
        if args.cloud == "aws":
            there = {} if self.aws is None else {name: account.id for name, account in self.aws.accounts.items()}
        else:
            there = {} if self.gcp is None else dict(self.gcp.projects)
        return {name: owner for name, owner in there.items() if args.editors is None or name in args.editors}

    def gcp_parts(self) -> list[GlobalPart]:
        """Which parts stand on Google Cloud, for the APIs of the global project."""
        if self.gcp is None:
            return []
        parts: list[GlobalPart] = list(self.gcp.parts())
        if any(zone.cloud == "gcp" for zone in self.dns.zones.values()):
            parts.append("dns")
        if self.ci:
            parts.append("ci")
        return parts

    def check(self) -> Iterator[Problem]:
        """Every zone and identity has a cloud to stand on."""
        yield from section_problems(self)
