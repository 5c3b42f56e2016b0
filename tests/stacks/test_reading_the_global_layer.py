"""What a cluster stack says of the global layer that it reads: before any resource, with file, field and fix."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from homeport.globals.globals_output import Globals
from homeport.identity.permissions import DnsEditor, RoleAssumer
from homeport.plan.evaluate import evaluate
from homeport.problems import SettingsError
from homeport.settings import load
from stacks import shared
from stacks.settings import ClusterStack, Stack

ROOT = Path(__file__).resolve().parents[2]


def zone(domain: str, cloud: str = "gcp", **more: Any) -> dict[str, Any]:
    return {"cloud": cloud, "domain": domain, "id": f"id-{domain}", "name": "n", "name_servers": [], **more}


def published(**zones: dict[str, Any]) -> Globals:
    return Globals.parse({"version": 1, "zones": zones})


def settings(stack: str, **changes: Any) -> ClusterStack:
    found = load(Stack, root=ROOT, stack=stack).settings
    assert isinstance(found, ClusterStack)
    return found.model_copy(update=changes)


def refusal(found: Globals, stack: ClusterStack) -> str:
    with pytest.raises(SettingsError) as caught:
        shared.choose(found, stack, stack="global")
    (problem,) = caught.value.problems
    return problem.text()


EDITOR = {"identity": "zone-stage@acme-global.iam.gserviceaccount.com", "project": "acme-global"}
OPEN: dict[str, Any] = {"project": "acme-global", "editor": {**EDITOR, "owners": ["acme-stage"]}}


def test_the_nearest_zone_wins() -> None:
    found = published(
        acme=zone("acme.example"),
        near=zone("stage.acme.example", **OPEN),
        below=zone("x.stage.acme.example"),
        alike=zone("age.acme.example"),
    )
    assert shared.choose(found, settings("stage"), stack="global").zone_name == "near"
    deep = settings("stage", domain="a.b.stage.acme.example")
    assert shared.choose(found, deep, stack="global").zone_name == "near"


def test_a_domain_outside_of_every_zone_names_them_and_the_file() -> None:
    found = published(acme=zone("acme.example"))
    assert refusal(found, settings("stage", domain="stage.zeta.example")) == (
        'domain = "stage.zeta.example": lies in no zone of the stack global, which has: acme.example; nobody would find'
        " what runs there; choose a domain in one of them, or add a zone to homeport:dns.zones in Pulumi.global.yaml"
        " and run pulumi up -s global"
    )
    assert "which has: none;" in refusal(published(), settings("stage"))


def test_a_zone_on_another_cloud_is_of_no_use_to_the_cluster() -> None:
    found = published(acme=zone("acme.example", **OPEN), stage=zone("stage.acme.example", "aws"))
    text = refusal(found, settings("stage"))
    assert text.startswith(
        'domain = "stage.acme.example": lies in the zone stage (stage.acme.example) of the stack global, which stands'
        " on AWS; the cluster runs on Google Cloud, and its workloads could not keep records there;"
    )
    assert "choose a domain in a zone on Google Cloud (acme.example)" in text
    assert "write cloud: gcp at homeport:dns.zones.stage in Pulumi.global.yaml" in text
    below = refusal(found, settings("stage", domain="x.stage.acme.example"))
    assert "add {cloud: gcp, domain: x.stage.acme.example, parent: stage} to homeport:dns.zones" in below


def test_a_cluster_that_homeport_grants_nothing_in_may_use_any_zone() -> None:
    found = shared.choose(published(acme=zone("acme.example", "aws")), settings("local"), stack="global")
    assert (found.zone_name, found.keeps_zone) == ("acme", None)


def test_a_zone_that_is_not_lent_to_the_project_says_whom_to_name_where() -> None:
    text = refusal(published(stage=zone("stage.acme.example", project="acme-global")), settings("stage"))
    assert text == (
        'global = "global": the zone stage (stage.acme.example) of the stack global is kept by workloads of these'
        " projects: none; this cluster's project is acme-stage; in Pulumi.global.yaml name acme-stage in"
        " homeport:gcp.projects, and that name in homeport:dns.zones.stage.editors if there is such a list; then run"
        " pulumi up -s global"
    )


def test_workloads_take_on_the_zones_identity_from_another_project_or_account() -> None:
    google = shared.choose(published(stage=zone("stage.acme.example", **OPEN)), settings("stage"), stack="global")
    assert isinstance(google.keeps_zone, RoleAssumer)
    assert google.zone_role is not None
    assert google.zone_role.gcp is not None
    assert google.zone_role.gcp.email == EDITOR["identity"]
    role = "arn:aws:iam::111122223333:role/homeport/zones/zone-stage-eks"
    there: dict[str, Any] = {"account": "111122223333", "editor": {"identity": role, "owners": ["222233334444"]}}
    amazon = published(eks=zone("stage.eks.acme.example", "aws", **there))
    found = shared.choose(amazon, settings("stage-eks"), stack="global")
    assert found.zone_role is not None
    assert (found.zone_role.aws, found.zone_role.label) == (role, "zone-eks")


def test_workloads_beside_the_zone_keep_it_themselves() -> None:
    google = published(stage=zone("stage.acme.example", project="acme-stage"))
    found = shared.choose(google, settings("stage"), stack="global")
    assert isinstance(found.keeps_zone, DnsEditor)
    assert found.zone_role is None
    assert found.keeps_zone.zones[0].gcp is not None
    amazon = published(eks=zone("stage.eks.acme.example", "aws", account="222233334444"))
    keeps = shared.choose(amazon, settings("stage-eks"), stack="global").keeps_zone
    assert isinstance(keeps, DnsEditor)
    assert keeps.zones[0].aws is not None
    assert keeps.zones[0].aws.zone_id == "id-stage.eks.acme.example"


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """This project, with a global stack that exports what it is told to."""

    def make(exports: str) -> Path:
        for folder in ("stacks", "apps"):
            shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in [*ROOT.glob("Pulumi*.yaml"), ROOT / "pyproject.toml"]:
            shutil.copy(file, tmp_path / file.name)
        program = f"""\
            import pulumi

            if pulumi.get_stack() == "global":
                {exports}
            else:
                from stacks.program import main

                pulumi.run(main)
            """
        (tmp_path / "__main__.py").write_text(textwrap.dedent(program))
        return tmp_path

    return make


def failure(root: Path) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        evaluate(root, "stage")
    return str(caught.value)


@pytest.mark.parametrize(
    ("exports", "rule", "fix"),
    [
        (
            "pass",
            "the stack global has published no output globals",
            "run pulumi up -s global with this version first",
        ),
        (
            "pulumi.export('globals', {'version': 0})",
            "the output globals of the stack global has version 0, not 1",
            "run pulumi up -s global with this version first",
        ),
        (
            "pulumi.export('globals', {'version': 2})",
            "was deployed by a newer homeport: its output globals has version 2",
            "upgrade homeport here to the version that deployed it",
        ),
    ],
    ids=["missing", "older", "newer"],
)
def test_an_output_that_cannot_be_read_is_told_with_file_line_and_fix(
    project: Callable[[str], Path], exports: str, rule: str, fix: str
) -> None:
    text = failure(project(exports))
    line = (ROOT / "Pulumi.stage.yaml").read_text().splitlines().index("  homeport:global: global") + 1
    assert f"Pulumi.stage.yaml:{line}:" in text
    assert 'homeport:global = "global"' in text
    assert rule in text
    assert fix in text


def test_a_wrong_domain_is_told_at_its_place_before_any_resource(project: Callable[[str], Path]) -> None:
    root = project("pulumi.export('globals', {'version': 1, 'zones': {}})")
    text = failure(root)
    assert "Pulumi.stage.yaml:" in text
    assert 'homeport:domain = "stage.acme.example"' in text
    assert "see: homeport:global" in text


def test_a_stack_without_global_layer_reads_none(project: Callable[[str], Path]) -> None:
    graph = evaluate(project("raise AssertionError('nobody asked')"), "local")
    assert graph.outputs.get("zone") is None
    assert not graph.find(type="pulumi:pulumi:StackReference")
