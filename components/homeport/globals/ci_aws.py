"""`AwsCi`: CI jobs log in to AWS by OpenID Connect, as a role that reads or one that deploys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from homeport.globals import ci_documents, documents
from homeport.globals.ci_args import AwsCiArgs, CiIdentity, StateAccess
from homeport.globals.ci_subjects import issuer_host
from homeport.globals.values import AccountId


@dataclass(frozen=True, slots=True)
class AwsCiRoles:
    """The roles of a CI identity in one account; None where the identity has none of the kind."""

    preview: pulumi.Output[str] | None
    deploy: pulumi.Output[str] | None


class AwsCi(pulumi.ComponentResource):
    """Identity providers of the CI systems in one account, and two roles for each repository.

    No key exists: a job shows a token that its CI system signed, and gets credentials for an hour.
    The deploying role cannot change the roles under `/homeport/`, itself among them: the global stack is deployed by
    people of the preset admin.
    """

    roles: Mapping[str, AwsCiRoles]
    """Identity to role ARNs."""

    def __init__(
        self,
        name: str,
        identities: Mapping[str, CiIdentity],
        args: AwsCiArgs,
        *,
        account: AccountId,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the identities of one account.

        Args:
            name: prefix of the children's names.
            identities: name to repository.
            args: what they may do.
            account: the account of the provider in `opts`.
            opts: with the account's aws provider in `providers`.
        """
        super().__init__("homeport:globals:AwsCi", name, None, opts)
        self._name = name
        self._args = args
        self._account = account
        self._issuers = self._identity_providers(identities)
        self.roles = {key: self._roles(key, identity) for key, identity in identities.items()}
        self.register_outputs({})

    def _identity_providers(self, identities: Mapping[str, CiIdentity]) -> dict[str, pulumi.Resource]:
        by_issuer: dict[str, list[CiIdentity]] = {}
        for identity in identities.values():
            by_issuer.setdefault(identity.issuer_url, []).append(identity)
        return {
            issuer: aws.iam.OpenIdConnectProvider(
                f"{self._name}-{issuer_host(issuer).replace('/', '-')}",
                url=issuer,
                client_id_lists=ci_documents.audiences(users),
                thumbprint_lists=self._args.thumbprints.get(issuer),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for issuer, users in by_issuer.items()
            if issuer not in self._args.oidc_providers
        }

    def _roles(self, key: str, identity: CiIdentity) -> AwsCiRoles:
        preview = deploy = None
        state = self._args.state
        if identity.preview:
            preview = self._role(key, identity, "preview", self._args.preview_policies, hours=1)
            if state is not None and state.preview == "read":
                self._state(key, "preview", preview, state, write=False)
        if identity.deploys:
            deploy = self._role(key, identity, "deploy", self._args.deploy_policies, hours=self._args.session_hours)
            roles = ci_documents.manage_roles(self._account, self._args.permissions_boundary)
            self._policy(f"{key}-deploy-roles", deploy, documents.to_json(roles))
            if self._args.assume:
                assume = documents.to_json(ci_documents.assume_roles(self._args.assume))
                self._policy(f"{key}-deploy-assume", deploy, assume)
            if state is not None:
                self._state(key, "deploy", deploy, state, write=True)
        return AwsCiRoles(preview=preview and preview.arn, deploy=deploy and deploy.arn)

    def _role(self, key: str, identity: CiIdentity, kind: str, policies: list[str], *, hours: int) -> aws.iam.Role:
        issuer = identity.issuer_url
        # Known before it exists, so that the plan shows whom the role trusts.
        provider_arn = self._args.oidc_providers.get(
            issuer, f"arn:aws:iam::{self._account}:oidc-provider/{issuer_host(issuer)}"
        )
        provider = self._issuers.get(issuer)
        role = aws.iam.Role(
            f"{self._name}-{key}-{kind}",
            name=f"ci-{key}-{kind}",
            path=ci_documents.LOGIN_PATH,
            description=f"Jobs of {identity.repository}: {kind}",
            assume_role_policy=documents.to_json(ci_documents.trust(provider_arn, identity, deploy=kind == "deploy")),
            max_session_duration=hours * 3600,
            permissions_boundary=self._args.permissions_boundary,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[provider] if provider is not None else None),
        )
        for policy in policies:
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{key}-{kind}-{policy.rsplit('/', 1)[-1]}",
                role=role.name,
                policy_arn=policy,
                opts=pulumi.ResourceOptions(parent=self),
            )
        return role

    def _state(self, key: str, kind: str, role: aws.iam.Role, state: StateAccess, *, write: bool) -> None:
        document = pulumi.Output.all(bucket=state.bucket, key=state.key).apply(
            lambda known: documents.to_json(ci_documents.state_access(known["bucket"], known["key"], write=write))
        )
        self._policy(f"{key}-{kind}-state", role, document)

    def _policy(self, suffix: str, role: aws.iam.Role, document: pulumi.Input[str]) -> None:
        aws.iam.RolePolicy(
            f"{self._name}-{suffix}",
            name=suffix,
            role=role.name,
            policy=document,
            opts=pulumi.ResourceOptions(parent=self),
        )
