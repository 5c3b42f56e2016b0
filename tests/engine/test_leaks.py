"""What controllers in a cluster made in the cloud goes with their stack: load balancers, records, disks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from homeport.addons.pins import pins
from tests.engine.charts import CONTENTS, write_chart
from tests.engine.controllers import Controllers
from tests.engine.harness import Engine
from tests.engine.simcloud.durations import Durations
from tests.engine.waiting import soon

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

#: What Traefik's chart has for its load balancer, as far as its values go.
_SERVICE: Final = """\
{{- $selector := dict "app.kubernetes.io/name" .Chart.Name }}
{{- $own := dict "selector" $selector "ports" (list (dict "name" "https" "port" 443)) }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  annotations: {{ .Values.service.annotations | toJson }}
spec: {{ merge $own .Values.service.spec | toJson }}
"""
#: Stack to its domain.
_DOMAINS: Final = {"stage": "stage.acme.example", "stage-eks": "stage.eks.acme.example"}
_CLAIMS: Final = "/api/v1/namespaces/monitoring/persistentvolumeclaims"


class Leaving(Durations):
    """Node pools take their time to go; real ones some minutes."""

    def seconds(self, operation: str, urn: str) -> float:
        """Real seconds."""
        return 20 if operation == "delete" and ("nodePool:" in urn or "nodeGroup:" in urn) else 0


def have_load_balancer(engine: Engine) -> None:
    """Give the stand-in for Traefik the Service that the chart has."""
    pin = pins()["traefik"]
    content = replace(CONTENTS["traefik"], templates={"service.yaml": _SERVICE})
    write_chart(engine.work / "charts", pin.chart, pin.version, pin.app_version, content)


def _only_what_matters(config: dict[str, Any]) -> None:
    off = {"enabled": False}
    config["addons"].update({"sealed-secrets": off})
    config["addons"]["kube-prometheus-stack"] = {"grafana": {"host": f"grafana.{config['domain']}"}}
    if config["cluster"]["kind"] == "eks":
        config["addons"]["cluster-autoscaler"] = off
    for app in ("feedback", "worker", "cleanup"):
        del config["apps"][app]


def _claim(engine: Engine) -> None:
    """What the operator of Prometheus makes of the release's values."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}
    metadata = {"name": "prometheus-0", "namespace": "monitoring"}
    body = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}
    engine.control_plane.create(_CLAIMS, body)


def _kinds(controllers: Controllers) -> dict[str, set[str]]:
    return {kind: controllers.named(kind) for kind in ("load balancer", "record", "disk")}


def _full(engine: Engine, controllers: Controllers) -> None:
    """Bring it up, and see all that is made outside."""
    engine.up().must()
    _claim(engine)
    assert soon(lambda: len(controllers.named("disk")), 1) == 1, controllers.errors
    records = {f"{name}.{_DOMAINS[engine.stack]}" for name in ("web", "dashboard", "grafana")}
    expected = {"load balancer": {"traefik/traefik"}, "record": records, "disk": controllers.named("disk")}
    assert soon(lambda: _kinds(controllers), expected) == expected


_NOTHING: Final[dict[str, set[str]]] = {"load balancer": set(), "record": set(), "disk": set()}


def test_an_emptied_cluster_leaves_nothing_of_what_controllers_made(new_engine: Callable[[str], Engine]) -> None:
    engine = new_engine("stage")
    have_load_balancer(engine)
    engine.edit(_only_what_matters)
    with Controllers(engine) as controllers:
        _full(engine, controllers)
        engine.without_protection().must()
        # The way to another cluster in docs/clusters.md: here all that is in it is deleted for real.
        engine.destroy("--target", "**cluster-kubernetes", "--target-dependents").must()
        assert soon(lambda: _kinds(controllers), _NOTHING, seconds=20) == _NOTHING
    assert controllers.errors == []


@pytest.mark.parametrize("stack", _DOMAINS)
def test_a_destroyed_stack_leaves_nothing_of_what_controllers_made(
    new_engine: Callable[[str], Engine], stack: str
) -> None:
    engine = new_engine(stack)
    have_load_balancer(engine)
    engine.edit(_only_what_matters)
    with Controllers(engine) as controllers:
        _full(engine, controllers)
        engine.without_protection().must()
        engine.cloud.durations = Leaving({}, speed=1)
        engine.destroy().must()
        assert engine.live == {}
        assert _kinds(controllers) == _NOTHING
    assert controllers.errors == []
