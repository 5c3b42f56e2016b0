"""Every mistake in a stack file that homeport promises to find, pinned: path, place, value, rule and fix."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from homeport.problems import Problem, SettingsError, dotted
from homeport.settings import load
from stacks.settings import Stack

ROOT = Path(__file__).resolve().parents[2]


def project(tmp_path: Path) -> Path:
    for file in [ROOT / "pyproject.toml", *ROOT.glob("Pulumi*.yaml")]:
        shutil.copy(file, tmp_path / file.name)
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "stacks" / "base.yaml", tmp_path / "stacks" / "base.yaml")
    return tmp_path


def problems_of(root: Path, stack: str) -> tuple[Problem, ...]:
    with pytest.raises(SettingsError) as caught:
        load(Stack, root=root, stack=stack)
    return caught.value.problems


def replace(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) >= 1, f"{old!r} is not in the file"
        return text.replace(old, new, 1)

    return change


def add(text: str) -> Callable[[str], str]:
    return lambda before: before + text


@dataclass(frozen=True)
class Case:
    name: str
    change: Callable[[str], str]
    path: str
    says: tuple[str, ...]
    line_has: str
    """Text of the line that the problem must point to."""
    stack: str = "stage"


CASES = [
    Case(
        "misspelt section",
        replace("homeport:network:", "homeport:netwrok:"),
        "homeport:netwrok",
        ("network",),
        "netwrok",
    ),
    Case(
        "misspelt field",
        replace("    region: europe-west3", "    regoin: europe-west3"),
        "homeport:cluster.regoin",
        ("region",),
        "regoin",
    ),
    Case(
        "unknown field of a pool",
        replace("        spot: true", "        spots: true"),
        "homeport:cluster.node_pools.general.spots",
        ("spot",),
        "spots",
    ),
    Case(
        "wrong type",
        replace("        max: 6", "        max: six"),
        "homeport:cluster.node_pools.general.max",
        ("whole number",),
        "max: six",
    ),
    Case(
        "text where a list is due",
        replace("zones: [europe-west3-a, europe-west3-b]", "zones: europe-west3-a"),
        "homeport:cluster.zones",
        ("list",),
        "zones: europe-west3-a",
    ),
    Case(
        "ambiguous scalar",
        replace('value: "true"', "value: yes"),
        "homeport:cluster.node_pools.general.taints[0].value",
        ('"yes"',),
        "value: yes",
    ),
    Case(
        "boolean where text is due",
        replace('value: "true"', "value: true"),
        "homeport:cluster.node_pools.general.taints[0].value",
        ('"true"',),
        "value: true",
    ),
    Case("unknown kind", replace("kind: gke", "kind: gks"), "homeport:cluster.kind", ("gke", "existing"), "kind: gks"),
    Case("unknown layer", replace("layer: cluster", "layer: clustre"), "homeport:layer", ("cluster",), "clustre"),
    Case(
        "network that overlaps a peer",
        replace("    cidr: 10.20.0.0/16", "    cidr: 10.20.0.0/16\n    peers:\n      office: 10.20.128.0/20"),
        "homeport:network.peers.office",
        ("overlap",),
        "office",
    ),
    Case(
        "pods that overlap nodes",
        replace("    cidr: 10.20.0.0/16", "    cidr: 10.20.0.0/16\n    nodes: 10.30.0.0/20\n    pods: 10.30.0.0/17"),
        "homeport:network.pods",
        ("overlap", "nodes"),
        "pods: 10.30.0.0/17",
    ),
    Case(
        "database range that overlaps services",
        replace(
            "    cidr: 10.20.0.0/16",
            "    cidr: 10.20.0.0/16\n    services: 10.31.0.0/20\n    databases: {enabled: true, cidr: 10.31.0.0/22}",
        ),
        "homeport:network.databases.cidr",
        ("overlap", "services"),
        "10.31.0.0/22",
    ),
    Case(
        "control plane of the wrong size",
        replace("    cidr: 10.20.0.0/16", "    cidr: 10.20.0.0/16\n    control_plane: 10.31.0.0/24"),
        "homeport:network.control_plane",
        ("/28",),
        "control_plane",
    ),
    Case(
        "host bits",
        replace("cidr: 10.20.0.0/16", "cidr: 10.20.0.1/16"),
        "homeport:network.cidr",
        ('"10.20.0.0/16"',),
        "10.20.0.1/16",
    ),
    Case(
        "too few pod addresses for the largest number of nodes",
        replace("        max: 6", "        max: 600"),
        "homeport:network",
        ("nodes", "general"),
        "homeport:network",
    ),
    Case(
        "zone outside the region",
        replace("europe-west3-b]", "europe-west4-b]"),
        "homeport:cluster.zones[1]",
        ("europe-west3",),
        "europe-west4-b",
    ),
    Case(
        "region in which data may not be",
        lambda text: text.replace("europe-west3", "us-central1"),
        "homeport:cluster.region",
        ("allowed_regions", "europe-west10"),
        "us-central1",
    ),
    Case(
        "min over max",
        replace("        min: 0\n        max: 6", "        min: 9\n        max: 6"),
        "homeport:cluster.node_pools.general.min",
        ("6", "9"),
        "min: 9",
    ),
    Case(
        "version and channel",
        replace("    kind: gke", '    kind: gke\n    version: "1.34"\n    release_channel: regular'),
        "homeport:cluster.version",
        ("release_channel",),
        "version:",
    ),
    Case(
        "unquoted version",
        replace("    kind: gke", "    kind: gke\n    version: 1.30"),
        "homeport:cluster.version",
        ('"1.30"',),
        "version: 1.30",
    ),
    Case(
        "taint with an effect of another API",
        replace("effect: NoSchedule", "effect: NO_SCHEDULE"),
        "homeport:cluster.node_pools.general.taints[0].effect",
        ("NoSchedule",),
        "NO_SCHEDULE",
    ),
    Case(
        "label that the cloud keeps for itself",
        replace("        spot: true", "        spot: true\n        labels: {cloud.google.com/team: x}"),
        "homeport:cluster.node_pools.general.labels",
        ("reserved",),
        "cloud.google.com",
    ),
    Case(
        "owner that no label can hold",
        add('  homeport:owner: "Platform Team"\n'),
        "homeport:owner",
        ("platform-team",),
        "Platform Team",
    ),
    Case(
        "derived name too long",
        # An environment of another name has no Kustomize overlay either, which is another mistake.
        lambda text: text.replace("environment: stage", "environment: stage-for-the-quarterly-load-tests").replace(
            "    feedback: {tag: 2.1.0}\n", ""
        ),
        "homeport:environment",
        ("30",),
        "stage-for-the-quarterly",
    ),
    Case(
        "pool name too long",
        replace("      general:", "      general-purpose-machines-for-everything:"),
        "homeport:cluster.node_pools.general-purpose-machines-for-everything",
        ("32", "8 more"),
        "general-purpose",
    ),
    Case(
        "zone twice",
        replace("[europe-west3-a, europe-west3-b]", "[europe-west3-a, europe-west3-a]"),
        "homeport:cluster.zones[1]",
        ("twice",),
        "zones:",
    ),
    Case(
        "key twice",
        add("  homeport:layer: cluster\n"),
        "homeport:layer",
        ("twice",),
        "homeport:layer: cluster",
    ),
    Case(
        "no pool for system pods",
        lambda text: text.replace(
            "        min: 1\n        max: 2\n",
            "        min: 1\n        max: 2\n        taints: [{key: only, effect: NoSchedule}]\n",
        ),
        "homeport:cluster.node_pools",
        ("system",),
        "node_pools",
    ),
    Case(
        "production without protection",
        replace("protection: strict", "protection: none"),
        "homeport:protection",
        ("strict", "decommission"),
        "protection: none",
        stack="prod",
    ),
    Case(
        "API open to the world",
        replace(
            "    kind: gke", "    kind: gke\n    api: {access: public, authorized_networks: {everyone: 0.0.0.0/0}}"
        ),
        "homeport:cluster.api.authorized_networks.everyone",
        ("open_to_world",),
        "everyone",
    ),
    Case(
        "key of the cloud's own namespace",
        add("  gcp:project: acme-stage\n"),
        "gcp:project",
        ("homeport:",),
        "gcp:project",
    ),
    Case("key without a namespace", add("  storage: {default: zonal}\n"), "storage", ("homeport:storage",), "storage:"),
    Case(
        "misspelt namespace",
        add("  homepot:storage: {default: zonal}\n"),
        "homepot:storage",
        ("homeport:storage",),
        "homepot",
    ),
    Case(
        "secret in a plain field",
        replace("    kind: gke", "    kind: gke\n    admin_password: hunter2"),
        "homeport:cluster.admin_password",
        ("homeport:secrets",),
        "admin_password",
    ),
    Case(
        "secret in clear under secrets",
        add("  homeport:secrets: {grafana: hunter2}\n"),
        "homeport:secrets.grafana",
        ("--secret",),
        "homeport:secrets",
    ),
    Case(
        "encrypted value outside secrets",
        replace("project: acme-stage", "project: {secure: v1:AAAA}"),
        "homeport:cluster.project",
        ("homeport:secrets",),
        "secure",
    ),
    Case(
        "network beside an existing cluster",
        add("  homeport:network: {cidr: 10.20.0.0/16}\n"),
        "homeport:network",
        ("existing",),
        "homeport:network",
        stack="local",
    ),
    Case(
        "fixed size that zones cannot share",
        replace("        min: 1\n        max: 2\n", "        size: 3\n"),
        "homeport:cluster.node_pools.system.size",
        ("2", "4"),
        "size: 3",
    ),
    Case(
        "one zone on EKS",
        replace("[eu-central-1a, eu-central-1b]", "[eu-central-1a]"),
        "homeport:cluster.zones",
        ("two",),
        "zones:",
        stack="stage-eks",
    ),
    Case(
        "zone of another region on EKS",
        replace("[eu-central-1a, eu-central-1b]", "[eu-central-1a, eu-west-1b]"),
        "homeport:cluster.zones[1]",
        ("eu-central-1",),
        "eu-west-1b",
        stack="stage-eks",
    ),
    Case(
        "network of another cloud",
        replace("    nat: single", "    cloud: gcp"),
        "homeport:network.cloud",
        ("aws", "eks"),
        "cloud: gcp",
        stack="stage-eks",
    ),
    Case(
        "no administrator",
        replace("        access: admin", "        access: viewer"),
        "homeport:cluster.access",
        ("admin",),
        "access:",
        stack="stage-eks",
    ),
    Case(
        "the deployer a second time",
        replace("role/homeport/access-platform", "role/homeport/ci-homeport-deploy"),
        "homeport:cluster.access.platform.principal",
        ("deployer",),
        "principal",
        stack="stage-eks",
    ),
    Case(
        "two entries for one principal",
        replace("access-developers", "access-platform"),
        "homeport:cluster.access.developers.principal",
        ("platform",),
        "principal",
        stack="stage-eks",
    ),
    Case(
        "private API without a path",
        replace("      public: true\n      public_cidrs:\n        office: 203.0.113.0/24\n", "      private: true\n"),
        "homeport:cluster.api.path",
        ("session-manager",),
        "api:",
        stack="stage-eks",
    ),
    Case(
        "no way out and no endpoints",
        replace("    nat: single", "    nat: none"),
        "homeport:network.endpoints.interface",
        ("nat: none", "ecr.api", "interface: cluster"),
        "n",
        stack="stage-eks",
    ),
    Case(
        "Services that overlap the VPC",
        replace("    zones: [eu", "    service_cidr: 10.60.0.0/16\n    zones: [eu"),
        "homeport:network.cidr",
        ("Services",),
        "cidr: 10.60.0.0/16",
        stack="stage-eks",
    ),
    Case(
        "fewer nodes than zones to split over",
        replace("        min: 2\n        max: 3", "        size: 1\n        split_zones: true"),
        "homeport:cluster.node_pools.system",
        ("zones",),
        "s",
        stack="stage-eks",
    ),
    Case(
        "nothing to run the add-ons on",
        replace("        min: 2\n        max: 3", "        min: 0\n        max: 3"),
        "homeport:cluster.node_pools",
        ("CoreDNS",),
        "node_pools",
        stack="stage-eks",
    ),
    Case(
        "a strategy that EKS does not have",
        replace("        spot: true", "        spot: true\n        upgrade: {strategy: blue-green}"),
        "homeport:cluster.node_pools.general.upgrade",
        ("surge",),
        "upgrade",
        stack="stage-eks",
    ),
    Case(
        "unquoted account",
        replace('account: "222233334444"', "account: 222233334444"),
        "homeport:cluster.account",
        ('"222233334444"',),
        "account",
        stack="stage-eks",
    ),
    Case(
        "zone whose parent is nowhere",
        replace("parent: eks,", "parent: ekz,"),
        "homeport:dns.zones.stage-eks.parent",
        ("eks",),
        "parent: ekz",
        stack="global",
    ),
    Case(
        "unknown preset",
        replace("preset: developer, projects", "preset: develper, projects"),
        "homeport:gcp.access.developers.preset",
        ("developer",),
        "develper",
        stack="global",
    ),
    Case(
        "subject too wide",
        replace("repository: acme/homeport", 'repository: "acme/*"'),
        "homeport:ci.homeport.repository",
        ("*",),
        "acme/*",
        stack="global",
    ),
    Case(
        "registry in a region where data may not be",
        replace("registries: {apps: {}}", "registries: {apps: {location: us-central1}}"),
        "homeport:gcp.registries.apps.location",
        ("allowed_regions",),
        "us-central1",
        stack="global",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_mistake_is_found_where_it_stands(case: Case, tmp_path: Path) -> None:
    root = project(tmp_path)
    file = root / f"Pulumi.{case.stack}.yaml"
    file.write_text(case.change(file.read_text()))
    found = problems_of(root, case.stack)
    matching = [problem for problem in found if dotted(problem.path).startswith(case.path)]
    assert matching, "\n".join(problem.text() for problem in found)
    problem = matching[0]
    text = problem.text()
    for words in case.says:
        assert words in text
    assert problem.location is not None, text
    line = file.read_text().splitlines()[problem.location.line - 1]
    assert case.line_has in line, f"{problem.location}: {line}"
    assert "hunter2" not in str(SettingsError(found))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_mistake_is_found_alone(case: Case, tmp_path: Path) -> None:
    """One mistake gives one problem: followers of a mistake only hide it."""
    root = project(tmp_path)
    file = root / f"Pulumi.{case.stack}.yaml"
    file.write_text(case.change(file.read_text()))
    found = problems_of(root, case.stack)
    assert len(found) == 1, "\n".join(problem.text() for problem in found)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    root = project(tmp_path)
    file = root / "Pulumi.stage.yaml"
    text = file.read_text()
    independent = {"misspelt field of a pool", "host bits", "zone twice", "secret in a plain field", "unquoted version"}
    chosen = [case for case in CASES if case.name in independent]
    for case in chosen:
        text = case.change(text)
    file.write_text(text)
    found = problems_of(root, "stage")
    paths = [dotted(problem.path) for problem in found]
    for case in chosen:
        assert case.path in paths
    places = [(p.location.line, p.location.column) for p in found if p.location]
    assert places == sorted(places)


@pytest.mark.parametrize("stack", ["global", "stage", "prod", "stage-eks", "prod-eks", "local"])
def test_shipped_stacks_are_valid(stack: str) -> None:
    assert load(Stack, root=ROOT, stack=stack).settings.environment == stack.removesuffix("-eks")


def test_decommission_lets_production_be_unprotected(tmp_path: Path) -> None:
    root = project(tmp_path)
    file = root / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("protection: strict", "protection: none\n  homeport:decommission: true"))
    assert load(Stack, root=root, stack="prod").settings.protection == "none"


def test_decommission_without_need_is_a_problem(tmp_path: Path) -> None:
    root = project(tmp_path)
    file = root / "Pulumi.stage.yaml"
    file.write_text(file.read_text() + "  homeport:decommission: true\n")
    assert [dotted(problem.path) for problem in problems_of(root, "stage")] == ["homeport:decommission"]
