"""`GcpCi`: CI jobs log in to Google Cloud by federation, as an account that reads or as one that deploys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId
from homeport.globals.ci_args import CiIdentity, GcpCiArgs, StateAccess
from homeport.globals.ci_subjects import attribute_condition, attribute_mapping, deploy_subjects

#: Grants the deploying account the right to grant some roles, and no others.
_GRANTER = "roles/resourcemanager.projectIamAdmin"


@dataclass(frozen=True, slots=True)
class GcpCiAccounts:
    """What a job needs to log in.

    Attributes:
        provider: projects/N/locations/global/workloadIdentityPools/P/providers/Q.
        preview: e-mail of the service account that reads; None where there is none.
        deploy: e-mail of the one that deploys; None where there is none.
    """

    provider: pulumi.Output[str]
    preview: pulumi.Output[str] | None
    deploy: pulumi.Output[str] | None


class GcpCi(pulumi.ComponentResource):
    """A workload identity pool and two service accounts for each repository; no key exists.

    One pool for each repository: subjects of two providers in one pool could be mistaken for each other.
    https://cloud.google.com/iam/docs/best-practices-for-using-workload-identity-federation

    A deleted pool keeps its id for 30 days: an identity removed and added again within them needs another name, or
    `gcloud iam workload-identity-pools undelete` and an import.
    """

    accounts: Mapping[str, GcpCiAccounts]
    """Identity to what its jobs log in with."""

    def __init__(
        self,
        name: str,
        identities: Mapping[str, CiIdentity],
        args: GcpCiArgs,
        *,
        projects: Mapping[str, ProjectId],
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the identities, in the provider's project.

        Args:
            name: prefix of the children's names.
            identities: name to repository.
            args: what they may do.
            projects: name to project in which they may do it.
            ready: what enables the APIs iam, iamcredentials and sts.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:GcpCi", name, None, opts)
        self._name = name
        self._args = args
        self._projects = projects
        self._ready = list(ready)
        self.accounts = {key: self._identity(key, identity) for key, identity in identities.items()}
        self.register_outputs({})

    def _identity(self, key: str, identity: CiIdentity) -> GcpCiAccounts:
        pool = gcp.iam.WorkloadIdentityPool(
            f"{self._name}-{key}-pool",
            workload_identity_pool_id=f"ci-{key}",
            display_name=f"ci-{key}",
            description=f"Jobs of {identity.repository}",
            disabled=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._ready),
        )
        provider = gcp.iam.WorkloadIdentityPoolProvider(
            f"{self._name}-{key}-provider",
            workload_identity_pool_id=pool.workload_identity_pool_id,
            workload_identity_pool_provider_id=identity.provider,
            display_name=identity.provider,
            attribute_mapping=attribute_mapping(identity),
            attribute_condition=attribute_condition(identity),
            oidc={
                "issuer_uri": identity.issuer_url,
                # Also what Google's own login steps ask for unless told otherwise.
                "allowed_audiences": [
                    identity.audience,
                    pulumi.Output.concat("https://iam.googleapis.com/", pool.name, "/providers/", identity.provider),
                ],
            },
            disabled=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        preview = deploy = None
        if identity.preview:
            preview = self._account(key, identity, "preview")
            repository = pulumi.Output.concat(
                "principalSet://iam.googleapis.com/", pool.name, "/attribute.repository/", identity.repository
            )
            self._login(f"{key}-preview-login", preview, repository, provider)
            self._roles(f"{key}-preview", preview, self._args.preview_roles)
            if self._args.state is not None and self._args.state.preview == "read":
                self._state(f"{key}-preview", preview, self._args.state, write=False)
        if identity.deploys:
            deploy = self._account(key, identity, "deploy")
            for subject in deploy_subjects(identity):
                member = pulumi.Output.concat("principal://iam.googleapis.com/", pool.name, "/subject/", subject)
                self._login(f"{key}-deploy-login-{_job(subject)}", deploy, member, provider)
            self._roles(f"{key}-deploy", deploy, self._args.deploy_roles)
            self._granter(f"{key}-deploy", deploy)
            if self._args.state is not None:
                self._state(f"{key}-deploy", deploy, self._args.state, write=True)
        return GcpCiAccounts(provider=provider.name, preview=preview and preview.email, deploy=deploy and deploy.email)

    def _account(
        self, key: str, identity: CiIdentity, kind: Literal["preview", "deploy"]
    ) -> gcp.serviceaccount.Account:
        return gcp.serviceaccount.Account(
            f"{self._name}-{key}-{kind}",
            account_id=f"{key}-{kind}",
            display_name=f"CI {key}: {kind}",
            description=f"Jobs of {identity.repository}",
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._ready),
        )

    def _login(
        self,
        suffix: str,
        account: gcp.serviceaccount.Account,
        member: pulumi.Output[str],
        provider: gcp.iam.WorkloadIdentityPoolProvider,
    ) -> None:
        gcp.serviceaccount.IAMMember(
            f"{self._name}-{suffix}",
            service_account_id=account.name,
            role="roles/iam.workloadIdentityUser",
            member=member,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[provider]),
        )

    def _roles(self, suffix: str, account: gcp.serviceaccount.Account, roles: Sequence[str]) -> None:
        for project, project_id in self._projects.items():
            for role in roles:
                gcp.projects.IAMMember(
                    f"{self._name}-{suffix}-{project}-{role.rsplit('/', 1)[-1]}",
                    project=project_id,
                    role=role,
                    member=account.member,
                    opts=pulumi.ResourceOptions(parent=self),
                )

    def _granter(self, suffix: str, account: gcp.serviceaccount.Account) -> None:
        if not self._args.grantable_roles:
            return
        allowed = ", ".join(f"'{role}'" for role in sorted(self._args.grantable_roles))
        for project, project_id in self._projects.items():
            gcp.projects.IAMMember(
                f"{self._name}-{suffix}-{project}-grant",
                project=project_id,
                role=_GRANTER,
                member=account.member,
                condition={
                    "title": "only-listed-roles",
                    "description": "Grants and takes away these roles and no others",
                    "expression": (
                        f"api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([{allowed}])"
                    ),
                },
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _state(self, suffix: str, account: gcp.serviceaccount.Account, state: StateAccess, *, write: bool) -> None:
        gcp.storage.BucketIAMMember(
            f"{self._name}-{suffix}-state",
            bucket=state.bucket,
            role="roles/storage.objectUser" if write else "roles/storage.objectViewer",
            member=account.member,
            opts=pulumi.ResourceOptions(parent=self),
        )
        if state.key is not None:
            gcp.kms.CryptoKeyIAMMember(
                f"{self._name}-{suffix}-state-key",
                crypto_key_id=state.key,
                role=f"roles/cloudkms.cryptoKey{'EncrypterDecrypter' if write else 'Decrypter'}",
                member=account.member,
                opts=pulumi.ResourceOptions(parent=self),
            )


def _job(subject: str) -> str:
    """The part of a subject after the repository, for names: environment-prod, refs-heads-main."""
    return "-".join(subject.split(":")[2:]).replace("/", "-")
