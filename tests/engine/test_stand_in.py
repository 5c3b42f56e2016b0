"""What stands in for nodes, clouds and operators lets workloads look as if they ran, on a real API server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.control_plane import ControlPlane

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(300)]

POD: dict[str, Any] = {"containers": [{"name": "app", "image": "registry.example/app:1"}]}
LABELS = {"app": "x"}
TEMPLATE: dict[str, Any] = {"metadata": {"labels": LABELS}, "spec": POD}
SELECTED: dict[str, Any] = {"selector": {"matchLabels": LABELS}, "template": TEMPLATE}
CLAIM: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
APPS, BATCH, CORE = "/apis/apps/v1", "/apis/batch/v1", "/api/v1"


@pytest.fixture(scope="module")
def plane(control_plane: ControlPlane) -> ControlPlane:
    control_plane.reset()
    return control_plane


def eventually(what: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.1)
    return what()


def make(plane: ControlPlane, base: str, kind: str, name: str, **content: Any) -> Callable[[], dict[str, Any]]:
    """Create an object; gives what reads its status."""
    version = base.removeprefix("/apis/").removeprefix("/api/")
    path = f"{base}/namespaces/default/{'ingresses' if kind == 'Ingress' else f'{kind.lower()}s'}"
    plane.create(path, {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **content})
    return lambda: plane.request("GET", f"{path}/{name}").body.get("status", {})


def test_a_deployment_becomes_available_and_its_rollouts_end(plane: ControlPlane) -> None:
    status = make(plane, APPS, "Deployment", "web", spec={"replicas": 2, **SELECTED})
    assert eventually(lambda: status().get("availableReplicas") == 2)


def test_a_stateful_set_gets_its_volumes(plane: ControlPlane) -> None:
    volumes = [{"metadata": {"name": "data"}, "spec": CLAIM}]
    spec = {"serviceName": "db", "replicas": 2, "volumeClaimTemplates": volumes, **SELECTED}
    status = make(plane, APPS, "StatefulSet", "db", spec=spec)
    assert eventually(lambda: status().get("readyReplicas") == 2)
    claims = plane.request("GET", f"{CORE}/namespaces/default/persistentvolumeclaims").body["items"]
    assert [claim["status"]["phase"] for claim in claims] == ["Bound", "Bound"]


def test_a_daemon_set_is_on_the_node(plane: ControlPlane) -> None:
    status = make(plane, APPS, "DaemonSet", "agent", spec=SELECTED)
    assert eventually(lambda: status().get("numberAvailable") == 1)


def test_a_job_completes(plane: ControlPlane) -> None:
    pod = {**POD, "restartPolicy": "Never"}
    status = make(plane, BATCH, "Job", "migrate", spec={"template": {"spec": pod}})
    assert eventually(lambda: any(c["type"] == "Complete" for c in status().get("conditions", [])))


def test_what_is_balanced_gets_an_address(plane: ControlPlane) -> None:
    ports = [{"port": 80}]
    service = make(plane, CORE, "Service", "front", spec={"type": "LoadBalancer", "ports": ports, "selector": LABELS})
    ingress = make(
        plane,
        "/apis/networking.k8s.io/v1",
        "Ingress",
        "front",
        spec={"defaultBackend": {"service": {"name": "front", "port": {"number": 80}}}},
    )
    for status in (service, ingress):
        assert eventually(lambda status=status: bool(status().get("loadBalancer", {}).get("ingress")))


def _define(plane: ControlPlane, group: str) -> None:
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version: dict[str, Any] = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}}
    plane.create(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"certificates.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": "Certificate", "plural": "certificates", "singular": "certificate"},
                "versions": [{**version, "schema": {"openAPIV3Schema": anything}}],
            },
        },
    )
    assert eventually(lambda: plane.request("GET", f"/apis/{group}/v1/certificates").status == 200)


def _is_ready(status: dict[str, Any]) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", []))


def test_operators_resources_become_ready_and_those_named_never_do(plane: ControlPlane) -> None:
    _define(plane, "cert-manager.io")
    plane.stand_in.never_ready = "^broken"
    try:
        broken = make(plane, "/apis/cert-manager.io/v1", "Certificate", "broken", spec={})
        pods = make(plane, APPS, "Deployment", "broken", spec={"replicas": 1, **SELECTED})
        whole = make(plane, "/apis/cert-manager.io/v1", "Certificate", "whole", spec={})
        assert eventually(lambda: _is_ready(whole()))
        assert not _is_ready(broken())
        assert pods().get("availableReplicas") is None
    finally:
        plane.stand_in.never_ready = None
    assert eventually(lambda: _is_ready(broken()))


def test_resources_that_no_operator_is_known_for_stay_as_they_are(plane: ControlPlane) -> None:
    _define(plane, "acme.example")
    status = make(plane, "/apis/acme.example/v1", "Certificate", "plain", spec={})
    other = make(plane, APPS, "Deployment", "later", spec={"replicas": 1, **SELECTED})
    assert eventually(lambda: other().get("availableReplicas") == 1)
    assert status() == {}


def test_deleted_pods_go(plane: ControlPlane) -> None:
    status = make(plane, APPS, "Deployment", "short", spec={"replicas": 1, **SELECTED})
    assert eventually(lambda: status().get("availableReplicas") == 1)
    plane.request("DELETE", f"{APPS}/namespaces/default/deployments/short")

    def left() -> list[str]:
        pods = plane.request("GET", f"{CORE}/namespaces/default/pods").body["items"]
        return [pod["metadata"]["name"] for pod in pods if pod["metadata"]["name"].startswith("short-")]

    assert eventually(lambda: left() == [])
