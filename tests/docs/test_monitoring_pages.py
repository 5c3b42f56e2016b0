"""What the pages of the monitoring show is what can be written, and every alert has its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from homeport.addons import graph
from homeport.addons.base import Addon
from homeport.addons.items import Object
from homeport.addons.kube_prometheus_stack import KubePrometheusStack, KubePrometheusStackArgs
from homeport.addons.kube_prometheus_stack_args import AlertingArgs, GrafanaArgs
from homeport.addons.kube_prometheus_stack_values import values
from homeport.addons.samples import sample_site
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.model import Model
from tests.addons.toys import thing, toy

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "addons" / "kube-prometheus-stack.md").read_text(encoding="utf-8")
ALERTS = (DOCS / "runbooks" / "alerts.md").read_text(encoding="utf-8")
NAME = "kube-prometheus-stack"
BESIDE: list[Addon[Any]] = [
    toy("cert-manager", thing("release")),
    toy("prometheus-operator-crds", thing("release")),
]


def sections() -> Iterator[dict[str, Any]]:
    for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL):
        yield YAML(typ="safe", pure=True).load(text)["homeport:addons"]


def alerts() -> dict[str, str]:
    """Every alert of ours on any cloud, with its severity."""
    found: dict[str, str] = {}
    for cloud in ("gcp", "aws"):
        for step in graph.plan(AddonsArgs().sections(), sample_site(cloud), CATALOGUE).steps:
            if isinstance(step.item, Object) and step.item.manifest.kind == "PrometheusRule":
                for group in step.item.manifest.body["spec"]["groups"]:
                    found |= {rule["alert"]: rule["labels"]["severity"] for rule in group["rules"]}
    return found


def test_every_example_is_a_section_that_plans() -> None:
    shown = list(sections())
    assert len(shown) == 3
    for section in shown:
        args = KubePrometheusStackArgs.model_validate(section[NAME])
        site = sample_site(profile=section.get("profile", "standard"))
        plan = graph.plan({NAME: args}, site, [KubePrometheusStack(), *BESIDE])
        assert NAME in plan.sections


def test_each_secret_of_the_example_is_set_by_the_commands_below_it() -> None:
    alerting = KubePrometheusStackArgs.model_validate(next(sections())[NAME]).alerting
    assert alerting.heartbeat is not None
    named = {receiver.secret for receiver in alerting.receivers.values()} | {alerting.heartbeat.secret}
    assert set(re.findall(r"config set -s stage --secret --path 'homeport:secrets\.(\w+)'", PAGE)) == named


@pytest.mark.parametrize(
    ("heading", "model"),
    [("## Settings", KubePrometheusStackArgs), ("### alerting", AlertingArgs), ("### grafana", GrafanaArgs)],
)
def test_every_field_stands_in_its_table_and_the_table_names_no_other(heading: str, model: type[Model]) -> None:
    table = PAGE.partition(f"\n{heading}\n")[2].partition("\n|---")[2].partition("\n\n")[0]
    rows = {name for row in table.splitlines()[1:] for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    assert rows == set(model.model_fields)


def test_the_defaults_of_the_table_are_those_of_the_section() -> None:
    args = KubePrometheusStackArgs()
    assert f"| `retention_days` | {args.retention_days} |" in PAGE
    assert f"| `volume_size` | {args.volume_size} |" in PAGE
    assert f"| `alertmanager_volume_size` | {args.alertmanager_volume_size} |" in PAGE
    routes = values(args, sample_site())["alertmanager"]["config"]["route"]
    assert "repeated every 12 hours" in PAGE
    assert "repeated every 4 hours" in PAGE
    assert (routes["repeat_interval"], routes["routes"][-1]["repeat_interval"]) == ("12h", "4h")


def test_every_alert_of_ours_has_a_line_with_its_severity_and_no_line_is_left_over() -> None:
    table = ALERTS.partition("## Alerts that homeport adds")[2].partition("## Some of those")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", table, re.MULTILINE)) == alerts()
