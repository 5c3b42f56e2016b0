"""What only a whole section of the global layer shows: references to names, keys beside what they encrypt, lengths.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from homeport.globals.backup_args import BUCKET
from homeport.globals.dns_args import ExistingParent
from homeport.globals.dns_plan import editor_name
from homeport.globals.presets import AWS_POLICIES
from homeport.globals.registry_args import repository_name_problems
from homeport.globals.values import nearest
from homeport.model import known
from homeport.naming import GCP_SERVICE_ACCOUNT, IAM_ROLE
from homeport.problems import Path, Problem

if TYPE_CHECKING:
    from homeport.globals.args import GlobalAwsArgs, GlobalGcpArgs, GlobalSections

#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_POLICIES_PER_ROLE = 10
_IAM_ROLE_MAX = 64


def section_problems(sections: GlobalSections) -> Iterator[Problem]:
    """Rules across the sections; paths relative to the stack file."""
    here = {name for name, section in (("gcp", sections.gcp), ("aws", sections.aws)) if section is not None}
    if not here:
        yield Problem(
            ("gcp",),
            "the global layer needs a cloud to stand on",
            "add the section gcp (project, region), aws (account, region), or both",
            related=(("aws",),),
        )
        return
    for name, zone in sections.dns.zones.items():
        if zone.cloud not in here:
            yield _no_section(("dns", "zones", name, "cloud"), f"the zone stands on {zone.cloud}", zone.cloud)
        if isinstance(zone.parent, ExistingParent):
            cloud = "aws" if zone.parent.hosted_zone_id is not None else "gcp"
            if cloud not in here:
                yield _no_section(("dns", "zones", name, "parent"), f"its parent zone stands on {cloud}", cloud)
        yield from _editor_problems(sections, name)


def _editor_problems(sections: GlobalSections, name: str) -> Iterator[Problem]:
    """Editors of a zone are known, and the identity that they take on can be named after the zone."""
    zone = sections.dns.zones[name]
    there: Mapping[str, object] = {}
    if zone.cloud == "aws" and sections.aws is not None:
        there = sections.aws.accounts
    elif zone.cloud == "gcp" and sections.gcp is not None:
        there = sections.gcp.projects
    what = "account" if zone.cloud == "aws" else "project"
    for problem in _unknown_names(("dns", "zones", name, "editors"), zone.editors or (), there, what):
        fix = problem.fix if problem.fix.startswith("write ") else f"add it to {zone.cloud}.{what}s"
        yield replace(problem, fix=fix)
    rule = IAM_ROLE if zone.cloud == "aws" else GCP_SERVICE_ACCOUNT
    broken = rule.violation(editor_name(name)) if sections.zone_owners(name) else None
    if broken:
        fix = "rename the zone, or let no workload of a cluster keep its records: editors: []"
        yield Problem(("dns", "zones", name), broken, fix)


def _no_section(path: Path, why: str, cloud: str) -> Problem:
    needs = "project, region" if cloud == "gcp" else "account, region"
    return Problem(path, f"{why}, and there is no section {cloud}", f"add {cloud}: {{{needs}}}", related=((cloud,),))


def gcp_problems(args: GlobalGcpArgs) -> Iterator[Problem]:
    """Rules of the section `gcp`; paths relative to it."""
    if "global" in args.projects:
        yield Problem(("projects", "global"), "global stands for the section's own project", "choose another name")
    yield from _same_values(("projects",), args.projects)
    for name, grant in args.access.items():
        yield from _unknown_names(("access", name, "projects"), grant.projects or (), args.every_project, "project")
    for name, budget in args.budgets.items():
        yield from _unknown_names(("budgets", name, "projects"), budget.projects or (), args.projects, "project")
    if args.audit is not None:
        yield from _unknown_names(("audit", "projects"), args.audit.projects or (), args.projects, "project")
        yield from _bucket_name(("audit", "name"), args.audit.name, args.audit_name)
    locations = {name: (key.location or args.region).lower() for name, key in args.keys.items()}
    for name, registry in args.registries.items():
        if not name[0].isalpha():
            yield Problem(
                ("registries", name), "names a repository of Artifact Registry, which begins with a letter", "rename it"
            )
        yield from _unknown_names(
            ("registries", name, "pull_projects"), registry.pull_projects or (), args.projects, "project"
        )
        place = registry.location or args.region
        yield from _key_problems(("registries", name, "key"), known(registry.key), place.lower(), locations)
    for name, backup in args.backups.items():
        place = (backup.location or args.region).lower()
        place = {"eu": "europe"}.get(place, place)
        yield from _key_problems(("backups", name, "key"), known(backup.key), place, locations)
        yield from _bucket_name(("backups", name, "name"), backup.name, args.bucket_name(name))


def aws_problems(args: GlobalAwsArgs) -> Iterator[Problem]:
    """Rules of the section `aws`; paths relative to it."""
    yield from _same_values(("accounts",), {name: account.id for name, account in args.accounts.items()}, "id")
    for name, account in args.accounts.items():
        if account.id == args.account:
            yield Problem(
                ("accounts", name, "id"),
                "is the section's own account, which counts already",
                "remove it; better, give clusters an account of their own",
                account.id,
                related=(("account",),),
            )
        if account.role is not None and f"::{account.id}:" not in account.role:
            yield Problem(
                ("accounts", name, "role"),
                f"is not a role of the account {account.id}",
                f"write arn:aws:iam::{account.id}:role/NAME",
                account.role,
                related=(("accounts", name, "id"),),
            )
    for name, grant in args.access.items():
        if len(f"access-{name}") > _IAM_ROLE_MAX:
            yield Problem(("access", name), f"the role access-{name} may have {_IAM_ROLE_MAX} characters", "shorten it")
        count = len({*AWS_POLICIES[grant.preset], *grant.extra_policies})
        if count > _POLICIES_PER_ROLE:
            yield Problem(
                ("access", name, "extra_policies"),
                f"with the preset's the role would have {count} managed policies; {_POLICIES_PER_ROLE} are allowed",
                "remove some, or put what they allow into one policy",
            )
    regions = {name: key.region or args.region for name, key in args.keys.items()}
    for name, registry in args.registries.items():
        for problem in repository_name_problems(name, registry):
            yield problem.below(("registries", name))
        yield from _key_problems(
            ("registries", name, "key"), known(registry.key), registry.region or args.region, regions
        )
    for name, backup in args.backups.items():
        yield from _key_problems(("backups", name, "key"), known(backup.key), backup.region or args.region, regions)
        yield from _bucket_name(("backups", name, "name"), backup.name, args.bucket_name(name))
    yield from _audit_problems(args, regions)


def _audit_problems(args: GlobalAwsArgs, regions: Mapping[str, str]) -> Iterator[Problem]:
    if args.audit is None:
        return
    yield from _bucket_name(("audit", "name"), args.audit.name, args.audit_name)
    key = known(args.audit.key)
    yield from _key_problems(("audit", "key"), key, args.region, regions)
    if key in args.keys and "cloudtrail" not in args.keys[key].services:
        yield Problem(
            ("audit", "key"),
            f"CloudTrail may not use the key {key}",
            f"add services: [cloudtrail] to keys.{key}",
            key,
            related=(("keys", key, "services"),),
        )


def _key_problems(path: Path, key: str | None, place: str, keys: Mapping[str, str]) -> Iterator[Problem]:
    """A key by name exists, and lies where it is used; one in full was checked by its own section."""
    if key is None or "/" in key:
        return
    if key not in keys:
        near = nearest(key, keys)
        yield Problem(
            path,
            f"there is no key of this name; there are {', '.join(sorted(keys)) or 'none'}",
            f"write {near}" if near else "add it to keys, or write the key in full",
            key,
        )
    elif keys[key] != place:
        yield Problem(
            path,
            f"the key {key} lies in {keys[key]}, what it would encrypt in {place}",
            f"add a key in {place}, and use it here",
            key,
            related=(("keys", key),),
        )


def _unknown_names(path: Path, names: Iterable[str], there: Mapping[str, object], what: str) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in there:
            near = nearest(name, there)
            yield Problem(
                (*path, index),
                f"there is no {what} of this name; there are {', '.join(sorted(there)) or 'none'}",
                f"write {near}" if near else f"add it to {what}s",
                name,
            )


def _same_values(path: Path, values: Mapping[str, str], *field: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, value in values.items():
        if value in first:
            yield Problem(
                (*path, name, *field),
                f"is {first[value]} already; everything would be granted twice",
                "remove one of them",
                value,
                related=((*path, first[value], *field),),
            )
        first.setdefault(value, name)


def _bucket_name(path: Path, given: str | None, name: str) -> Iterator[Problem]:
    broken = None if given else BUCKET.violation(name)
    if broken:
        yield Problem(path, broken, "set name to a shorter one")
