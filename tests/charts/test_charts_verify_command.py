"""`homeport charts verify` on small charts of ours, from a folder, over http and from an OCI registry."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from homeport.charts.helm import Helm
from homeport.cli import main
from tests.charts.toy_charts import CONFIG_MAP, DEPLOYMENT, chart, folder_of, http_mirror, oci_registry

pytestmark = pytest.mark.skipif(shutil.which("helm") is None, reason="needs helm on PATH")

PROGRAM = """\
import json, pulumi
import pulumi_kubernetes as kubernetes

provider = kubernetes.Provider("kind", context="kind-toy")
config = pulumi.Config("toy")
made = {}
releases = config.require_object("releases")
for name, given in sorted(releases.items(), key=lambda item: (len(item[1].get("after", ())), item[0])):
    after = [made[other] for other in given.pop("after", [])]
    if given.pop("secret", False):
        given["values"] = {"size": pulumi.Output.secret("hunter2")}
    made[name] = kubernetes.helm.v3.Release(
        name, name=name, namespace="toys", opts=pulumi.ResourceOptions(provider=provider, depends_on=after), **given
    )
"""
#: A program with a cluster of its own: what custom resources need is checked there.
CLUSTER = """
import pulumi_gcp as gcp

google = gcp.Provider("google", project="acme-toy", region="europe-west3")
gcp.container.Cluster("ours", opts=pulumi.ResourceOptions(provider=google))
"""
TOY = {("toy", "1.2.3"): chart(templates={"config.yaml": CONFIG_MAP, "web.yaml": DEPLOYMENT})}


@dataclass
class Project:
    """A stranger's Pulumi project with releases in its configuration."""

    root: Path
    cache: Path

    def verify(self, releases: Mapping[str, Any], *more: str, ours: bool = False) -> Result:
        program = PROGRAM + (CLUSTER if ours else "")
        (self.root / "__main__.py").write_text(program)
        (self.root / "Pulumi.yaml").write_text("name: toy\nruntime: python\n")
        config = {"toy:releases": releases}
        (self.root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))
        arguments = ["charts", "verify", "--root", str(self.root), "--cache", str(self.cache), *more]
        return CliRunner().invoke(main, arguments)

    def document(self, releases: Mapping[str, Any], *more: str, ours: bool = False) -> dict[str, Any]:
        result = self.verify(releases, "--json", *more, ours=ours)
        document: dict[str, Any] = json.loads(result.stdout)
        assert "charts" in document, document
        return document

    def found(self, releases: Mapping[str, Any], *more: str, ours: bool = False) -> list[str]:
        problems = [item for one in self.document(releases, *more, ours=ours)["charts"] for item in one["problems"]]
        return [f"{item['where']}: {item['rule']}" if item["where"] else item["rule"] for item in problems]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    return Project(root, tmp_path / "cache")


@pytest.fixture
def local(project: Project) -> Callable[..., dict[str, Any]]:
    """Puts a chart into the project's folder; returns the arguments of a release of it."""

    def put(name: str = "toy", version: str = "1.2.3", **about: Any) -> dict[str, Any]:
        folder_of(project.root / "charts", {(name, version): chart(name, version, **about)})
        return {"chart": f"charts/{name}-{version}.tgz"}

    return put


def test_a_chart_from_a_folder_fits(project: Project, local: Callable[..., dict[str, Any]]) -> None:
    result = project.verify({"toy": {**local(), "values": {"size": "20Gi", "image": {"tag": "2"}}}})
    assert result.exit_code == 0, result.output
    assert "1 release of 1 stack: no problems.\n" in result.stdout
    assert "test: toy-1.2.3.tgz: fits" in result.stderr


