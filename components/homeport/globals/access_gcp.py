"""`GcpAccess`: what groups of people may do in projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId
from homeport.globals.access_args import GcpGrant
from homeport.globals.presets import GCP_ROLES, PresetName


class GcpAccess(pulumi.ComponentResource):
    """Roles of groups on projects, each a grant of its own: what others granted is never taken away."""

    groups: Mapping[PresetName, list[str]]
    """Preset to the groups that hold it, for RBAC inside of clusters."""

    def __init__(
        self,
        name: str,
        grants: Mapping[str, GcpGrant],
        *,
        projects: Mapping[str, ProjectId],
        default: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the grants.

        Args:
            name: prefix of the children's names.
            grants: name to grant.
            projects: name to project.
            default: names of the projects of a grant that names none.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:GcpAccess", name, None, opts)
        groups: dict[PresetName, list[str]] = {}
        for key, grant in grants.items():
            groups.setdefault(grant.preset, []).append(grant.group)
            for project in grant.projects if grant.projects is not None else default:
                for role in sorted({*GCP_ROLES[grant.preset], *grant.extra_roles}):
                    gcp.projects.IAMMember(
                        f"{name}-{key}-{project}-{role.removeprefix('roles/').replace('/', '-')}",
                        project=projects[project],
                        role=role,
                        member=f"group:{grant.group}",
                        opts=pulumi.ResourceOptions(parent=self),
                    )
        self.groups = {preset: sorted(set(found)) for preset, found in groups.items()}
        self.register_outputs({})
