"""What people may do, in four steps, on both clouds. Rights inside of clusters follow in the cluster layer.

| preset | for whom |
|---|---|
| viewer | sees what there is: settings, metrics, logs; no data, no secrets |
| developer | also pushes images and works with traces and errors; their namespaces come from the tenancy of a cluster |
| operator | also runs clusters, nodes, alerts: what on-call needs |
| admin | everything of the project or account, its permissions included |

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from homeport.globals.values import nearest
from homeport.identity.permissions import BASIC_ROLES
from homeport.model import literal_values, rule_error
from homeport.problems import Path, Problem

PresetName = Literal["viewer", "developer", "operator", "admin"]
PRESETS: Final = literal_values(PresetName)


def _preset(value: object) -> object:
    if isinstance(value, str) and value not in PRESETS:
        near = nearest(value, PRESETS)
        raise rule_error(
            f"there is no such preset; there are {', '.join(PRESETS)}", f"write {near}" if near else "use one of them"
        )
    return value


#: A preset; a wrong name shows the nearest one.
Preset = Annotated[PresetName, BeforeValidator(_preset)]

_GCP_VIEWER: Final = (
    "roles/artifactregistry.reader",
    "roles/browser",
    "roles/compute.viewer",
    "roles/container.clusterViewer",
    "roles/dns.reader",
    "roles/logging.viewer",
    "roles/monitoring.viewer",
)
_GCP_DEVELOPER: Final = (
    *_GCP_VIEWER,
    "roles/artifactregistry.writer",
    "roles/cloudtrace.user",
    "roles/errorreporting.user",
)
_GCP_OPERATOR: Final = (
    *_GCP_DEVELOPER,
    "roles/compute.instanceAdmin.v1",
    "roles/container.admin",
    "roles/iap.tunnelResourceAccessor",
    "roles/logging.configWriter",
    "roles/monitoring.editor",
)
#: Predefined roles of each preset, granted on projects.
#: https://cloud.google.com/iam/docs/roles-permissions
GCP_ROLES: Final[dict[PresetName, tuple[str, ...]]] = {
    "viewer": _GCP_VIEWER,
    "developer": _GCP_DEVELOPER,
    "operator": _GCP_OPERATOR,
    "admin": (
        "roles/artifactregistry.admin",
        "roles/browser",
        "roles/cloudkms.admin",
        "roles/compute.admin",
        "roles/container.admin",
        "roles/dns.admin",
        "roles/iam.roleAdmin",
        "roles/iam.serviceAccountAdmin",
        "roles/iam.serviceAccountUser",
        "roles/iam.workloadIdentityPoolAdmin",
        "roles/logging.admin",
        "roles/monitoring.admin",
        "roles/resourcemanager.projectIamAdmin",
        "roles/secretmanager.admin",
        "roles/serviceusage.serviceUsageAdmin",
        "roles/storage.admin",
    ),
}

_AWS_VIEWER: Final = (
    "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess",
    "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
)
#: AWS managed policies of each preset.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html
AWS_POLICIES: Final[dict[PresetName, tuple[str, ...]]] = {
    "viewer": _AWS_VIEWER,
    "developer": (*_AWS_VIEWER, "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"),
    "operator": (
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser",
        "arn:aws:iam::aws:policy/CloudWatchFullAccessV2",
        "arn:aws:iam::aws:policy/job-function/SystemAdministrator",
        "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
    ),
    "admin": ("arn:aws:iam::aws:policy/AdministratorAccess",),
}


def role_problems(path: Path, role: str) -> Iterator[Problem]:
    """What is wrong with a Google Cloud role as something to grant."""
    if role in BASIC_ROLES:
        yield Problem(
            path,
            "is a basic role: it holds thousands of permissions over every service of the project",
            "name the predefined roles that are needed",
            role,
        )
    elif not role.startswith(("roles/", "projects/", "organizations/")):
        yield Problem(path, "is no role of Google Cloud", f"write roles/{role}" if role else "write roles/NAME", role)
