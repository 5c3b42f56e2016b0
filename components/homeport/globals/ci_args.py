"""Arguments of the CI identities: the section `ci` of the global stack's file.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from homeport import naming
from homeport.globals.ci_subjects import GITHUB_ISSUER, GITLAB_ISSUER, identity_problems
from homeport.globals.presets import role_problems
from homeport.globals.values import Arn, nearest
from homeport.model import In, Model, literal_values, rule_error
from homeport.problems import Problem
from homeport.values import DnsLabel

CiKind = Literal["github", "gitlab"]
_NAME_MAX: Final = naming.GCP_SERVICE_ACCOUNT.max_length - len("-preview")


def _kind(value: object) -> object:
    known = literal_values(CiKind)
    if isinstance(value, str) and value not in known:
        near = nearest(value, known)
        raise rule_error(
            "is no CI provider that homeport knows: github, gitlab", f"write {near}" if near else "use one of them"
        )
    return value


def _issuer(value: str) -> str:
    if not value.startswith("https://") or value.endswith("/") or "*" in value or "?" in value or len(value) < 11:
        raise rule_error(
            "must be the issuer's https:// address without a final slash: tokens carry it letter by letter",
            "for example https://gitlab.acme.example",
        )
    return value


def _audience(value: str) -> str:
    if not value.strip() or "*" in value:
        raise rule_error(
            "a token without a fixed audience can be replayed from any other service",
            "name the one that the job asks for, for example sts.amazonaws.com",
        )
    return value


def _name(value: str) -> str:
    if len(value) > _NAME_MAX:
        raise rule_error(
            f"the service account {value}-preview may have {naming.GCP_SERVICE_ACCOUNT.max_length} characters",
            f"shorten the name to {_NAME_MAX}",
        )
    if not value[0].isalpha():
        raise rule_error("names a service account, which begins with a letter", f"write ci-{value}")
    return value


#: Name of an identity: `NAME-preview` and `NAME-deploy` are service accounts, `ci-NAME` a workload identity pool.
CiName = Annotated[DnsLabel, AfterValidator(_name)]


class Deploy(Model):
    """Which jobs may deploy: those of protected branches or environments, named in full."""

    branches: list[str] = Field(default_factory=list[str])
    """Branches, for example [main]. Protect them: whoever can push to one can deploy."""
    environments: list[str] = Field(default_factory=list[str])
    """Environments of GitHub, for example [prod]. Restrict them to protected branches, with reviewers."""


class CiIdentity(Model):
    """A repository whose jobs log in by OpenID Connect: no key is stored anywhere.

    A job of any branch and pull request gets the preview identity, which reads; only a job of `deploy` gets the
    deploying one.
    https://docs.github.com/en/actions/reference/security/oidc
    https://docs.gitlab.com/ci/secrets/id_token_authentication/
    """

    provider: Annotated[CiKind, BeforeValidator(_kind)]
    """github or gitlab."""
    issuer: Annotated[str, AfterValidator(_issuer)] | None = None
    """Of a server of your own: https://gitlab.acme.example, or https://HOST/_services/token of GitHub Enterprise
    Server.
    Default: github.com's or gitlab.com's."""
    repository: str
    """GitHub: ORGANISATION/REPOSITORY. GitLab: the project's full path, with its groups."""
    owner_id: Annotated[str, Field(pattern=r"^[0-9]+$")] | None = None
    """GitHub: number of the organisation, in quotes; with repository_id. Repositories made or renamed since July 2026
    carry both numbers in their subject (owner@number/repository@number) and need them here; a number is never given to
    anybody else, a name is. `gh api repos/OWNER/REPO --jq '.owner.id, .id'` shows them."""
    repository_id: Annotated[str, Field(pattern=r"^[0-9]+$")] | None = None
    """GitHub: number of the repository, in quotes; with owner_id."""
    audience: Annotated[str, AfterValidator(_audience)] = "sts.amazonaws.com"
    """What the job asks its token for; AWS refuses others, Google Cloud also takes the provider's own address."""
    preview: bool = True
    """Make the identity that reads, for any branch and pull request of the repository."""
    deploy: Deploy = Deploy()
    """Which jobs may deploy; none: no deploying identity is made."""

    @property
    def issuer_url(self) -> str:
        """The issuer in force."""
        return self.issuer or (GITHUB_ISSUER if self.provider == "github" else GITLAB_ISSUER)

    @property
    def deploys(self) -> bool:
        """Whether there is a deploying identity."""
        return bool(self.deploy.branches or self.deploy.environments)

    def check(self) -> Iterator[Problem]:
        """Subjects name one repository, and deploying ones a branch or environment."""
        yield from identity_problems(self)