def test_a_chart_over_http_is_pulled_once_and_kept(project: Project) -> None:
    with http_mirror(TOY) as (address, asked):
        release = {"chart": "toy", "version": "1.2.3", "repository_opts": {"repo": address}}
        first = project.verify({"toy": release})
        assert first.exit_code == 0, first.output
        assert "test: toy 1.2.3: pulled, fits" in first.stderr
        asked.clear()
        again = project.verify({"toy": release})
        assert again.exit_code == 0
        assert "test: toy 1.2.3: fits" in again.stderr
        assert asked == []


def test_a_kept_chart_that_was_changed_is_pulled_again(project: Project) -> None:
    with http_mirror(TOY) as (address, asked):
        release = {"toy": {"chart": "toy", "version": "1.2.3", "repository_opts": {"repo": address}}}
        project.verify(release)
        [kept] = project.cache.rglob("toy-1.2.3.tgz")
        for damage in (b"", chart(values="other: 1\n")):
            kept.write_bytes(damage)
            asked.clear()
            assert project.verify(release).exit_code == 0
            assert asked
        kept.with_suffix(".sha256").unlink()
        asked.clear()
        assert project.verify(release).exit_code == 0
        assert asked


def test_a_chart_from_a_registry(project: Project) -> None:
    with oci_registry(TOY) as (address, asked):
        release = {"toy": {"chart": f"{address}/toy", "version": "1.2.3", "values": {"sise": 1}}}
        assert project.found(release) == ["values.sise: the chart toy knows no such value"]
        asked.clear()
        assert project.found(release)
        assert asked == []


def test_a_version_that_is_not_there_is_a_problem_of_the_settings(project: Project) -> None:
    with http_mirror(TOY) as (address, _):
        release = {"toy": {"chart": "toy", "version": "9.9.9", "repository_opts": {"repo": address}}}
        result = project.verify(release)
        assert result.exit_code == 1
        assert f"    {address} has no toy 9.9.9: " in result.stdout
        assert "        fix: name a version that is there, or fill the mirror\n" in result.stdout
    with oci_registry(TOY) as (address, _):
        [found] = project.found({"toy": {"chart": f"{address}/toy", "version": "9.9.9"}})
        assert found.startswith(f"{address} has no toy 9.9.9: ")
    missing = project.verify({"toy": {"chart": "charts/toy-9.9.9.tgz"}})
    assert missing.exit_code == 1
    assert "there is no charts/toy-9.9.9.tgz" in missing.stdout


def test_a_mirror_that_cannot_be_reached_is_no_problem_of_the_settings(project: Project) -> None:
    with http_mirror(TOY) as (address, _):
        pass
    release = {"chart": "toy", "version": "1.2.3", "repository_opts": {"repo": address}}
    result = project.verify({"toy": release})
    assert result.exit_code == 3
    assert f"{address} cannot be reached: " in result.stdout
    [told] = project.document({"toy": release})["charts"]
    assert told["unreachable"] is True


def test_what_is_known_to_be_wrong_counts_more_than_what_cannot_be_reached(
    project: Project, local: Callable[..., dict[str, Any]]
) -> None:
    away = {"chart": "away", "version": "1.0.0", "repository_opts": {"repo": "http://127.0.0.1:9"}}
    assert project.verify({"away": away, "toy": {**local(), "values": {"sise": 1}}}).exit_code == 1


def test_a_mirror_that_hands_out_something_else_is_told(project: Project) -> None:
    with http_mirror({("toy", "1.2.3"): chart("other", "1.2.3")}) as (address, _):
        release = {"toy": {"chart": "toy", "version": "1.2.3", "repository_opts": {"repo": address}}}
        assert "is other 1.2.3, not toy 1.2.3" in project.found(release)[0]


def test_a_template_that_breaks_is_told_in_helms_words(project: Project, local: Callable[..., dict[str, Any]]) -> None:
    broken = local(templates={"x.yaml": "{{ .Values.size.wrong.deep }}"})
    [found] = project.found({"toy": broken})
    assert found.startswith("does not render: ")
    assert "toy/templates/x.yaml:1" in found
    assert str(project.root) not in found


