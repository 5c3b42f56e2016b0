"""Arguments of people's access: the sections `gcp.access` and `aws.access` of the global stack's file.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from homeport.globals.members import GroupEmail
from homeport.globals.presets import Preset, role_problems
from homeport.globals.values import Arn
from homeport.model import Model, rule_error
from homeport.problems import Problem
from homeport.values import DnsLabel

_PRINCIPAL: Final = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:(user|role)/\S+")


def _principal(value: str) -> str:
    if value in {"*", "arn:aws:iam::*:root"} or "*" in value:
        raise rule_error("would let anybody who has an AWS account in", "name a role or a user in full")
    if value.endswith(":root"):
        raise rule_error(
            "stands for everybody in that account who may assume roles",
            "name a role or a user, or use permission_sets for people of IAM Identity Center",
        )
    if not _PRINCIPAL.fullmatch(value):
        raise rule_error(
            "must be the ARN of an IAM role or user", "for example arn:aws:iam::111122223333:role/platform"
        )
    return value


class GcpGrant(Model):
    """What the members of a Google group may do. Additive: what others granted stays.

    https://cloud.google.com/iam/docs/groups-in-cloud-console
    """

    group: GroupEmail
    """The group's address. A member comes and goes there, not here."""
    preset: Preset
    """viewer, developer, operator or admin."""
    projects: list[DnsLabel] | None = None
    """Names of the section's projects, or global for its own; default: the projects with clusters."""
    extra_roles: list[str] = Field(default_factory=list)
    """Predefined or custom roles besides the preset's."""

    def check(self) -> Iterator[Problem]:
        """No basic role."""
        for index, role in enumerate(self.extra_roles):
            yield from role_problems(("extra_roles", index), role)


class AwsGrant(Model):
    """A role that people assume.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html
    """

    preset: Preset
    """viewer, developer, operator or admin."""
    permission_sets: list[Annotated[str, Field(pattern=r"^[\w+=,.@-]{1,32}$")]] = Field(default_factory=list)
    """Permission sets of IAM Identity Center, by name: people who have one of them in this account. Identity Center
    asks
    for their second factor."""
    principals: list[Annotated[str, AfterValidator(_principal)]] = Field(default_factory=list)
    """IAM roles and users, by ARN. Users must log in with a second factor."""
    extra_policies: list[Arn] = Field(default_factory=list)
    """Managed policies besides the preset's; ten in all at most."""
    permissions_boundary: Arn | None = None
    """Policy that bounds the role."""
    session_hours: Annotated[int, Field(ge=1, le=12)] = 1
    """Longest session, in hours. A role assumed from another role ends after one."""

    def check(self) -> Iterator[Problem]:
        """Somebody assumes it, by policies that fit."""
        if not self.permission_sets and not self.principals:
            yield Problem(
                ("permission_sets",),
                "nobody could assume the role",
                "name a permission set, or principals by ARN",
                related=(("principals",),),
            )
        for name in ("permission_sets", "principals", "extra_policies"):
            values: list[str] = getattr(self, name)
            for index, value in enumerate(values):
                if value in values[:index]:
                    yield Problem((name, index), "stands in the list twice", "remove one of them", value)
