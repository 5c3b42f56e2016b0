"""The stack file of the global layer. Pure."""

from __future__ import annotations

from typing import Any

from homeport.init.answers import Answers, zone_name
from homeport.init.domains import apex, domain_of, stack_of
from homeport.init.regions import backup_partner
from homeport.init.roles import bootstrap_role
from homeport.init.text import document, flow, scalar


def global_file(answers: Answers) -> str:
    """Its text."""
    lines = [
        "  homeport:layer: global",
        "  homeport:environment: global",
        "  homeport:protection: strict",
        *_zones(answers),
        *_ci(answers),
        *(_gcp(answers) if answers.on_gcp else ()),
        *(_aws(answers) if answers.on_aws else ()),
    ]
    parts = "zones, people, CI, registries, keys, backups, budgets, audit logs"
    return document(f"What every cluster shares: {parts}. It goes up first.", lines)


def backup_region(answers: Answers) -> str:
    """Where Google Cloud's backups go."""
    region = answers.gcp_region or ""
    partner = backup_partner(region)
    return answers.gcp_backup_region or (partner[0] if partner else region)


def _zones(answers: Answers) -> list[str]:
    lines = ["  homeport:dns:", "    zones:"]
    first = "gcp" if answers.on_gcp else "aws"
    # Route 53 signs with a key in us-east-1 alone, where data may not be allowed to lie.
    top: dict[str, Any] = {"domain": answers.domain, **({"dnssec": "signed"} if answers.on_gcp else {})}
    top |= {"editors": answers.production[:1]}
    lines.append(_zone(answers.organisation, first, top))
    lines += _below(answers, first, answers.organisation)
    if answers.cloud == "both":
        lines.append("      # Delegated across clouds: what runs on EKS keeps its records on Route 53.")
        rest = {"domain": apex(answers, "aws"), "parent": answers.organisation, "editors": answers.production[:1]}
        lines.append(_zone("eks", "aws", rest))
        lines += _below(answers, "aws", "eks")
    return lines


def _below(answers: Answers, cloud: str, parent: str) -> list[str]:
    """The zones of the environments that do not live at the cloud's own domain."""
    names = [*answers.trial, *answers.production[1:]]
    return [
        _zone(
            stack_of(answers, cloud, name),
            cloud,
            {"domain": domain_of(answers, cloud, name), "parent": parent, "editors": [name]},
        )
        for name in names
    ]


def _zone(name: str, cloud: str, rest: dict[str, Any]) -> str:
    physical = zone_name(rest["domain"])
    # Cloud DNS wants a letter first, and a domain may begin with a digit.
    named = {"name": physical} if cloud == "gcp" and physical != rest["domain"].replace(".", "-") else {}
    return f"      {scalar(name)}: {flow({'cloud': cloud, **rest, **named})}"


def _ci(answers: Answers) -> list[str]:
    if answers.repository is None:
        return []
    deploy: dict[str, Any] = {"branches": ["main"]}
    if answers.ci == "github":
        deploy["environments"] = answers.environments
    return [
        "  homeport:ci:",
        "    homeport:",
        f"      provider: {answers.ci}",
        f"      repository: {scalar(answers.repository)}",
        f"      deploy: {flow(deploy)}",
    ]


def _gcp(answers: Answers) -> list[str]:
    where = backup_region(answers)
    projects = {name: answers.gcp_projects[name] for name in answers.environments}
    developers: dict[str, Any] = {"group": f"developers@{answers.domain}", "preset": "viewer"}
    if answers.trial:
        developers |= {"preset": "developer", "projects": answers.trial}
    return [
        "  homeport:gcp:",
        f"    project: {scalar(answers.gcp_projects['global'])}",
        f"    region: {scalar(answers.gcp_region)}",
        f"    projects: {flow(projects)}",
        "    access:",
        f"      platform: {flow({'group': f'platform@{answers.domain}', 'preset': 'admin'})}",
        f"      developers: {flow(developers)}",
        "    registries: {apps: {}}",
        f"    keys: {{backups: {{location: {scalar(where)}}}}}",
        _backup_comment(answers, where),
        f"    backups: {{backups: {{location: {scalar(where)}, key: backups}}}}",
        *_gcp_budget(answers),
        "    audit: {retention_days: 400}",
    ]


def _backup_comment(answers: Answers, where: str) -> str:
    if where == answers.gcp_region:
        return (
            "    # In the clusters' own region: name another one, here and in allowed_regions, where the law allows it."
        )
    partner = backup_partner(answers.gcp_region or "")
    still = f", and still in {partner[1]}" if partner and partner[0] == where else ""
    return f"    # In another region than the clusters{still}."


def _gcp_budget(answers: Answers) -> list[str]:
    if answers.billing_account is None:
        return ["    # No budget yet: budgets: {all: {billing_account: ..., amount: 2000, emails: [...]}} adds one."]
    budget = {"billing_account": answers.billing_account, "amount": 2000, "emails": [f"platform@{answers.domain}"]}
    return ["    budgets:", f"      all: {flow(budget)}"]


def _aws(answers: Answers) -> list[str]:
    accounts = [(name, answers.aws_accounts[name]) for name in answers.environments]
    return [
        "  homeport:aws:",
        f"    account: {scalar(answers.aws_accounts['global'])}",
        f"    region: {scalar(answers.aws_region)}",
        "    # Each has the role that this stack assumes there, see docs/deploy.md.",
        "    accounts:",
        *(f"      {scalar(name)}: {flow({'id': id_, 'role': bootstrap_role(id_)})}" for name, id_ in accounts),
        "    access:",
        "      platform: {preset: admin, permission_sets: [PlatformAdmin]}",
        "      developers: {preset: developer, permission_sets: [Developer]}",
        "    registries: {apps: {images: [web, api, worker, dashboard, feedback]}}",
        "    keys: {backups: {}}",
        "    backups: {backups: {key: backups}}",
        "    budgets:",
        f"      all: {flow({'amount': 2000, 'emails': [f'platform@{answers.domain}']})}",
        "    audit: {retention_days: 400}",
    ]
