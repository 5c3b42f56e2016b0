"""`ArtifactRegistry`: a Docker repository on Google Cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import GcpRegion, ProjectId
from homeport.globals.members import all_service_accounts
from homeport.globals.registry_args import Cleanup, GcpRegistryArgs
from homeport.lookups import gcp_project
from homeport.protection import guard
from homeport.values import Protection

_DAY = 86400


class ArtifactRegistry(pulumi.ComponentResource):
    """A Docker repository: immutable tags, scanned, cleaned, with additive rights."""

    url: pulumi.Output[str]
    """What images' names begin with: LOCATION-docker.pkg.dev/PROJECT/NAME."""
    id: pulumi.Output[str]
    """projects/P/locations/L/repositories/NAME."""
    location: str
    """Region or continent."""

    def __init__(
        self,
        name: str,
        args: GcpRegistryArgs,
        *,
        repository: str,
        project: ProjectId,
        region: GcpRegion,
        writers: Sequence[pulumi.Input[str]] = (),
        pull_projects: Mapping[str, ProjectId] | None = None,
        protection: Protection = "standard",
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the repository.

        Args:
            name: prefix of the children's names.
            args: the repository.
            repository: its name in the cloud.
            project: its project.
            region: its location, unless `args` says another.
            writers: further members that push.
            pull_projects: name to project with clusters; `args` may choose some of them.
            protection: how well it is guarded.
            ready: what enables the API artifactregistry.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:ArtifactRegistry", name, None, opts)
        self.location = args.location or region
        kept = guard(protection, "registry")
        waits: list[pulumi.Resource] = list(ready)
        if args.key is not None:
            waits.append(_key_grant(name, args.key, project, self, ready))
        made = gcp.artifactregistry.Repository(
            f"{name}-repository",
            repository_id=repository,
            project=project,
            location=self.location,
            format="DOCKER",
            mode="STANDARD_REPOSITORY",
            description="Images",
            docker_config={"immutable_tags": args.immutable_tags},
            vulnerability_scanning_config={"enablement_config": "INHERITED" if args.scanning else "DISABLED"},
            cleanup_policy_dry_run=False,
            cleanup_policies=_cleanup(args.cleanup),
            kms_key_name=args.key,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=waits, protect=kept.protect, retain_on_delete=kept.retain
            ),
        )
        grants: list[tuple[str, str, pulumi.Input[str]]] = [
            *((f"reader-{member}", "roles/artifactregistry.reader", member) for member in args.readers),
            *((f"writer-{member}", "roles/artifactregistry.writer", member) for member in args.writers),
            *((f"writer-{index}", "roles/artifactregistry.writer", who) for index, who in enumerate(writers)),
        ]
        for suffix, role, member in grants:
            gcp.artifactregistry.RepositoryIamMember(
                f"{name}-{suffix}",
                project=project,
                location=self.location,
                repository=made.name,
                role=role,
                member=member,
                opts=pulumi.ResourceOptions(parent=self),
            )
        chosen = args.pull_projects
        for key, pulling in (pull_projects or {}).items():
            if chosen is not None and key not in chosen:
                continue
            # All service accounts: the nodes' own does not exist before its cluster, and Google refuses unknown ones.
            # https://cloud.google.com/iam/docs/principal-identifiers#allow
            number = gcp_project(pulling, pulumi.InvokeOutputOptions(parent=self, depends_on=list(ready))).number
            gcp.artifactregistry.RepositoryIamMember(
                f"{name}-puller-{key}",
                project=project,
                location=self.location,
                repository=made.name,
                role="roles/artifactregistry.reader",
                member=number.apply(all_service_accounts),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.url = pulumi.Output.concat(self.location, "-docker.pkg.dev/", made.project, "/", made.repository_id)
        self.id = pulumi.Output.concat(
            "projects/", made.project, "/locations/", self.location, "/repositories/", made.repository_id
        )
        self.register_outputs({"url": self.url})


def _cleanup(cleanup: Cleanup) -> list[Any]:
    policies: list[Any] = [
        {
            "id": "untagged",
            "action": "DELETE",
            "condition": {"tag_state": "UNTAGGED", "older_than": f"{cleanup.untagged_days * _DAY}s"},
        }
    ]
    if cleanup.keep_recent is not None:
        # Deletes everything; what the other policy keeps wins.
        policies += [
            {"id": "older", "action": "DELETE", "condition": {"tag_state": "ANY", "older_than": f"{_DAY}s"}},
            {"id": "recent", "action": "KEEP", "most_recent_versions": {"keep_count": cleanup.keep_recent}},
        ]
    return policies


def _key_grant(
    name: str, key: Any, project: str, parent: pulumi.Resource, ready: Sequence[pulumi.Resource]
) -> pulumi.Resource:
    """Artifact Registry encrypts in the name of a service agent, which exists only after it is asked for."""
    agent = gcp.projects.ServiceIdentity(
        f"{name}-agent",
        project=project,
        service="artifactregistry.googleapis.com",
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(ready)),
    )
    return gcp.kms.CryptoKeyIAMMember(
        f"{name}-agent-key",
        crypto_key_id=key,
        role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member=agent.member,
        opts=pulumi.ResourceOptions(parent=parent),
    )