def test_a_schema_is_helms_to_check(project: Project, local: Callable[..., dict[str, Any]]) -> None:
    schema = json.dumps({"properties": {"replicas": {"type": "integer"}}})
    given = {**local(files={"values.schema.json": schema}), "values": {"replicas": "two"}}
    [found] = project.found({"toy": given})
    assert found.startswith("does not render: values don't meet the specifications of the schema")


def test_an_object_that_no_cluster_would_take_is_told(project: Project, local: Callable[..., dict[str, Any]]) -> None:
    bad = local(templates={"x.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: Toy_{{ .Values.size }}\n"})
    [found] = project.found({"toy": bad})
    assert found == 'toy/templates/x.yaml: renders to a Service with the name "Toy_10Gi", which Kubernetes refuses'


def test_a_chart_for_another_kubernetes_is_told(project: Project, local: Callable[..., dict[str, Any]]) -> None:
    old = {"toy": local(about="kubeVersion: '<1.30.0-0'\n")}
    [found] = project.found(old)
    assert "incompatible with Kubernetes" in found
    assert project.found(old, "--kube-version", "1.29") == []
    assert project.document(old, "--kube-version", "1.29.3")["charts"][0]["kubernetes"] == "1.29"
    assert project.verify(old, "--kube-version", "new").exit_code == 2


