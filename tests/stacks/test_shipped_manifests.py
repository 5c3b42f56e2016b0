"""What the shipped stacks put into their clusters as applications, under the checkers of manifests.

Out of the plan, so it is what the engine would get; charts and Kustomize trees as Helm and kubectl render them.
"""

from __future__ import annotations

import functools
import io
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from homeport.kube.pod_security import violations
from homeport.plan import Graph
from homeport.plan.evaluate import evaluate

ROOT = Path(__file__).parents[2]
STACKS = ["stage", "prod", "stage-eks", "prod-eks"]
RUNS = ("Deployment", "Job", "CronJob")
#: Kinds that the checkers have no schema for; the add-ons' own tests hold them to their definitions.
CUSTOM = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1")


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not on PATH")


@functools.cache
def plan(stack: str) -> Graph:
    return evaluate(ROOT, stack)


def manifests(stack: str) -> list[dict[str, Any]]:
    """The objects of tenants and applications, with the names of unknowns as text."""
    found = [
        resource.inputs
        for resource in plan(stack).resources
        if ("homeport:workloads:" in resource.urn or "homeport:tenancy:" in resource.urn)
        and resource.type.startswith("kubernetes:")
        and "apiVersion" in resource.inputs
    ]
    return [plain(one) for one in found]


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [plain(item) for item in cast("Sequence[Any]", value)]
    return value.replace("${", "x").replace("}", "") if isinstance(value, str) else value


def scored(documents: Sequence[Mapping[str, Any]]) -> str:
    """kube-score's findings."""
    text = io.StringIO()
    YAML(typ="safe").dump_all([json.loads(json.dumps(one)) for one in documents], text)
    command = ["kube-score", "score", "--output-format", "ci", "-"]
    done = subprocess.run(command, input=text.getvalue(), capture_output=True, text=True, check=False, timeout=60)
    found = [line for line in done.stdout.splitlines() if line.startswith(("[CRITICAL]", "[WARNING]"))]
    assert done.returncode in {0, 1}, done.stderr
    return "\n".join(found)


def loaded(text: str) -> list[dict[str, Any]]:
    documents: list[Any] = list(YAML(typ="safe").load_all(text))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return [one for one in documents if one]


@needs("kube-score")
@pytest.mark.parametrize("stack", STACKS)
def test_kube_score_has_nothing_to_say(stack: str) -> None:
    # The pods of the tenant tools come from a chart and a tree, below.
    documents = [one for one in manifests(stack) if one["metadata"].get("namespace") != "tools"]
    assert sum(one["kind"] in RUNS for one in documents) == 5
    assert scored(documents) == ""


@pytest.mark.parametrize("stack", STACKS)
def test_every_object_is_strictly_valid_and_every_pod_restricted(stack: str) -> None:
    documents = [one for one in manifests(stack) if one["apiVersion"] not in CUSTOM]
    assert len(documents) > 25
    for one in documents:
        kubernetes_validate.validate(one, "1.34", strict=True)
        if one["kind"] in RUNS:
            spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
            assert violations(spec["template"]["spec"], "restricted") == []


def policies(app: str) -> list[dict[str, Any]]:
    """Our network policies: charts and trees bring none."""
    return [one for one in manifests("stage") if one["metadata"]["name"] == app and one["kind"] == "NetworkPolicy"]


@needs("kube-score")
@needs("helm")
def test_the_chart_that_was_there_before_has_no_findings_with_our_policy() -> None:
    [release] = [one for one in plan("stage").resources if one.name == "dashboard-release"]
    command = ["helm", "template", "dashboard", str(ROOT / "apps/charts/dashboard"), "--namespace", "tools"]
    values = ["--kube-version", "1.34.0", "--values", "-"]
    done = subprocess.run(
        [*command, *values],
        input=json.dumps(plain(release.inputs["values"])),
        capture_output=True,
        text=True,
        check=True,
    )
    assert scored([*loaded(done.stdout), *policies("dashboard")]) == ""


@needs("kube-score")
@needs("kubectl")
@pytest.mark.parametrize("environment", ["stage", "prod"])
def test_the_tree_that_was_there_before_has_no_findings_with_our_policy(environment: str) -> None:
    command = ["kubectl", "kustomize", str(ROOT / "apps/feedback/overlays" / environment)]
    documents = loaded(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for one in documents:
        one["metadata"]["namespace"] = "tools"
    assert scored([*documents, *policies("feedback")]) == ""
