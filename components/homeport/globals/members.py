"""Members of Google Cloud's policies: who may be granted something, and who is no member to grant to.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from homeport.model import rule_error

_EVERYBODY: Final = ("allUsers", "allAuthenticatedUsers")
_KINDS: Final = ("group:", "serviceAccount:", "principal://", "principalSet://", "domain:")
#: Domains in which an address is a person's, never a group's.
_PERSONAL: Final = ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "icloud.com")


def _member(value: str) -> str:
    if value in _EVERYBODY:
        raise rule_error("grants to everybody on the internet", "name a group or a service account")
    if value.startswith("user:"):
        raise rule_error("grants to a single person, who comes and goes", "make a group, and write group:NAME@DOMAIN")
    if not value.startswith(_KINDS):
        raise rule_error(
            "must be a member as Google Cloud writes it: KIND:NAME",
            f"write group:{value}" if "@" in value else "for example group:developers@acme.example",
        )
    return value


def _group(value: str) -> str:
    if value in _EVERYBODY or value.removeprefix("group:") in _EVERYBODY:
        raise rule_error("grants to everybody on the internet", "name a group, for example platform@acme.example")
    if value.startswith("user:"):
        raise rule_error(
            "grants to a single person, who comes and goes; groups are managed where people are",
            "make a group, and write its address",
        )
    address = value.removeprefix("group:")
    if ":" in address or "@" not in address or "." not in address.rpartition("@")[2]:
        raise rule_error("must be the address of a Google group", "for example platform@acme.example")
    if address.endswith(".gserviceaccount.com"):
        raise rule_error(
            "is a service account; presets are for people",
            "use the section ci for pipelines, permissions for workloads",
        )
    if address.rpartition("@")[2] in _PERSONAL:
        raise rule_error("is a person's address, not a group's", "make a group, and write its address")
    return address


def all_service_accounts(project_number: str) -> str:
    """The member that stands for every service account of a project, those that come later too.

    https://cloud.google.com/iam/docs/principal-identifiers

    Args:
        project_number: the project's number; its id is not taken here.
    """
    return f"principalSet://cloudresourcemanager.googleapis.com/projects/{project_number}/type/ServiceAccount"


#: A member of a policy, kind and name: group:..., serviceAccount:..., principal://..., principalSet://...
Member = Annotated[str, AfterValidator(_member), Field(examples=["group:developers@acme.example"])]
#: The address of a Google group, without `group:`.
GroupEmail = Annotated[str, AfterValidator(_group), Field(examples=["platform@acme.example"])]
