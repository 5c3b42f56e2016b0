"""`AwsAccess`: the roles that people assume in an account."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from homeport.globals import access_documents, documents
from homeport.globals.access_args import AwsGrant
from homeport.globals.ci_documents import LOGIN_PATH
from homeport.globals.presets import AWS_POLICIES, PresetName
from homeport.globals.values import AccountId


class AwsAccess(pulumi.ComponentResource):
    """A role for each grant, under the path /homeport/."""

    roles: Mapping[PresetName, list[pulumi.Output[str]]]
    """Preset to the ARNs of its roles, for the access entries of clusters."""

    def __init__(
        self,
        name: str,
        grants: Mapping[str, AwsGrant],
        *,
        account: AccountId,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the roles.

        Args:
            name: prefix of the children's names.
            grants: name to grant.
            account: the account of the provider in `opts`.
            opts: with the account's aws provider in `providers`.
        """
        super().__init__("homeport:globals:AwsAccess", name, None, opts)
        roles: dict[PresetName, list[pulumi.Output[str]]] = {}
        for key, grant in grants.items():
            role = aws.iam.Role(
                f"{name}-{key}",
                name=f"access-{key}",
                path=LOGIN_PATH,
                description=f"People: {grant.preset}",
                assume_role_policy=documents.to_json(access_documents.trust(account, grant)),
                max_session_duration=grant.session_hours * 3600,
                permissions_boundary=grant.permissions_boundary,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for policy in sorted({*AWS_POLICIES[grant.preset], *grant.extra_policies}):
                aws.iam.RolePolicyAttachment(
                    f"{name}-{key}-{policy.rsplit('/', 1)[-1]}",
                    role=role.name,
                    policy_arn=policy,
                    opts=pulumi.ResourceOptions(parent=self),
                )
            aws.iam.RolePolicy(
                f"{name}-{key}-connect",
                name="connect",
                role=role.name,
                policy=documents.to_json(access_documents.connect(account)),
                opts=pulumi.ResourceOptions(parent=self),
            )
            roles.setdefault(grant.preset, []).append(role.arn)
        self.roles = roles
        self.register_outputs({})
