"""A new value of a stack's secret rolls the pods that have it, on the real engine and a real API server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine, pytest.mark.engine_full, pytest.mark.timeout(300)]

_PROGRAM = """
import pulumi
from homeport import (
    ExistingCluster, ExistingClusterArgs, Labels, Manifest, Place, StackSecret, WebApp, WebAppArgs, declare
)

cluster = ExistingCluster("cluster", ExistingClusterArgs(context="control-plane"))
doors = declare("shop", Manifest("v1", "Namespace", "shop"), cluster=cluster)
labels = Labels(project="p", environment="stage", stack="s", owner="o", cost_centre="1")
secrets = {{"database": pulumi.Output.secret({value!r})}}
place = Place(app="web", tenant="shop", namespace="shop", environment="stage", domain="a.example", labels=labels,
              secrets=secrets)
WebApp(
    "web",
    WebAppArgs(tenant="shop", image="registry.example/apps/web", tag="1.0.0", hosts=[], drain_seconds=0,
               env={{"DATABASE_URL": StackSecret(stack_secret="database")}}),
    cluster=cluster, place=place, after=[doors],
)
"""


def _program(engine: Engine, value: str) -> None:
    (engine.work / "__main__.py").write_text(_PROGRAM.format(value=value))


def _references(engine: Engine) -> str:
    path = "/apis/apps/v1/namespaces/shop/deployments/web"
    [container] = engine.control_plane.request("GET", path).body["spec"]["template"]["spec"]["containers"]
    return container["env"][0]["valueFrom"]["secretKeyRef"]["name"]


def test_a_new_value_makes_a_secret_beside_the_old_one_and_rolls_the_pods(new_site: Callable[[], Site]) -> None:
    site = new_site()
    engine = Engine(site, "rotation")
    site.have_cluster()
    engine.init()
    _program(engine, "first-value-of-it")
    assert set(engine.up().must().touched.values()) == {"create"}
    before = _references(engine)
    assert engine.up().must().touched == {}

    _program(engine, "second-value-of-it")
    result = engine.up().must()
    assert set(result.touched) == {"web-secrets", "web-deployment"}
    order = [(step.operation, step.urn.rpartition("::")[2]) for step in result.steps]
    made = order.index(("create-replacement", "web-secrets"))
    rolled = order.index(("update", "web-deployment"))
    gone = order.index(("delete-replaced", "web-secrets"))
    assert made < rolled < gone
    after = _references(engine)
    assert before != after
    gone_secret = f"/api/v1/namespaces/shop/secrets/{before}"
    assert engine.control_plane.request("GET", gone_secret).status == 404
    for name, text in engine.logs():
        assert "value-of-it" not in text, f"{name} holds the secret"
    assert engine.destroy().must().code == 0
