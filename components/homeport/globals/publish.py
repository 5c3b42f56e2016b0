"""Gathers what the global layer made into its one output, `globals`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeport.globals.args import GlobalAwsArgs, GlobalGcpArgs, GlobalSections
from homeport.globals.aws import GlobalAws
from homeport.globals.ci_gcp import GcpCiAccounts
from homeport.globals.dns import DnsZone
from homeport.globals.gcp import GlobalGcp
from homeport.globals.globals_output import VERSION, ZoneEditor


def publish(
    sections: GlobalSections,
    *,
    zones: Mapping[str, DnsZone],
    editors: Mapping[str, ZoneEditor] | None = None,
    gcp: GlobalGcp | None = None,
    aws: GlobalAws | None = None,
) -> dict[str, Any]:
    """The value of the output `globals`, in the shape of `Globals`.

    A plain dict with outputs as its leaves, not one output: so a plan knows of each what it can know.

    Args:
        sections: the settings.
        zones: of `DnsZones`.
        editors: of `ZoneEditors`.
        gcp: None where there is no such section.
        aws: None where there is no such section.
    """
    return {
        "version": VERSION,
        "zones": {name: _zone(sections, zone, (editors or {}).get(name)) for name, zone in zones.items()},
        "gcp": _gcp(sections.gcp, gcp) if sections.gcp is not None and gcp is not None else None,
        "aws": _aws(sections.aws, aws) if sections.aws is not None and aws is not None else None,
    }


def _zone(sections: GlobalSections, zone: DnsZone, editor: ZoneEditor | None) -> dict[str, Any]:
    return {
        "cloud": zone.cloud,
        "domain": zone.domain,
        "id": zone.id,
        "name": zone.name,
        "arn": zone.arn,
        # As the settings say it, so that a plan can tell whose zone it is.
        "account": sections.aws.account if zone.cloud == "aws" and sections.aws is not None else None,
        "project": sections.gcp.project if zone.cloud == "gcp" and sections.gcp is not None else None,
        "editor": None if editor is None else editor.model_dump(mode="json"),
        "name_servers": zone.name_servers,
        "ds": zone.ds,
    }


def _gcp(args: GlobalGcpArgs, made: GlobalGcp) -> dict[str, Any]:
    logins: Mapping[str, GcpCiAccounts] = {} if made.ci is None else made.ci.accounts
    return {
        "project": args.project,
        "region": args.region,
        "projects": dict(args.projects),
        "registries": {
            name: {"url": one.url, "id": one.id, "location": one.location} for name, one in made.registries.items()
        },
        "keys": {name: {"id": one.id, "location": one.location} for name, one in made.keys.items()},
        "backups": {
            name: {"name": one.name, "url": one.url, "location": one.location} for name, one in made.backups.items()
        },
        "access": dict(made.access.groups) if made.access is not None else {},
        "ci": {
            name: {"provider": login.provider, "preview": login.preview, "deploy": login.deploy}
            for name, login in logins.items()
        },
    }


def _aws(args: GlobalAwsArgs, made: GlobalAws) -> dict[str, Any]:
    return {
        "account": args.account,
        "region": args.region,
        "accounts": {name: account.id for name, account in args.accounts.items()},
        "registries": {
            name: {"url": one.url, "arns": dict(one.arns), "region": one.region}
            for name, one in made.registries.items()
        },
        "keys": {name: {"arn": one.arn, "region": one.region} for name, one in made.keys.items()},
        "backups": {
            name: {"name": one.name, "arn": one.arn, "region": args.backups[name].region or args.region}
            for name, one in made.backups.items()
        },
        "access": {account: dict(one.roles) for account, one in made.access.items()},
        "ci": {
            account: {name: {"preview": login.preview, "deploy": login.deploy} for name, login in one.roles.items()}
            for account, one in made.ci.items()
        },
    }
