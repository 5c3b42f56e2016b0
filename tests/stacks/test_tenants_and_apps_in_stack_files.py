"""The sections `tenants` and `apps` of a stack file: mistakes told once at their line; one command for a new build."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from homeport.cli import main
from homeport.problems import Problem, SettingsError
from homeport.settings import load
from stacks import apps
from stacks.settings import AppsStack, ClusterStack, Stack

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("stage", "prod", "stage-eks", "prod-eks")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file in [ROOT / "pyproject.toml", *ROOT.glob("Pulumi*.yaml")]:
        shutil.copy(file, tmp_path / file.name)
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "stacks/base.yaml", tmp_path / "stacks/base.yaml")
    return tmp_path


def put(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text, f"{old!r} is not in the file"
        return text.replace(old, new, 1)

    return change


def settings(project: Path, change: Callable[[str], str], stack: str = "stage") -> Any:
    file = project / f"Pulumi.{stack}.yaml"
    file.write_text(change(file.read_text()))
    return load(Stack, root=project, stack=stack).settings


def problems(project: Path, change: Callable[[str], str], stack: str = "stage") -> tuple[Problem, ...]:
    with pytest.raises(SettingsError) as caught:
        settings(project, change, stack)
    return caught.value.problems


WEB = "    web: {tag: 1.4.2}\n"


@pytest.mark.parametrize(
    ("change", "path", "line", "says", "fix"),
    [
        (put(WEB, f"{WEB}    wbe: {{tag: 1.0.0}}\n"), "apps.wbe", "wbe:", "no application", 'did you mean "web"?'),
        (put(WEB, "    web: {tag: 1.4.2, replica: 2}\n"), "apps.web.replica", "replica:", "no field", "replicas"),
        (put(WEB, "    web: {}\n"), "apps.web.tag", "web: {}", "neither a tag nor a digest", 'tag: "1.4.2"'),
        (put(WEB, "    web: {tag: latest}\n"), "apps.web.tag", "latest", "must name one build", "a version"),
        (put(WEB, "    web: {tag: 1.4.2, hosts: [a.test]}\n"), "apps.web.hosts", "a.test", "outside the", "web.stage"),
        (
            put(WEB, "    web: {tag: 1.4.2, replicas: 2, autoscale: {max: 3}}\n"),
            "apps.web.replicas", "replicas", "the autoscaler sets the number", "remove replicas, or autoscale",
        ),
        (
            put("cleanup: {tag: 1.4.2}", 'cleanup: {tag: 1.4.2, schedule: "61 3 * * *"}'),
            "apps.cleanup.schedule", "61 3", "minute", "",
        ),
        (
            put("worker: {tag: 1.4.2}", "worker: {tag: 1.4.2, hosts: []}"),
            "apps.worker.hosts", "hosts: []", "a worker has no hosts", "remove it",
        ),
        (
            put(WEB, "    web: {tag: 1.4.2, hosts: [grafana.stage.acme.example]}\n"),
            "apps.web.hosts", "grafana.stage", "the add-on kube-prometheus-stack answers on this host", "web-app.stage",
        ),
        (
            put("    tools: {}\n", "    tools: {namespaces: [monitoring-nodes]}\n"),
            "tenants.tools.namespaces", "monitoring-nodes", "of the cluster or its add-ons", "tools-apps",
        ),
        (
            put("    tools: {}\n", "    tools: {namespaces: [traefik]}\n"),
            "tenants.tools.namespaces", "traefik", "of the cluster or its add-ons", "tools-apps",
        ),
        (
            put("    shop: {}\n", '    shop: {quota: {cpu: "1"}}\n'),
            "tenants.shop.quota.cpu", "cpu", "reserve up to 1900m of cpu", "allow 1900m or more",
        ),
        (
            put("    shop: {}\n", "    shop: {groups: {edit: [shop@acme.example]}}\n"),
            "tenants.shop.groups.edit[0]", "shop@acme", "GKE knows no groups", "rbac_group: gke-security-groups@acme",
        ),
        (
            put("  homeport:global: global\n", "").__call__,
            "registry", "", "the apps' images have no registry", "global: global",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(
    change: Callable[[str], str], path: str, line: str, says: str, fix: str, project: Path
) -> None:
    found = [problem for problem in problems(project, change) if problem.text().startswith(f"homeport:{path}")]
    assert len(found) == 1
    (problem,) = found
    assert says in problem.rule
    assert fix in problem.fix
    if line:
        assert problem.location is not None
        assert line in (project / problem.location.file).read_text().splitlines()[problem.location.line - 1]


def test_a_mistake_has_no_followers(project: Path) -> None:
    (problem,) = problems(project, put("    migrate: {tag: 1.4.2}\n", "    migrate: {tag: 1.4.2, nonsense: 1}\n"))
    assert "nonsense" in problem.rule


def test_what_stands_in_the_program_points_at_the_apps_line_and_names_the_program(project: Path) -> None:
    found = problems(project, put("    tools: {}\n", ""))
    assert [problem.text().split(" ")[0] for problem in found] == [
        "homeport:apps.dashboard.tenant",
        "homeport:apps.feedback.tenant",
    ]
    lines = (project / "Pulumi.stage.yaml").read_text().splitlines()
    for problem in found:
        assert problem.location is not None
        assert lines[problem.location.line - 1].strip().startswith(("dashboard:", "feedback:"))
        assert "in stacks/apps.py" in problem.fix
        assert "tenants: {tools: {}}" in problem.fix


def test_an_environment_without_its_kustomize_overlay_is_told(project: Path) -> None:
    (problem,) = problems(project, put("environment: stage", "environment: qa"))
    assert problem.value == "apps/feedback/overlays/qa"
    assert "kustomization.yaml" in problem.rule


def test_on_eks_a_group_must_be_of_an_access_entry(project: Path) -> None:
    change = put("    tools: {}\n", '    tools: {groups: {view: ["acme:tools"]}}\n')
    (problem,) = problems(project, change, "stage-eks")
    assert "no access entry" in problem.rule
    assert "groups: [acme:tools]" in problem.fix
    shutil.copy(ROOT / "Pulumi.stage-eks.yaml", project / "Pulumi.stage-eks.yaml")
    settings(
        project,
        lambda text: put("        access: developer\n", '        access: developer\n        groups: ["acme:tools"]\n')(
            change(text)
        ),
        "stage-eks",
    )


def test_a_variable_of_the_program_can_be_taken_away(project: Path) -> None:
    stage: ClusterStack = settings(project, put(WEB, "    web: {tag: 1.4.2, env: {API_URL: null, A: b}}\n"))
    assert stage.apps["web"].env == {"API_URL": None, "A": "b"}


def test_a_tenant_can_be_without_a_quota(project: Path) -> None:
    stage: ClusterStack = settings(project, put("    shop: {}\n", "    shop: {quota: null}\n"))
    assert stage.tenants["shop"].quota is None


def test_a_commit_hash_of_digits_alone_is_a_tag(project: Path) -> None:
    stage: ClusterStack = settings(project, put(WEB, "    web: {tag: 1234567}\n"))
    assert stage.apps["web"].tag == "1234567"


def test_the_apps_layer_tells_what_its_file_shows(project: Path) -> None:
    (project / "Pulumi.team.yaml").write_text(
        "config:\n  homeport:layer: apps\n  homeport:environment: stage\n  homeport:protection: standard\n"
        "  homeport:cluster_stack: stage\n  homeport:apps:\n    web: {tag: 1.4.2}\n"
    )
    assert isinstance(load(Stack, root=project, stack="team").settings, AppsStack)
    (problem,) = problems(project, put("web: {tag: 1.4.2}", "web: {tag: 1.4.2, schedule: 1 2 * * *}"), "team")
    assert problem.rule == "a web-app has no schedule"


@pytest.mark.parametrize("stack", SHIPPED)
def test_every_shipped_environment_deploys_the_whole_organisation(stack: str) -> None:
    stage: ClusterStack = load(Stack, root=ROOT, stack=stack).settings
    assert stage.apps.keys() == apps.specs("registry.example/apps", "acme.example").keys()
    assert stage.tenants.keys() == {"shop", "tools"}


@pytest.mark.parametrize("app", ["web", "dashboard", "feedback"])
def test_a_new_build_is_one_command_that_touches_one_line(app: str, project: Path) -> None:
    file = project / "Pulumi.stage.yaml"
    before = file.read_text()
    done = CliRunner().invoke(main, ["set", "--root", str(project), "-s", "stage", f"apps.{app}.tag=9.4.3"])
    assert done.exit_code == 0, done.output
    changed = [
        (old, new) for old, new in zip(before.splitlines(), file.read_text().splitlines(), strict=True) if old != new
    ]
    assert len(changed) == 1
    assert changed[0][1] == f"    {app}: {{tag: 9.4.3}}"
    assert load(Stack, root=project, stack="stage").settings.apps[app].tag == "9.4.3"
