"""`GlobalGcp`: what clusters on Google Cloud share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import pulumi

from homeport.globals.access_gcp import GcpAccess
from homeport.globals.args import GlobalGcpArgs
from homeport.globals.audit_gcp import GcpAudit
from homeport.globals.backup_args import GcpBackupArgs
from homeport.globals.bucket_gcp import GcsBucket
from homeport.globals.budgets import GcpBudget
from homeport.globals.ci_args import CiIdentity
from homeport.globals.ci_gcp import GcpCi
from homeport.globals.key_gcp import GcpKey
from homeport.globals.registry_args import GcpRegistryArgs
from homeport.globals.registry_gcp import ArtifactRegistry
from homeport.globals.service_plan import GlobalPart, cluster_services, global_services
from homeport.globals.services import GcpServices
from homeport.values import Protection

_A = TypeVar("_A", GcpRegistryArgs, GcpBackupArgs)


class GlobalGcp(pulumi.ComponentResource):
    """The project-global layer on Google Cloud: each part is there when its section is."""

    services: GcpServices | None
    """APIs of all projects; None where somebody else enables them."""
    keys: Mapping[str, GcpKey]
    """Shared keys."""
    registries: Mapping[str, ArtifactRegistry]
    """Registries of images."""
    backups: Mapping[str, GcsBucket]
    """Buckets for backups."""
    access: GcpAccess | None
    """What groups may do."""
    ci: GcpCi | None
    """What CI logs in with."""
    ready: Sequence[pulumi.Resource]
    """What to wait for before the APIs of the global project are used."""

    def __init__(
        self,
        name: str,
        args: GlobalGcpArgs,
        *,
        ci: Mapping[str, CiIdentity],
        parts: Sequence[GlobalPart],
        protection: Protection = "standard",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the layer.

        Args:
            name: prefix of the children's names.
            args: the section.
            ci: repositories whose jobs log in.
            parts: what needs APIs in the global project; `GlobalSections.gcp_parts`.
            protection: how well what holds state is guarded.
            opts: with the gcp provider of the global project in `providers`.
        """
        super().__init__("homeport:globals:GlobalGcp", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.services = None
        self.ready = ()
        if args.services.enabled:
            wanted = {
                "global": global_services(parts),
                **{project: cluster_services(args.services.extra) for project in args.projects},
            }
            self.services = GcpServices(
                f"{name}-services",
                wanted,
                projects=args.every_project,
                settle_seconds=args.services.settle_seconds,
                opts=child,
            )
            self.ready = self.services.ready["global"]
        self.keys = {
            key: GcpKey(
                f"{name}-key-{key}",
                one,
                key=key,
                project=args.project,
                region=args.region,
                protection=protection,
                ready=self.ready,
                opts=child,
            )
            for key, one in args.keys.items()
        }
        self.ci = None
        if ci:
            self.ci = GcpCi(f"{name}-ci", ci, args.ci, projects=args.reached, ready=self.ready, opts=child)
        self.access = None
        if args.access:
            self.access = GcpAccess(
                f"{name}-access",
                args.access,
                projects=args.every_project,
                default=sorted(args.reached),
                opts=child,
            )
        self.registries = {
            key: ArtifactRegistry(
                f"{name}-registry-{key}",
                self._with_key(one),
                repository=key,
                project=args.project,
                region=args.region,
                writers=self._writers(),
                pull_projects=args.projects,
                protection=protection,
                ready=self.ready,
                opts=child,
            )
            for key, one in args.registries.items()
        }
        self.backups = {
            key: GcsBucket(
                f"{name}-backup-{key}",
                self._with_key(one),
                bucket=args.bucket_name(key),
                project=args.project,
                region=args.region,
                protection=protection,
                ready=self.ready,
                opts=child,
            )
            for key, one in args.backups.items()
        }
        self._money_and_logs(name, args, protection, child)
        self.register_outputs({})

    def _money_and_logs(
        self, name: str, args: GlobalGcpArgs, protection: Protection, child: pulumi.ResourceOptions
    ) -> None:
        for key, one in args.budgets.items():
            GcpBudget(
                f"{name}-budget-{key}",
                one,
                project=args.project,
                projects=args.reached,
                ready=self.ready,
                opts=child,
            )
        if args.audit is not None:
            chosen = args.audit.projects
            GcpAudit(
                f"{name}-audit",
                args.audit,
                bucket=args.audit_name,
                project=args.project,
                region=args.region,
                projects={key: args.projects[key] for key in chosen} if chosen is not None else args.every_project,
                protection=protection,
                ready=self.ready,
                opts=child,
            )

    def _with_key(self, args: _A) -> _A:
        """The arguments with a key by name replaced by the key."""
        if isinstance(args.key, str) and args.key in self.keys:
            return args.model_copy(update={"key": self.keys[args.key].id})
        return args

    def _writers(self) -> list[pulumi.Output[str]]:
        """Deploying CI identities push images."""
        if self.ci is None:
            return []
        return [
            pulumi.Output.concat("serviceAccount:", login.deploy)
            for login in self.ci.accounts.values()
            if login.deploy is not None
        ]