class StateAccess(Model):
    """Where Pulumi keeps its state: what CI must reach to preview and to deploy."""

    bucket: In[Annotated[str, Field(pattern=r"^[a-z0-9][-a-z0-9_.]{1,61}[a-z0-9]$")]]
    """Name of the bucket."""
    key: In[str] | None = None
    """Key of the stacks' secrets: a KMS key's ARN, or projects/P/locations/L/keyRings/R/cryptoKeys/K."""
    preview: Literal["read", "none"] = "read"
    """read: previews read the state and decrypt with the key, so whoever can push a branch can read what the stacks
    keep secret. none: pull requests run `homeport plan`, which needs neither."""


class GcpCiArgs(Model):
    """What CI may do on Google Cloud."""

    preview_roles: Annotated[list[str], Field(min_length=1)] = Field(
        default_factory=lambda: [
            "roles/artifactregistry.reader",
            "roles/browser",
            "roles/cloudkms.viewer",
            "roles/compute.viewer",
            "roles/container.clusterViewer",
            "roles/dns.reader",
            "roles/iam.securityReviewer",
            "roles/serviceusage.serviceUsageViewer",
        ]
    )
    """Roles of the preview identity in every project: they show settings, not data."""
    deploy_roles: Annotated[list[str], Field(min_length=1)] = Field(
        default_factory=lambda: [
            "roles/artifactregistry.admin",
            "roles/cloudkms.admin",
            "roles/compute.admin",
            "roles/container.admin",
            "roles/dns.admin",
            "roles/iam.serviceAccountAdmin",
            "roles/iam.serviceAccountUser",
            "roles/logging.configWriter",
            "roles/monitoring.editor",
            "roles/secretmanager.admin",
            "roles/serviceusage.serviceUsageAdmin",
            "roles/storage.admin",
        ]
    )
    """Roles of the deploying identity in every project."""
    grantable_roles: Annotated[list[str], Field(max_length=10)] = Field(
        default_factory=lambda: [
            "roles/artifactregistry.reader",
            "roles/cloudkms.cryptoKeyEncrypterDecrypter",
            "roles/container.defaultNodeServiceAccount",
            "roles/dns.reader",
            "roles/logging.logWriter",
            "roles/monitoring.metricWriter",
            "roles/monitoring.viewer",
        ]
    )
    """Roles that the deploying identity may grant on a project, 10 at most (Google's limit): it cannot make anybody,
    itself
    included, mightier than these. Empty: it grants none.
    https://cloud.google.com/iam/docs/setting-limits-on-granting-roles"""
    state: StateAccess | None = None
    """The state bucket, where it stands on Google Cloud."""

    def check(self) -> Iterator[Problem]:
        """No role that holds everything."""
        for name, roles in (("preview_roles", self.preview_roles), ("deploy_roles", self.deploy_roles)):
            for index, role in enumerate(roles):
                yield from role_problems((name, index), role)
        for index, role in enumerate(self.grantable_roles):
            yield from role_problems(("grantable_roles", index), role)


class AwsCiArgs(Model):
    """What CI may do on AWS."""

    preview_policies: Annotated[list[Arn], Field(min_length=1)] = Field(
        default_factory=lambda: [
            "arn:aws:iam::aws:policy/SecurityAudit",
            "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        ]
    )
    """Managed policies of the preview role: they show settings, not data (ReadOnlyAccess would read every bucket)."""
    deploy_policies: Annotated[list[Arn], Field(min_length=1)] = Field(
        default_factory=lambda: ["arn:aws:iam::aws:policy/PowerUserAccess"]
    )
    """Managed policies of the deploying role; the right to manage roles comes with it, see docs/globals.md."""
    permissions_boundary: Arn | None = None
    """Policy that bounds the CI roles and every role that the deploying one makes. Without one it can make a role
    that is
    mightier than itself."""
    oidc_providers: dict[str, Arn] = Field(default_factory=dict)
    """Issuer's address to the ARN of its identity provider, where the account has one already: an account holds one per
    issuer. Its audiences must include those of the identities."""
    thumbprints: dict[str, list[str]] = Field(default_factory=dict)
    """Issuer's address to SHA-1 fingerprints of its certificate authority; only for one that no public authority
    signed."""
    assume: list[Arn] = Field(default_factory=list)
    """Roles in other accounts that the deploying role may assume."""
    state: StateAccess | None = None
    """The state bucket, where it stands on AWS."""
    session_hours: Annotated[int, Field(ge=1, le=12)] = 1
    """Longest session of the deploying role, in hours; a cluster takes up to half of one."""