def test_a_secret_among_values_is_a_problem_and_not_shown(
    project: Project, local: Callable[..., dict[str, Any]]
) -> None:
    result = project.verify({"toy": {**local(), "secret": True}})
    assert result.exit_code == 1
    assert "values.size: holds a secret, which Helm keeps readably in the cluster" in result.stdout
    assert "hunter2" not in result.output


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.acme.example}
spec: {group: acme.example, names: {kind: Toy}, versions: [{name: v1}]}
"""
TOY_OBJECT = "apiVersion: acme.example/v1\nkind: Toy\nmetadata: {name: a}\n"
GATED = (
    '{{ if .Capabilities.APIVersions.Has "acme.example/v1/Toy" }}'
    + TOY_OBJECT
    + "{{ else }}{{ fail `no Toy` }}{{ end }}"
)


@pytest.mark.parametrize("where", ["templates", "crds"])
def test_custom_resources_need_an_edge_to_what_defines_them(
    project: Project, local: Callable[..., dict[str, Any]], where: str
) -> None:
    crds = local(
        "crds",
        templates={"x.yaml": CRD} if where == "templates" else None,
        files={"crds/x.yaml": CRD} if where == "crds" else None,
    )
    user = local("user", templates={"x.yaml": TOY_OBJECT})
    between = local("between")
    rule = "Toy a: makes objects of the kind acme.example/v1/Toy, and nothing that it waits for defines that kind"
    assert project.found({"crds": dict(crds), "user": dict(user)}, ours=True) == [rule]
    by_way_of = {"crds": dict(crds), "between": {**between, "after": ["crds"]}, "user": {**user, "after": ["between"]}}
    assert project.found(by_way_of, ours=True) == []
    assert project.found({"user": dict(user)}) == [], "what a cluster of somebody else's has is not known"
    asks = local("asks", templates={"x.yaml": GATED})
    assert "no Toy" in project.found({"crds": dict(crds), "asks": dict(asks)}, ours=True)[0]
    assert project.found({"crds": dict(crds), "asks": {**asks, "after": ["crds"]}}, ours=True) == []


def test_charts_go_into_a_folder_that_can_be_their_source(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "pulled"
    with http_mirror(TOY) as (address, _):
        release = {"toy": {"chart": "toy", "version": "1.2.3", "repository_opts": {"repo": address}}}
        for _ in range(2):
            result = project.verify(release, "--pull-to", str(target))
            assert result.exit_code == 0, result.output
            assert f"homeport set charts.source {target} uses them" in result.stdout
        assert [item.name for item in target.iterdir()] == ["toy-1.2.3.tgz"]
        assert (target / "toy-1.2.3.tgz").read_bytes() == TOY["toy", "1.2.3"]
    from_there = {"toy": {"chart": str(target / "toy-1.2.3.tgz")}}
    assert project.verify(from_there).exit_code == 0
    taken = tmp_path / "file"
    taken.write_text("")
    refused = project.verify(from_there, "--pull-to", str(taken / "x"))
    assert refused.exit_code == 3
    assert refused.exception is None or isinstance(refused.exception, SystemExit)


def test_a_crds_folder_is_noted_since_helm_never_upgrades_it(
    project: Project, local: Callable[..., dict[str, Any]]
) -> None:
    given = local(files={"crds/x.yaml": CRD})
    [told] = project.document({"toy": dict(given)})["charts"]
    assert "never upgraded by Helm" in told["notes"][0]
    [left_out] = project.document({"toy": {**given, "skip_crds": True}})["charts"]
    assert left_out["notes"] == []


def test_the_document_lists_images(project: Project, local: Callable[..., dict[str, Any]]) -> None:
    document = project.document({"toy": local(templates={"web.yaml": DEPLOYMENT})})
    assert document["format"] == 1
    assert document["problems"] == 0
    [told] = document["charts"]
    assert told["images"] == ["registry.acme.example/toy/toy:1.2.3"]
    assert (told["stack"], told["release"], told["namespace"], told["version"]) == ("test", "toy", "toys", "1.2.3")


def test_a_chart_with_the_same_values_is_rendered_once(
    project: Project, local: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    original = Helm.template

    def counted(self: Helm, chart: Path, **more: Any) -> str:
        calls.append(chart.name)
        return original(self, chart, **more)

    monkeypatch.setattr(Helm, "template", counted)
    project.verify({"toy": local()})
    shutil.copy(project.root / "Pulumi.test.yaml", project.root / "Pulumi.more.yaml")
    calls.clear()
    runner = CliRunner()
    arguments = ["charts", "verify", "--root", str(project.root), "--cache", str(project.cache)]
    result = runner.invoke(main, arguments)
    assert "2 releases of 2 stacks: no problems." in result.stdout
    assert calls == ["toy-1.2.3.tgz"]
    assert "1 release of 1 stack" in runner.invoke(main, [*arguments, "-s", "more", "-s", "more"]).stdout


def test_without_helm_it_says_how_to_get_it(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = project.verify({})
    assert result.exit_code == 3
    assert "there is no helm on PATH" in result.stderr
    assert "https://helm.sh/docs/intro/install/" in result.stderr


def test_schemas_are_judged_by_kubeconform(
    project: Project, local: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if shutil.which("kubeconform") is None:
        pytest.skip("needs kubeconform on PATH")
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    schema = {"type": "object", "properties": {"data": {"properties": {"size": {"enum": ["10Gi"]}}}}}
    (schemas / "configmap.json").write_text(json.dumps(schema))
    location = f"{schemas}/{{{{ .ResourceKind }}}}.json"
    given = local()
    assert project.found({"toy": dict(given)}, "--schemas", location) == []
    [found] = project.found({"toy": {**given, "values": {"size": "1"}}}, "--schemas", location)
    assert found.startswith("ConfigMap toy: does not fit its schema: ")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    helm = shutil.which("helm")
    assert helm is not None
    (bin_ / "helm").symlink_to(helm)
    monkeypatch.setenv("PATH", str(bin_))
    missing = project.verify({"toy": dict(given)}, "--schemas", location)
    assert missing.exit_code == 3
    assert "there is no kubeconform on PATH" in missing.stderr


def test_a_project_without_stacks_or_charts(project: Project) -> None:
    assert "0 releases of 0 stacks: no problems." in project.verify({}).stdout
    (project.root / "Pulumi.test.yaml").unlink()
    result = CliRunner().invoke(main, ["charts", "verify", "--root", str(project.root)])
    assert result.exit_code == 1
    assert "has a file" in result.stderr
