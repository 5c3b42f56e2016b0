"""Of a chart that cannot be told to render definitions alone nothing else is applied; a new version upgrades them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from homeport.addons.pins import pins
from tests.engine.charts import CONTENTS, write_chart
from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine, pytest.mark.engine_full, pytest.mark.timeout(600)]

_PROGRAM = """
import pulumi
from homeport import ExistingCluster, ExistingClusterArgs
from homeport.addons.args import ChartsArgs
from homeport.addons.crds_chart import DefinitionsChart
from homeport.addons.crds_declare import declare_definitions

chart = DefinitionsChart(key="definitions", pin="aws-load-balancer-controller", release="kinds",
                         namespace="kube-system", values={"clusterName": "stage"}, alone=True)
declare_definitions("kinds", chart, cluster=ExistingCluster("cluster", ExistingClusterArgs(context="control-plane")),
                    charts=ChartsArgs(source="charts"), overrides={}, version=VERSION, opts=pulumi.ResourceOptions())
"""
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_NAMES = {"targetgroupbindings.elbv2.k8s.aws", "ingressclassparams.elbv2.k8s.aws"}


def _program(engine: Engine, version: str | None) -> None:
    (engine.work / "__main__.py").write_text(_PROGRAM.replace("VERSION", repr(version)))


def test_definitions_alone_are_applied_upgraded_and_left_behind(new_site: Callable[[], Site]) -> None:
    site = new_site()
    engine = Engine(site, "kinds")
    site.have_cluster()
    engine.init()
    _program(engine, None)
    made = engine.up().must()
    assert {
        step.name.rpartition("/")[2].rpartition(":")[2] for step in made.of_type("CustomResourceDefinition")
    } == _NAMES
    assert not made.of_type("Deployment")
    assert not made.of_type("ConfigMap")
    assert engine.up().must().touched == {}

    content = CONTENTS["aws-load-balancer-controller"]
    pin = pins()["aws-load-balancer-controller"]
    first, *others = content.kinds
    newer = replace(content, kinds=(replace(first, also=("v1",)), *others))
    write_chart(engine.work / "charts", pin.chart, "9.9.9", pin.app_version, newer)
    _program(engine, "9.9.9")
    changed = engine.up().must()
    assert set(changed.touched.values()) == {"update"}
    assert len(changed.touched) == 1
    engine.destroy().must()
    left = {item["metadata"]["name"] for item in engine.control_plane.request("GET", _DEFINITIONS).body["items"]}
    assert left >= _NAMES
