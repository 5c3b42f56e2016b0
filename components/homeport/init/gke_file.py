"""The stack file of an environment on Google Cloud. Pure."""

from __future__ import annotations

from homeport.init.answers import Answers
from homeport.init.domains import domain_of
from homeport.init.platform_lines import platform_lines
from homeport.init.ranges import network_range, peers
from homeport.init.regions import gcp_zones
from homeport.init.text import also, count_words, document, flow, head, peer_lines, scalar, title


def gke_file(answers: Answers, environment: str, *, apps: bool = False) -> str:
    """Its text; `apps`: with the example's applications."""
    platform = platform_lines(answers, environment, apps=apps)
    if environment in answers.production:
        return _production(answers, environment, platform)
    return _trial(answers, environment, platform)


def _cluster(answers: Answers, environment: str, zones: list[str]) -> list[str]:
    return [
        "  homeport:cluster:",
        "    kind: gke",
        f"    project: {scalar(answers.gcp_projects[environment])}",
        f"    region: {scalar(answers.gcp_region)}",
        f"    zones: {flow(zones)}",
    ]


def _trial(answers: Answers, environment: str, platform: list[str]) -> str:
    zones = gcp_zones(answers.gcp_region or "", 2)
    lines = [
        *head(environment, "standard", domain_of(answers, "gcp", environment)),
        "  homeport:network:",
        f"    cidr: {network_range(answers, 'gcp', environment)}",
        *_cluster(answers, environment, zones),
        "    node_pools:",
        "      system:",
        "        machines: [e2-standard-4]",
        "        min: 1",
        "        max: 2",
        "      general:",
        "        machines: [e2-standard-4]",
        "        spot: true",
        "        min: 0",
        "        max: 6",
        "        taints:",
        '          - {key: spot, value: "true", effect: NoSchedule}',
        *platform,
    ]
    return document(f"{title(answers, environment)} on Google Cloud: {also(answers)}.", lines)


def _production(answers: Answers, environment: str, platform: list[str]) -> str:
    zones = gcp_zones(answers.gcp_region or "", 3)
    lines = [
        *head(environment, "strict", domain_of(answers, "gcp", environment)),
        "  homeport:network:",
        f"    cidr: {network_range(answers, 'gcp', environment)}",
        *peer_lines(peers(answers, "gcp", environment)),
        "    nat:",
        "      # Partners put these two addresses on their allow lists.",
        "      addresses: 2",
        "    databases:",
        "      enabled: true",
        *_cluster(answers, environment, zones),
        "    release_channel: stable",
        "    logging: [system, workloads, apiserver]",
        "    maintenance:",
        "      window:",
        '        start: "01:00"',
        "        hours: 6",
        "        days: [MO, TU, WE]",
        "    node_pools:",
        "      system:",
        "        machines: [e2-standard-4]",
        f"        min: {len(zones)}",
        "        max: 6",
        "      general:",
        "        machines: [n2-standard-4]",
        f"        min: {len(zones)}",
        "        max: 24",
        "        upgrade:",
        "          strategy: surge",
        f"          max_surge: {len(zones)}",
        "      batch:",
        "        machines: [n2-standard-8]",
        "        spot: true",
        "        min: 0",
        "        max: 12",
        "        labels:",
        "          workload: batch",
        "        taints:",
        '          - {key: spot, value: "true", effect: NoSchedule}',
        *platform,
    ]
    what = f"{count_words(zones)} zones, protected, nodes that nobody takes back"
    return document(f"{title(answers, environment)} on Google Cloud: {what}.", lines)
