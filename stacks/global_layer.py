"""Layer `global`: settings -> zones, people, CI, registries, keys, backups, budgets, audit -> output `globals`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from homeport.globals.aws import GlobalAws
from homeport.globals.ci_gcp import GcpCiAccounts
from homeport.globals.dns import DnsZones
from homeport.globals.gcp import GlobalGcp
from homeport.globals.publish import publish
from homeport.globals.zone_editors import Lenders, ZoneEditors
from homeport.labels import Labels
from stacks.settings import GlobalStack


def build(stack: GlobalStack, *, labels: Labels) -> dict[str, Any]:
    """Declare everything of the global stack.

    Args:
        stack: the settings, checked.
        labels: what every resource carries.

    Returns:
        The stack's outputs; cluster stacks read `globals` and nothing else.
    """
    providers: list[pulumi.ProviderResource] = []
    google = amazon = None
    if stack.gcp is not None:
        # Imported when needed: an organisation on one cloud does not pay for the other's SDK.
        import pulumi_gcp as gcp

        providers.append(
            gcp.Provider(
                "gcp",
                project=stack.gcp.project,
                region=stack.gcp.region,
                default_labels=labels.gcp(),
                # The budgets API asks which project pays for the call when a person makes it.
                user_project_override=True,
                billing_project=stack.gcp.project,
            )
        )
    if stack.aws is not None:
        import pulumi_aws as aws

        providers.append(
            aws.Provider(
                "aws",
                region=stack.aws.region,
                allowed_account_ids=[stack.aws.account],
                default_tags={"tags": labels.aws()},
            )
        )
    opts = pulumi.ResourceOptions(providers=providers)
    if stack.gcp is not None:
        google = GlobalGcp(
            "gcp-global", stack.gcp, ci=stack.ci, parts=stack.gcp_parts(), protection=stack.protection, opts=opts
        )
    if stack.aws is not None:
        amazon = GlobalAws(
            "aws-global",
            stack.aws,
            ci=stack.ci,
            accounts=_accounts(stack, labels),
            protection=stack.protection,
            opts=opts,
        )
    zones = DnsZones(
        "dns",
        stack.dns,
        account=stack.aws.account if stack.aws else None,
        protection=stack.protection,
        ready=google.ready if google else (),
        opts=opts,
    )
    editors = ZoneEditors(
        "dns-editor",
        zones.zones,
        owners={name: stack.zone_owners(name) for name in stack.dns.zones},
        account=stack.aws.account if stack.aws else None,
        region=stack.aws.region if stack.aws else None,
        project=stack.gcp.project if stack.gcp else None,
        lenders=_lenders(stack, google),
        ready=google.ready if google else (),
        opts=opts,
    )
    return {
        "globals": publish(stack, zones=zones.zones, editors=editors.identities, gcp=google, aws=amazon),
        # What to enter at a registrar, and what `homeport doctor` compares with the parent's answer.
        "name_servers": {name: zone.name_servers for name, zone in zones.zones.items()},
    }


def _lenders(stack: GlobalStack, google: GlobalGcp | None) -> dict[str, Lenders]:
    """Who deploys clusters whose workloads keep a zone on Cloud DNS: CI, and people who administer their projects."""
    if stack.gcp is None or google is None:
        return {}
    logins: Mapping[str, GcpCiAccounts] = {} if google.ci is None else google.ci.accounts
    deploy = {
        name: pulumi.Output.concat("serviceAccount:", login.deploy)
        for name, login in logins.items()
        if login.deploy is not None
    }
    preview = {
        name: pulumi.Output.concat("serviceAccount:", login.preview)
        for name, login in logins.items()
        if login.preview is not None
    }
    out: dict[str, Lenders] = {}
    for zone, args in stack.dns.zones.items():
        owners = stack.zone_owners(zone)
        people = {
            f"people-{name}": f"group:{grant.group}"
            for name, grant in stack.gcp.access.items()
            if grant.preset == "admin" and (grant.projects is None or owners.keys() & set(grant.projects))
        }
        if args.cloud == "gcp" and owners:
            out[zone] = Lenders(deploy={**deploy, **people}, preview=preview)
    return out


def _accounts(stack: GlobalStack, labels: Labels) -> dict[str, Any]:
    import pulumi_aws as aws

    assert stack.aws is not None  # noqa: S101 - the caller looked
    return {
        name: aws.Provider(
            f"aws-{name}",
            region=stack.aws.region,
            allowed_account_ids=[account.id],
            assume_roles=[{"role_arn": account.role}],
            default_tags={"tags": labels.aws()},
        )
        for name, account in stack.aws.accounts.items()
        if account.role is not None
    }
