"""The stack file of an environment on AWS. Pure."""

from __future__ import annotations

from typing import Final

from homeport.init.answers import Answers
from homeport.init.domains import domain_of
from homeport.init.platform_lines import platform_lines
from homeport.init.ranges import network_range, peers
from homeport.init.regions import aws_zones
from homeport.init.roles import deploying_role, people_role
from homeport.init.text import also, count_words, document, flow, head, peer_lines, scalar, title

#: The Kubernetes version with which a new cluster begins; the shipped files have the same.
_VERSION: Final = "1.34"


def eks_file(answers: Answers, environment: str, *, apps: bool = False) -> str:
    """Its text; `apps`: with the example's applications."""
    platform = platform_lines(answers, environment, apps=apps)
    if environment in answers.production:
        return _production(answers, environment, platform)
    return _trial(answers, environment, platform)


def _cluster(answers: Answers, environment: str, zones: list[str]) -> list[str]:
    return [
        "  homeport:cluster:",
        "    kind: eks",
        f"    account: {scalar(answers.aws_accounts[environment])}",
        f"    region: {scalar(answers.aws_region)}",
        f"    zones: {flow(zones)}",
        f"    version: {scalar(_VERSION)}",
    ]


def _access(answers: Answers, environment: str, developers: str) -> list[str]:
    account = answers.aws_accounts[environment]
    return [
        f"    deployer: {deploying_role(answers, account)}",
        "    access:",
        "      platform:",
        f"        principal: {people_role(account, 'platform')}",
        "        access: admin",
        "      developers:",
        f"        principal: {people_role(account, 'developers')}",
        f"        access: {developers}",
    ]


def _trial(answers: Answers, environment: str, platform: list[str]) -> str:
    zones = aws_zones(answers.aws_region or "", 2)
    lines = [
        *head(environment, "standard", domain_of(answers, "aws", environment)),
        "  homeport:network:",
        f"    cidr: {network_range(answers, 'aws', environment)}",
        "    nat: single",
        *_cluster(answers, environment, zones),
        "    api:",
        "      public: true",
        "      public_cidrs:",
        f"        office: {scalar(answers.office)}",
        *_access(answers, environment, "developer"),
        "    node_pools:",
        "      system:",
        "        machines: [m7i.large]",
        "        min: 2",
        "        max: 3",
        "      general:",
        "        machines: [m7i.xlarge, m6i.xlarge]",
        "        spot: true",
        "        min: 0",
        "        max: 6",
        "        taints:",
        '          - {key: spot, value: "true", effect: NoSchedule}',
        *platform,
    ]
    what = f"what Pulumi.{environment}.yaml is on Google Cloud" if answers.on_gcp else also(answers)
    return document(f"{title(answers, environment)} on AWS: {what}.", lines)


def _production(answers: Answers, environment: str, platform: list[str]) -> str:
    zones = aws_zones(answers.aws_region or "", 3)
    lines = [
        *head(environment, "strict", domain_of(answers, "aws", environment)),
        "  homeport:network:",
        f"    cidr: {network_range(answers, 'aws', environment)}",
        "    nat: per-zone",
        *peer_lines(peers(answers, "aws", environment)),
        "    endpoints:",
        "      interface: cluster",
        "    databases:",
        "      enabled: true",
        *_cluster(answers, environment, zones),
        "    api:",
        "      # Nobody on the internet; people and CI come through a tunnel of AWS Systems Manager.",
        "      path: session-manager",
        *_access(answers, environment, "viewer"),
        "    node_pools:",
        "      system:",
        "        machines: [m7i.xlarge]",
        f"        min: {len(zones)}",
        "        max: 6",
        "      general:",
        "        machines: [m7i.2xlarge]",
        f"        min: {len(zones)}",
        "        max: 24",
        "        # Volumes live in one zone on AWS: the autoscaler must be able to add a node just there.",
        "        split_zones: true",
        "      batch:",
        "        machines: [c7i.2xlarge, c6i.2xlarge, m7i.2xlarge]",
        "        spot: true",
        "        min: 0",
        "        max: 12",
        "        labels:",
        "          workload: batch",
        "        taints:",
        '          - {key: spot, value: "true", effect: NoSchedule}',
        *platform,
    ]
    what = f"{count_words(zones)} zones, a private API, protected, nodes that nobody takes back"
    return document(f"{title(answers, environment)} on AWS: {what}.", lines)
