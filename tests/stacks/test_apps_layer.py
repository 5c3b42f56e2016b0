"""Applications in a stack of their own: the whole program, on the shipped cluster stack."""

from __future__ import annotations

import shutil
from pathlib import Path

import pulumi
import pytest

from homeport.plan import Graph
from homeport.plan.evaluate import evaluate

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
config:
  homeport:layer: apps
  homeport:environment: stage
  homeport:protection: standard
  homeport:cluster_stack: stage
"""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The shop's web and api in a stack of their own, and nothing of them in stage."""
    root = tmp_path_factory.mktemp("team")
    for folder in ("stacks", "apps"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in [*ROOT.glob("Pulumi*.yaml"), ROOT / "pyproject.toml", ROOT / "__main__.py"]:
        shutil.copy(file, root / file.name)
    stage = root / "Pulumi.stage.yaml"
    before = stage.read_text()
    after = before[: before.index("  # What each is stands in stacks/apps.py")]
    stage.write_text(after)
    (root / "Pulumi.team.yaml").write_text(
        f"{HEAD}  homeport:apps: {{migrate: {{tag: 1.4.2}}, api: {{tag: 1.4.2}}, web: {{tag: 1.4.2}}}}\n"
    )
    return evaluate(root, "team")


def test_it_has_applications_and_nothing_of_the_cluster_or_the_cloud(team: Graph) -> None:
    kinds = {one.type for one in team.resources if one.custom and not one.is_provider}
    assert "kubernetes:apps/v1:Deployment" in kinds
    assert {kind.partition(":")[0] for kind in kinds} == {"kubernetes", "pulumi"}
    assert not kinds & {"kubernetes:core/v1:Namespace", "kubernetes:core/v1:ResourceQuota"}
    # The cluster's own end is not this stack's: nothing here goes with it by itself.
    assert {one.options.deleted_with for one in team.resources if one.type.startswith("kubernetes:")} == {None}


def test_images_domain_gateway_and_tenants_are_those_of_the_cluster(team: Graph) -> None:
    (deployment,) = [one for one in team.resources if one.name == "web-deployment"]
    image = deployment.inputs["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == "europe-west3-docker.pkg.dev/acme-global/apps/web:1.4.2"
    (route,) = team.find(type="kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
    assert route.inputs["spec"]["hostnames"] == ["web.stage.acme.example"]
    assert route.inputs["spec"]["parentRefs"][0]["namespace"] == "traefik"
    assert team.outputs["urls"] == {"web": ["https://web.stage.acme.example"]}


def test_what_the_clusters_own_stack_deploys_is_said_with_its_place_in_the_file(tmp_path: Path) -> None:
    for folder in ("stacks", "apps"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in [*ROOT.glob("Pulumi*.yaml"), ROOT / "pyproject.toml", ROOT / "__main__.py"]:
        shutil.copy(file, tmp_path / file.name)
    (tmp_path / "Pulumi.team.yaml").write_text(f"{HEAD}  homeport:apps:\n    web: {{tag: 1.4.2}}\n")
    with pytest.raises(pulumi.RunError) as caught:
        evaluate(tmp_path, "team")
    said = str(caught.value)
    assert said.count("Pulumi.team.yaml:7:") == 2
    assert 'homeport:apps.web = "web"\n    the cluster\'s own stack deploys an app of this name' in said
    assert "homeport:apps.web.connects[0]\n    connects to api, which the cluster's own stack deploys:" in said
    # What helps within one stack would be refused here.
    assert "name it in the stack file too" not in said
